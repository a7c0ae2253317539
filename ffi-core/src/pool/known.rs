//! Exported queues that were used, for the shutdown and for the numbers about a library.
//!
//! A queue is a static, and no code runs when it is made. So `#[ffi_export]` writes an entry beside
//! the queue, which the queue adds to the list below when it is first used: with the first message,
//! or when a consumer first asks for its end or listens. The list is made of the entries
//! themselves, so adding one takes no lock and no memory, also on a thread with a real-time
//! priority.

use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::{fmt, ptr};

#[cfg(feature = "metrics")]
use super::stats::QueueStats;

/// A queue without its type.
pub(super) trait Known: Sync {
    /// Refuses pushes until [`open`](Self::open), and tells consumers that wait.
    fn shut(&self);
    /// Ends [`shut`](Self::shut).
    fn open(&self);
    #[cfg(feature = "metrics")]
    fn stats(&self) -> QueueStats;
}

/// The place of an exported queue in the list of those that were used.
pub struct QueueEntry {
    name: &'static str,
    queue: &'static dyn Known,
    is_known: AtomicBool,
    /// The queue that was added before this one.
    next: AtomicPtr<Self>,
}

/// The queue that was added last; the others follow by `next`.
static LAST: AtomicPtr<QueueEntry> = AtomicPtr::new(ptr::null_mut());

/// True from [`shut`] until [`open`].
static SHUT: AtomicBool = AtomicBool::new(false);

impl QueueEntry {
    pub(super) const fn of(name: &'static str, queue: &'static dyn Known) -> Self {
        Self { name, queue, is_known: AtomicBool::new(false), next: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Adds the queue to the list, unless it is there.
    #[inline]
    pub(super) fn add(&'static self) {
        // Relaxed: the list is published by the update below.
        if !self.is_known.load(Ordering::Relaxed) {
            self.add_first();
        }
    }

    #[cold]
    #[inline(never)]
    fn add_first(&'static self) {
        // Another thread may add it at the same moment.
        if !self.is_known.swap(true, Ordering::SeqCst) {
            self.enlist();
        }
    }

    /// Puts the queue on the list, once.
    fn enlist(&'static self) {
        // Publishes `next`.
        LAST.update(Ordering::SeqCst, Ordering::SeqCst, |last| {
            self.next.store(last, Ordering::Relaxed);
            ptr::from_ref(self).cast_mut()
        });
        // It is in one total order with `shut`, which first sets the flag and then walks the list:
        // either it finds the queue, or the load sees the flag.
        if SHUT.load(Ordering::SeqCst) {
            self.queue.shut();
        }
    }
}

impl fmt::Debug for QueueEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueEntry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Returns the entries of all queues that were used.
fn all() -> impl Iterator<Item = &'static QueueEntry> {
    let mut next = LAST.load(Ordering::SeqCst);
    std::iter::from_fn(move || {
        // SAFETY: null, or an entry that was added, which is a static.
        let entry: &'static QueueEntry = unsafe { next.as_ref() }?;
        // It was written before the entry was published as the last one.
        next = entry.next.load(Ordering::Relaxed);
        Some(entry)
    })
}

/// Closes the queues that were used, and those that are used from now on, until [`open`].
pub(crate) fn shut() {
    SHUT.store(true, Ordering::SeqCst);
    all().for_each(|entry| entry.queue.shut());
}

/// Opens the queues again that [`shut`] has closed.
pub(super) fn open() {
    if SHUT.swap(false, Ordering::SeqCst) {
        all().for_each(|entry| entry.queue.open());
    }
}

/// Returns the statistics of all queues that were used, each with its name.
#[cfg(feature = "metrics")]
pub(crate) fn stats() -> Vec<(&'static str, QueueStats)> {
    all().map(|entry| (entry.name, entry.queue.stats())).collect()
}
