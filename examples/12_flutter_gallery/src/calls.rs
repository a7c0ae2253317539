//! Counts of calls, for the page that shows them.

use ffi_core::{FfiMessage, executor, ffi_export};

/// Counts of the calls that don't return at once.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct CallCounts {
    /// Number of tasks that run or wait.
    pub tasks: u64,
    /// Number of isolates that have started a call, and are not gone.
    pub mailboxes: u64,
    /// Number of results that came after the end of their call.
    pub late: u64,
}

/// Returns the counts of calls.
#[ffi_export]
pub fn call_counts() -> CallCounts {
    let stats = executor::stats();
    CallCounts { tasks: stats.tasks, mailboxes: stats.mailboxes, late: stats.late }
}
