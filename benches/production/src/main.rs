//! Measures what the features `production`, `metrics` and `tracing` add to a call: an exported
//! function beside the same function whose C half is written by hand, as it was before there were
//! sites.
//!
//! `cargo xtask bench production` runs it four times: without the features, and with each.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, Samples, compare, print_ratio};
use ffi_core::boundary::{FfiStatus, call_output};
use ffi_core::bytemuck::Zeroable;
use ffi_core::{Flag, ffi_export};

ffi_core::library!();

/// Calls of a sample.
const CALLS: u64 = 200_000;
const ROUNDS: usize = 41;

static FLAG: Flag = Flag::on();

/// Adds two numbers.
#[ffi_export]
pub fn sum(left: u64, right: u64) -> u64 {
    left.wrapping_add(right)
}

type Sum = unsafe extern "C" fn(u64, u64, *mut FfiStatus) -> u64;

mod exported {
    use ffi_core::boundary::FfiStatus;

    unsafe extern "C" {
        #[link_name = "bench_production_ffi_sum"]
        pub(super) fn sum(left: u64, right: u64, status: *mut FfiStatus) -> u64;
    }
}

/// The C half of [`sum`] without a site.
///
/// # Safety
///
/// `status` is null, or zeroed or last written by this library, and no other code uses it.
unsafe extern "C" fn by_hand(left: u64, right: u64, status: *mut FfiStatus) -> u64 {
    let body = move || Ok(sum(left, right));
    // SAFETY: the status is valid, and no other code uses it, by this function's contract.
    unsafe { call_output::<u64>(status, body) }
}

fn calls(function: Sum) -> Result<Duration> {
    let function = black_box(function);
    let mut status = FfiStatus::zeroed();
    let start = Instant::now();
    let mut total = 0;
    for i in 0..CALLS {
        // SAFETY: the status is zeroed, and used by this call only.
        total = unsafe { function(total, i, &raw mut status) };
    }
    let time = start.elapsed();
    ensure!(total == CALLS * (CALLS - 1) / 2 && status.code == 0, "wrong sum {total}");
    Ok(time)
}

/// Returns the nanoseconds that each call of `one` takes more than one of `other`.
fn more(one: &Samples, other: &Samples) -> f64 {
    (one.median() - other.median()) * 1e6 / CALLS as f64
}

fn main() -> Result<()> {
    let [exported, by_hand] = compare(
        "200,000 calls",
        ROUNDS,
        [
            Contender::new("exported", || calls(exported::sum)),
            Contender::new("by hand, without a site", || calls(by_hand)),
        ],
    )?;
    if cfg!(feature = "metrics") {
        print_ratio("call_counted_and_timed_more_ns", more(&exported, &by_hand), 20.0);
    } else if cfg!(feature = "tracing") {
        print_ratio("call_counted_with_span_more_ns", more(&exported, &by_hand), 13.0);
    } else if cfg!(feature = "production") {
        print_ratio("call_counted_more_ns", more(&exported, &by_hand), 8.0);
    } else {
        print_ratio("call_with_nothing_on_vs_by_hand", exported.ratio_to(&by_hand), 1.02);
    }
    let [flag] = compare("200,000 reads", ROUNDS, [Contender::new("a flag", flag_reads)])?;
    println!("a flag is read in {:.2} ns", flag.median() * 1e6 / CALLS as f64);
    #[cfg(feature = "metrics")]
    metrics::snapshot()?;
    #[cfg(feature = "production")]
    refused::calls()?;
    Ok(())
}

fn flag_reads() -> Result<Duration> {
    let start = Instant::now();
    let mut on = 0;
    for _ in 0..CALLS {
        on += u64::from(black_box(&FLAG).is_on());
    }
    let time = start.elapsed();
    ensure!(on == CALLS, "the flag is off");
    Ok(time)
}

#[cfg(feature = "metrics")]
mod metrics {
    use std::time::Instant;

    use anyhow::{Result, ensure};
    use ffi_benches::{Contender, compare};
    use ffi_core::__private::Site;

    use super::ROUNDS;

    static SITES: [Site; 100] = [const { Site::new("function") }; 100];

    /// Prints what a snapshot of 100 functions takes.
    pub(super) fn snapshot() -> Result<()> {
        for site in &SITES {
            ensure!(site.watch(|| Ok(())).is_ok(), "the call was refused");
        }
        let sample = || {
            let start = Instant::now();
            let snapshot = ffi_core::production::metrics();
            let time = start.elapsed();
            ensure!(snapshot.calls.len() > 100, "functions are missing");
            Ok(time)
        };
        let [snapshot] = compare("a snapshot", ROUNDS, [Contender::new("of 101 functions", sample)])?;
        println!("a snapshot takes {:.1} us", snapshot.median() * 1e3);
        Ok(())
    }
}

#[cfg(feature = "production")]
mod refused {
    use std::ptr;
    use std::time::Instant;

    use anyhow::{Result, ensure};
    use ffi_benches::{Contender, compare, print_ratio};
    use ffi_core::boundary::{FfiOwned, FfiStatus, clear};
    use ffi_core::bytemuck::Zeroable;

    use super::{CALLS, ROUNDS, exported};

    unsafe extern "C" {
        #[link_name = "bench_production_ffi0_production"]
        fn production(operation: u32, data: *const u8, len: usize, status: *mut FfiStatus) -> *mut FfiOwned;
        #[link_name = "bench_production_ffi0_shutdown"]
        safe fn shutdown() -> u64;
    }

    /// Prints what a call takes that is refused, as the library was shut down.
    pub(super) fn calls() -> Result<()> {
        let text = [0_u8; 1];
        // SAFETY: the text is empty, and null is allowed for a status.
        let answer = unsafe { production(0, text.as_ptr(), 0, ptr::null_mut()) };
        ensure!(!answer.is_null(), "the library doesn't start");
        ensure!(shutdown() == 0, "slots are in use");
        let sample = || {
            let mut status = FfiStatus::zeroed();
            let start = Instant::now();
            for i in 0..CALLS {
                // SAFETY: the status is zeroed or was cleared, and used by this call only.
                unsafe { exported::sum(i, i, &raw mut status) };
                ensure!(status.code == 11, "the call was not refused");
                // SAFETY: the status was written by the call.
                unsafe { clear(&raw mut status) };
            }
            Ok(start.elapsed())
        };
        let [refused] = compare("200,000 refused calls", ROUNDS, [Contender::new("exported", sample)])?;
        print_ratio("refused_call_ns", refused.median() * 1e6 / CALLS as f64, 1000.0);
        Ok(())
    }
}
