//! Counts of tasks and late results of the process.

use std::sync::atomic::{AtomicU64, Ordering};

/// Number of tasks that are not dropped yet.
static TASKS: AtomicU64 = AtomicU64::new(0);
/// Number of results that came after their call had ended.
static LATE: AtomicU64 = AtomicU64::new(0);
/// Number of futures that panicked while they were dropped.
static DROP_PANICS: AtomicU64 = AtomicU64::new(0);

/// A task, for as long as its future exists.
#[derive(Debug)]
pub(crate) struct Alive(());

impl Alive {
    pub(crate) fn new() -> Self {
        // Relaxed, as below: the counters guard no other memory.
        TASKS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        TASKS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts a result that was dropped, as its call had ended.
pub(crate) fn count_late() {
    LATE.fetch_add(1, Ordering::Relaxed);
}

/// Counts a future whose drop panicked.
pub(crate) fn count_drop_panic() {
    DROP_PANICS.fetch_add(1, Ordering::Relaxed);
}

/// Returns the three counts: tasks, late results, panics of drops.
pub(crate) fn counts() -> [u64; 3] {
    [&TASKS, &LATE, &DROP_PANICS].map(|count| count.load(Ordering::Relaxed))
}
