//! Exported queues that were used, for the shutdown and for the numbers about a library.
//!
//! A queue is a static, and no code runs when it is made. So `#[ffi_export]` writes an entry beside
//! the queue, which the queue adds to the list below when it is first used: with the first message,
//! or when a consumer first asks for its end or listens.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use super::list::{Link, Linked, List};
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
    link: Link<Self>,
}

impl Linked for QueueEntry {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

/// The queues that were used.
static USED: List<QueueEntry> = List::new();

/// True from [`shut`] until [`open`].
static SHUT: AtomicBool = AtomicBool::new(false);

impl QueueEntry {
    pub(super) const fn of(name: &'static str, queue: &'static dyn Known) -> Self {
        Self { name, queue, is_known: AtomicBool::new(false), link: Link::new() }
    }

    /// Adds the queue to the list, unless it is there.
    #[inline]
    pub(super) fn add(&'static self) {
        // Relaxed: what it stands for is published by the list.
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
        USED.add(self);
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

/// Closes the queues that were used, and those that are used from now on, until [`open`].
pub(crate) fn shut() {
    SHUT.store(true, Ordering::SeqCst);
    USED.iter().for_each(|entry| entry.queue.shut());
}

/// Opens the queues again that [`shut`] has closed.
pub(super) fn open() {
    if SHUT.swap(false, Ordering::SeqCst) {
        USED.iter().for_each(|entry| entry.queue.open());
    }
}

/// Returns the statistics of all queues that were used, each with its name.
#[cfg(feature = "metrics")]
pub(crate) fn stats() -> Vec<(&'static str, QueueStats)> {
    USED.iter().map(|entry| (entry.name, entry.queue.stats())).collect()
}
