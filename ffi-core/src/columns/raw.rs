//! Columns as bytes: their layout, and the copies of rows to and from them.
//!
//! This module knows no message: it works on a list of [`Column`]s and the columns' addresses, so
//! that all messages share one copy of the code. Functions that move a single row are inlined: with
//! the sizes known, each field's copy is one move.

use std::alloc::{Layout, alloc, dealloc};
use std::mem::MaybeUninit;

use crate::types::{FfiType, InvalidValue, check_elements};
use crate::wipe::wipe;

/// Alignment of each column in bytes: a cache line, which is also the widest SIMD register.
pub(super) const ALIGN: usize = 64;

/// One column: a field of the message.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    name: &'static str,
    /// Size of a value in bytes.
    size: usize,
    /// Offset of the field in the message in bytes.
    offset: usize,
    /// Check of the values; `None` if any bits are valid.
    check: Option<Check>,
    /// True if the values hold secrets.
    secret: bool,
}

type Check = unsafe fn(*const u8, usize) -> Result<(), InvalidValue>;

impl Column {
    /// The column of a field of type `F`, without its name and place.
    #[must_use]
    pub const fn of<F: FfiType>() -> Self {
        const { assert!(align_of::<F>() <= ALIGN, "no field type is aligned more strictly than a cache line") };
        let check: Option<Check> = if F::ANY_BITS { None } else { Some(check_column::<F>) };
        Self { name: "", size: size_of::<F>(), offset: 0, check, secret: F::SECRET }
    }

    /// The column of the field with that name, `offset` bytes from the start of the message.
    #[must_use]
    pub const fn of_field(self, name: &'static str, offset: usize) -> Self {
        Self { name, offset, ..self }
    }

    /// Checks `len` values.
    ///
    /// # Safety
    ///
    /// `values` points to `len` values of the column's type, initialised and aligned, that no
    /// thread writes to; they need not be valid.
    pub(super) unsafe fn check(&self, values: *const u8, len: usize) -> Result<(), InvalidValue> {
        // SAFETY: the function is that of the column's type, of which there are `len` values,
        // initialised and aligned, which no thread writes to.
        self.check.map_or(Ok(()), |check| unsafe { check(values, len) }.map_err(|it| it.in_field(self.name)))
    }
}

/// Checks `len` values of type `F`.
///
/// # Safety
///
/// `values` points to `len` of them, initialised and aligned, that no thread writes to; they need
/// not be valid.
unsafe fn check_column<F: FfiType>(values: *const u8, len: usize) -> Result<(), InvalidValue> {
    // SAFETY: there are `len` values of that type, initialised and aligned, and no thread writes to
    // them.
    unsafe { check_elements(values.cast::<F>(), len) }
}

/// Returns the distance from the start of a column to that of the next one in bytes, or `None` if
/// it exceeds the address space.
#[inline]
fn stretch(column: &Column, capacity: usize) -> Option<usize> {
    column.size.checked_mul(capacity)?.checked_next_multiple_of(ALIGN)
}

/// Returns the layout of the memory of all columns, or `None` if it exceeds the address space. Its
/// size is 0 for no rows.
pub(super) fn layout(columns: &[Column], capacity: usize) -> Option<Layout> {
    let add = |bytes: usize, column| bytes.checked_add(stretch(column, capacity)?);
    let bytes = columns.iter().try_fold(0, add)?;
    Layout::from_size_align(bytes, ALIGN).ok()
}

/// Allocates memory for `capacity` rows, not initialised, and writes the start of each column.
/// Returns false if there is none.
pub(super) fn allocate(columns: &[Column], capacity: usize, pointers: &mut [*mut u8]) -> bool {
    let Some(layout) = layout(columns, capacity) else {
        return false;
    };
    let block = match layout.size() {
        // An address that is aligned and not null, as that of an empty slice must be.
        0 => std::ptr::without_provenance_mut(ALIGN),
        // SAFETY: the size is not 0.
        _ => unsafe { alloc(layout) },
    };
    if block.is_null() {
        return false;
    }
    let mut start = block;
    for (column, pointer) in columns.iter().zip(pointers) {
        *pointer = start;
        start = start.wrapping_add(stretch(column, capacity).unwrap_or_default());
    }
    true
}

/// Frees memory that [`allocate`] allocated for `capacity` rows.
///
/// # Safety
///
/// `pointers` are the starts of the columns, and no code uses the memory any more.
pub(super) unsafe fn release(columns: &[Column], pointers: &[*mut u8], capacity: usize) {
    let Some(&block) = pointers.first() else { return };
    if let Some(layout) = layout(columns, capacity).filter(|layout| layout.size() > 0) {
        // SAFETY: `allocate` got the block with this layout, and the caller vouches that it is
        // freed once.
        unsafe { dealloc(block, layout) };
    }
}

/// Frees the memory as [`release`] does, and zeroes the columns of secrets before.
///
/// # Safety
///
/// The conditions of [`release`].
pub(super) unsafe fn release_secret(columns: &[Column], pointers: &[*mut u8], capacity: usize) {
    for (column, pointer) in columns.iter().zip(pointers).filter(|(column, _)| column.secret) {
        // SAFETY: the column has memory for `capacity` values of that size, which no code uses by
        // this function's contract.
        unsafe { wipe(*pointer, column.size * capacity) };
    }
    // SAFETY: the callee has the same contract.
    unsafe { release(columns, pointers, capacity) };
}

/// Sums up the words of a header, each times an odd number of its own: a change of one word always
/// changes the sum.
#[inline(always)]
pub(super) fn seal(key: u64, numbers: [u64; 2], pointers: &[*mut u8]) -> u64 {
    // Odd times odd is odd. The first is 2^64 divided by the golden ratio, the second also the
    // multiplier of `fingerprint::mix`.
    let (first, step) = (0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93);
    let pointers = pointers.iter().map(|pointer| pointer.addr() as u64);
    let add = |(sum, factor): (u64, u64), word: u64| {
        (sum.wrapping_add(word.wrapping_mul(factor)), factor.wrapping_mul(step))
    };
    numbers.into_iter().chain(pointers).fold((key, first), add).0
}

/// Copies the first `len` rows to other columns.
///
/// # Safety
///
/// Both have memory for `len` rows and don't overlap.
pub(super) unsafe fn copy(columns: &[Column], from: &[*mut u8], to: &[*mut u8], len: usize) {
    for ((column, from), to) in columns.iter().zip(from).zip(to) {
        // SAFETY: both columns have memory for `len` values of that size, and are apart, by this
        // function's contract.
        unsafe { from.copy_to_nonoverlapping(*to, len * column.size) };
    }
}

/// Zeroes rows.
///
/// # Safety
///
/// There is memory for the rows `first` to `first + count`.
pub(super) unsafe fn zero(columns: &[Column], pointers: &[*mut u8], first: usize, count: usize) {
    for (column, pointer) in columns.iter().zip(pointers) {
        // SAFETY: the column has memory for row `first`, by this function's contract.
        let row = unsafe { pointer.add(first * column.size) };
        // SAFETY: the column has memory for `count` values of that size from row `first` on.
        unsafe { row.write_bytes(0, count * column.size) };
    }
}

/// Writes the fields of a message into row `row`.
///
/// # Safety
///
/// There is memory for that row; `message` is one of the columns' type.
#[inline(always)]
pub(super) unsafe fn put(columns: &[Column], pointers: &[*mut u8], row: usize, message: *const u8) {
    for (column, pointer) in columns.iter().zip(pointers) {
        // SAFETY: the field lies inside the message.
        let field = unsafe { message.add(column.offset) };
        // SAFETY: the column has memory for that row.
        let value = unsafe { pointer.add(row * column.size) };
        // SAFETY: both are as large as the column's type, and a message isn't inside the columns:
        // the container is their only owner.
        unsafe { field.copy_to_nonoverlapping(value, column.size) };
    }
}

/// Reads row `row` into the fields of a message; its padding is not written.
///
/// # Safety
///
/// The row exists; `message` is memory for one of the columns' type.
#[inline(always)]
pub(super) unsafe fn take(columns: &[Column], pointers: &[*mut u8], row: usize, message: *mut u8) {
    for (column, pointer) in columns.iter().zip(pointers) {
        // SAFETY: the field lies inside the message.
        let field = unsafe { message.add(column.offset) };
        // SAFETY: the column has that row.
        let value = unsafe { pointer.add(row * column.size) };
        // SAFETY: both are as large as the column's type, and the message isn't inside the columns.
        unsafe { field.copy_from_nonoverlapping(value, column.size) };
    }
}

/// Copies one row over another.
///
/// # Safety
///
/// Both rows exist.
#[inline(always)]
pub(super) unsafe fn overwrite(columns: &[Column], pointers: &[*mut u8], from: usize, to: usize) {
    for (column, pointer) in columns.iter().zip(pointers) {
        // SAFETY: the column has that row.
        let source = unsafe { pointer.add(from * column.size) };
        // SAFETY: the column has that row.
        let target = unsafe { pointer.add(to * column.size) };
        // SAFETY: both values are inside the column, and `copy_to` allows that they are equal.
        unsafe { source.copy_to(target, column.size) };
    }
}

/// Moves rows: row `i` becomes what row `order[i]` was.
///
/// Column by column, from a copy: a cycle of moves would need no copy, but jumps through the memory
/// twice as often.
///
/// # Safety
///
/// There are as many rows as numbers in `order`, each of which is that of a row.
pub(super) unsafe fn reorder(columns: &[Column], pointers: &[*mut u8], order: &[usize]) {
    // SAFETY: the callee has the same contract.
    unsafe { reorder_of::<false>(columns, pointers, order) };
}

/// Moves rows as [`reorder`] does, and zeroes the copies of secrets.
///
/// # Safety
///
/// The condition of [`reorder`].
pub(super) unsafe fn reorder_secret(columns: &[Column], pointers: &[*mut u8], order: &[usize]) {
    // SAFETY: the callee has the same contract.
    unsafe { reorder_of::<true>(columns, pointers, order) };
}

/// # Safety
///
/// The condition of [`reorder`].
#[inline(always)]
unsafe fn reorder_of<const SECRET: bool>(columns: &[Column], pointers: &[*mut u8], order: &[usize]) {
    let widest = columns.iter().map(|column| column.size).max().unwrap_or_default();
    let mut before = Vec::<MaybeUninit<u8>>::with_capacity(widest * order.len());
    let before = before.spare_capacity_mut().as_mut_ptr().cast::<u8>();
    for (Column { size, secret, .. }, pointer) in columns.iter().zip(pointers) {
        // SAFETY: the column has as many rows as `order` has numbers, and the copy has memory for
        // them, as no column is wider than the widest.
        unsafe { pointer.copy_to_nonoverlapping(before, size * order.len()) };
        for (row, from) in order.iter().enumerate() {
            // SAFETY: it is the number of a row, by this function's contract, and all rows were
            // copied.
            let source = unsafe { before.add(from * size) };
            // SAFETY: there are as many rows as numbers, so there is that row.
            let target = unsafe { pointer.add(row * size) };
            // SAFETY: both have `size` bytes, and the copy is apart from the column.
            unsafe { source.copy_to_nonoverlapping(target, *size) };
        }
        if SECRET && *secret {
            // SAFETY: the copy has memory for as many values, and only this function uses it.
            unsafe { wipe(before, size * order.len()) };
        }
    }
}

/// Number of bytes of messages whose columns are written before the next block: the messages stay
/// in the first-level cache meanwhile, so each is loaded from memory once, not once per column.
const BLOCK: usize = 16 << 10;

/// Writes `count` messages, one every `stride` bytes, into rows `first` and on.
///
/// # Safety
///
/// There is memory for those rows; `messages` are of the columns' type.
pub(super) unsafe fn put_all(
    columns: &[Column],
    pointers: &[*mut u8],
    first: usize,
    messages: *const u8,
    stride: usize,
    count: usize,
) {
    for (start, rows) in blocks(count, stride) {
        for (column, pointer) in columns.iter().zip(pointers) {
            // SAFETY: the field lies inside message `start`.
            let from = unsafe { messages.add(start * stride + column.offset) };
            // SAFETY: the column has memory for that row.
            let to = unsafe { pointer.add((first + start) * column.size) };
            // SAFETY: there are `rows` messages from that one on, and memory for as many rows;
            // messages aren't inside the columns.
            unsafe { copy_values(column.size, rows, (from, stride), (to, column.size)) };
        }
    }
}

/// Reads `count` rows from `first` on into messages, one every `stride` bytes; their padding is not
/// written.
///
/// # Safety
///
/// The rows exist; `messages` is memory for as many messages of the columns' type.
pub(super) unsafe fn take_all(
    columns: &[Column],
    pointers: &[*mut u8],
    first: usize,
    messages: *mut u8,
    stride: usize,
    count: usize,
) {
    for (start, rows) in blocks(count, stride) {
        for (column, pointer) in columns.iter().zip(pointers) {
            // SAFETY: the column has that row.
            let from = unsafe { pointer.add((first + start) * column.size) };
            // SAFETY: the field lies inside message `start`.
            let to = unsafe { messages.add(start * stride + column.offset) };
            // SAFETY: there are `rows` rows from that one on, and as many messages, which aren't
            // inside the columns.
            unsafe { copy_values(column.size, rows, (from, column.size), (to, stride)) };
        }
    }
}

/// Returns the first message and the number of messages of each block.
fn blocks(count: usize, stride: usize) -> impl Iterator<Item = (usize, usize)> {
    let rows = (BLOCK / stride).max(1);
    (0..count).step_by(rows).map(move |start| (start, rows.min(count - start)))
}

/// Copies `count` values of `size` bytes, which have a fixed distance on each side.
///
/// # Safety
///
/// There are as many values on both sides, and they don't overlap.
unsafe fn copy_values(size: usize, count: usize, from: (*const u8, usize), to: (*mut u8, usize)) {
    // The sizes of scalars and of vectors of `f32`: with the size known, each copy is a move or
    // two.
    let copy = match size {
        1 => copy_sized::<1>,
        2 => copy_sized::<2>,
        4 => copy_sized::<4>,
        8 => copy_sized::<8>,
        12 => copy_sized::<12>,
        16 => copy_sized::<16>,
        _ => copy_each,
    };
    // SAFETY: each of the functions copies values of `size` bytes, of which there are `count` on
    // both sides, apart.
    unsafe { copy(size, count, from, to) };
}

/// Copies values like [`copy_each`], for a size known at compile time.
///
/// # Safety
///
/// There are as many values of `SIZE` bytes on both sides, and they don't overlap.
unsafe fn copy_sized<const SIZE: usize>(
    _: usize,
    count: usize,
    from: (*const u8, usize),
    to: (*mut u8, usize),
) {
    // SAFETY: there are `count` values of `SIZE` bytes on both sides, and they don't overlap.
    unsafe { copy_each(SIZE, count, from, to) };
}

/// Copies values one by one.
///
/// # Safety
///
/// There are as many values of `size` bytes on both sides, and they don't overlap.
#[inline(always)]
unsafe fn copy_each(size: usize, count: usize, from: (*const u8, usize), to: (*mut u8, usize)) {
    for index in 0..count {
        // SAFETY: the index is below the count, so the value exists.
        let source = unsafe { from.0.add(index * from.1) };
        // SAFETY: the index is below the count, so there is memory for a value.
        let target = unsafe { to.0.add(index * to.1) };
        // SAFETY: both have `size` bytes, and don't overlap.
        unsafe { source.copy_to_nonoverlapping(target, size) };
    }
}
