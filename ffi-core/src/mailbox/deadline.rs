//! Deadline of a call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time until which Dart waits for a call, in nanoseconds since [`epoch`]. Dart sets it when the
/// call has been started, so the task may run already.
pub(super) struct Deadline(AtomicU64);

/// Value of a call without a deadline, later than all others.
const NONE: u64 = u64::MAX;

/// Returns a moment before all deadlines of the process.
fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

impl Deadline {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(NONE))
    }

    /// Sets the deadline to `left` from now, unless it is earlier.
    pub(super) fn set(&self, left: Duration) {
        let nanoseconds = epoch().elapsed().saturating_add(left).as_nanos();
        // Relaxed: a reader of the time reads nothing else that the setter wrote.
        self.0.fetch_min(u64::try_from(nanoseconds).unwrap_or(NONE), Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Option<Instant> {
        match self.0.load(Ordering::Relaxed) {
            NONE => None,
            nanoseconds => epoch().checked_add(Duration::from_nanos(nanoseconds)),
        }
    }
}
