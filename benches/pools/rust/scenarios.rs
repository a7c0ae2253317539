//! Runs the loops in C, and prints ratios.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_pools::CAPACITY;
use ffi_benches::{self as rounds, Samples, compare_all, print_minimum, print_ratio};

use crate::Contenders;
use crate::loops::{Contender, Ring, Span, Took};
use crate::threads;

/// Duration of a sample on each core that takes part.
const SAMPLE: Duration = Duration::from_millis(4);

/// Duration of a sample of threads, all of which have to be woken; [`EACH_THREAD`] is added for
/// each.
const THREADS_SAMPLE: Duration = Duration::from_millis(40);

/// Many times the 10 to 20 microseconds that waking a thread takes.
const EACH_THREAD: Duration = Duration::from_micros(200);

const ROUNDS: usize = 31;
const THREADS_ROUNDS: usize = 9;

/// Number of messages that are alive at once.
const LIVE: usize = 4_096;

/// Returns the number of turns with which the threads run for `length` together: a multiple of
/// `least`, and at least that.
fn calibrate(length: Duration, least: usize, mut sample: impl FnMut(usize) -> Result<Took>) -> Result<usize> {
    let mut count = least;
    loop {
        let cpu = sample(count)?.cpu;
        if cpu * 4 >= length {
            let parts = length.as_secs_f64() / cpu.as_secs_f64() * (count / least) as f64;
            return Ok((parts.round() as usize).max(1) * least);
        }
        count *= 2;
    }
}

/// A function that times a sample of a given number of turns.
type Sample<'a> = Box<dyn FnMut(usize) -> Result<Took> + 'a>;

/// Returns a contender on one thread.
fn alone<'a>(name: &str, mut sample: Sample<'a>) -> rounds::Contender<'a> {
    let mut count = None;
    rounds::Contender::new(name, move || {
        let count = match count {
            Some(count) => count,
            None => *count.insert(calibrate(SAMPLE, 64, &mut sample)?),
        };
        Ok(sample(count)?.cpu.mul_f64(1e6 / count as f64))
    })
}

/// Returns a contender on many threads, of which as many run at once as there are cores.
fn together<'a>(
    name: &str,
    threads: usize,
    least: usize,
    mut sample: Sample<'a>,
) -> Result<rounds::Contender<'a>> {
    let running = threads.min(cores()?) as u32;
    let length = (THREADS_SAMPLE + EACH_THREAD * threads as u32) * running;
    let mut count = None;
    Ok(rounds::Contender::new(name, move || {
        let count = match count {
            Some(count) => count,
            None => *count.insert(calibrate(length, least, &mut sample)?),
        };
        Ok(sample(count)?.wall.mul_f64(1e6 / count as f64))
    }))
}

/// Runs what an allocator does once for a new thread.
fn warm_up(it: &Contender) {
    it.pair(64);
}

fn cores() -> Result<usize> {
    Ok(thread::available_parallelism()?.get())
}

/// Samples of ours, of the empty calls, and of the peers.
struct Outcome<'a> {
    contenders: &'a Contenders,
    samples: Vec<Samples>,
}

impl Outcome<'_> {
    fn ours(&self) -> &Samples {
        &self.samples[0]
    }

    fn empty(&self) -> &Samples {
        &self.samples[1]
    }

    fn peer(&self, name: &str) -> Result<&Samples> {
        Ok(&self.samples[2 + self.contenders.peer(name)?])
    }

    /// Returns how many times as many messages as the peer ours handles in one time.
    fn times(&self, peer: &str) -> Result<f64> {
        Ok(self.peer(peer)?.ratio_to(self.ours()))
    }
}

/// Checks on one thread, then on many, that no message is allocated twice or written by another
/// thread, and that all are freed.
pub fn check(contenders: &Contenders) -> Result<()> {
    for contender in contenders.all().filter(|it| it.allocates()) {
        check_one(contender).with_context(|| contender.name.clone())?;
    }
    contenders.check_at_rest()
}

fn check_one(contender: &Contender) -> Result<()> {
    const OWNERS: usize = 64;
    let count = if contender.bounded { CAPACITY } else { LIVE };
    for _ in 0..2 {
        // One more than the capacity, if that is fixed.
        let slots = contender.fill(count + usize::from(contender.bounded));
        ensure!(slots.len() == count, "{} messages instead of {count}", slots.len());
        slots.check()?;
        contender.drain(slots)?;
        let changed: u64 =
            threads::run(OWNERS, || (), |owner| contender.hold(owner as u32, 200))?.into_iter().sum();
        ensure!(changed == 0, "{changed} messages were overwritten or not freed");
    }
    Ok(())
}

fn pairs_alone(it: &Contender) -> rounds::Contender<'_> {
    alone(&it.name, Box::new(|count| Span::of_all(&[it.pair(count)])))
}

/// Name of the pool without thread caches: only the bitmap.
pub const UNCACHED: &str = "this pool, cache = \"none\"";

/// Times allocate, write, free.
pub fn pair(contenders: &Contenders) -> Result<()> {
    let all = contenders.all().chain([&contenders.atomic]).map(pairs_alone);
    let samples = compare_all("a million pairs", ROUNDS, all.collect())?;
    let outcome = Outcome { contenders, samples };
    let ours = outcome.ours();
    print_ratio("c_pair_vs_two_empty_calls", ours.ratio_to(outcome.empty()), 1.4);
    let atomic = outcome.samples.last().context("it was timed last")?;
    print_ratio("c_pair_vs_two_calls_with_an_atomic", ours.ratio_to(atomic), 1.4);
    print_ratio("c_pair_vs_glibc", ours.ratio_to(outcome.peer("glibc malloc")?), 0.71);
    // Three locked instructions against two.
    let uncached = outcome.peer(UNCACHED)?;
    print_ratio("c_uncached_pair_vs_two_calls_with_an_atomic", uncached.ratio_to(atomic), 2.0);
    contenders.check_at_rest()
}

/// Times freeing one of many messages and allocating another.
pub fn churn(contenders: &Contenders) -> Result<()> {
    let live: Vec<_> = contenders.all().map(|it| Mutex::new(it.fill(LIVE))).collect();
    let all = contenders.all().zip(&live).map(|(it, live)| {
        let churn = |count| {
            let mut live = live.lock().expect("nobody panicked with it");
            Span::of_all(&[it.churn(&mut live, count)])
        };
        alone(&it.name, Box::new(churn))
    });
    let samples = compare_all(&format!("a million pairs among {LIVE} live"), ROUNDS, all.collect())?;
    for (it, live) in contenders.all().zip(live) {
        let live = live.into_inner().expect("nobody panicked with it");
        if it.allocates() {
            live.check().with_context(|| it.name.clone())?;
        }
        it.drain(live).with_context(|| it.name.clone())?;
    }
    let outcome = Outcome { contenders, samples };
    print_ratio("c_churn_vs_glibc", outcome.ours().ratio_to(outcome.peer("glibc malloc")?), 0.71);
    contenders.check_at_rest()
}

fn pairs_on<'a>(it: &'a Contender, threads: usize, name: &str) -> Result<rounds::Contender<'a>> {
    let sample =
        move |count| Span::of_all(&threads::run(threads, || warm_up(it), |_| it.pair(count / threads))?);
    together(name, threads, 16 * threads, Box::new(sample))
}

/// Times pairs on many threads, each with the same number of pairs.
pub fn threads(contenders: &Contenders) -> Result<()> {
    for threads in [2, 10, 50, 500, 2_000] {
        let mut all = Vec::new();
        for it in contenders.all() {
            all.push(pairs_on(it, threads, &it.name)?);
        }
        for it in [&contenders.ours, &contenders.empty] {
            all.push(pairs_on(it, 1, &format!("{}, 1 thread", it.name))?);
        }
        let title = format!("a million pairs, {threads} threads");
        let mut samples = compare_all(&title, THREADS_ROUNDS, all)?;
        let (Some(empty_alone), Some(alone)) = (samples.pop(), samples.pop()) else { unreachable!() };
        let outcome = Outcome { contenders, samples };
        let scaling = alone.ratio_to(outcome.ours());
        let possible = empty_alone.ratio_to(outcome.empty());
        print_minimum(&format!("c_{threads}_threads_vs_ideal"), scaling / threads.min(cores()?) as f64, 0.9);
        print_minimum(&format!("c_{threads}_threads_vs_scaling_of_empty_calls"), scaling / possible, 0.9);
        print_minimum(&format!("c_{threads}_threads_times_mutex"), outcome.times("Mutex<Vec>")?, 15.0);
        print_minimum(&format!("c_{threads}_threads_times_mimalloc"), outcome.times("mimalloc")?, 0.9);
        let uncached = outcome.peer("Mutex<Vec>")?.ratio_to(outcome.peer(UNCACHED)?);
        print_minimum(&format!("c_uncached_{threads}_threads_times_mutex"), uncached, 5.0);
        contenders.check_at_rest()?;
    }
    Ok(())
}

/// Passes `count` messages between each of `pairs` pairs of threads.
fn handed_over(it: &Contender, pairs: usize, count: usize) -> Result<Took> {
    let rings = (0..pairs).map(|_| Ring::new()).collect::<Result<Vec<_>>>()?;
    let spans = threads::run(
        2 * pairs,
        || warm_up(it),
        |number| {
            let ring = &rings[number / 2];
            if number % 2 == 0 { ring.produce(it, count) } else { ring.consume(it, count) }
        },
    )?;
    Span::of_all(&spans)
}

/// Times messages that one thread allocates and another frees.
pub fn handover(contenders: &Contenders) -> Result<()> {
    for pairs in [1, 8] {
        let of = |it| {
            let sample = move |count| handed_over(it, pairs, count / pairs);
            together(&it.name, 2 * pairs, pairs * 4 * Ring::BATCH, Box::new(sample))
        };
        let all = contenders.all().map(of).collect::<Result<_>>()?;
        let title = format!("a million freed elsewhere, {pairs} x 2 threads");
        let samples = compare_all(&title, THREADS_ROUNDS, all)?;
        let outcome = Outcome { contenders, samples };
        print_minimum(&format!("c_freed_elsewhere_{pairs}_times_glibc"), outcome.times("glibc malloc")?, 1.5);
        print_minimum(&format!("c_freed_elsewhere_{pairs}_times_mimalloc"), outcome.times("mimalloc")?, 1.0);
        contenders.check_at_rest()?;
    }
    Ok(())
}

fn refusals(it: &Contender) -> rounds::Contender<'_> {
    alone(&it.name, Box::new(|count| Span::of_all(&[it.refusals(count)])))
}

/// Times allocations when no slot is free.
pub fn exhaustion(contenders: &Contenders) -> Result<()> {
    let Contenders { ours, scan, .. } = contenders;
    let slots = ours.fill(CAPACITY);
    ensure!(slots.len() == CAPACITY, "{} slots instead of {CAPACITY}", slots.len());
    let title = format!("a million refusals, {CAPACITY} slots live");
    let samples = compare_all(&title, ROUNDS, vec![refusals(ours), refusals(scan)])?;
    ours.drain(slots)?;
    print_ratio("c_refusal_vs_1_microsecond", samples[0].median() / 1e3, 1.0);
    print_ratio("c_refusal_vs_scan_of_all_bits", samples[0].ratio_to(&samples[1]), 3.0);
    contenders.check_at_rest()
}

/// Checks that threads that have used the pool and are now idle keep no slots from others.
pub fn stranding(contenders: &Contenders) -> Result<()> {
    const THREADS: usize = 2_000;
    let ours = &contenders.ours;
    let idle = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    let wait_until = |reached: &dyn Fn() -> bool| {
        while !reached() {
            thread::sleep(Duration::from_millis(20));
        }
    };
    let obtained = threads::run(
        THREADS + 1,
        || (),
        |number| {
            if number < THREADS {
                let used = ours.drain(ours.fill(16));
                idle.fetch_add(1, Ordering::Release);
                wait_until(&|| done.load(Ordering::Acquire));
                return used.map(|()| 0);
            }
            // Acquire pairs with the additions: the slots that those threads allocated have been
            // freed.
            wait_until(&|| idle.load(Ordering::Acquire) == THREADS);
            let slots = ours.fill(CAPACITY + 1);
            let obtained = slots.len();
            let drained = ours.drain(slots);
            done.store(true, Ordering::Release);
            drained.map(|()| obtained)
        },
    )?;
    let obtained = obtained.into_iter().collect::<Result<Vec<_>>>()?;
    let obtained: usize = obtained.into_iter().sum();
    println!("\nOf {CAPACITY} slots, {obtained} can be had while {THREADS} threads that used them are idle");
    print_ratio("c_stranded_slots", CAPACITY.abs_diff(obtained) as f64, 0.0);
    contenders.check_at_rest()
}
