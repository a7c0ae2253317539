//! What the loops in C do, with ratios.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_pools::CAPACITY;
use ffi_benches::{self as rounds, Samples, compare_all, print_minimum, print_ratio};

use crate::Contenders;
use crate::loops::{Contender, Ring, Span};
use crate::threads;

/// How long a sample is to take.
const SAMPLE: Duration = Duration::from_millis(4);

/// The same where threads take part, all of which have to be woken.
const THREADS_SAMPLE: Duration = Duration::from_millis(25);

const ROUNDS: usize = 31;
const THREADS_ROUNDS: usize = 9;

/// As many as are alive at once in the middle of things.
const LIVE: usize = 4_096;

/// What `count` took, as if it had been a million.
fn per_million(took: Duration, count: usize) -> Duration {
    took.mul_f64(1e6 / count as f64)
}

/// How many make a sample of about this length; at least `least`, of which it is a multiple.
fn calibrate(
    length: Duration,
    least: usize,
    mut sample: impl FnMut(usize) -> Result<Duration>,
) -> Result<usize> {
    let mut count = least;
    loop {
        let took = sample(count)?;
        if took * 4 >= length {
            let parts = length.as_secs_f64() / took.as_secs_f64() * (count / least) as f64;
            return Ok((parts.round() as usize).max(1) * least);
        }
        count *= 2;
    }
}

/// A contender of rounds: calibrated when it is first asked for a sample.
fn contender<'a>(
    name: impl Into<String>,
    length: Duration,
    least: usize,
    mut sample: impl FnMut(usize) -> Result<Duration> + 'a,
) -> rounds::Contender<'a> {
    let mut count = None;
    rounds::Contender::new(name, move || {
        let count = match count {
            Some(count) => count,
            None => *count.insert(calibrate(length, least, &mut sample)?),
        };
        Ok(per_million(sample(count)?, count))
    })
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

    /// How many times as many as the peer in the same time.
    fn times(&self, peer: &str) -> Result<f64> {
        Ok(self.peer(peer)?.ratio_to(self.ours()))
    }
}

/// No message twice, nobody else writes to one, and all come back: one thread, then many.
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
        // One more than there are, where their number is fixed.
        let slots = contender.fill(count + usize::from(contender.bounded));
        ensure!(slots.len() == count, "{} messages instead of {count}", slots.len());
        slots.check()?;
        contender.drain(slots)?;
        let changed: u64 = threads::run(OWNERS, |owner| contender.hold(owner as u32, 200))?.into_iter().sum();
        ensure!(changed == 0, "{changed} messages were overwritten or not freed");
    }
    Ok(())
}

/// Allocate, write, free.
pub fn pair(contenders: &Contenders) -> Result<()> {
    let of = |it: &'_ Contender| {
        let it = it.clone();
        contender(it.name.clone(), SAMPLE, 64, move |count| Span::of_all(&[it.pair(count)]))
    };
    let samples = compare_all("a million pairs", ROUNDS, contenders.all().map(of).collect())?;
    let outcome = Outcome { contenders, samples };
    let to = |peer: &str| Ok::<_, anyhow::Error>(outcome.ours().ratio_to(outcome.peer(peer)?));
    print_ratio("c_pair_vs_two_empty_calls", outcome.ours().ratio_to(outcome.empty()), 1.4);
    print_ratio("c_pair_vs_glibc", to("glibc malloc")?, 0.71);
    contenders.check_at_rest()
}

/// Free one of many, allocate another.
pub fn churn(contenders: &Contenders) -> Result<()> {
    let live: Vec<_> = contenders.all().map(|it| Mutex::new(it.fill(LIVE))).collect();
    let all: Vec<_> = contenders
        .all()
        .zip(&live)
        .map(|(it, live)| {
            contender(it.name.clone(), SAMPLE, 64, move |count| {
                Span::of_all(&[it.churn(&mut live.lock().expect("nobody panicked with it"), count)])
            })
        })
        .collect();
    let samples = compare_all(&format!("a million pairs among {LIVE} live"), ROUNDS, all)?;
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

/// The same number of pairs on each of many threads.
pub fn threads(contenders: &Contenders) -> Result<()> {
    let cores = thread::available_parallelism()?.get();
    for threads in [2, 10, 50, 500, 2_000] {
        let on = |name: String, it: &'_ Contender, threads: usize| {
            let it = it.clone();
            contender(name, THREADS_SAMPLE, 16 * threads, move |count| {
                Span::of_all(&threads::run(threads, |_| it.pair(count / threads))?)
            })
        };
        let mut all: Vec<_> = contenders.all().map(|it| on(it.name.clone(), it, threads)).collect();
        for it in [&contenders.ours, &contenders.empty] {
            all.push(on(format!("{}, 1 thread", it.name), it, 1));
        }
        let title = format!("a million pairs, {threads} threads");
        let mut samples = compare_all(&title, THREADS_ROUNDS, all)?;
        let (Some(empty_alone), Some(alone)) = (samples.pop(), samples.pop()) else { unreachable!() };
        let outcome = Outcome { contenders, samples };
        let scaling = alone.ratio_to(outcome.ours());
        let possible = empty_alone.ratio_to(outcome.empty());
        print_minimum(&format!("c_{threads}_threads_vs_ideal"), scaling / threads.min(cores) as f64, 0.9);
        print_minimum(&format!("c_{threads}_threads_vs_scaling_of_empty_calls"), scaling / possible, 0.9);
        print_minimum(&format!("c_{threads}_threads_times_mutex"), outcome.times("Mutex<Vec>")?, 15.0);
        print_minimum(&format!("c_{threads}_threads_times_mimalloc"), outcome.times("mimalloc")?, 0.9);
        contenders.check_at_rest()?;
    }
    Ok(())
}

/// One thread allocates, another frees.
pub fn handover(contenders: &Contenders) -> Result<()> {
    for pairs in [1, 8] {
        let of = |it: &'_ Contender| {
            let it = it.clone();
            contender(it.name.clone(), THREADS_SAMPLE, pairs * 4 * Ring::BATCH, move |count| {
                let rings = (0..pairs).map(|_| Ring::new()).collect::<Result<Vec<_>>>()?;
                let spans = threads::run(2 * pairs, |number| {
                    let ring = &rings[number / 2];
                    if number % 2 == 0 {
                        ring.produce(&it, count / pairs)
                    } else {
                        ring.consume(&it, count / pairs)
                    }
                })?;
                Span::of_all(&spans)
            })
        };
        let title = format!("a million freed elsewhere, {pairs} x 2 threads");
        let samples = compare_all(&title, THREADS_ROUNDS, contenders.all().map(of).collect())?;
        let outcome = Outcome { contenders, samples };
        print_minimum(&format!("c_freed_elsewhere_{pairs}_times_glibc"), outcome.times("glibc malloc")?, 1.5);
        print_minimum(&format!("c_freed_elsewhere_{pairs}_times_mimalloc"), outcome.times("mimalloc")?, 0.6);
        contenders.check_at_rest()?;
    }
    Ok(())
}

/// Nothing is left.
pub fn exhaustion(contenders: &Contenders) -> Result<()> {
    let Contenders { ours, scan, .. } = contenders;
    let slots = ours.fill(CAPACITY);
    ensure!(slots.len() == CAPACITY, "{} slots instead of {CAPACITY}", slots.len());
    let of = |it: &'_ Contender| {
        let it = it.clone();
        contender(it.name.clone(), SAMPLE, 16, move |count| Span::of_all(&[it.refusals(count)]))
    };
    let title = format!("a million refusals, {CAPACITY} slots live");
    let samples = compare_all(&title, ROUNDS, vec![of(ours), of(scan)])?;
    ours.drain(slots)?;
    print_ratio("c_refusal_vs_1_microsecond", samples[0].median() / 1e3, 1.0);
    print_ratio("c_refusal_vs_scan_of_all_bits", samples[0].ratio_to(&samples[1]), 2.0);
    contenders.check_at_rest()
}

/// Threads that have used the pool and now do nothing keep no slots from others.
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
    let obtained = threads::run(THREADS + 1, |number| {
        if number < THREADS {
            let used = ours.drain(ours.fill(16));
            idle.fetch_add(1, Ordering::Release);
            wait_until(&|| done.load(Ordering::Acquire));
            return used.map(|()| 0);
        }
        // Pairs with the additions: what those threads took has come back.
        wait_until(&|| idle.load(Ordering::Acquire) == THREADS);
        let slots = ours.fill(CAPACITY + 1);
        let obtained = slots.len();
        let drained = ours.drain(slots);
        done.store(true, Ordering::Release);
        drained.map(|()| obtained)
    })?;
    let obtained = obtained.into_iter().collect::<Result<Vec<_>>>()?;
    let obtained: usize = obtained.into_iter().sum();
    println!("\nOf {CAPACITY} slots, {obtained} can be had while {THREADS} threads that used them are idle");
    print_ratio("c_stranded_slots", CAPACITY.abs_diff(obtained) as f64, 0.0);
    contenders.check_at_rest()
}
