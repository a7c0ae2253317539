//! Columns: many messages of one type, field by field.
//!
//! A loop over an array of messages that touches one field drags all the others through the cache, and no compiler makes
//! good vector code of it. `#[ffi(columns)]` gives a message a container that holds each field of all messages in an array
//! of its own: [`FfiColumns`], called `ParticleColumns` for a `Particle`. A row is a message taken apart.
//!
//! ```text
//! messages   x0 y0 m0 · x1 y1 m1 · x2 y2 m2 ·
//!
//! columns    x0 x1 x2 … │ y0 y1 y2 … │ m0 m1 m2 …      one allocation, each column at a multiple of 64 bytes
//! ```
//!
//! The container is its own C header: C and Dart read length, capacity and the columns' addresses in place, and change
//! them through the functions that the derive exports. What they write into columns is untrusted: a function that takes
//! `&ParticleColumns` sees it checked, column by column, and columns whose type has no invalid bits cost nothing.
//!
//! What is given up: a message in the container has no address, so there is no `&Particle` and no slice of them; a row is
//! copied out and in. Columns move when the container grows, and removing keeps no order.
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
mod raw;

use std::fmt;
use std::mem::MaybeUninit;

#[doc(hidden)]
pub use abi::{ColumnsCode, leaked};
pub use error::ColumnsError;
#[doc(hidden)]
pub use raw::Column;

use crate::message::FfiMessage;
use crate::types::{FfiType, InvalidValue};

/// A message with columns. Implemented by `#[derive(FfiMessage)]` for `#[ffi(columns)]`.
///
/// # Safety
///
/// An implementation promises that [`COLUMNS`](Self::COLUMNS) has each field of the message in order, that
/// [`Pointers`](Self::Pointers) is an array of as many pointers, and that [`columns`](Self::columns) and
/// [`columns_mut`](Self::columns_mut) use them for those fields' values and for nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no columns",
    note = "add `#[ffi(columns)]` to it, which needs `#[derive(FfiMessage)]`"
)]
pub unsafe trait FfiColumnar: FfiMessage {
    /// The fields.
    #[doc(hidden)]
    const COLUMNS: &'static [Column];

    /// `[*mut u8; N]`, where each column starts.
    #[doc(hidden)]
    type Pointers: AsRef<[*mut u8]> + AsMut<[*mut u8]> + Copy + fmt::Debug + 'static;

    /// No column starts anywhere yet.
    #[doc(hidden)]
    const NOWHERE: Self::Pointers;

    /// A struct with a slice for each field: `ParticleColumnsRef` for a `Particle`.
    type Ref<'a>;

    /// A struct with a mutable slice for each field: `ParticleColumnsMut` for a `Particle`.
    type Mut<'a>;

    /// The columns.
    ///
    /// # Safety
    ///
    /// At each pointer are `len` valid values of the field's type, which nobody writes to for as long as `'a`.
    #[doc(hidden)]
    unsafe fn columns<'a>(pointers: &Self::Pointers, len: usize) -> Self::Ref<'a>;

    /// The columns.
    ///
    /// # Safety
    ///
    /// At each pointer are `len` valid values of the field's type, which nobody else reads or writes for as long as `'a`; the
    /// columns don't overlap.
    #[doc(hidden)]
    unsafe fn columns_mut<'a>(pointers: &Self::Pointers, len: usize) -> Self::Mut<'a>;
}

/// Messages of type `T`, field by field; see [the module](self). `ParticleColumns` is the name that the derive gives to that
/// of `Particle`.
///
/// A row is one message. Each column starts at a multiple of 64 bytes. A row holds what [`push`](Self::push) or
/// [`resize_zeroed`](Self::resize_zeroed) put there; beyond the length, memory isn't initialised.
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
/// Only the container's own functions may write to the header. Others may write to the first `len` rows of each column.
///
/// The seal is how a function notices what was written to the header: a sum of all other words, each times an odd number
/// of its own, that begins with the fingerprint of the message (a multilinear hash). A change of one word always changes it, and
/// that of several does but for one in 2^64. Each row adds 1 to the seal, so adding one costs one addition.
/// `.._columns_free` of a damaged container frees nothing, says so, and [`leaked`] counts it.
#[repr(C)]
pub struct FfiColumns<T: FfiColumnar> {
    /// Rows.
    len: u64,
    /// Rows that there is memory for.
    capacity: u64,
    pointers: T::Pointers,
    /// Whether the capacity stays, 0 or 1.
    fixed: u64,
    /// Of all words above: what [`seal_of`](Self::seal_of) gives, plus the length.
    seal: u64,
}

/// The smallest capacity that growing leads to: less isn't worth an allocation.
const FEW: usize = 16;

// SAFETY: the container owns its memory, and what is in it is plain data of the types of `T`'s fields.
unsafe impl<T: FfiColumnar + Send> Send for FfiColumns<T> {}

// SAFETY: through a shared reference to the container nothing changes, and it gives shared references to the values alone.
unsafe impl<T: FfiColumnar + Sync> Sync for FfiColumns<T> {}

impl<T: FfiColumnar> FfiColumns<T> {
    /// No rows; allocates nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// No rows, and memory for `capacity`; grows when that isn't enough.
    ///
    /// # Panics
    ///
    /// When there is no memory.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        unwrap(Self::try_with_capacity(capacity))
    }

    /// No rows, and memory for `capacity`; never grows, so its columns never move.
    ///
    /// # Panics
    ///
    /// When there is no memory.
    #[must_use]
    pub fn fixed(capacity: usize) -> Self {
        unwrap(Self::try_fixed(capacity))
    }

    /// [`with_capacity`](Self::with_capacity), if there is memory.
    ///
    /// # Errors
    ///
    /// [`ColumnsError::Memory`].
    pub fn try_with_capacity(capacity: usize) -> Result<Self, ColumnsError> {
        Self::allocate(capacity, 0)
    }

    /// [`fixed`](Self::fixed), if there is memory.
    ///
    /// # Errors
    ///
    /// [`ColumnsError::Memory`].
    pub fn try_fixed(capacity: usize) -> Result<Self, ColumnsError> {
        Self::allocate(capacity, 1)
    }

    /// The one place where a header begins.
    fn allocate(rows: usize, fixed: u64) -> Result<Self, ColumnsError> {
        let mut pointers = T::NOWHERE;
        if !raw::allocate(T::COLUMNS, rows, pointers.as_mut()) {
            return Err(ColumnsError::Memory { rows });
        }
        let capacity = rows as u64;
        Ok(Self { len: 0, capacity, pointers, fixed, seal: Self::seal_of(capacity, &pointers, fixed) })
    }

    /// The seal of such a header without rows.
    #[inline]
    fn seal_of(capacity: u64, pointers: &T::Pointers, fixed: u64) -> u64 {
        raw::seal(<T as FfiType>::FINGERPRINT, [capacity, fixed], pointers.as_ref())
    }

    /// The one place where the length changes.
    #[inline(always)]
    fn set_len(&mut self, len: usize) {
        let len = len as u64;
        self.seal = self.seal.wrapping_add(len.wrapping_sub(self.len));
        self.len = len;
    }

    /// How many rows there are.
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        // It counts rows in memory.
        self.len as usize
    }

    /// Whether there are no rows.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows there is memory for.
    #[must_use]
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.capacity as usize
    }

    /// Whether the capacity stays as it is: see [`fixed`](Self::fixed).
    #[must_use]
    #[inline]
    pub const fn is_fixed(&self) -> bool {
        self.fixed != 0
    }

    /// The columns, each a slice: a struct with a field for each field of the message.
    #[must_use]
    #[inline]
    pub fn columns(&self) -> T::Ref<'_> {
        // SAFETY: there are `len` values in each column, valid ones as all that goes in or comes from others is; the
        // reference to the container keeps them.
        unsafe { T::columns(&self.pointers, self.len()) }
    }

    /// The columns, each a mutable slice, all at once.
    #[must_use]
    #[inline]
    pub fn columns_mut(&mut self) -> T::Mut<'_> {
        // SAFETY: there are `len` valid values in each column, and the columns lie one behind the other; they are the container's
        // own, to which this is the only reference.
        unsafe { T::columns_mut(&self.pointers, self.len()) }
    }

    /// Makes room for `additional` more rows. Growing at least doubles the capacity.
    ///
    /// # Errors
    ///
    /// [`ColumnsError::Full`] when the capacity is fixed, [`ColumnsError::Memory`] when there is none; nothing has changed
    /// then.
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), ColumnsError> {
        if additional <= self.capacity() - self.len() { Ok(()) } else { self.grow(additional) }
    }

    /// [`try_reserve`](Self::try_reserve) for those who can't go on without it.
    ///
    /// # Panics
    ///
    /// Where it is an error.
    pub fn reserve(&mut self, additional: usize) {
        unwrap(self.try_reserve(additional));
    }

    #[cold]
    fn grow(&mut self, additional: usize) -> Result<(), ColumnsError> {
        if self.is_fixed() {
            return Err(ColumnsError::Full { capacity: self.capacity() });
        }
        let needed = self.len().checked_add(additional).ok_or(ColumnsError::Memory { rows: usize::MAX })?;
        let plenty = needed.max(self.capacity().saturating_mul(2)).max(FEW);
        self.move_to(plenty).or_else(|_| self.move_to(needed))
    }

    /// Moves all rows to new memory, which has room for `capacity`, no fewer than there are.
    fn move_to(&mut self, capacity: usize) -> Result<(), ColumnsError> {
        let grown = Self::try_with_capacity(capacity)?;
        // SAFETY: both have room for that many rows, and are allocations of their own.
        unsafe { raw::copy(T::COLUMNS, self.pointers.as_ref(), grown.pointers.as_ref(), self.len()) };
        let len = self.len();
        // The old memory goes with the old container.
        *self = grown;
        self.set_len(len);
        Ok(())
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// When there is no room: where [`try_push`](Self::try_push) is an error.
    #[inline]
    pub fn push(&mut self, message: T) {
        unwrap(self.try_push(message));
    }

    /// Adds a row, if there is room.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    #[inline]
    pub fn try_push(&mut self, message: T) -> Result<(), ColumnsError> {
        self.try_reserve(1)?;
        // SAFETY: there is room for one more row, and a reference is to a message.
        unsafe { self.put(self.len(), &message) };
        self.set_len(self.len() + 1);
        Ok(())
    }

    /// Takes the last row, if there is one.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        // SAFETY: there is such a row.
        let message = unsafe { self.take(last) };
        self.set_len(last);
        Some(message)
    }

    /// Takes a row, and puts the last one into its place.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[inline]
    #[track_caller]
    pub fn swap_remove(&mut self, row: usize) -> T {
        self.assert_row(row);
        // SAFETY: there is such a row.
        let message = unsafe { self.take(row) };
        // SAFETY: there is such a row.
        unsafe { self.fill_gap(row) };
        message
    }

    /// A copy of a row, if there is such a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        // SAFETY: there is such a row.
        (row < self.len()).then(|| unsafe { self.take(row) })
    }

    /// Overwrites a row.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[inline]
    #[track_caller]
    pub fn set(&mut self, row: usize, message: &T) {
        self.assert_row(row);
        // SAFETY: there is such a row, and a reference is to a message.
        unsafe { self.put(row, message) };
    }

    /// Makes it `len` rows: new ones are zero, surplus ones gone.
    ///
    /// # Panics
    ///
    /// When there is no room: where [`try_resize_zeroed`](Self::try_resize_zeroed) is an error.
    pub fn resize_zeroed(&mut self, len: usize) {
        unwrap(self.try_resize_zeroed(len));
    }

    /// Makes it `len` rows, if there is room: new ones are zero, surplus ones gone.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    pub fn try_resize_zeroed(&mut self, len: usize) -> Result<(), ColumnsError> {
        if let Some(new @ 1..) = len.checked_sub(self.len()) {
            self.try_reserve(new)?;
            // SAFETY: there is room for that many more rows.
            unsafe { raw::zero(T::COLUMNS, self.pointers.as_ref(), self.len(), new) };
        }
        self.set_len(len);
        Ok(())
    }

    /// Keeps the first `len` rows; does nothing where there are no more.
    pub fn truncate(&mut self, len: usize) {
        self.set_len(self.len().min(len));
    }

    /// Removes all rows. The memory stays.
    pub fn clear(&mut self) {
        self.set_len(0);
    }

    /// Rows of messages, as many as those are.
    ///
    /// # Panics
    ///
    /// When there is no memory.
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
    /// When there is no room: where [`try_extend_from_records`](Self::try_extend_from_records) is an error.
    pub fn extend_from_records(&mut self, messages: &[T]) {
        unwrap(self.try_extend_from_records(messages));
    }

    /// Adds a row for each message, if there is room for all.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    pub fn try_extend_from_records(&mut self, messages: &[T]) -> Result<(), ColumnsError> {
        // SAFETY: a slice is that many messages.
        unsafe { self.append(messages.as_ptr(), messages.len()) }
    }

    /// Adds a row for each of `count` messages.
    ///
    /// # Safety
    ///
    /// At `messages` are as many messages, outside of the columns; their bytes need not be valid where the container is checked
    /// before it is used.
    unsafe fn append(&mut self, messages: *const T, count: usize) -> Result<(), ColumnsError> {
        self.try_reserve(count)?;
        // SAFETY: there is room for `count` rows; as many messages are there, outside of the columns, as the caller vouches.
        unsafe { self.overwrite(self.len(), messages, count) };
        self.set_len(self.len() + count);
        Ok(())
    }

    /// Overwrites `count` rows from `first` on.
    ///
    /// # Safety
    ///
    /// There is room for those rows; `messages` is what [`append`](Self::append) asks for.
    unsafe fn overwrite(&mut self, first: usize, messages: *const T, count: usize) {
        let pointers = self.pointers.as_ref();
        // SAFETY: there are those rows, and as many messages, which are `size_of::<T>()` bytes apart and outside of the columns.
        unsafe { raw::put_all(T::COLUMNS, pointers, first, messages.cast(), size_of::<T>(), count) };
    }

    /// Removes a row, and puts the last one into its place.
    ///
    /// # Safety
    ///
    /// There is such a row.
    #[inline(always)]
    unsafe fn fill_gap(&mut self, row: usize) {
        let last = self.len() - 1;
        // SAFETY: there is a row, so there is a last one, and that of the gap is there by this function's contract.
        unsafe { raw::overwrite(T::COLUMNS, self.pointers.as_ref(), last, row) };
        self.set_len(last);
    }

    /// A message for each row.
    #[must_use]
    pub fn to_records(&self) -> Vec<T> {
        let mut messages = Vec::with_capacity(self.len());
        // SAFETY: there are as many rows, and memory for as many messages.
        unsafe { self.copy_to(0, messages.as_mut_ptr(), self.len()) };
        // SAFETY: all fields of that many messages were written, with valid values.
        unsafe { messages.set_len(self.len()) };
        messages
    }

    /// Writes each row into a message.
    ///
    /// # Panics
    ///
    /// When there are not as many messages as rows.
    #[track_caller]
    pub fn write_records(&self, messages: &mut [T]) {
        let (rows, count) = (self.len(), messages.len());
        assert!(rows == count, "{rows} rows don't go into {count} messages");
        // SAFETY: there are as many rows, and as many messages.
        unsafe { self.copy_to(0, messages.as_mut_ptr(), rows) };
    }

    /// A copy of each row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator {
        // SAFETY: there are as many rows.
        (0..self.len()).map(|row| unsafe { self.take(row) })
    }

    /// Reads `count` rows from `first` on.
    ///
    /// # Safety
    ///
    /// There are those rows; at `messages` is memory for as many messages, outside of the columns.
    unsafe fn copy_to(&self, first: usize, messages: *mut T, count: usize) {
        let pointers = self.pointers.as_ref();
        // SAFETY: there are those rows, and memory for as many messages, which are `size_of::<T>()` bytes apart and outside of the
        // columns.
        unsafe { raw::take_all(T::COLUMNS, pointers, first, messages.cast(), size_of::<T>(), count) };
    }

    /// # Safety
    ///
    /// There is room for that row; at `message` is a message outside of the columns.
    #[inline(always)]
    unsafe fn put(&mut self, row: usize, message: *const T) {
        // SAFETY: there is room for that row, and a message outside of the columns, by this function's contract.
        unsafe { raw::put(T::COLUMNS, self.pointers.as_ref(), row, message.cast()) };
    }

    /// # Safety
    ///
    /// There is such a row.
    #[inline(always)]
    unsafe fn take(&self, row: usize) -> T {
        let mut message = MaybeUninit::<T>::uninit();
        // SAFETY: there is such a row; the memory is ours.
        unsafe { raw::take(T::COLUMNS, self.pointers.as_ref(), row, message.as_mut_ptr().cast()) };
        // SAFETY: every field was written, with a valid value.
        unsafe { message.assume_init() }
    }

    #[inline]
    #[track_caller]
    fn assert_row(&self, row: usize) {
        assert!(row < self.len(), "there is no row {row} among {}", self.len());
    }

    /// Returns true if the header is as the functions here left it.
    #[inline]
    fn is_intact(&self) -> bool {
        let seal = Self::seal_of(self.capacity, &self.pointers, self.fixed);
        self.len <= self.capacity && self.seal == seal.wrapping_add(self.len)
    }

    /// Checks a container that has been in other hands: its header, and every value.
    ///
    /// # Errors
    ///
    /// The first that is wrong.
    ///
    /// # Safety
    ///
    /// `columns` is aligned and came from this library; nobody writes to it or to its columns meanwhile.
    pub(crate) unsafe fn check(columns: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: it came from this library, so it is not null and initialised, and it is aligned; nobody writes to it, and any
        // bits are numbers and pointers.
        let columns = unsafe { &*columns };
        if !columns.is_intact() {
            return Err(InvalidValue::new("its header was written to, which only the library may"));
        }
        for (column, pointer) in T::COLUMNS.iter().zip(columns.pointers.as_ref()) {
            // SAFETY: the column has that many rows, as the header says, and they were initialised.
            unsafe { column.check(*pointer, columns.len()) }?;
        }
        Ok(())
    }

    /// The address and size in bytes of the columns' memory; nothing where the header isn't intact.
    ///
    /// # Safety
    ///
    /// `columns` is aligned and came from this library; nobody writes to it meanwhile.
    pub(crate) unsafe fn memory(columns: *const Self) -> (usize, usize) {
        // SAFETY: it came from this library, so it is not null and initialised, and it is aligned; nobody writes to it, and any
        // bits are numbers and pointers.
        let columns = unsafe { &*columns };
        let block = columns.pointers.as_ref().first().map_or(0, |first| first.addr());
        let layout = Some(columns).filter(|it| it.is_intact());
        let layout = layout.and_then(|it| raw::layout(T::COLUMNS, it.capacity()));
        (block, layout.map_or(0, |layout| layout.size()))
    }
}

/// The value, or a panic that says what the error does.
#[track_caller]
fn unwrap<T>(result: Result<T, ColumnsError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

impl<T: FfiColumnar> Drop for FfiColumns<T> {
    fn drop(&mut self) {
        let Some(block) = self.pointers.as_ref().first() else {
            return;
        };
        // SAFETY: the memory was allocated for that capacity, and the container, which owned it, ends.
        unsafe { raw::release(T::COLUMNS, self.capacity(), *block) };
    }
}

impl<T: FfiColumnar> Clone for FfiColumns<T> {
    /// The same rows, with no more room than they need, unless the capacity is fixed.
    fn clone(&self) -> Self {
        let rows = if self.is_fixed() { self.capacity() } else { self.len() };
        let mut clone = unwrap(Self::allocate(rows, self.fixed));
        // SAFETY: both have room for that many rows, and are allocations of their own.
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
/// When there is no room: as [`push`](FfiColumns::push).
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
