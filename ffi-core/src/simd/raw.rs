//! Arguments of the tables' functions: an unsafe constructor turns a pointer and a count into one
//! value.
//!
//! The caller of a constructor promises what can't be checked, that there is memory of that length.
//! The constructor checks everything else: null, a length beyond the address space. The methods of
//! its value are safe.

use std::marker::PhantomData;
use std::ops::Range;

use super::code::KernelCode;
use super::operation::{Choose, Map, Zip};
use super::strided::{Strided, StridedMut};
use super::{Scalar, dispatch, for_slice};

type Result<T> = std::result::Result<T, KernelCode>;

/// Returns the addresses of `count` values of `size` bytes from `first` on; an empty range for no
/// values, whose pointer may have any value.
#[inline(always)]
fn extent<T>(first: *const T, count: usize, size: usize) -> Result<Range<usize>> {
    if count == 0 || size == 0 {
        return Ok(0..0);
    }
    if first.is_null() {
        return Err(KernelCode::Null);
    }
    // The size is a constant to most callers: this is one comparison, and no multiplication that
    // may overflow.
    if count > isize::MAX as usize / size {
        return Err(KernelCode::Size);
    }
    let end = first.addr().checked_add(count * size).ok_or(KernelCode::Size)?;
    Ok(first.addr()..end)
}

/// Returns an error if both ranges have a common address.
#[inline(always)]
pub(super) fn apart(one: &Range<usize>, other: &Range<usize>) -> Result<()> {
    let overlap = one.start < other.end && other.start < one.end;
    if overlap { Err(KernelCode::Overlap) } else { Ok(()) }
}

/// Consecutive numbers at any address, to be read.
#[derive(Clone, Copy)]
pub(super) struct Input<'a, T> {
    first: *const T,
    len: usize,
    memory: PhantomData<&'a T>,
}

impl<'a, T: Scalar> Input<'a, T> {
    /// # Safety
    ///
    /// If `first` isn't null, it is to `len` numbers that no thread writes to for as long as `'a`.
    #[inline(always)]
    pub unsafe fn new(first: *const T, len: usize) -> Result<Self> {
        extent(first, len, size_of::<T>())?;
        Ok(Self { first, len, memory: PhantomData })
    }

    pub fn len(self) -> usize {
        self.len
    }

    #[inline(always)]
    pub fn addresses(self) -> Range<usize> {
        if self.len == 0 { 0..0 } else { self.first.addr()..self.first.addr() + self.len * size_of::<T>() }
    }

    /// Returns the numbers as a slice, if they are aligned.
    #[inline(always)]
    pub fn slice(self) -> Result<&'a [T]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if !self.first.is_aligned() {
            return Err(KernelCode::Misaligned);
        }
        // SAFETY: the pointer is aligned, and not null as `new` checked; by the contract of `new`
        // there are `len` numbers that no thread writes to, and it refused a length above
        // `isize::MAX` bytes.
        Ok(unsafe { std::slice::from_raw_parts(self.first, self.len) })
    }

    #[inline(always)]
    fn strided(self) -> Strided<'a, T> {
        // SAFETY: by the contract of `new` the numbers can be read, and they are consecutive.
        unsafe { Strided::new(self.first, self.len, size_of::<T>()) }
    }

    /// Returns up to `rows` rows of `lanes` numbers, without an incomplete one.
    pub fn rows(self, rows: usize, lanes: usize) -> impl Iterator<Item = Self> {
        let rows = self.len.checked_div(lanes).map_or(rows, |whole| rows.min(whole));
        (0..rows).map(move |row| Self { first: self.first.wrapping_add(row * lanes), len: lanes, ..self })
    }

    #[inline(always)]
    pub fn sum(self) -> <T as Scalar>::Sum {
        self.slice().map_or_else(|_| self.strided().sum(), super::sum)
    }

    #[inline(always)]
    pub fn choose(self, operation: impl Choose<T>) -> Option<T> {
        match self.slice() {
            Ok(values) => dispatch::choose(for_slice(values), values, operation),
            Err(_) => self.strided().choose(operation),
        }
    }

    /// Returns the sum of the products with `other`, which has as many numbers.
    #[inline(always)]
    pub fn dot(self, other: Self) -> <T as Scalar>::Sum {
        match (self.slice(), other.slice()) {
            (Ok(values), Ok(other)) if values.len() == other.len() => super::dot(values, other),
            _ => self.strided().dot(other.strided()),
        }
    }
}

/// Consecutive numbers at any address, to be changed.
pub(super) struct InPlace<'a, T> {
    first: *mut T,
    len: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Scalar> InPlace<'a, T> {
    /// # Safety
    ///
    /// If `first` isn't null, it is to `len` numbers that no other code reads or writes for as long
    /// as `'a`.
    #[inline(always)]
    pub unsafe fn new(first: *mut T, len: usize) -> Result<Self> {
        extent(first, len, size_of::<T>())?;
        Ok(Self { first, len, memory: PhantomData })
    }

    /// Returns the numbers as a slice, if they are aligned.
    #[inline(always)]
    pub fn slice(self) -> Result<&'a mut [T]> {
        if self.len == 0 {
            return Ok(&mut []);
        }
        if !self.first.is_aligned() {
            return Err(KernelCode::Misaligned);
        }
        // SAFETY: the pointer is aligned, and not null as `new` checked; by the contract of `new`
        // there are `len` numbers that only this value uses, which is consumed, and it refused a
        // length above `isize::MAX` bytes.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.first, self.len) })
    }

    #[inline(always)]
    fn strided(self) -> StridedMut<'a, T> {
        // SAFETY: by the contract of `new` only this value uses the numbers, and it is consumed;
        // they are consecutive.
        unsafe { StridedMut::new(self.first, self.len, size_of::<T>()) }
    }

    /// Returns the numbers in rows of `lanes`, without an incomplete one.
    pub fn rows(self, lanes: usize) -> impl Iterator<Item = Self> {
        let rows = self.len.checked_div(lanes).unwrap_or(0);
        (0..rows).map(move |row| Self { first: self.first.wrapping_add(row * lanes), len: lanes, ..self })
    }

    pub fn is_aligned(&self) -> bool {
        self.len == 0 || self.first.is_aligned()
    }

    #[inline(always)]
    pub fn map(self, operation: impl Map<T>) {
        if !self.is_aligned() {
            return self.strided().map(|value| operation.scalar(value));
        }
        if let Ok(values) = self.slice() {
            dispatch::map(for_slice(values), values, operation);
        }
    }
}

impl<T: super::Float> InPlace<'_, T> {
    /// Divides all numbers by their Euclidean length as a vector, unless that is 0.
    pub fn normalize(self) {
        let numbers = self.strided();
        let length = numbers.shared().dot(numbers.shared()).square_root();
        if length != T::ZERO {
            numbers.map(|value| value.quotient(length));
        }
    }
}

/// Consecutive numbers at any address, to be changed, and as many to be read. They may overlap.
pub(super) struct Pair<'a, T> {
    values: *mut T,
    other: *const T,
    len: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Scalar> Pair<'a, T> {
    /// # Safety
    ///
    /// Each pointer that isn't null is to `len` numbers, which no other code writes to for as long
    /// as `'a`; no other code reads those at `values`.
    #[inline(always)]
    pub unsafe fn new(values: *mut T, other: *const T, len: usize) -> Result<Self> {
        extent(values, len, size_of::<T>())?;
        extent(other, len, size_of::<T>())?;
        Ok(Self { values, other, len, memory: PhantomData })
    }

    /// Returns the numbers as slices, if they are aligned and don't overlap.
    #[inline(always)]
    fn slices(&mut self) -> Option<(&mut [T], &[T])> {
        if self.len == 0 {
            return Some((&mut [], &[]));
        }
        let apart = self.values.addr().abs_diff(self.other.addr()) >= self.len * size_of::<T>();
        if !apart || !self.values.is_aligned() || !self.other.is_aligned() {
            return None;
        }
        // SAFETY: the pointer is aligned, and not null as `new` checked; by the contract of `new`
        // there are `len` numbers that only this value uses, which is borrowed exclusively; those
        // of `other` are apart from them.
        let values = unsafe { std::slice::from_raw_parts_mut(self.values, self.len) };
        // SAFETY: the pointer is aligned and not null; there are `len` numbers that nothing writes
        // to: the slice before is apart from them, and by the contract of `new` no other code does.
        Some((values, unsafe { std::slice::from_raw_parts(self.other, self.len) }))
    }

    /// Changes each number in place by its partner, in order if they overlap.
    #[inline(always)]
    pub fn zip(mut self, operation: impl Zip<T>) {
        if let Some((values, other)) = self.slices() {
            return dispatch::zip(for_slice(values), values, other, operation);
        }
        // SAFETY: by the contract of `new` only this value uses the numbers, and it is consumed;
        // they are consecutive.
        let values: StridedMut<'a, T> = unsafe { StridedMut::new(self.values, self.len, size_of::<T>()) };
        // SAFETY: by the contract of `new` the numbers can be read, and only this thread has those
        // that `values` writes.
        let other: Strided<'a, T> = unsafe { Strided::new(self.other, self.len, size_of::<T>()) };
        values.zip(other, |value, other| operation.scalar(value, other));
    }
}

/// A field of `lanes` numbers in each of some records, `stride` bytes apart; `P` is a pointer to
/// the first number.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a, P> {
    first: P,
    records: usize,
    stride: usize,
    lanes: usize,
    memory: PhantomData<&'a ()>,
}

impl<P> Fields<'_, P> {
    /// Checks the arguments of both constructors as far as possible.
    #[inline(always)]
    fn checked<T>(at: *const T, first: P, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        let fields = Self { first, records, stride, lanes, memory: PhantomData };
        extent(at, usize::from(fields.bytes::<T>()? > 0), fields.bytes::<T>()?)?;
        Ok(fields)
    }

    /// Returns the number of bytes from the first number of the first record to the end of the last
    /// number of the last one.
    #[inline(always)]
    fn bytes<T>(&self) -> Result<usize> {
        if self.records == 0 || self.lanes == 0 {
            return Ok(0);
        }
        let last = (self.records - 1).checked_mul(self.stride);
        let field = self.lanes.checked_mul(size_of::<T>());
        last.zip(field).and_then(|(last, field)| last.checked_add(field)).ok_or(KernelCode::Size)
    }
}

impl<'a, T: Scalar> Fields<'a, *const T> {
    /// # Safety
    ///
    /// If `first` isn't null, it and every address `stride` bytes further, for `records` records,
    /// is to `lanes` numbers that no thread writes to for as long as `'a`.
    #[inline(always)]
    pub unsafe fn new(first: *const T, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        Self::checked(first, first, records, stride, lanes)
    }

    pub fn addresses(&self) -> Result<Range<usize>> {
        let bytes = self.bytes::<T>()?;
        Ok(if bytes == 0 { 0..0 } else { self.first.addr()..self.first.addr() + bytes })
    }

    /// Returns the numbers of each lane, of all records.
    pub fn columns(self) -> impl Iterator<Item = Strided<'a, T>> {
        (0..self.lanes).map(move |lane| {
            // SAFETY: by the contract of `new` each record has that number, which can be read.
            unsafe { Strided::new(self.first.wrapping_add(lane), self.records, self.stride) }
        })
    }
}

impl<'a, T: Scalar> Fields<'a, *mut T> {
    /// # Safety
    ///
    /// If `first` isn't null, it and every address `stride` bytes further, for `records` records,
    /// is to `lanes` numbers. For as long as `'a` they are only read and written through values of
    /// this type.
    #[inline(always)]
    pub unsafe fn new_mut(first: *mut T, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        Self::checked(first.cast_const(), first, records, stride, lanes)
    }

    /// Returns the numbers of each lane, of all records; no lanes if there is no record, as there
    /// is nothing to do.
    pub fn columns(self) -> impl Iterator<Item = StridedMut<'a, T>> {
        (0..if self.records == 0 { 0 } else { self.lanes }).map(move |lane| {
            // SAFETY: by the contract of `new_mut` each record has that number, which is only used
            // through this type.
            unsafe { StridedMut::new(self.first.wrapping_add(lane), self.records, self.stride) }
        })
    }
}

/// Memory for results at any address.
pub(super) struct Output<'a, R> {
    first: *mut R,
    count: usize,
    memory: PhantomData<&'a mut R>,
}

impl<R> Output<'_, R> {
    /// # Safety
    ///
    /// If `first` isn't null, it is to memory for `count` results, which no other code reads or
    /// writes for as long as `'a`; it need not be initialised.
    #[inline(always)]
    pub unsafe fn new(first: *mut R, count: usize) -> Result<Self> {
        extent(first, count, size_of::<R>())?;
        Ok(Self { first, count, memory: PhantomData })
    }

    #[inline(always)]
    pub fn addresses(&self) -> Range<usize> {
        let bytes = self.count * size_of::<R>();
        if bytes == 0 { 0..0 } else { self.first.addr()..self.first.addr() + bytes }
    }

    /// Writes the results, as far as they fit; skips the memory of a missing one.
    #[inline(always)]
    pub fn write(&mut self, results: impl IntoIterator<Item = Option<R>>) {
        for (index, result) in results.into_iter().enumerate() {
            self.write_at(index, result);
        }
    }

    #[inline(always)]
    fn write_at(&mut self, index: usize, result: Option<R>) {
        if let Some(result) = result.filter(|_| index < self.count) {
            let at = self.first.wrapping_add(index);
            // SAFETY: the index is below the count, so by the contract of `new` there is memory,
            // which only this value uses; any address is allowed.
            unsafe { at.write_unaligned(result) };
        }
    }
}

impl<'a, R> Output<'a, R> {
    /// Adds memory for a byte for each result, which says if it exists. Returns an error if they
    /// overlap each other or `numbers`.
    pub fn with(self, present: Output<'a, u8>, numbers: &Range<usize>) -> Result<Found<'a, R>> {
        apart(numbers, &self.addresses())?;
        apart(numbers, &present.addresses())?;
        apart(&self.addresses(), &present.addresses())?;
        Ok(Found { out: self, present })
    }
}

/// Memory for results that may be missing.
pub(super) struct Found<'a, R> {
    out: Output<'a, R>,
    present: Output<'a, u8>,
}

impl<R: Copy> Found<'_, R> {
    /// Writes the results that exist, and for each a byte that says so.
    pub fn write(mut self, results: impl IntoIterator<Item = Option<R>>) {
        let Self { out, present } = &mut self;
        let results = results.into_iter().enumerate().map(|(index, result)| {
            out.write_at(index, result);
            Some(u8::from(result.is_some()))
        });
        present.write(results);
    }
}

/// Returns an operand at any address.
///
/// # Safety
///
/// If `operand` isn't null, it is to a value of that type, for which any bits are valid, and no
/// thread writes to it meanwhile.
#[inline(always)]
pub(super) unsafe fn operand<T>(operand: *const T) -> Result<T> {
    if operand.is_null() {
        return Err(KernelCode::Null);
    }
    // SAFETY: not null, so there is a value by this function's contract; any address is allowed.
    Ok(unsafe { operand.read_unaligned() })
}
