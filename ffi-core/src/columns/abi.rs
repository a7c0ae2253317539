//! Functions behind the exports of columns. None panics and none blocks; as with any container, one thread at a time
//! may change one.
//!
//! C and Dart have the header in memory that they can write to, so every function first compares it with its seal (see
//! [`FfiColumns`]), and of a header that was written to touches nothing else: not the columns, of which it can't say where they
//! are, nor the allocator, which must be told the size that it was asked for.
//!
//! All are unsafe for one reason, which is said once, at [`with`].

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

/// How a function of columns went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum ColumnsCode {
    /// Well.
    Ok = 0,
    /// A pointer is null or misaligned.
    Null = 1,
    /// There are no such rows.
    Range = 2,
    /// The capacity is fixed, and not enough.
    Full = 3,
    /// There is no memory.
    Memory = 4,
    /// The container's header was written to, or is that of another message. Nothing was done; its memory is never freed.
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

/// Containers that [`columns_free`] left, as their header was damaged.
static LEAKED: AtomicU64 = AtomicU64::new(0);

/// Returns how many containers were not freed since the process began, because something had written to their header: each is
/// a leak. [`ColumnsCode::Damaged`] reports them one by one, but to a finalizer, which has nobody to tell.
///
/// # Examples
///
/// ```
/// assert_eq!(ffi_core::columns::leaked(), 0);
/// ```
#[must_use]
pub fn leaked() -> u64 {
    // It only counts: nothing else is read by it.
    LEAKED.load(Ordering::Relaxed)
}

/// The container at `columns`, if it is one.
///
/// # Safety
///
/// Where `columns` is neither null nor misaligned, at it is memory for a header, initialised, which nobody else uses for as
/// long as `'a`.
#[inline]
unsafe fn open<'a, T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
) -> Result<&'a mut FfiColumns<T>, ColumnsCode> {
    if columns.is_null() || !columns.is_aligned() {
        return Err(ColumnsCode::Null);
    }
    // SAFETY: not null and aligned, so by this function's contract there is an initialised header that nobody else uses; it
    // consists of numbers and raw pointers, of which any bits are some.
    let columns = unsafe { &mut *columns };
    if columns.is_intact() { Ok(columns) } else { Err(ColumnsCode::Damaged) }
}

/// The code of what `change` does to the container at `columns`.
///
/// # Safety
///
/// `columns` is null or misaligned, or came from [`columns_new`] or a function's result and was not freed; nobody else uses it
/// meanwhile. Whatever may have been written to its header.
#[inline]
unsafe fn with<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    change: impl FnOnce(&mut FfiColumns<T>) -> Done,
) -> i32 {
    // SAFETY: what came from this library and was not freed is an allocated header, and it stays initialised whatever is
    // written to it; the caller vouches that nobody else uses it.
    let done = unsafe { open(columns) }.and_then(change);
    done.err().unwrap_or(ColumnsCode::Ok) as i32
}

/// An error unless there are rows `first` to `first + count`.
#[inline]
fn has<T: FfiColumnar>(columns: &FfiColumns<T>, first: usize, count: usize) -> Done {
    let all = first.checked_add(count).is_some_and(|end| end <= columns.len());
    if all { Ok(()) } else { Err(ColumnsCode::Range) }
}

/// An error where `messages` is null, but there must be some.
#[inline]
fn has_messages<T>(messages: *const T, count: usize) -> Done {
    if count > 0 && messages.is_null() { Err(ColumnsCode::Null) } else { Ok(()) }
}

/// `.._columns_new`: no rows, and memory for `capacity`; `fixed` is 0 for a container that grows. Null where there is no memory.
#[must_use]
pub fn columns_new<T: FfiColumnar>(capacity: usize, fixed: u8) -> *mut FfiColumns<T> {
    let columns =
        if fixed == 0 { FfiColumns::try_with_capacity(capacity) } else { FfiColumns::try_fixed(capacity) };
    columns.map_or(std::ptr::null_mut(), give)
}

/// Gives a container to a caller: the header goes to memory of its own. Null where there is none.
pub(crate) fn give<T: FfiColumnar>(columns: FfiColumns<T>) -> *mut FfiColumns<T> {
    // SAFETY: a header is not of size 0.
    let header = unsafe { alloc(Layout::new::<FfiColumns<T>>()) }.cast::<FfiColumns<T>>();
    if !header.is_null() {
        // SAFETY: it was allocated with the layout of a header, and is nobody's yet.
        unsafe { header.write(columns) };
    }
    header
}

/// `.._columns_free`: frees a container; does nothing for null. Any thread may call it.
///
/// A container whose header was written to is left alone, as nobody can say what would be freed: that is
/// [`ColumnsCode::Damaged`], and counted by [`leaked`].
///
/// # Safety
///
/// `columns` is null or misaligned, or came from [`columns_new`] or a function's result, was not freed before, and neither it
/// nor its columns are used any more.
pub unsafe fn columns_free<T: FfiColumnar>(columns: *mut FfiColumns<T>) -> i32 {
    if columns.is_null() {
        return ColumnsCode::Ok as i32;
    }
    // SAFETY: what came from this library and was not freed is an allocated header, and it stays initialised whatever is
    // written to it; nobody else uses it any more.
    if let Err(code) = unsafe { open(columns) } {
        if code == ColumnsCode::Damaged {
            LEAKED.fetch_add(1, Ordering::Relaxed);
        }
        return code as i32;
    }
    // SAFETY: it is intact, so it is a container, which nobody uses any more and which was not freed before.
    unsafe { columns.drop_in_place() };
    // SAFETY: `give` allocated it with the layout of a header, and it was not freed before.
    unsafe { dealloc(columns.cast(), Layout::new::<FfiColumns<T>>()) };
    ColumnsCode::Ok as i32
}

/// `.._columns_reserve`: makes room for `additional` more rows.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that nobody else uses.
pub unsafe fn columns_reserve<T: FfiColumnar>(columns: *mut FfiColumns<T>, additional: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, |columns| Ok(columns.try_reserve(additional)?)) }
}

/// `.._columns_resize`: makes it `len` rows, the new ones zero.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that nobody else uses.
pub unsafe fn columns_resize<T: FfiColumnar>(columns: *mut FfiColumns<T>, len: usize) -> i32 {
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, |columns| Ok(columns.try_resize_zeroed(len)?)) }
}

/// `.._columns_append`: adds `count` rows, all or none.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that nobody else uses.
/// Where `messages` isn't null, at it are `count` messages, initialised and outside of the columns.
pub unsafe fn columns_append<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    messages: *const T,
    count: usize,
) -> i32 {
    let append = |columns: &mut FfiColumns<T>| {
        has_messages(messages, count)?;
        if count > 0 {
            // SAFETY: not null, so the caller vouches for `count` messages. Bytes are copied, whatever they are: a function
            // that takes a reference to the container checks them.
            unsafe { columns.append(messages, count) }?;
        }
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, append) }
}

/// `.._columns_read`: copies `count` rows from `first` on to `messages`.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that nobody else uses.
/// Where `messages` isn't null, at it is memory for `count` messages, outside of the columns.
pub unsafe fn columns_read<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *mut T,
    count: usize,
) -> i32 {
    let read = |columns: &mut FfiColumns<T>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: there are those rows; the pointer isn't null unless there are none, so the caller vouches for the memory.
        unsafe { columns.copy_to(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, read) }
}

/// `.._columns_write`: overwrites `count` rows from `first` on.
///
/// # Safety
///
/// `columns` and `messages` are what [`columns_append`] asks for.
pub unsafe fn columns_write<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *const T,
    count: usize,
) -> i32 {
    let write = |columns: &mut FfiColumns<T>| {
        has(columns, first, count)?;
        has_messages(messages, count)?;
        // SAFETY: there are those rows; the pointer isn't null unless there are none, so the caller vouches for the messages.
        unsafe { columns.overwrite(first, messages, count) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, write) }
}

/// `.._columns_swap_remove`: removes a row, copies it to `removed` unless that is null, and puts the last one into its place.
///
/// # Safety
///
/// `columns` is null or misaligned, or a container of this library that was not freed and that nobody else uses.
/// `removed` is null or memory for a message, outside of the columns.
pub unsafe fn columns_swap_remove<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    row: usize,
    removed: *mut T,
) -> i32 {
    let remove = |columns: &mut FfiColumns<T>| {
        has(columns, row, 1)?;
        if !removed.is_null() {
            // SAFETY: there is that row, and the caller vouches for memory for a message.
            unsafe { columns.copy_to(row, removed, 1) };
        }
        // SAFETY: there is that row.
        unsafe { columns.fill_gap(row) };
        Ok(())
    };
    // SAFETY: the caller vouches for `columns`: null, or a container that nobody else uses.
    unsafe { with(columns, remove) }
}
