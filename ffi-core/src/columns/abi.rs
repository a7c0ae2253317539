//! Functions behind the exports of columns. None panics and none blocks; as with any container,
//! only one thread at a time may change it.
//!
//! C and Dart have the header in memory that they can write to, so every function first compares it
//! with its seal (see [`FfiColumns`]). With a damaged header it touches nothing else: not the
//! columns, whose addresses may be wrong, nor the allocator, which needs the size of the
//! allocation.
//!
//! All are unsafe for one reason, which is given at [`with`].

use std::alloc::{Layout, alloc, dealloc};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ColumnsError, FfiColumnar, FfiColumns};

/// The C functions of the columns of `$message`: see `operations.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __columns_operations {
    ($then:ident!, $prefix:literal, $message:ty) => {
        $crate::$then! { $prefix, where [],
            new: fn(capacity: __ffi::core::primitive::usize, fixed: __ffi::core::primitive::u8)
                -> *mut __ffi::FfiColumns<$message> = __ffi::columns_new(capacity, fixed);
            free: fn(columns: *mut __ffi::FfiColumns<$message>) -> __ffi::core::primitive::i32
                = __ffi::columns_free(columns);
            reserve: fn(columns: *mut __ffi::FfiColumns<$message>, additional: __ffi::core::primitive::usize)
                -> __ffi::core::primitive::i32 = __ffi::columns_reserve(columns, additional);
            resize: fn(columns: *mut __ffi::FfiColumns<$message>, len: __ffi::core::primitive::usize)
                -> __ffi::core::primitive::i32 = __ffi::columns_resize(columns, len);
            append: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                messages: *const $message,
                count: __ffi::core::primitive::usize
            ) -> __ffi::core::primitive::i32 = __ffi::columns_append(columns, messages, count);
            read: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                first: __ffi::core::primitive::usize,
                messages: *mut $message,
                count: __ffi::core::primitive::usize
            ) -> __ffi::core::primitive::i32 = __ffi::columns_read(columns, first, messages, count);
            write: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                first: __ffi::core::primitive::usize,
                messages: *const $message,
                count: __ffi::core::primitive::usize
            ) -> __ffi::core::primitive::i32 = __ffi::columns_write(columns, first, messages, count);
            swap_remove: fn(
                columns: *mut __ffi::FfiColumns<$message>,
                row: __ffi::core::primitive::usize,
                removed: *mut $message
            ) -> __ffi::core::primitive::i32 = __ffi::columns_swap_remove(columns, row, removed);
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
#[inline]
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
/// If `columns` is neither null nor misaligned, it points to initialised memory for a header, which
/// no other code uses for as long as `'a`.
#[inline]
unsafe fn open<'a, T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
) -> Result<&'a mut FfiColumns<T>, ColumnsCode> {
    if columns.is_null() || !columns.is_aligned() {
        return Err(ColumnsCode::Null);
    }
    // SAFETY: not null and aligned, so by this function's contract it points to an initialised
    // header that no other code uses; it consists of numbers and raw pointers, for which any bits
    // are valid.
    let columns = unsafe { &mut *columns };
    if columns.is_intact() { Ok(columns) } else { Err(ColumnsCode::Damaged) }
}

/// Changes the container at `columns` with `change`, and returns the code of the result.
///
/// # Safety
///
/// `columns` is null or misaligned, or came from [`columns_new`] or a function's result and was not
/// freed; no other code uses it meanwhile. Its header may have been overwritten with any bytes.
#[inline]
unsafe fn with<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    change: impl FnOnce(&mut FfiColumns<T>) -> Done,
) -> i32 {
    // SAFETY: a pointer that came from this library and was not freed is to an allocated header,
    // which stays initialised whatever is written to it; the caller vouches that no other code uses
    // it.
    number(unsafe { open(columns) }.and_then(change))
}

/// Returns an error unless the rows `first` to `first + count` exist.
#[inline]
fn has<T: FfiColumnar>(columns: &FfiColumns<T>, first: usize, count: usize) -> Done {
    let all = first.checked_add(count).is_some_and(|end| end <= columns.len());
    if all { Ok(()) } else { Err(ColumnsCode::Range) }
}

/// Returns an error if `messages` is null and `count` is not 0.
#[inline]
fn has_messages<T>(messages: *const T, count: usize) -> Done {
    if count > 0 && messages.is_null() { Err(ColumnsCode::Null) } else { Ok(()) }
}

/// Implements `.._columns_new`: no rows, and memory for `capacity`; `fixed` is 0 for a container
/// that grows. Null if there is no memory.
#[must_use]
pub fn columns_new<T: FfiColumnar>(capacity: usize, fixed: u8) -> *mut FfiColumns<T> {
    let columns =
        if fixed == 0 { FfiColumns::try_with_capacity(capacity) } else { FfiColumns::try_fixed(capacity) };
    columns.map_or(std::ptr::null_mut(), give)
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
pub unsafe fn columns_free<T: FfiColumnar>(columns: *mut FfiColumns<T>) -> i32 {
    if columns.is_null() {
        return number(Ok(()));
    }
    // SAFETY: a pointer that came from this library and was not freed is to an allocated header,
    // which stays initialised whatever is written to it; no other code uses it any more.
    if let Err(code) = unsafe { open(columns) } {
        if code == ColumnsCode::Damaged {
            LEAKED.fetch_add(1, Ordering::Relaxed);
        }
        return number(Err(code));
    }
    // SAFETY: it is intact, so it is a container, which no code uses any more and which was not
    // freed before.
    unsafe { columns.drop_in_place() };
    // SAFETY: `give` allocated it with the layout of a header, and it was not freed before.
    unsafe { dealloc(columns.cast(), Layout::new::<FfiColumns<T>>()) };
    number(Ok(()))
}

/// Implements `.._columns_reserve`: reserves memory for `additional` more rows.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses.
pub unsafe fn columns_reserve<T: FfiColumnar>(columns: *mut FfiColumns<T>, additional: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, |columns| Ok(columns.try_reserve(additional)?)) }
}

/// Implements `.._columns_resize`: changes the number of rows to `len`, the new ones zero.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses.
pub unsafe fn columns_resize<T: FfiColumnar>(columns: *mut FfiColumns<T>, len: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, |columns| Ok(columns.try_resize_zeroed(len)?)) }
}

/// Implements `.._columns_append`: adds `count` rows, all or none.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. If `messages` isn't null, it points to `count` messages, initialised and
/// outside of the columns.
pub unsafe fn columns_append<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    messages: *const T,
    count: usize,
) -> i32 {
    let append = |columns: &mut FfiColumns<T>| {
        has_messages(messages, count)?;
        if count > 0 {
            // SAFETY: not null, so the caller vouches for `count` messages. Bytes are copied, valid
            // or not: a function that takes a reference to the container checks them.
            unsafe { columns.append(messages, count) }?;
        }
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, append) }
}

/// Implements `.._columns_read`: copies `count` rows from `first` on to `messages`.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. If `messages` isn't null, it points to memory for `count` messages, outside of
/// the columns.
pub unsafe fn columns_read<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *mut T,
    count: usize,
) -> i32 {
    let read = |columns: &mut FfiColumns<T>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: the rows exist; the pointer isn't null unless there are none, so the caller
        // vouches for the memory.
        unsafe { columns.copy_to(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, read) }
}

/// Implements `.._columns_write`: overwrites `count` rows from `first` on.
///
/// # Safety
///
/// The conditions of [`columns_append`] hold for `columns` and `messages`.
pub unsafe fn columns_write<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *const T,
    count: usize,
) -> i32 {
    let write = |columns: &mut FfiColumns<T>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: the rows exist; the pointer isn't null unless there are none, so the caller
        // vouches for the messages.
        unsafe { columns.overwrite(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that no other code uses.
    unsafe { with(columns, write) }
}

/// Implements `.._columns_swap_remove`: removes a row, copies it to `removed` unless that is null,
/// and moves the last one to its place.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that no
/// other code uses. `removed` is null or memory for a message, outside of the columns.
pub unsafe fn columns_swap_remove<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    row: usize,
    removed: *mut T,
) -> i32 {
    let remove = |columns: &mut FfiColumns<T>| {
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
    unsafe { with(columns, remove) }
}
