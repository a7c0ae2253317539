//! Columns: many messages of one type, field by field.
//!
//! A loop over an array of messages that uses one field loads all the others into the cache, and no
//! compiler vectorises it well. `#[ffi(columns)]` gives a message a container that holds each field
//! of all messages in an array of its own: [`FfiColumns`], called `ParticleColumns` for a
//! `Particle`. A row is one message, spread over the columns.
//!
//! ```text
//! messages   x0 y0 m0 · x1 y1 m1 · x2 y2 m2 ·
//!
//! columns    x0 x1 x2 … │ y0 y1 y2 … │ m0 m1 m2 …      one allocation, each column at a
//!                                                      multiple of 64 bytes
//! ```
//!
//! The container is its own C header: C and Dart read length, capacity and the columns' addresses
//! in place, and change them through the functions that the derive exports. Values that they write
//! into columns are untrusted: they are checked, column by column, before a function that takes
//! `&ParticleColumns` runs. Columns whose type has no invalid bits cost nothing.
//!
//! What was given up: a message in the container has no address, so there is no `&Particle` and no
//! slice of them; a row is copied out and in. Columns move when the container grows, and removing
//! keeps no order: [`sort_by`](FfiColumns::sort_by) makes one.
//!
//! # Examples
//!
//! ```
//! use ffi_core::FfiMessage;
//!
//! #[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
//! #[repr(C)]
//! #[ffi(columns)]
//! pub struct Particle {
//!     pub position: f32,
//!     pub velocity: f32,
//! }
//!
//! let mut particles = ParticleColumns::new();
//! particles.push(Particle { position: 0.0, velocity: 2.0 });
//! particles.push(Particle { position: 1.0, velocity: -4.0 });
//!
//! // All columns at once, each a slice.
//! let columns = particles.columns_mut();
//! for (position, velocity) in columns.position.iter_mut().zip(&*columns.velocity) {
//!     *position += velocity * 0.5;
//! }
//! assert_eq!(particles.columns().position, [1.0, -1.0]);
//! assert_eq!(particles.get(1), Some(Particle { position: -1.0, velocity: -4.0 }));
//! ```

pub(crate) mod abi;
mod error;
mod header;
mod parts;
mod raw;

use std::alloc::Layout;
use std::cmp::Ordering;
use std::fmt;
use std::mem::MaybeUninit;

#[doc(hidden)]
pub use abi::{ColumnsCode, leaked};
pub use error::ColumnsError;
use header::{Header, Kind};
#[doc(hidden)]
pub use parts::{ColumnList, ColumnParts, column, column_mut};
#[doc(hidden)]
pub use raw::Column;

use crate::message::FfiMessage;
use crate::types::{FfiType, InvalidValue};

/// A message with columns. Implemented by `#[derive(FfiMessage)]` for `#[ffi(columns)]`.
///
/// # Safety
///
/// An implementation promises that [`COLUMNS`](Self::COLUMNS) has each field of the message in
/// order, that [`Pointers`](Self::Pointers) is an array of as many pointers, and that
/// [`columns`](Self::columns) and [`columns_mut`](Self::columns_mut) use them for those fields'
/// values and for nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no columns",
    note = "add `#[ffi(columns)]` to it, which needs `#[derive(FfiMessage)]`"
)]
pub unsafe trait FfiColumnar: FfiMessage {
    /// Columns of the fields.
    #[doc(hidden)]
    const COLUMNS: &'static [Column];

    /// Array of the addresses of the columns, `[*mut u8; N]`.
    #[doc(hidden)]
    type Pointers: AsRef<[*mut u8]> + AsMut<[*mut u8]> + Copy + fmt::Debug + 'static;

    /// Addresses before the columns are allocated.
    #[doc(hidden)]
    const NOWHERE: Self::Pointers;

    /// A struct with a slice for each field: `ParticleColumnsRef` for a `Particle`.
    type Ref<'a>;

    /// A struct with a mutable slice for each field: `ParticleColumnsMut` for a `Particle`.
    type Mut<'a>;

    /// Returns the columns as slices.
    ///
    /// # Safety
    ///
    /// Each pointer is to `len` valid values of the field's type, which no thread writes to for as
    /// long as `'a`.
    #[doc(hidden)]
    unsafe fn columns<'a>(pointers: &Self::Pointers, len: usize) -> Self::Ref<'a>;

    /// Returns the columns as mutable slices.
    ///
    /// # Safety
    ///
    /// Each pointer is to `len` valid values of the field's type, which no other code reads or
    /// writes for as long as `'a`; the columns don't overlap.
    #[doc(hidden)]
    unsafe fn columns_mut<'a>(pointers: &Self::Pointers, len: usize) -> Self::Mut<'a>;
}

/// Messages of type `T`, field by field; see [the module](self). The derive names the type
/// `ParticleColumns` for a `Particle`.
///
/// A row is one message. Each column starts at a multiple of 64 bytes. [`push`](Self::push) and
/// [`resize_zeroed`](Self::resize_zeroed) initialise rows; beyond the length, memory isn't
/// initialised.
///
/// # In C
///
/// ```c
/// typedef struct ParticleColumns {
///     uint64_t len, capacity;
///     float *position, *velocity;  // one per field
///     uint64_t fixed_, seal_;
/// } ParticleColumns;
/// ```
///
/// Only the container's own functions may write to the header. Other code may write to the first
/// `len` rows of each column.
///
/// A function finds a damaged header by the seal: a sum of all other words, each times an odd
/// number of its own, that begins with the fingerprint of the message. That is a multilinear hash
/// (Lemire and Kaser, "Strongly universal string hashing is fast", The Computer Journal 57(11),
/// 2014) with fixed multipliers. A change of one word always changes it, and a change of several
/// does except for one in 2^64. Each row adds 1 to the seal, so adding one costs one addition.
/// `.._columns_free` of a damaged container frees nothing and returns an error, and [`leaked`]
/// counts it.
#[repr(C)]
pub struct FfiColumns<T: FfiColumnar> {
    /// Number of rows.
    len: u64,
    /// Number of rows for which there is memory.
    capacity: u64,
    pointers: T::Pointers,
    /// 1 if the capacity never changes, otherwise 0.
    fixed: u64,
    /// Seal of all words above: the result of [`seal_of`](Self::seal_of), plus the length.
    seal: u64,
}

// SAFETY: the container owns its memory, which holds plain data of the types of `T`'s fields.
unsafe impl<T: FfiColumnar + Send> Send for FfiColumns<T> {}

// SAFETY: nothing changes through a shared reference to the container, which only gives shared
// references to the values.
unsafe impl<T: FfiColumnar + Sync> Sync for FfiColumns<T> {}

impl<T: FfiColumnar> FfiColumns<T> {
    const KIND: &Kind = &Kind {
        columns: T::COLUMNS,
        fingerprint: <T as FfiType>::FINGERPRINT,
        size: size_of::<T>(),
        release: if T::SECRET { raw::release_secret } else { raw::release },
        layout: Layout::new::<Self>(),
    };

    /// Returns the words of the container without its type.
    #[inline]
    fn header(&mut self) -> Header<'_> {
        let Self { len, capacity, pointers, fixed, seal } = self;
        Header { kind: Self::KIND, len, capacity, pointers: pointers.as_mut(), fixed, seal }
    }

    /// Returns a container without rows, and allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// Returns a container without rows, with memory for `capacity` of them. It grows when that
    /// isn't enough.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        unwrap(Self::try_with_capacity(capacity))
    }

    /// Returns a container without rows, with memory for `capacity` of them. It never grows, so its
    /// columns never move.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory.
    #[must_use]
    pub fn fixed(capacity: usize) -> Self {
        unwrap(Self::try_fixed(capacity))
    }

    /// Returns [`with_capacity`](Self::with_capacity), if there is memory.
    ///
    /// # Errors
    ///
    /// Returns [`ColumnsError::Memory`] if there is none.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, ColumnsError> {
        Self::allocate(capacity, 0)
    }

    /// Returns [`fixed`](Self::fixed), if there is memory.
    ///
    /// # Errors
    ///
    /// Returns [`ColumnsError::Memory`] if there is none.
    pub fn try_fixed(capacity: usize) -> Result<Self, ColumnsError> {
        Self::allocate(capacity, 1)
    }

    /// Makes a container. Every header begins here.
    fn allocate(rows: usize, fixed: u64) -> Result<Self, ColumnsError> {
        let mut pointers = T::NOWHERE;
        if !raw::allocate(T::COLUMNS, rows, pointers.as_mut()) {
            return Err(ColumnsError::Memory { rows });
        }
        let capacity = rows as u64;
        Ok(Self { len: 0, capacity, pointers, fixed, seal: Self::seal_of(capacity, &pointers, fixed) })
    }

    /// Returns the seal of a header with these words and no rows.
    #[inline]
    fn seal_of(capacity: u64, pointers: &T::Pointers, fixed: u64) -> u64 {
        raw::seal(<T as FfiType>::FINGERPRINT, [capacity, fixed], pointers.as_ref())
    }

    /// Sets the length and updates the seal. Every change of the length goes through here.
    #[inline(always)]
    fn set_len(&mut self, len: usize) {
        let len = len as u64;
        self.seal = self.seal.wrapping_add(len.wrapping_sub(self.len));
        self.len = len;
    }

    /// Returns the number of rows.
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        // The cast is lossless, as the number counts rows in memory.
        self.len as usize
    }

    /// Returns true if there are no rows.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the number of rows for which there is memory.
    #[must_use]
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Returns true if the capacity never changes: see [`fixed`](Self::fixed).
    #[must_use]
    #[inline]
    pub const fn is_fixed(&self) -> bool {
        self.fixed != 0
    }

    /// Returns the columns, each a slice: a struct with a field for each field of the message.
    #[must_use]
    #[inline]
    pub fn columns(&self) -> T::Ref<'_> {
        // SAFETY: each column has `len` values, which are valid as rows only come from messages and
        // checked memory; the reference to the container keeps them.
        unsafe { T::columns(&self.pointers, self.len()) }
    }

    /// Returns the columns, each a mutable slice, all at once.
    #[must_use]
    #[inline]
    pub fn columns_mut(&mut self) -> T::Mut<'_> {
        // SAFETY: each column has `len` valid values, and the columns follow one another without
        // overlap; the container owns them, and this is the only reference to it.
        unsafe { T::columns_mut(&self.pointers, self.len()) }
    }

    /// Reserves memory for `additional` more rows. Growing at least doubles the capacity.
    ///
    /// # Errors
    ///
    /// Returns [`ColumnsError::Full`] if the capacity is fixed, [`ColumnsError::Memory`] if there
    /// is no memory; then nothing has changed.
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), ColumnsError> {
        if additional <= self.capacity() - self.len() { Ok(()) } else { self.grow(additional) }
    }

    /// Reserves memory as [`try_reserve`](Self::try_reserve) does.
    ///
    /// # Panics
    ///
    /// Panics if [`try_reserve`](Self::try_reserve) returns an error.
    pub fn reserve(&mut self, additional: usize) {
        unwrap(self.try_reserve(additional));
    }

    #[cold]
    fn grow(&mut self, additional: usize) -> Result<(), ColumnsError> {
        self.header().grow(additional)
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// Panics if [`try_push`](Self::try_push) returns an error.
    #[inline]
    pub fn push(&mut self, message: T) {
        unwrap(self.try_push(message));
    }

    /// Adds a row, if it fits.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_reserve`](Self::try_reserve).
    #[inline]
    pub fn try_push(&mut self, message: T) -> Result<(), ColumnsError> {
        self.try_reserve(1)?;
        // SAFETY: there is memory for one more row, and a reference is to a message.
        unsafe { self.put(self.len(), &message) };
        self.set_len(self.len() + 1);
        Ok(())
    }

    /// Removes the last row and returns it, if there is one.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        // SAFETY: the row exists.
        let message = unsafe { self.take(last) };
        self.set_len(last);
        Some(message)
    }

    /// Removes a row and returns it, and moves the last one to its place.
    ///
    /// # Panics
    ///
    /// Panics if there is no such row.
    #[inline]
    #[track_caller]
    pub fn swap_remove(&mut self, row: usize) -> T {
        self.assert_row(row);
        // SAFETY: the row exists.
        let message = unsafe { self.take(row) };
        // SAFETY: the row exists.
        unsafe { self.fill_gap(row) };
        message
    }

    /// Returns a copy of a row, if there is such a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        // SAFETY: the row exists.
        (row < self.len()).then(|| unsafe { self.take(row) })
    }

    /// Overwrites a row.
    ///
    /// # Panics
    ///
    /// Panics if there is no such row.
    #[inline]
    #[track_caller]
    pub fn set(&mut self, row: usize, message: &T) {
        self.assert_row(row);
        // SAFETY: the row exists, and a reference is to a message.
        unsafe { self.put(row, message) };
    }

    /// Changes the number of rows to `len`: new ones are zero, surplus ones are removed.
    ///
    /// # Panics
    ///
    /// Panics if [`try_resize_zeroed`](Self::try_resize_zeroed) returns an error.
    pub fn resize_zeroed(&mut self, len: usize) {
        unwrap(self.try_resize_zeroed(len));
    }

    /// Changes the number of rows to `len`, if they fit: new ones are zero, surplus ones are
    /// removed.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_reserve`](Self::try_reserve).
    pub fn try_resize_zeroed(&mut self, len: usize) -> Result<(), ColumnsError> {
        self.header().resize_zeroed(len)
    }

    /// Keeps the first `len` rows; does nothing if there are fewer.
    pub fn truncate(&mut self, len: usize) {
        self.set_len(self.len().min(len));
    }

    /// Removes all rows. The memory stays.
    pub fn clear(&mut self) {
        self.set_len(0);
    }

    /// Returns a container with a row for each message.
    ///
    /// # Panics
    ///
    /// Panics if there is no memory.
    #[must_use]
    pub fn from_records(messages: &[T]) -> Self {
        let mut columns = Self::with_capacity(messages.len());
        columns.extend_from_records(messages);
        columns
    }

    /// Adds a row for each message.
    ///
    /// # Panics
    ///
    /// Panics if [`try_extend_from_records`](Self::try_extend_from_records) returns an error.
    pub fn extend_from_records(&mut self, messages: &[T]) {
        unwrap(self.try_extend_from_records(messages));
    }

    /// Adds a row for each message, if all of them fit.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_reserve`](Self::try_reserve).
    pub fn try_extend_from_records(&mut self, messages: &[T]) -> Result<(), ColumnsError> {
        // SAFETY: a slice is that many messages.
        unsafe { self.header().append(messages.as_ptr().cast(), messages.len()) }
    }

    /// Removes a row, and moves the last one to its place.
    ///
    /// # Safety
    ///
    /// The row exists.
    #[inline(always)]
    unsafe fn fill_gap(&mut self, row: usize) {
        let last = self.len() - 1;
        // SAFETY: there is a row, so there is a last one, and the row of the gap exists by this
        // function's contract.
        unsafe { raw::overwrite(T::COLUMNS, self.pointers.as_ref(), last, row) };
        self.set_len(last);
    }

    /// Sorts the rows by `compare`, which gets all columns and the numbers of two rows. Equal rows
    /// keep their order.
    ///
    /// It takes memory for the number of each row and for one column. The columns don't move.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::FfiMessage;
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(columns)]
    /// struct Star {
    ///     catalogue: u32,
    ///     magnitude: f32,
    /// }
    ///
    /// let star = |(catalogue, magnitude)| Star { catalogue, magnitude };
    /// let stars = [(1, 4.5), (2, -1.5), (3, 0.25)];
    /// let mut stars: StarColumns = stars.map(star).into_iter().collect();
    /// stars.sort_by(|stars, a, b| stars.magnitude[a].total_cmp(&stars.magnitude[b]));
    /// assert_eq!(stars.columns().catalogue, [2, 3, 1]);
    /// ```
    pub fn sort_by(&mut self, mut compare: impl FnMut(&T::Ref<'_>, usize, usize) -> Ordering) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        let columns = self.columns();
        order.sort_by(|&a, &b| compare(&columns, a, b));
        // SAFETY: sorting leaves each row's number in it once; the container is borrowed mutably,
        // and `columns`, which is not used any more, was the only reference to them.
        unsafe { self.move_rows(&order) };
    }

    /// Moves the rows: row `i` becomes what row `order[i]` was.
    ///
    /// It takes memory for one column. The columns don't move.
    ///
    /// # Panics
    ///
    /// Panics if `order` doesn't have the number of each row once.
    #[track_caller]
    pub fn reorder(&mut self, order: &[usize]) {
        let rows = self.len();
        assert!(order.len() == rows, "an order of {} numbers for {rows} rows", order.len());
        let mut seen = vec![false; rows];
        for &row in order {
            self.assert_row(row);
            assert!(!std::mem::replace(&mut seen[row], true), "row {row} is twice in the order");
        }
        // SAFETY: each is the number of a row, and there are as many as rows; the container is
        // borrowed mutably.
        unsafe { self.move_rows(order) };
    }

    /// Moves the rows: row `i` becomes what row `order[i]` was.
    ///
    /// # Safety
    ///
    /// There are as many rows as numbers in `order`, each of which is that of a row. Nobody else
    /// uses the columns.
    unsafe fn move_rows(&self, order: &[usize]) {
        let reorder = if T::SECRET { raw::reorder_secret } else { raw::reorder };
        // SAFETY: the callees have the same contract, for the columns of this container.
        unsafe { reorder(T::COLUMNS, self.pointers.as_ref(), order) };
    }

    /// Returns a message for each row.
    #[must_use]
    pub fn to_records(&self) -> Vec<T> {
        let mut messages = Vec::with_capacity(self.len());
        // SAFETY: the rows exist, and there is memory for as many messages.
        unsafe { self.copy_to(0, messages.as_mut_ptr(), self.len()) };
        // SAFETY: all fields of that many messages were written, with valid values.
        unsafe { messages.set_len(self.len()) };
        messages
    }

    /// Writes each row into a message.
    ///
    /// # Panics
    ///
    /// Panics if there are not as many messages as rows.
    #[track_caller]
    pub fn write_records(&self, messages: &mut [T]) {
        let (rows, count) = (self.len(), messages.len());
        assert!(rows == count, "{rows} rows don't go into {count} messages");
        // SAFETY: the rows exist, and there are as many messages.
        unsafe { self.copy_to(0, messages.as_mut_ptr(), rows) };
    }

    /// Returns an iterator over copies of all rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator {
        // SAFETY: the rows exist.
        (0..self.len()).map(|row| unsafe { self.take(row) })
    }

    /// Copies `count` rows from `first` on to `messages`.
    ///
    /// # Safety
    ///
    /// The rows exist; `messages` points to memory for as many messages, outside of the columns.
    unsafe fn copy_to(&self, first: usize, messages: *mut T, count: usize) {
        let pointers = self.pointers.as_ref();
        // SAFETY: the rows exist, and there is memory for as many messages, which are
        // `size_of::<T>()` bytes apart and outside of the columns.
        unsafe { raw::take_all(T::COLUMNS, pointers, first, messages.cast(), size_of::<T>(), count) };
    }

    /// # Safety
    ///
    /// There is memory for that row; `message` points to a message outside of the columns.
    #[inline(always)]
    unsafe fn put(&mut self, row: usize, message: *const T) {
        // SAFETY: there is memory for that row, and a message outside of the columns, by this
        // function's contract.
        unsafe { raw::put(T::COLUMNS, self.pointers.as_ref(), row, message.cast()) };
    }

    /// # Safety
    ///
    /// The row exists.
    #[inline(always)]
    unsafe fn take(&self, row: usize) -> T {
        let mut message = MaybeUninit::<T>::uninit();
        // SAFETY: the row exists; this function owns the memory of the message.
        unsafe { raw::take(T::COLUMNS, self.pointers.as_ref(), row, message.as_mut_ptr().cast()) };
        // SAFETY: every field was written, with a valid value.
        unsafe { message.assume_init() }
    }

    #[inline]
    #[track_caller]
    fn assert_row(&self, row: usize) {
        assert!(row < self.len(), "there is no row {row} among {}", self.len());
    }

    /// Returns true if no other code has written to the header.
    #[inline]
    fn is_intact(&self) -> bool {
        let seal = Self::seal_of(self.capacity, &self.pointers, self.fixed);
        self.len <= self.capacity && self.seal == seal.wrapping_add(self.len)
    }

    /// Checks a container that C or Dart could write to: its header, and every value.
    ///
    /// # Errors
    ///
    /// Returns the first mistake.
    ///
    /// # Safety
    ///
    /// `columns` is aligned and came from this library; no thread writes to it or to its columns
    /// meanwhile.
    pub(crate) unsafe fn check(columns: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: it came from this library, so it is initialised and not null, and it is aligned;
        // no thread writes to it, and any bits are numbers and pointers.
        let columns = unsafe { &*columns };
        if !columns.is_intact() {
            return Err(InvalidValue::new("its header was written to, which only the library may"));
        }
        for (column, pointer) in T::COLUMNS.iter().zip(columns.pointers.as_ref()) {
            // SAFETY: the column has that many rows, as the intact header says, and they were
            // initialised.
            unsafe { column.check(*pointer, columns.len()) }?;
        }
        Ok(())
    }

    /// Returns the address and size in bytes of the columns' memory; both are 0 if the header is
    /// damaged.
    ///
    /// # Safety
    ///
    /// `columns` is aligned and came from this library; no thread writes to it meanwhile.
    pub(crate) unsafe fn memory(columns: *const Self) -> (usize, usize) {
        // SAFETY: it came from this library, so it is initialised and not null, and it is aligned;
        // no thread writes to it, and any bits are numbers and pointers.
        let columns = unsafe { &*columns };
        let block = columns.pointers.as_ref().first().map_or(0, |first| first.addr());
        let layout = Some(columns).filter(|it| it.is_intact());
        let layout = layout.and_then(|it| raw::layout(T::COLUMNS, it.capacity()));
        (block, layout.map_or(0, |layout| layout.size()))
    }
}

/// Returns the value, or panics with the text of the error.
#[track_caller]
fn unwrap<T>(result: Result<T, ColumnsError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

impl<T: FfiColumnar> Drop for FfiColumns<T> {
    fn drop(&mut self) {
        let release = const { Self::KIND.release };
        // SAFETY: the memory was allocated for that capacity, and only the container, which owned
        // it, uses it and ends.
        unsafe { release(T::COLUMNS, self.pointers.as_ref(), self.capacity()) };
    }
}

impl<T: FfiColumnar> Clone for FfiColumns<T> {
    /// Returns a container with the same rows, and memory for no more of them unless the capacity
    /// is fixed.
    fn clone(&self) -> Self {
        let rows = if self.is_fixed() { self.capacity() } else { self.len() };
        let mut clone = unwrap(Self::allocate(rows, self.fixed));
        // SAFETY: both have memory for that many rows, in allocations of their own.
        unsafe { raw::copy(T::COLUMNS, self.pointers.as_ref(), clone.pointers.as_ref(), self.len()) };
        clone.set_len(self.len());
        clone
    }
}

impl<T: FfiColumnar> Default for FfiColumns<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: FfiColumnar + fmt::Debug> fmt::Debug for FfiColumns<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: FfiColumnar> From<&[T]> for FfiColumns<T> {
    fn from(messages: &[T]) -> Self {
        Self::from_records(messages)
    }
}

/// # Panics
///
/// Panics if a row doesn't fit, as [`push`](FfiColumns::push) does.
impl<T: FfiColumnar> Extend<T> for FfiColumns<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, messages: I) {
        let messages = messages.into_iter();
        if !self.is_fixed() {
            self.reserve(messages.size_hint().0);
        }
        messages.for_each(|message| self.push(message));
    }
}

impl<T: FfiColumnar> FromIterator<T> for FfiColumns<T> {
    fn from_iter<I: IntoIterator<Item = T>>(messages: I) -> Self {
        let mut columns = Self::new();
        columns.extend(messages);
        columns
    }
}
