//! The arguments of the tables' functions: a pointer and a count become one value, in one unsafe constructor.
//!
//! A constructor asks its caller for what nobody can check, that there is memory of that length, and checks the rest: null,
//! a length beyond the address space. What its value then does needs no promise any more.

use std::marker::PhantomData;
use std::ops::Range;

use super::code::KernelCode;
use super::operation::{Choose, Map, Zip};
use super::strided::{Strided, StridedMut};
use super::{Scalar, dispatch, for_slice};

type Result<T> = std::result::Result<T, KernelCode>;

/// The addresses of `count` values of `size` bytes from `first` on; none for no values, whose pointer may be anything.
#[inline(always)]
fn extent<T>(first: *const T, count: usize, size: usize) -> Result<Range<usize>> {
    if count == 0 || size == 0 {
        return Ok(0..0);
    }
    if first.is_null() {
        return Err(KernelCode::Null);
    }
    // The size is a constant to most callers: this is one comparison, and no multiplication that may overflow.
    if count > isize::MAX as usize / size {
        return Err(KernelCode::Size);
    }
    let end = first.addr().checked_add(count * size).ok_or(KernelCode::Size)?;
    Ok(first.addr()..end)
}

/// An error where both have an address.
#[inline(always)]
pub(super) fn apart(one: &Range<usize>, other: &Range<usize>) -> Result<()> {
    let overlap = one.start < other.end && other.start < one.end;
    if overlap { Err(KernelCode::Overlap) } else { Ok(()) }
}

/// Numbers in a row at any address, to be read.
#[derive(Clone, Copy)]
pub(super) struct Input<'a, T> {
    first: *const T,
    len: usize,
    memory: PhantomData<&'a T>,
}

impl<'a, T: Scalar> Input<'a, T> {
    /// # Safety
    ///
    /// Where `first` isn't null, at it are `len` numbers that nobody writes to for as long as `'a`.
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

    /// As a slice, where they are aligned.
    #[inline(always)]
    pub fn slice(self) -> Result<&'a [T]> {
        if self.len == 0 {
            return Ok(&[]);
        }
        if !self.first.is_aligned() {
            return Err(KernelCode::Misaligned);
        }
        // SAFETY: the pointer is aligned, and not null as `new` saw to that; by the contract of `new` there are `len`
        // numbers that nobody writes to, and it refused a length above `isize::MAX` bytes.
        Ok(unsafe { std::slice::from_raw_parts(self.first, self.len) })
    }

    #[inline(always)]
    fn strided(self) -> Strided<'a, T> {
        // SAFETY: by the contract of `new` the numbers can be read, and they are one behind the other.
        unsafe { Strided::new(self.first, self.len, size_of::<T>()) }
    }

    /// The first `rows` rows of `lanes` numbers, as far as there are whole ones.
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

    /// The sum of the products with `other`, which has as many numbers.
    #[inline(always)]
    pub fn dot(self, other: Self) -> <T as Scalar>::Sum {
        match (self.slice(), other.slice()) {
            (Ok(values), Ok(other)) if values.len() == other.len() => super::dot(values, other),
            _ => self.strided().dot(other.strided()),
        }
    }
}

/// Numbers in a row at any address, to be changed.
pub(super) struct InPlace<'a, T> {
    first: *mut T,
    len: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Scalar> InPlace<'a, T> {
    /// # Safety
    ///
    /// Where `first` isn't null, at it are `len` numbers that nobody else reads or writes for as long as `'a`.
    #[inline(always)]
    pub unsafe fn new(first: *mut T, len: usize) -> Result<Self> {
        extent(first, len, size_of::<T>())?;
        Ok(Self { first, len, memory: PhantomData })
    }

    /// As a slice, where they are aligned.
    #[inline(always)]
    pub fn slice(self) -> Result<&'a mut [T]> {
        if self.len == 0 {
            return Ok(&mut []);
        }
        if !self.first.is_aligned() {
            return Err(KernelCode::Misaligned);
        }
        // SAFETY: the pointer is aligned, and not null as `new` saw to that; by the contract of `new` there are `len`
        // numbers that are this value's, which ends here, and it refused a length above `isize::MAX` bytes.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.first, self.len) })
    }

    #[inline(always)]
    fn strided(self) -> StridedMut<'a, T> {
        // SAFETY: by the contract of `new` the numbers are this value's, which ends here; they are one behind the other.
        unsafe { StridedMut::new(self.first, self.len, size_of::<T>()) }
    }

    /// The numbers in rows of `lanes`, as far as there are whole ones.
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
    /// Divides all by their Euclidean length as a vector, unless that is 0.
    pub fn normalize(self) {
        let numbers = self.strided();
        let length = numbers.shared().dot(numbers.shared()).square_root();
        if length != T::ZERO {
            numbers.map(|value| value.quotient(length));
        }
    }
}

/// Numbers in a row at any address, to be changed, and as many to be read. They may overlap.
pub(super) struct Pair<'a, T> {
    values: *mut T,
    other: *const T,
    len: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Scalar> Pair<'a, T> {
    /// # Safety
    ///
    /// Where the pointers aren't null, at each are `len` numbers, which nobody else writes to for as long as `'a`; those at
    /// `values` nobody else reads either.
    #[inline(always)]
    pub unsafe fn new(values: *mut T, other: *const T, len: usize) -> Result<Self> {
        extent(values, len, size_of::<T>())?;
        extent(other, len, size_of::<T>())?;
        Ok(Self { values, other, len, memory: PhantomData })
    }

    /// As slices, where they are aligned and don't overlap.
    #[inline(always)]
    fn slices(&mut self) -> Option<(&mut [T], &[T])> {
        if self.len == 0 {
            return Some((&mut [], &[]));
        }
        let apart = self.values.addr().abs_diff(self.other.addr()) >= self.len * size_of::<T>();
        if !apart || !self.values.is_aligned() || !self.other.is_aligned() {
            return None;
        }
        // SAFETY: the pointer is aligned, and not null as `new` saw to that; by the contract of `new` there are `len`
        // numbers that are this value's, which is borrowed exclusively; those of `other` are apart from them.
        let values = unsafe { std::slice::from_raw_parts_mut(self.values, self.len) };
        // SAFETY: the pointer is aligned and not null; there are `len` numbers that nobody writes to: not the owner of the
        // slice before, which is apart from them, and by the contract of `new` nobody else.
        Some((values, unsafe { std::slice::from_raw_parts(self.other, self.len) }))
    }

    /// Changes each in place by its partner; in order, where slices overlap.
    #[inline(always)]
    pub fn zip(mut self, operation: impl Zip<T>) {
        if let Some((values, other)) = self.slices() {
            return dispatch::zip(for_slice(values), values, other, operation);
        }
        // SAFETY: by the contract of `new` the numbers are this value's, which ends here; they are one behind the other.
        let values: StridedMut<'a, T> = unsafe { StridedMut::new(self.values, self.len, size_of::<T>()) };
        // SAFETY: by the contract of `new` the numbers can be read, and only this thread has those that `values` writes.
        let other: Strided<'a, T> = unsafe { Strided::new(self.other, self.len, size_of::<T>()) };
        values.zip(other, |value, other| operation.scalar(value, other));
    }
}

/// A field of `lanes` numbers in each of some records, `stride` bytes apart; `P` is a pointer to the first number.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a, P> {
    first: P,
    records: usize,
    stride: usize,
    lanes: usize,
    memory: PhantomData<&'a ()>,
}

impl<P> Fields<'_, P> {
    /// What is asked of both constructors, checked as far as that is possible.
    #[inline(always)]
    fn checked<T>(at: *const T, first: P, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        let fields = Self { first, records, stride, lanes, memory: PhantomData };
        extent(at, usize::from(fields.bytes::<T>()? > 0), fields.bytes::<T>()?)?;
        Ok(fields)
    }

    /// From the first number of the first record to the end of the last number of the last one.
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
    /// Where `first` isn't null, there are `lanes` numbers at it and every `stride` bytes from there on, of `records` records,
    /// that nobody writes to for as long as `'a`.
    #[inline(always)]
    pub unsafe fn new(first: *const T, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        Self::checked(first, first, records, stride, lanes)
    }

    pub fn addresses(&self) -> Result<Range<usize>> {
        let bytes = self.bytes::<T>()?;
        Ok(if bytes == 0 { 0..0 } else { self.first.addr()..self.first.addr() + bytes })
    }

    /// The numbers of each lane, of all records.
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
    /// Where `first` isn't null, there are `lanes` numbers at it and every `stride` bytes from there on, of `records` records.
    /// For as long as `'a` they are read and written through values of this type alone.
    #[inline(always)]
    pub unsafe fn new_mut(first: *mut T, records: usize, stride: usize, lanes: usize) -> Result<Self> {
        Self::checked(first.cast_const(), first, records, stride, lanes)
    }

    /// The numbers of each lane, of all records; no lanes where there is no record, as nothing is to be done then.
    pub fn columns(self) -> impl Iterator<Item = StridedMut<'a, T>> {
        (0..if self.records == 0 { 0 } else { self.lanes }).map(move |lane| {
            // SAFETY: by the contract of `new_mut` each record has that number, which is this type's alone to use.
            unsafe { StridedMut::new(self.first.wrapping_add(lane), self.records, self.stride) }
        })
    }
}

/// Room for results at any address.
pub(super) struct Output<'a, R> {
    first: *mut R,
    count: usize,
    memory: PhantomData<&'a mut R>,
}

impl<R> Output<'_, R> {
    /// # Safety
    ///
    /// Where `first` isn't null, at it is memory for `count` results, which nobody else reads or writes for as long as `'a`; it
    /// need not be initialised.
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

    /// Writes the results, as far as there is room; leaves the place of one that is missing as it is.
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
            // SAFETY: the index is below the count, so by the contract of `new` there is memory, which is this value's; any
            // address will do.
            unsafe { at.write_unaligned(result) };
        }
    }
}

impl<'a, R> Output<'a, R> {
    /// Room for results and for a byte each that says whether there is one; an error where they overlap each other or
    /// `numbers`.
    pub fn with(self, present: Output<'a, u8>, numbers: &Range<usize>) -> Result<Found<'a, R>> {
        apart(numbers, &self.addresses())?;
        apart(numbers, &present.addresses())?;
        apart(&self.addresses(), &present.addresses())?;
        Ok(Found { out: self, present })
    }
}

/// Room for results that may be missing.
pub(super) struct Found<'a, R> {
    out: Output<'a, R>,
    present: Output<'a, u8>,
}

impl<R: Copy> Found<'_, R> {
    /// Writes the results that there are, and for each whether there is one.
    pub fn write(mut self, results: impl IntoIterator<Item = Option<R>>) {
        let Self { out, present } = &mut self;
        let results = results.into_iter().enumerate().map(|(index, result)| {
            out.write_at(index, result);
            Some(u8::from(result.is_some()))
        });
        present.write(results);
    }
}

/// An operand at any address.
///
/// # Safety
///
/// Where `operand` isn't null, at it is a value of that type, of which any bits are one, and nobody writes to it meanwhile.
#[inline(always)]
pub(super) unsafe fn operand<T>(operand: *const T) -> Result<T> {
    if operand.is_null() {
        return Err(KernelCode::Null);
    }
    // SAFETY: not null, so there is a value by this function's contract; any address will do.
    Ok(unsafe { operand.read_unaligned() })
}
