//! Bytes that may hold secrets, and leave no copy of them in freed memory.

use std::ops::{Deref, DerefMut};

use crate::wipe::{reserve, wipe_vec};

/// A vector of bytes that can be hidden: from then on memory that it leaves is zeroed, when it
/// grows and when it is dropped. Growing is out of line for any vector, so bytes that are not
/// hidden pay nothing for it.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    hidden: bool,
}

impl Buffer {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), hidden: false }
    }

    /// Has all memory zeroed that the bytes leave from now on: called before a secret is written.
    pub(super) fn hide(&mut self) {
        self.hidden = true;
    }

    // The two below return from their slow paths, so that the vector's own look at its capacity is
    // left out on the fast one.

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if self.bytes.len() == self.bytes.capacity() {
            return self.extend_slowly(&[byte]);
        }
        self.bytes.push(byte);
    }

    #[inline]
    pub(super) fn extend_from_slice(&mut self, bytes: &[u8]) {
        if self.bytes.capacity() - self.bytes.len() < bytes.len() {
            return self.extend_slowly(bytes);
        }
        self.bytes.extend_from_slice(bytes);
    }

    #[cold]
    #[inline(never)]
    fn extend_slowly(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).extend_from_slice(bytes);
    }

    /// Returns the vector with room for `more` bytes. The caller adds no more than that, as a
    /// vector that grows by itself leaves its bytes behind.
    #[inline]
    pub(super) fn room(&mut self, more: usize) -> &mut Vec<u8> {
        if self.bytes.capacity() - self.bytes.len() < more {
            self.grow(more);
        }
        &mut self.bytes
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        if self.hidden {
            reserve(&mut self.bytes, more);
        } else {
            self.bytes.reserve(more);
        }
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}

impl Deref for Buffer {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.hidden {
            wipe_vec(&mut self.bytes);
        }
    }
}

/// A message as protobuf, which is zeroed after its use if there may be secrets in it.
#[derive(Debug)]
pub(super) struct Encoded {
    bytes: Vec<u8>,
    secret: bool,
}

impl Encoded {
    pub(super) fn new(bytes: Vec<u8>, secret: bool) -> Self {
        Self { bytes, secret }
    }
}

impl Deref for Encoded {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Encoded {
    fn drop(&mut self) {
        if self.secret {
            wipe_vec(&mut self.bytes);
        }
    }
}
