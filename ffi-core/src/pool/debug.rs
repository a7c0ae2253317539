//! Feature `pool-debug`: the sites at which each slot was last allocated and freed, a pattern in
//! freed slots, and a quarantine. A freed slot is not handed out again before most others were, so
//! a pointer that is freed twice, or used after it was freed, meets no new owner.
//!
//! It takes a lock and walks the stack at each allocation and free, so it is for finding a fault,
//! not for shipping. It reports to the standard error, as the C ABI has no other channel.

use std::backtrace::Backtrace;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Byte that fills freed slots, in pools that zero their slots.
pub(super) const FREED: u8 = 0xDD;

/// Leaks that are written out per pool.
const LEAKS: usize = 10;

/// Freed slots that are not handed out yet, those first that were freed first.
#[derive(Debug)]
pub(super) struct Quarantine {
    slots: Mutex<VecDeque<usize>>,
    /// Number of slots that are kept: half of the pool's, so that the other half can be allocated
    /// without a look at these.
    most: usize,
}

impl Quarantine {
    pub(super) fn new(capacity: usize) -> Self {
        Self { slots: Mutex::default(), most: capacity / 2 }
    }

    fn slots(&self) -> MutexGuard<'_, VecDeque<usize>> {
        // A panic while it was locked leaves a list that is still right.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a slot in. Returns the slot that leaves the quarantine, if there are too many.
    pub(super) fn put(&self, index: usize) -> Option<usize> {
        let mut slots = self.slots();
        slots.push_back(index);
        if slots.len() > self.most { slots.pop_front() } else { None }
    }

    /// Takes out the slot that was freed first, when no other slot is free.
    pub(super) fn take(&self) -> Option<usize> {
        self.slots().pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.slots().len()
    }
}

/// Sites at which a slot was last allocated and freed.
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

    /// Notes that a slot was claimed, before its new owner has it.
    pub(super) fn allocated(&self, index: usize) {
        let site = Backtrace::force_capture();
        self.sites().entry(index).or_default().allocated = Some(site);
    }

    /// Notes that a slot is about to be freed.
    pub(super) fn freed(&self, index: usize) {
        let site = Backtrace::force_capture();
        self.sites().entry(index).or_default().freed = Some(site);
    }

    /// Reports that a slot is freed again.
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

    /// Reports the slots that are live at shutdown.
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
    // `eprintln!` would panic if there is no standard error.
    let _ = io::stderr().write_all(report.as_bytes());
}
