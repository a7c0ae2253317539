//! Functions behind the exports of columns. None panics and none blocks; as with any container,
//! only one thread at a time may change it.
//!
//! C and Dart have the header in memory that they can write to, so every function first compares it
//! with its seal (see [`FfiColumns`]). With a damaged header it touches nothing else: not the
//! columns, whose addresses may be wrong, nor the allocator, which needs the size of the
//! allocation.
//!
//! All are unsafe for one reason, which is given at [`with`].

use std::alloc::{Layout, alloc};
use std::sync::atomic::{AtomicU64, Ordering};

use super::header::{Header, Kind};
use super::{ColumnsError, FfiColumnar, FfiColumns};

/// The C functions of the columns of `$message`: see `operations.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __columns_operations {
    ($then:ident!, $prefix:literal, $message:ty) => {
        $crate::$then! { $prefix, where [],
            new: fn(capacity: __ffi::usize, fixed: __ffi::u8)
                -> *mut __ffi::FfiColumns<$message> = __ffi::columns_new(capacity, fixed);
            free: fn(columns: *mut __ffi::FfiColumns<$message>) -> __ffi::i32
                = __ffi::columns_free(columns);
            reserve: fn(columns: *mut __ffi::FfiColumns<$message>, additional: __ffi::usize)
                -> __ffi::i32 = __ffi::columns_reserve(columns, additional);
            resize: fn(columns: *mut __ffi::FfiColumns<$message>, len: __ffi::usize)
                -> __ffi::i32 = __ffi::columns_resize(columns, len);
            append: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                messages: *const $message,
                count: __ffi::usize
            ) -> __ffi::i32 = __ffi::columns_append(columns, messages, count);
            read: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                first: __ffi::usize,
                messages: *mut $message,
                count: __ffi::usize
            ) -> __ffi::i32 = __ffi::columns_read(columns, first, messages, count);
            write: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                first: __ffi::usize,
                messages: *const $message,
                count: __ffi::usize
            ) -> __ffi::i32 = __ffi::columns_write(columns, first, messages, count);
            swap_remove: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                row: __ffi::usize,
                removed: *mut $message
            ) -> __ffi::i32 = __ffi::columns_swap_remove(columns, row, removed);
        }
    };
}

/// Reason why a function of columns did nothing; the numbers are those of the C ABI, in which 0 is
/// success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum ColumnsCode {
    /// A pointer is null or misaligned.
    Null = 1,
    /// There are no such rows.
    Range = 2,
    /// The capacity is fixed, and too small.
    Full = 3,
    /// There is no memory.
    Memory = 4,
    /// The container's header is damaged, or is that of another message. Nothing was done; its
    /// memory is never freed.
    Damaged = 5,
}

impl From<ColumnsError> for ColumnsCode {
    fn from(error: ColumnsError) -> Self {
        match error {
            ColumnsError::Full { .. } => Self::Full,
            ColumnsError::Memory { .. } => Self::Memory,
        }
    }
}

type Done = Result<(), ColumnsCode>;

/// Returns what C gets: 0, or the number of a [`ColumnsCode`].
fn number(done: Done) -> i32 {
    done.map_or_else(|code| code as i32, |()| 0)
}

/// Number of containers that [`columns_free`] did not free, as their header was damaged.
static LEAKED: AtomicU64 = AtomicU64::new(0);

/// Returns the number of containers that were not freed since the process began, because their
/// header was damaged: each is a leak. [`ColumnsCode::Damaged`] reports them one by one, except to
/// a finalizer, which can't report it.
///
/// # Examples
///
/// ```
/// assert_eq!(ffi_core::columns::leaked(), 0);
/// ```
#[must_use]
pub fn leaked() -> u64 {
    // Relaxed: it is only a count, and publishes no other memory.
    LEAKED.load(Ordering::Relaxed)
}

/// Returns the container at `columns`, if its header is intact.
///
/// # Safety
///
/// If `columns` is neither null nor misaligned, it points to initialised memory for a header of a
/// message of `kind`, which no other code uses for as long as `'a`.
unsafe fn open<'a>(columns: *mut u8, kind: &'static Kind) -> Result<Header<'a>, ColumnsCode> {
    if columns.is_null() || !columns.addr().is_multiple_of(kind.layout.align()) {
        return Err(ColumnsCode::Null);
    }
    // SAFETY: not null and aligned, so by this function's contract it points to an initialised
    // header that no other code uses.
    let columns = unsafe { Header::at(columns, kind) };
    if columns.is_intact() { Ok(columns) } else { Err(ColumnsCode::Damaged) }
}

/// Changes the container at `columns` with `change`, and returns the code of the result.
///
/// # Safety
///
/// `columns` is null or misaligned, or came from [`columns_new`] or a function's result and was not
/// freed; no other code uses it meanwhile. Its header may have been overwritten with any bytes.
unsafe fn with(columns: *mut u8, kind: &'static Kind, change: impl FnOnce(&mut Header<'_>) -> Done) -> i32 {
    // SAFETY: a pointer that came from this library and was not freed is to an allocated header,
    // which stays initialised whatever is written to it; the caller vouches that no other code uses
    // it.
    number(unsafe { open(columns, kind) }.and_then(|mut columns| change(&mut columns)))
}

/// Returns an error unless the rows `first` to `first + count` exist.
fn has(columns: &Header<'_>, first: usize, count: usize) -> Done {
    let all = first.checked_add(count).is_some_and(|end| end <= columns.len());
    if all { Ok(()) } else { Err(ColumnsCode::Range) }
}

/// Returns an error if `messages` is null and `count` is not 0.
fn has_messages(messages: *const u8, count: usize) -> Done {
    if count > 0 && messages.is_null() { Err(ColumnsCode::Null) } else { Ok(()) }
}

/// Implements `.._columns_new`: no rows, and memory for `capacity`; `fixed` is 0 for a container
/// that grows. Null if there is no memory.
#[must_use]
#[inline(always)]
pub fn columns_new<T: FfiColumnar>(capacity: usize, fixed: u8) -> *mut FfiColumns<T> {
    Header::boxed(FfiColumns::<T>::KIND, capacity, fixed != 0) as *mut FfiColumns<T>
}

/// Passes a container to a caller, with the header in memory of its own. Null if there is none.
pub(crate) fn give<T: FfiColumnar>(columns: FfiColumns<T>) -> *mut FfiColumns<T> {
    // SAFETY: the size of a header is not 0.
    let header = unsafe { alloc(Layout::new::<FfiColumns<T>>()) }.cast::<FfiColumns<T>>();
    if !header.is_null() {
        // SAFETY: it was allocated with the layout of a header, and no other code has it yet.
        unsafe { header.write(columns) };
    }
    header
}

/// Implements `.._columns_free`: frees a container; does nothing for null. Any thread may call it.
///
/// A container with a damaged header is not freed, as its addresses can't be trusted: the result is
/// [`ColumnsCode::Damaged`], and [`leaked`] counts it.
///
/// # Safety
///
/// `columns` is null or misaligned, or came from [`columns_new`] or a function's result, was not
/// freed before, and neither it nor its columns are used any more.
#[inline(always)]
pub unsafe fn columns_free<T: FfiColumnar>(columns: *mut FfiColumns<T>) -> i32 {
    // SAFETY: the callee has the same contract: null, or a container that no code uses any more.
    unsafe { free(columns as *mut u8, FfiColumns::<T>::KIND) }
}

/// Implements `.._columns_reserve`: reserves memory for `additional` more rows.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses.
#[inline(always)]
pub unsafe fn columns_reserve<T: FfiColumnar>(columns: *mut FfiColumns<T>, additional: usize) -> i32 {
    // SAFETY: the callee has the same contract: null, or a container that no other code uses.
    unsafe { reserve(columns as *mut u8, FfiColumns::<T>::KIND, additional) }
}

/// Implements `.._columns_resize`: changes the number of rows to `len`, the new ones zero.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses.
#[inline(always)]
pub unsafe fn columns_resize<T: FfiColumnar>(columns: *mut FfiColumns<T>, len: usize) -> i32 {
    // SAFETY: the callee has the same contract: null, or a container that no other code uses.
    unsafe { resize(columns as *mut u8, FfiColumns::<T>::KIND, len) }
}

/// Implements `.._columns_append`: adds `count` rows, all or none.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. If `messages` isn't null, it points to `count` messages, initialised and
/// outside of the columns.
#[inline(always)]
pub unsafe fn columns_append<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    messages: *const T,
    count: usize,
) -> i32 {
    // SAFETY: the callee has the same contract for container and messages.
    unsafe { append(columns as *mut u8, FfiColumns::<T>::KIND, messages as *const u8, count) }
}

/// Implements `.._columns_read`: copies `count` rows from `first` on to `messages`.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. If `messages` isn't null, it points to memory for `count` messages, outside of
/// the columns.
#[inline(always)]
pub unsafe fn columns_read<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *mut T,
    count: usize,
) -> i32 {
    // SAFETY: the callee has the same contract for container and messages.
    unsafe { read(columns as *mut u8, FfiColumns::<T>::KIND, first, messages as *mut u8, count) }
}

/// Implements `.._columns_write`: overwrites `count` rows from `first` on.
///
/// # Safety
///
/// The conditions of [`columns_append`] hold for `columns` and `messages`.
#[inline(always)]
pub unsafe fn columns_write<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *const T,
    count: usize,
) -> i32 {
    // SAFETY: the callee has the same contract for container and messages.
    unsafe { write(columns as *mut u8, FfiColumns::<T>::KIND, first, messages as *const u8, count) }
}

/// Implements `.._columns_swap_remove`: removes a row, copies it to `removed` unless that is null,
/// and moves the last one to its place.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. `removed` is null or memory for a message, outside of the columns.
#[inline(always)]
pub unsafe fn columns_swap_remove<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    row: usize,
    removed: *mut T,
) -> i32 {
    // SAFETY: the callee has the same contract for container and message.
    unsafe { swap_remove(columns as *mut u8, FfiColumns::<T>::KIND, row, removed as *mut u8) }
}

// The bodies without a type, which are compiled once.

/// # Safety
///
/// The contract of [`columns_free`], for a message of `kind`.
unsafe fn free(columns: *mut u8, kind: &'static Kind) -> i32 {
    if columns.is_null() {
        return number(Ok(()));
    }
    // SAFETY: a pointer that came from this library and was not freed is to an allocated header,
    // which stays initialised whatever is written to it; no other code uses it any more.
    match unsafe { open(columns, kind) } {
        // SAFETY: it is intact, no code uses it any more by this function's contract, and it was
        // not freed before.
        Ok(container) => unsafe { container.free(columns) },
        Err(code) => {
            if code == ColumnsCode::Damaged {
                LEAKED.fetch_add(1, Ordering::Relaxed);
            }
            return number(Err(code));
        }
    }
    number(Ok(()))
}

/// # Safety
///
/// The contract of [`columns_reserve`], for a message of `kind`.
unsafe fn reserve(columns: *mut u8, kind: &'static Kind, additional: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, |columns| Ok(columns.reserve(additional)?)) }
}

/// # Safety
///
/// The contract of [`columns_resize`], for a message of `kind`.
unsafe fn resize(columns: *mut u8, kind: &'static Kind, len: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, |columns| Ok(columns.resize_zeroed(len)?)) }
}

/// # Safety
///
/// The contract of [`columns_append`], for a message of `kind`.
unsafe fn append(columns: *mut u8, kind: &'static Kind, messages: *const u8, count: usize) -> i32 {
    let append = |columns: &mut Header<'_>| {
        has_messages(messages, count)?;
        if count > 0 {
            // SAFETY: not null, so the caller vouches for `count` messages. Bytes are copied, valid
            // or not: a function that takes a reference to the container checks them.
            unsafe { columns.append(messages, count) }?;
        }
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, append) }
}

/// # Safety
///
/// The contract of [`columns_read`], for a message of `kind`.
unsafe fn read(columns: *mut u8, kind: &'static Kind, first: usize, messages: *mut u8, count: usize) -> i32 {
    let read = |columns: &mut Header<'_>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: the rows exist; the pointer isn't null unless there are none, so the caller
        // vouches for the memory.
        unsafe { columns.copy_to(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, read) }
}

/// # Safety
///
/// The contract of [`columns_write`], for a message of `kind`.
unsafe fn write(
    columns: *mut u8,
    kind: &'static Kind,
    first: usize,
    messages: *const u8,
    count: usize,
) -> i32 {
    let write = |columns: &mut Header<'_>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: the rows exist; the pointer isn't null unless there are none, so the caller
        // vouches for the messages.
        unsafe { columns.overwrite(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, write) }
}

/// # Safety
///
/// The contract of [`columns_swap_remove`], for a message of `kind`.
unsafe fn swap_remove(columns: *mut u8, kind: &'static Kind, row: usize, removed: *mut u8) -> i32 {
    let remove = |columns: &mut Header<'_>| {
        has(columns, row, 1)?;
        if !removed.is_null() {
            // SAFETY: the row exists, and the caller vouches for memory for a message.
            unsafe { columns.copy_to(row, removed, 1) };
        }
        // SAFETY: the row exists.
        unsafe { columns.fill_gap(row) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, kind, remove) }
}
