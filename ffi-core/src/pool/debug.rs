//! Feature `pool-debug`: who allocated and freed each slot last, and what a freed slot looks like.
//!
//! It takes a lock and walks the stack at each allocation and free, so it is for looking for a fault, not for shipping. What
//! it finds goes to the standard error, as the C ABI has no other place for it.

use std::backtrace::Backtrace;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// What freed slots of pools that zero are filled with.
pub(super) const FREED: u8 = 0xDD;

/// Leaks that are written out per pool.
const LEAKS: usize = 10;

/// Where a slot was last allocated and freed.
#[derive(Debug, Default)]
struct Sites {
    allocated: Option<Backtrace>,
    freed: Option<Backtrace>,
}

/// The sites of a pool's slots.
#[derive(Debug)]
pub(super) struct Journal {
    sites: LazyLock<Mutex<HashMap<usize, Sites>>>,
}

impl Journal {
    pub(super) const fn new() -> Self {
        Self { sites: LazyLock::new(Mutex::default) }
    }

    fn sites(&self) -> MutexGuard<'_, HashMap<usize, Sites>> {
        // A panic while it was locked leaves a map that is still right.
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot was claimed, and its new owner doesn't have it yet.
    pub(super) fn allocated(&self, index: usize) {
        let site = Backtrace::force_capture();
        self.sites().entry(index).or_default().allocated = Some(site);
    }

    /// The slot is about to be free.
    pub(super) fn freed(&self, index: usize) {
        let site = Backtrace::force_capture();
        self.sites().entry(index).or_default().freed = Some(site);
    }

    /// The slot is freed again.
    pub(super) fn double_free(&self, pool: &str, index: usize) {
        let site = Backtrace::force_capture();
        let sites = self.sites();
        let mut report =
            format!("ffi-core: slot {index} of the pool of `{pool}` is freed again here:\n{site}\n");
        match sites.get(&index) {
            Some(Sites { freed: Some(freed), allocated }) => {
                let _ = writeln!(report, "it was freed before here:\n{freed}");
                if let Some(allocated) = allocated {
                    let _ = writeln!(report, "it was allocated here:\n{allocated}");
                }
            }
            _ => report.push_str("it was never allocated\n"),
        }
        say(&report);
    }

    /// The slots are live at shutdown.
    pub(super) fn leaks(&self, pool: &str, live: impl Iterator<Item = usize>) {
        let sites = self.sites();
        let mut report = String::new();
        let mut count = 0;
        for index in live {
            count += 1;
            if count <= LEAKS
                && let Some(Sites { allocated: Some(allocated), .. }) = sites.get(&index)
            {
                let _ = writeln!(report, "slot {index} was allocated here:\n{allocated}");
            }
        }
        if count > 0 {
            say(&format!("ffi-core: {count} messages of the pool of `{pool}` were never freed\n{report}"));
        }
    }
}

fn say(report: &str) {
    // Unlike `eprintln!`, this doesn't panic where there is no standard error.
    let _ = io::stderr().write_all(report.as_bytes());
}
