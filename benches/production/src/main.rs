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
    // Once, of the four runs.
    if cfg!(feature = "metrics") {
        print_ratio("flag_read_ns", flag.median() * 1e6 / CALLS as f64, 2.0);
    }
    #[cfg(feature = "metrics")]
    metrics::snapshot()?;
    #[cfg(feature = "metrics")]
    metrics::timed()?;
    #[cfg(feature = "production")]
    refused::by_rate()?;
    #[cfg(feature = "production")]
    refused::by_shutdown()?;
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
    use std::hint::black_box;
    use std::time::{Duration, Instant};

    use anyhow::{Result, ensure};
    use ffi_benches::{Contender, compare, print_ratio};
    use ffi_core::__private::{Bytes, Site};

    use super::ROUNDS;

    static SITES: [Site; 100] = [const { Site::new("function") }; 100];

    /// Functions of which all are timed in the same pass, one of 16.
    static TIMED: [Site; 64] = [const { Site::new("timed") }; 64];

    /// The same for functions with arguments and results whose bytes are counted.
    static WITH_BYTES: [Site; 64] = [const { Site::new("with bytes") }; 64];

    /// Bytes of the argument and of the result of a call of one of [`WITH_BYTES`].
    const BYTES: (usize, usize) = (100, 30);

    /// Calls each of the functions once.
    fn pass(sites: &'static [Site; 64], call: impl Fn(&mut Bytes) -> usize) -> Result<Duration> {
        let start = Instant::now();
        let mut total = 0;
        for site in black_box(sites) {
            total += site.watch(|bytes| Ok(call(bytes))).unwrap_or_default();
        }
        let time = start.elapsed();
        ensure!(total == sites.len(), "a call was refused");
        Ok(time)
    }

    /// Makes the call of which each function has one.
    fn call(_: &mut Bytes) -> usize {
        black_box(1)
    }

    /// The same with bytes.
    fn call_with_bytes(bytes: &mut Bytes) -> usize {
        bytes.got(|| [(black_box(BYTES.0), 1)]);
        bytes.returned(|| black_box(BYTES.1));
        black_box(1)
    }

    /// Passes over [`WITH_BYTES`], of which none is timed.
    fn counted_with_bytes() -> Result<Duration> {
        let mut time = Duration::ZERO;
        for turn in (1..=15).chain([0]) {
            let pass = pass(&WITH_BYTES, call_with_bytes)?;
            if turn == 8 {
                time = pass;
            }
        }
        Ok(time)
    }

    /// Prints what a call takes that is timed, and one that is only counted.
    pub(super) fn timed() -> Result<()> {
        pass(&TIMED, call)?;
        pass(&WITH_BYTES, call_with_bytes)?;
        let sample = |which: usize| {
            move || {
                // The passes go on where the last sample ended: 0 is the one whose calls are timed.
                let mut times = Duration::ZERO;
                for turn in (1..=15).chain([0]) {
                    let time = pass(&TIMED, call)?;
                    if turn == which {
                        times = time;
                    }
                }
                Ok(times)
            }
        };
        let contenders: [Contender<'_>; 3] = [
            Contender::new("timed", sample(0)),
            Contender::new("counted", sample(8)),
            Contender::new("counted, with bytes", counted_with_bytes),
        ];
        let [timed, counted, with_bytes] = compare("64 calls", ROUNDS, contenders)?;
        let each = |milliseconds: f64| milliseconds * 1e6 / TIMED.len() as f64;
        print_ratio("timed_call_ns", each(timed.median()), 70.0);
        print_ratio("counted_call_ns", each(counted.median()), 8.0);
        print_ratio("counted_call_with_bytes_ns", each(with_bytes.median()), 8.0);
        let all = ffi_core::production::metrics().calls;
        for it in all.iter().filter(|it| it.name == "with bytes") {
            let (calls, (request, result)) = (it.calls as usize, BYTES);
            let expected = ((calls * request) as u64, (calls * result) as u64);
            ensure!((it.request_bytes, it.result_bytes) == expected, "bytes are missing: {it:?}");
        }
        let (calls, timed) = all
            .iter()
            .filter(|it| it.name == "timed")
            .fold((0, 0), |(calls, timed), it| (calls + it.calls, timed + it.times.map_or(0, |it| it.count)));
        // The first pass of all is a timed one, as is each 16th after it.
        ensure!(timed == (calls / 64).div_ceil(16) * 64, "{timed} of {calls} calls were timed");
        Ok(())
    }

    /// Prints what a snapshot of 100 functions takes.
    pub(super) fn snapshot() -> Result<()> {
        for site in &SITES {
            ensure!(site.watch(|_| Ok(())).is_ok(), "the call was refused");
        }
        let sample = || {
            let start = Instant::now();
            let snapshot = ffi_core::production::metrics();
            let time = start.elapsed();
            ensure!(snapshot.calls.len() > 100, "functions are missing");
            Ok(time)
        };
        let [snapshot] = compare("a snapshot", ROUNDS, [Contender::new("of 101 functions", sample)])?;
        print_ratio("snapshot_of_100_functions_us", snapshot.median() * 1e3, 100.0);
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

    mod limited {
        use ffi_core::ffi_export;

        /// Returns the number.
        #[ffi_export(limit(per_second = 1))]
        pub fn once(number: u64) -> u64 {
            number
        }
    }

    unsafe extern "C" {
        #[link_name = "bench_production_ffi0_production"]
        fn production(operation: u32, data: *const u8, len: usize, status: *mut FfiStatus) -> *mut FfiOwned;
        #[link_name = "bench_production_ffi0_shutdown"]
        safe fn shutdown() -> u64;
        #[link_name = "bench_production_ffi_once"]
        fn once(number: u64, status: *mut FfiStatus) -> u64;
    }

    /// Prints what a call takes that comes too early.
    pub(super) fn by_rate() -> Result<()> {
        let sample = || {
            let mut status = FfiStatus::zeroed();
            let (start, mut refused) = (Instant::now(), 0);
            for i in 0..CALLS {
                // SAFETY: the status is zeroed or was cleared, and used by this call only.
                unsafe { once(i, &raw mut status) };
                refused += u64::from(status.code == 8);
                // SAFETY: the status was written by the call.
                unsafe { clear(&raw mut status) };
            }
            let time = start.elapsed();
            // One passes each second.
            ensure!(refused + time.as_secs() + 2 >= CALLS, "{refused} calls were refused");
            Ok(time)
        };
        let [refused] = compare("200,000 calls too early", ROUNDS, [Contender::new("exported", sample)])?;
        print_ratio("refused_by_rate_ns", refused.median() * 1e6 / CALLS as f64, 1000.0);
        Ok(())
    }

    /// Prints what a call takes that is refused, as the library was shut down.
    pub(super) fn by_shutdown() -> Result<()> {
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
