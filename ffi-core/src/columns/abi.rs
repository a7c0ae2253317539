//! What the exported functions of columns call. None panics and none blocks; as with any container, one thread at a time
//! may change one.

use std::alloc::{Layout, alloc, dealloc};

use super::{ColumnsError, FfiColumnar, FfiColumns};

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
    /// The container's header was written to.
    Damaged = 5,
}

impl From<Result<(), ColumnsError>> for ColumnsCode {
    fn from(result: Result<(), ColumnsError>) -> Self {
        match result {
            Ok(()) => Self::Ok,
            Err(ColumnsError::Full { .. }) => Self::Full,
            Err(ColumnsError::Memory { .. }) => Self::Memory,
        }
    }
}

/// What `change` says, on the container at `columns`.
///
/// # Safety
///
/// `columns` is null or came from [`columns_new`] or a function's result, was not freed, and nobody else uses it meanwhile.
#[inline]
unsafe fn with<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    change: impl FnOnce(&mut FfiColumns<T>) -> ColumnsCode,
) -> i32 {
    if columns.is_null() || !columns.is_aligned() {
        return ColumnsCode::Null as i32;
    }
    // SAFETY: not null, and by this function's contract a container that nobody else uses; whatever was written to the
    // header is numbers and pointers.
    let columns = unsafe { &mut *columns };
    if columns.is_intact() { change(columns) as i32 } else { ColumnsCode::Damaged as i32 }
}

/// Whether there are rows `first` to `first + count`.
#[inline]
fn has<T: FfiColumnar>(columns: &FfiColumns<T>, first: usize, count: usize) -> bool {
    first.checked_add(count).is_some_and(|end| end <= columns.len())
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
        // SAFETY: it was allocated with the layout of a header.
        unsafe { header.write(columns) };
    }
    header
}

/// `.._columns_free`: frees a container; does nothing for null. Any thread may call it.
///
/// # Safety
///
/// `columns` is null, or came from [`columns_new`] or a function's result, was not freed before, and neither it nor its
/// columns are used any more.
pub unsafe fn columns_free<T: FfiColumnar>(columns: *mut FfiColumns<T>) {
    if columns.is_null() {
        return;
    }
    // SAFETY: a container by this function's contract, which ends here.
    unsafe { columns.drop_in_place() };
    // SAFETY: `give` allocated it with that layout.
    unsafe { dealloc(columns.cast(), Layout::new::<FfiColumns<T>>()) };
}

/// `.._columns_reserve`: makes room for `additional` more rows.
///
/// # Safety
///
/// As of `with`.
pub unsafe fn columns_reserve<T: FfiColumnar>(columns: *mut FfiColumns<T>, additional: usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { with(columns, |columns| columns.try_reserve(additional).into()) }
}

/// `.._columns_resize`: makes it `len` rows, the new ones zero.
///
/// # Safety
///
/// As of `with`.
pub unsafe fn columns_resize<T: FfiColumnar>(columns: *mut FfiColumns<T>, len: usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { with(columns, |columns| columns.try_resize_zeroed(len).into()) }
}

/// `.._columns_append`: adds `count` rows, all or none.
///
/// # Safety
///
/// As of `with`; at `messages` are `count` messages, initialised and outside of the columns.
pub unsafe fn columns_append<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    messages: *const T,
    count: usize,
) -> i32 {
    let append = |columns: &mut FfiColumns<T>| match count {
        0 => ColumnsCode::Ok,
        _ if messages.is_null() => ColumnsCode::Null,
        // SAFETY: by this function's contract. Bytes are copied, whatever they are: who takes a reference to the
        // container checks them.
        _ => unsafe { columns.append(messages, count) }.into(),
    };
    // SAFETY: by this function's contract.
    unsafe { with(columns, append) }
}

/// `.._columns_read`: copies `count` rows from `first` on to `messages`.
///
/// # Safety
///
/// As of `with`; at `messages` is memory for `count` messages, outside of the columns.
pub unsafe fn columns_read<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *mut T,
    count: usize,
) -> i32 {
    let read = |columns: &mut FfiColumns<T>| {
        if !has(columns, first, count) {
            return ColumnsCode::Range;
        }
        if count > 0 && messages.is_null() {
            return ColumnsCode::Null;
        }
        // SAFETY: there are those rows, and the memory by this function's contract.
        unsafe { columns.copy_to(first, messages, count) };
        ColumnsCode::Ok
    };
    // SAFETY: by this function's contract.
    unsafe { with(columns, read) }
}

/// `.._columns_write`: overwrites `count` rows from `first` on.
///
/// # Safety
///
/// As of [`columns_append`].
pub unsafe fn columns_write<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    first: usize,
    messages: *const T,
    count: usize,
) -> i32 {
    let write = |columns: &mut FfiColumns<T>| {
        if !has(columns, first, count) {
            return ColumnsCode::Range;
        }
        if count > 0 && messages.is_null() {
            return ColumnsCode::Null;
        }
        // SAFETY: there are those rows, and the messages by this function's contract.
        unsafe { columns.overwrite(first, messages, count) };
        ColumnsCode::Ok
    };
    // SAFETY: by this function's contract.
    unsafe { with(columns, write) }
}

/// `.._columns_swap_remove`: removes a row, copies it to `removed` unless that is null, and puts the last one into its place.
///
/// # Safety
///
/// As of `with`; `removed` is null or memory for a message.
pub unsafe fn columns_swap_remove<T: FfiColumnar>(
    columns: *mut FfiColumns<T>,
    row: usize,
    removed: *mut T,
) -> i32 {
    let remove = |columns: &mut FfiColumns<T>| {
        if !has(columns, row, 1) {
            return ColumnsCode::Range;
        }
        if !removed.is_null() {
            // SAFETY: there is that row, and the memory by this function's contract.
            unsafe { columns.copy_to(row, removed, 1) };
        }
        // SAFETY: there is that row.
        unsafe { columns.fill_gap(row) };
        ColumnsCode::Ok
    };
    // SAFETY: by this function's contract.
    unsafe { with(columns, remove) }
}
