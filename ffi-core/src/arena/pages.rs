//! `Pages`: memory that is only read, which any number of arenas share.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::{Mmap, MmapMut};

/// A mapped file, or pages of the process that were made read-only.
pub(super) struct Pages {
    map: Mmap,
    /// True if an arena is in them: it was copied from one, or a check has found it. It holds for
    /// good, as nothing writes to the pages.
    accepted: AtomicBool,
}

impl Pages {
    /// Returns the pages of a mapped file, which nobody has checked.
    pub(super) fn of_file(map: Mmap) -> Self {
        Self { map, accepted: AtomicBool::new(false) }
    }

    /// Returns pages with copies of two chunks, one behind the other.
    ///
    /// # Errors
    ///
    /// Returns an error if the system has no memory, or no pages that are only read.
    pub(super) fn copy_of(lists: &[u8], text: &[u8]) -> io::Result<Self> {
        let mut map = MmapMut::map_anon(lists.len() + text.len())?;
        let (first, rest) = map.split_at_mut(lists.len());
        first.copy_from_slice(lists);
        rest.copy_from_slice(text);
        Ok(Self { map: map.make_read_only()?, accepted: AtomicBool::new(false) })
    }

    /// Returns all bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Returns true if an arena is known to be in the pages.
    pub(super) fn is_accepted(&self) -> bool {
        // Relaxed: the bytes are older than the pages, so each thread that has the pages sees
        // them.
        self.accepted.load(Ordering::Relaxed)
    }

    /// Notes that an arena is in the pages.
    pub(super) fn accept(&self) {
        // Relaxed: a thread that doesn't see it yet makes the check once more.
        self.accepted.store(true, Ordering::Relaxed);
    }
}
