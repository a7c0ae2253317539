//! One pool that threads of Rust and isolates of Dart use at once. Each marks the slots it holds,
//! and checks the marks before it frees them: two owners of one slot would see each other's.

use std::thread;

use ffi_core::{FfiMessage, FfiPooled, PoolBox, ffi_export};

ffi_core::library!();

/// A piece of work, one cache line long.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool = 1_000)]
pub struct Task {
    /// Number of the owner of the slot, which writes it ..
    pub owner: u64,
    /// .. and writes it to each of these.
    pub marks: [u64; 7],
}

/// Result of a run.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Report {
    /// Number of slots that were allocated and freed.
    pub tasks: u64,
    /// Number of slots that did not hold what their owner had written, or were not zeroed.
    pub corrupt: u64,
    /// Number of times that the pool was empty.
    pub empty: u64,
}

/// Largest number of slots that each worker holds at once.
const HELD: usize = 64;

/// Allocates and frees `rounds` slots on each of `threads` threads, which have the numbers from
/// `first_owner` on.
#[ffi_export]
pub fn hammer(threads: u32, rounds: u32, first_owner: u64) -> Report {
    let owners = (0..u64::from(threads)).map(|number| first_owner + number);
    let workers: Vec<_> = owners.map(|owner| thread::spawn(move || work(owner, rounds))).collect();
    let mut total = Report { tasks: 0, corrupt: 0, empty: 0 };
    for worker in workers {
        let report = worker.join().expect("a worker doesn't panic");
        total.tasks += report.tasks;
        total.corrupt += report.corrupt;
        total.empty += report.empty;
    }
    total
}

fn work(owner: u64, rounds: u32) -> Report {
    let mut report = Report { tasks: 0, corrupt: 0, empty: 0 };
    let mut held: Vec<PoolBox<Task>> = Vec::with_capacity(HELD);
    for round in 0..rounds {
        if held.len() == HELD {
            // A pseudo-random one, so that the free slots are spread over the pool.
            let task = held.swap_remove(round as usize * 31 % HELD);
            report.corrupt += u64::from(*task != marked(owner));
        }
        let Some(mut task) = Task::pool().alloc() else {
            report.empty += 1;
            thread::yield_now();
            continue;
        };
        report.corrupt += u64::from(*task != marked(0));
        *task = marked(owner);
        report.tasks += 1;
        held.push(task);
    }
    report.corrupt += held.iter().map(|task| u64::from(**task != marked(owner))).sum::<u64>();
    report
}

fn marked(owner: u64) -> Task {
    Task { owner, marks: [owner; 7] }
}
