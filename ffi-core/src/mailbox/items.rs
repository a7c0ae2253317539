//! Batches of items that an isolate takes of a stream, with the slots that are lent in them.

use crate::boundary::{FfiPending, FfiStatus, note};

/// Result of taking a batch: an item is a failure, which the status has.
pub(crate) const FAILED: isize = -1;
/// Result of taking a batch: no item comes any more.
pub(crate) const ENDED: isize = -2;

/// Result of [`Items::take`].
pub(crate) struct Taken {
    /// Number of items, [`FAILED`] or [`ENDED`].
    pub(crate) code: isize,
    /// True if the task waits for the credit that was given back.
    pub(crate) wakes: bool,
}

/// Source of the items of a stream, for the isolate that listens.
pub(crate) trait Items: Send + Sync {
    /// Gives back what was lent of the last batch, and writes up to `most` items to `out`. A
    /// failure is a batch of its own, and is written to `status`.
    ///
    /// # Safety
    ///
    /// `out` has room for `most` items, as their C types. `status` is null, or that of the isolate
    /// that runs this.
    unsafe fn take(&self, out: *mut u8, most: usize, status: *mut FfiStatus) -> Taken;

    /// Passes what the item at `index` of the last batch owns to the isolate: it is noted in
    /// `status` until it is attached.
    ///
    /// # Safety
    ///
    /// `status` is null, or that of the isolate that runs this.
    unsafe fn keep(&self, index: usize, status: *mut FfiStatus);

    /// Returns true if a task makes the items, which has to be gone before a cancellation is over.
    fn has_task(&self) -> bool {
        true
    }
}

/// Resources of the items of a batch, which are given back with the next one.
#[derive(Default)]
pub(crate) struct Lent(Vec<Option<FfiPending>>);

// SAFETY: what is noted is owned by the note, and any thread may free it.
unsafe impl Send for Lent {}

impl Lent {
    pub(crate) fn push(&mut self, pending: FfiPending) {
        self.0.push(Some(pending));
    }

    pub(crate) fn give_back(&mut self) {
        self.0.drain(..).flatten().for_each(FfiPending::give_back);
    }

    /// Passes an item to an isolate; see [`Items::keep`].
    ///
    /// # Safety
    ///
    /// The conditions of [`Items::keep`].
    pub(crate) unsafe fn keep(&mut self, index: usize, status: *mut FfiStatus) {
        if let Some(pending) = self.0.get_mut(index).and_then(Option::take) {
            // SAFETY: the status is null or that of the isolate, by this function's contract.
            unsafe { note(status, pending) };
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Largest number of items in a batch. What is lent is given back one by one with `pool-debug`,
/// which overwrites it, so that each use after the next event is found.
pub(crate) fn most_lent(most: usize) -> usize {
    if cfg!(feature = "pool-debug") { most.min(1) } else { most }
}
