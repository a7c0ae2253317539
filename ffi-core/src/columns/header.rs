//! The header of a container without the type of its message: one copy of the code that changes
//! containers, for all messages.
//!
//! The derive writes eight functions for C per message with columns. With generic bodies rustc
//! would compile all of them again for each message.

use std::alloc::{Layout, alloc, dealloc};

use super::error::ColumnsError;
use super::raw::{self, Column};

/// Smallest capacity when growing: less isn't worth an allocation.
const FEW: usize = 16;

/// Facts about a message that containers need: a constant for each.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) columns: &'static [Column],
    /// Fingerprint of the message, with which the seal begins.
    pub(super) fingerprint: u64,
    /// Size of the message in bytes.
    pub(super) size: usize,
    /// Frees the memory of all columns: [`raw::release`], or [`raw::release_secret`] if the message
    /// holds secrets, so that others have no code that asks.
    pub(super) release: unsafe fn(&[Column], &[*mut u8], usize),
    /// Layout of the header, `FfiColumns<T>`.
    pub(super) layout: Layout,
}

/// The words of a header that nobody else uses.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) kind: &'static Kind,
    pub(super) len: &'a mut u64,
    pub(super) capacity: &'a mut u64,
    pub(super) pointers: &'a mut [*mut u8],
    pub(super) fixed: &'a mut u64,
    pub(super) seal: &'a mut u64,
}

/// Offset of the pointers, behind length and capacity.
const POINTERS: usize = 16;

impl<'a> Header<'a> {
    /// Returns the words of the header at `header`.
    ///
    /// # Safety
    ///
    /// It is an initialised `FfiColumns<T>` of the message of `kind`, aligned, and no other code
    /// uses it for as long as `'a`.
    pub(super) unsafe fn at(header: *mut u8, kind: &'static Kind) -> Self {
        let count = kind.columns.len();
        let fixed = (POINTERS + count * size_of::<*mut u8>()).next_multiple_of(align_of::<u64>());
        let word = |offset: usize| {
            // SAFETY: the container is `repr(C)`: two words, the pointers, and two words again,
            // each at the first offset that its alignment allows. So the offset is inside of it.
            let word = unsafe { header.add(offset) }.cast::<u64>();
            // SAFETY: an initialised word, aligned as the container is, which no other code uses by
            // this function's contract; each offset is taken once.
            unsafe { &mut *word }
        };
        // SAFETY: the pointers are inside of the container, behind two words.
        let pointers = unsafe { header.add(POINTERS) }.cast();
        Self {
            kind,
            len: word(0),
            capacity: word(8),
            // SAFETY: there are as many pointers as columns, initialised and aligned, which no
            // other code uses by this function's contract.
            pointers: unsafe { std::slice::from_raw_parts_mut(pointers, count) },
            fixed: word(fixed),
            seal: word(fixed + 8),
        }
    }

    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        // The cast is lossless, as the number counts rows in memory.
        *self.len as usize
    }

    fn capacity(&self) -> usize {
        *self.capacity as usize
    }

    /// Returns the seal of the header without rows.
    fn bare_seal(&self) -> u64 {
        raw::seal(self.kind.fingerprint, [*self.capacity, *self.fixed], self.pointers)
    }

    /// Returns true if no other code has written to the header.
    pub(super) fn is_intact(&self) -> bool {
        *self.len <= *self.capacity && *self.seal == self.bare_seal().wrapping_add(*self.len)
    }

    fn set_len(&mut self, len: usize) {
        *self.seal = self.seal.wrapping_add((len as u64).wrapping_sub(*self.len));
        *self.len = len as u64;
    }

    /// Reserves memory for `additional` more rows.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), ColumnsError> {
        if additional <= self.capacity() - self.len() { Ok(()) } else { self.grow(additional) }
    }

    /// Reserves memory for `additional` more rows, which are more than there is memory for.
    pub(super) fn grow(&mut self, additional: usize) -> Result<(), ColumnsError> {
        if *self.fixed != 0 {
            return Err(ColumnsError::Full { capacity: self.capacity() });
        }
        let needed = self.len().checked_add(additional).ok_or(ColumnsError::Memory { rows: usize::MAX })?;
        let plenty = needed.max(self.capacity().saturating_mul(2)).max(FEW);
        self.move_to(plenty).or_else(|_| self.move_to(needed))
    }

    /// Moves all rows to new memory for `capacity` rows, which must not be fewer than there are.
    fn move_to(&mut self, capacity: usize) -> Result<(), ColumnsError> {
        let columns = self.kind.columns;
        let mut pointers = vec![std::ptr::null_mut(); columns.len()];
        if !raw::allocate(columns, capacity, &mut pointers) {
            return Err(ColumnsError::Memory { rows: capacity });
        }
        // SAFETY: both have memory for that many rows, in allocations of their own.
        unsafe { raw::copy(columns, self.pointers, &pointers, self.len()) };
        // SAFETY: the rows are in their new memory, and this container owned the old one.
        unsafe { self.release() };
        self.pointers.copy_from_slice(&pointers);
        *self.capacity = capacity as u64;
        *self.seal = self.bare_seal().wrapping_add(*self.len);
        Ok(())
    }

    /// Frees the memory of the columns.
    ///
    /// # Safety
    ///
    /// The header is intact, and nobody uses the columns any more.
    unsafe fn release(&mut self) {
        // SAFETY: by this function's contract the memory was allocated for that capacity, nobody
        // uses it, and it is freed once.
        unsafe { (self.kind.release)(self.kind.columns, self.pointers, self.capacity()) };
    }

    /// Changes the number of rows: new ones are zero, surplus ones are removed.
    pub(super) fn resize_zeroed(&mut self, len: usize) -> Result<(), ColumnsError> {
        if let Some(new @ 1..) = len.checked_sub(self.len()) {
            self.reserve(new)?;
            // SAFETY: there is memory for that many more rows.
            unsafe { raw::zero(self.kind.columns, self.pointers, self.len(), new) };
        }
        self.set_len(len);
        Ok(())
    }

    /// Adds a row for each of `count` messages.
    ///
    /// # Safety
    ///
    /// `messages` points to as many messages, outside of the columns; their bytes need not be valid
    /// if the container is checked before it is used.
    pub(super) unsafe fn append(&mut self, messages: *const u8, count: usize) -> Result<(), ColumnsError> {
        self.reserve(count)?;
        // SAFETY: there is memory for `count` rows; the caller vouches for as many messages outside
        // of the columns.
        unsafe { self.overwrite(self.len(), messages, count) };
        self.set_len(self.len() + count);
        Ok(())
    }

    /// Overwrites `count` rows from `first` on.
    ///
    /// # Safety
    ///
    /// There is memory for those rows; `messages` fulfils the conditions of
    /// [`append`](Self::append).
    pub(super) unsafe fn overwrite(&mut self, first: usize, messages: *const u8, count: usize) {
        let Kind { columns, size, .. } = *self.kind;
        // SAFETY: there is memory for those rows, and there are as many messages, one behind the
        // other and outside of the columns.
        unsafe { raw::put_all(columns, self.pointers, first, messages, size, count) };
    }

    /// Copies `count` rows from `first` on to `messages`.
    ///
    /// # Safety
    ///
    /// The rows exist; `messages` points to memory for as many messages, outside of the columns.
    pub(super) unsafe fn copy_to(&self, first: usize, messages: *mut u8, count: usize) {
        let Kind { columns, size, .. } = *self.kind;
        // SAFETY: the rows exist, and there is memory for as many messages, one behind the other
        // and outside of the columns.
        unsafe { raw::take_all(columns, self.pointers, first, messages, size, count) };
    }

    /// Removes a row, and moves the last one to its place.
    ///
    /// # Safety
    ///
    /// The row exists.
    pub(super) unsafe fn fill_gap(&mut self, row: usize) {
        let last = self.len() - 1;
        // SAFETY: there is a row, so there is a last one, and the row of the gap exists by this
        // function's contract.
        unsafe { raw::overwrite(self.kind.columns, self.pointers, last, row) };
        self.set_len(last);
    }

    /// Makes a container in memory of its own, and returns it; null if there is no memory.
    pub(super) fn boxed(kind: &'static Kind, capacity: usize, is_fixed: bool) -> *mut u8 {
        // SAFETY: the size of a header is not 0.
        let header = unsafe { alloc(kind.layout) };
        if header.is_null() {
            return header;
        }
        // SAFETY: memory of the size of a header, which was just allocated.
        unsafe { header.write_bytes(0, kind.layout.size()) };
        // SAFETY: it was allocated with the layout of a header, and zeros are numbers and pointers.
        let this = unsafe { Header::at(header, kind) };
        if !raw::allocate(kind.columns, capacity, this.pointers) {
            // SAFETY: allocated above with this layout; nobody else has it.
            unsafe { dealloc(header, kind.layout) };
            return std::ptr::null_mut();
        }
        *this.capacity = capacity as u64;
        *this.fixed = u64::from(is_fixed);
        *this.seal = this.bare_seal();
        header
    }

    /// Frees a container that [`boxed`](Self::boxed) or [`give`](super::abi::give) returned.
    ///
    /// # Safety
    ///
    /// Its header, at `header`, is intact; no code uses it any more, and it was not freed before.
    pub(super) unsafe fn free(mut self, header: *mut u8) {
        let layout = self.kind.layout;
        // SAFETY: by this function's contract the header is intact, and nobody uses the columns any
        // more.
        unsafe { self.release() };
        // SAFETY: it was allocated with the layout of a header, and is freed once.
        unsafe { dealloc(header, layout) };
    }
}
