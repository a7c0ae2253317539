//! Measures SIMD kernels beside the limits of memory and other ways to write them, from the
//! first-level cache to memory, and for slices so short that entering and leaving a kernel is most
//! of the work.

mod avx2;
mod memory;
mod plain;
mod with_pulp;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, Samples, compare, print_minimum, print_ratio};
use ffi_core::simd;
use plain::Particle;

/// Levels of memory: name, bytes of all slices of a kernel, rounds.
const SIZES: [(&str, usize, usize); 4] =
    [("L1", 16 << 10, 41), ("L2", 256 << 10, 41), ("L3", 8 << 20, 31), ("DRAM", 128 << 20, 21)];

/// Elements of short slices.
const SHORT: [usize; 4] = [4, 16, 63, 256];

fn main() -> Result<()> {
    avx2::assert_available();
    println!("level {}", simd::level());
    for (place, bytes, rounds) in SIZES {
        reductions(place, bytes, rounds)?;
        elementwise(place, bytes, rounds)?;
        records(place, bytes, rounds)?;
    }
    short()
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Floats that begin at a multiple of 64 bytes.
struct Floats {
    lines: Vec<Line>,
    count: usize,
}

impl Floats {
    /// `count` floats between 1 and 2.
    fn new(count: usize) -> Self {
        let mut floats = Self { lines: vec![Line([0.0; 16]); count.div_ceil(16)], count };
        for (i, value) in floats.all().iter_mut().enumerate() {
            *value = 1.0 + (i * 37 % 64) as f32 / 64.0;
        }
        floats
    }

    fn all(&mut self) -> &mut [f32] {
        // SAFETY: a line is sixteen floats without padding.
        let (_, all, _) = unsafe { self.lines.align_to_mut::<f32>() };
        &mut all[..self.count]
    }
}

/// Returns the time of `times` calls of `work`.
#[inline(always)]
fn time(times: usize, mut work: impl FnMut()) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    Ok(start.elapsed())
}

/// Returns a contender that computes one number of slices, which is checked first.
fn number<'a>(name: &str, times: usize, expected: f64, work: impl Fn() -> f32 + 'a) -> Result<Contender<'a>> {
    let found = f64::from(work());
    // The plain loop loses digits of long sums: 2^24 floats between 1 and 2 don't count any
    // further.
    let near = if name.starts_with("plain") { expected * 0.6 } else { expected * 1e-3 };
    ensure!((found - expected).abs() <= near, "{name} finds {found} instead of {expected}");
    Ok(Contender::new(name, move || {
        time(times, || {
            black_box(work());
        })
    }))
}

/// Calls that take about a millisecond in the first-level cache, and half of that elsewhere.
fn times(bytes: usize) -> usize {
    ((64 << 20) / bytes).max(1)
}

fn speed(samples: &Samples, bytes: usize) -> String {
    format!("{:.0}", bytes as f64 * 1e-6 / samples.median())
}

fn print_speeds(what: &str, bytes: usize, all: &[(&str, &Samples)]) {
    let speeds: Vec<_> =
        all.iter().map(|(name, samples)| format!("{name} {}", speed(samples, bytes))).collect();
    println!("  {what}, GB/s: {}", speeds.join(", "));
}

fn reductions(place: &str, bytes: usize, rounds: usize) -> Result<()> {
    let times = times(bytes);
    let mut floats = Floats::new(bytes / 4);
    let all: &[f32] = floats.all();
    let (first, second) = all.split_at(all.len() / 2);
    let in_cache = place != "DRAM";

    let exact: f64 = all.iter().map(|&value| f64::from(value)).sum();
    let read = || Contender::new("read", || time(times, || _ = black_box(memory::read(black_box(all)))));
    let title = format!("sum f32, {place}, {times} times");
    let [anchor, plain, ours, hand, pulp] = compare(
        &title,
        rounds,
        [
            read(),
            number("plain", times, exact, || plain::sum(black_box(all)))?,
            number("ours", times, exact, || simd::sum(black_box(all)))?,
            // SAFETY: the machine has AVX2.
            number("AVX2 by hand", times, exact, || unsafe { avx2::sum(black_box(all)) })?,
            number("pulp", times, exact, || with_pulp::sum(black_box(all)))?,
        ],
    )?;
    let all_bytes = times * bytes;
    print_speeds(
        "sum",
        all_bytes,
        &[("read", &anchor), ("plain", &plain), ("ours", &ours), ("AVX2", &hand), ("pulp", &pulp)],
    );
    print_minimum(&format!("sum_{place}_of_read"), anchor.median() / ours.median(), 0.85);
    if in_cache {
        print_minimum(&format!("sum_{place}_times_plain"), plain.median() / ours.median(), 15.0);
    }

    let exact: f64 = first.iter().zip(second).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    let title = format!("dot f32, {place}, {times} times");
    let [anchor, plain, ours, hand, pulp] = compare(
        &title,
        rounds,
        [
            read(),
            number("plain", times, exact, || plain::dot(black_box(first), black_box(second)))?,
            number("ours", times, exact, || simd::dot(black_box(first), black_box(second)))?,
            // SAFETY: the machine has AVX2.
            number("AVX2 by hand", times, exact, || unsafe {
                avx2::dot(black_box(first), black_box(second))
            })?,
            number("pulp", times, exact, || with_pulp::dot(black_box(first), black_box(second)))?,
        ],
    )?;
    print_speeds(
        "dot",
        all_bytes,
        &[("read", &anchor), ("plain", &plain), ("ours", &ours), ("AVX2", &hand), ("pulp", &pulp)],
    );
    print_minimum(&format!("dot_{place}_of_read"), anchor.median() / ours.median(), 0.85);
    if in_cache {
        print_minimum(&format!("dot_{place}_times_plain"), plain.median() / ours.median(), 9.0);
    }

    let title = format!("min f32, {place}, {times} times");
    let [anchor, plain, ours, hand, pulp] = compare(
        &title,
        rounds,
        [
            read(),
            number("plain", times, 1.0, || plain::min(black_box(all)))?,
            number("ours", times, 1.0, || simd::min(black_box(all)).unwrap_or(f32::NAN))?,
            // SAFETY: the machine has AVX2.
            number("AVX2 by hand", times, 1.0, || unsafe { avx2::min(black_box(all)) })?,
            number("pulp", times, 1.0, || with_pulp::min(black_box(all)))?,
        ],
    )?;
    print_speeds(
        "min",
        all_bytes,
        &[("read", &anchor), ("plain", &plain), ("ours", &ours), ("AVX2", &hand), ("pulp", &pulp)],
    );
    print_minimum(&format!("min_{place}_of_read"), anchor.median() / ours.median(), 0.8);

    integers(place, bytes, rounds, all)
}

/// Compares sums of integers over the same number of bytes.
fn integers(place: &str, bytes: usize, rounds: usize, all: &[f32]) -> Result<()> {
    let times = times(bytes);
    let octets: &[u8] = bytemuck::cast_slice(all);
    let words: &[i32] = bytemuck::cast_slice(all);
    ensure!(simd::sum(octets) == plain::sum_bytes(octets), "the sum of bytes is wrong");
    ensure!(simd::sum(words) == plain::sum_integers(words), "the sum of integers is wrong");
    let title = format!("sum of u8 and i32, {place}, {times} times");
    let [anchor, plain_u8, ours_u8, plain_i32, ours_i32] = compare(
        &title,
        rounds,
        [
            Contender::new("read", || time(times, || _ = black_box(memory::read(black_box(all))))),
            Contender::new("plain u8", || time(times, || _ = black_box(plain::sum_bytes(black_box(octets))))),
            Contender::new("ours u8", || time(times, || _ = black_box(simd::sum(black_box(octets))))),
            Contender::new("plain i32", || {
                time(times, || _ = black_box(plain::sum_integers(black_box(words))))
            }),
            Contender::new("ours i32", || time(times, || _ = black_box(simd::sum(black_box(words))))),
        ],
    )?;
    print_speeds(
        "sum of integers",
        times * bytes,
        &[
            ("read", &anchor),
            ("plain u8", &plain_u8),
            ("ours u8", &ours_u8),
            ("plain i32", &plain_i32),
            ("ours i32", &ours_i32),
        ],
    );
    print_ratio(&format!("sum_u8_{place}_vs_plain"), ours_u8.median() / plain_u8.median(), 1.0);
    print_ratio(&format!("sum_i32_{place}_vs_plain"), ours_i32.median() / plain_i32.median(), 1.0);
    Ok(())
}

/// An operation in place on floats, whose operands leave the floats unchanged however often it
/// runs.
type InPlace = (&'static str, fn(&mut [f32], &[f32]));

fn elementwise(place: &str, bytes: usize, rounds: usize) -> Result<()> {
    let times = times(bytes);
    // SAFETY, of each: the machine has AVX2.
    let kernels: [[InPlace; 4]; 4] = [
        [
            ("scale plain", |a, _| plain::scale(a, black_box(1.0))),
            ("scale ours", |a, _| simd::scale(a, black_box(1.0))),
            // SAFETY: the machine has AVX2.
            ("scale AVX2", |a, _| unsafe { avx2::scale(a, black_box(1.0)) }),
            ("scale pulp", |a, _| with_pulp::scale(a, black_box(1.0))),
        ],
        [
            ("add plain", |a, b| plain::add(a, b)),
            ("add ours", |a, b| simd::add(a, b)),
            // SAFETY: the machine has AVX2.
            ("add AVX2", |a, b| unsafe { avx2::add(a, b) }),
            ("add pulp", |a, b| with_pulp::add(a, b)),
        ],
        [
            ("mul plain", |a, b| plain::mul(a, b)),
            ("mul ours", |a, b| simd::mul(a, b)),
            // SAFETY: the machine has AVX2.
            ("mul AVX2", |a, b| unsafe { avx2::mul(a, b) }),
            ("mul pulp", |a, b| with_pulp::mul(a, b)),
        ],
        [
            ("axpy plain", |a, b| plain::axpy(black_box(0.5), b, a)),
            ("axpy ours", |a, b| simd::axpy(black_box(0.5), b, a)),
            // SAFETY: the machine has AVX2.
            ("axpy AVX2", |a, b| unsafe { avx2::axpy(a, b, black_box(0.5)) }),
            ("axpy pulp", |a, b| with_pulp::axpy(a, b, black_box(0.5))),
        ],
    ];
    for kernel in kernels {
        in_place(place, bytes, (times, rounds), kernel)?;
    }
    Ok(())
}

fn in_place(place: &str, bytes: usize, (times, rounds): (usize, usize), kernel: [InPlace; 4]) -> Result<()> {
    let operation = kernel[0].0.split(' ').next().expect("there is a first word");
    let count = bytes / if operation == "scale" { 4 } else { 8 };
    let mut expected = Floats::new(1003);
    let mut other = Floats::new(count.max(1003));
    kernel[0].1(expected.all(), &other.all()[..1003]);
    for (name, work) in kernel {
        let mut found = Floats::new(1003);
        work(found.all(), &other.all()[..1003]);
        ensure!(found.all() == expected.all(), "{name} computes something else than the plain loop");
    }

    if operation == "mul" {
        other.all().fill(1.0);
    }
    let other: &[f32] = &other.all()[..count];
    let mut floats = Floats::new(count);
    // All contenders use one piece of memory in turn.
    let floats = std::cell::RefCell::new(floats.all());
    let samples = compare(
        &format!("{operation} f32 in place, {place}, {times} times"),
        rounds,
        kernel.map(|(name, work)| {
            let floats = &floats;
            Contender::new(name, move || {
                let mut floats = floats.borrow_mut();
                time(times, || work(black_box(&mut **floats), black_box(other)))
            })
        }),
    )?;
    let [plain, ours, hand, pulp] = &samples;
    let moved = times * count * if operation == "scale" { 8 } else { 12 };
    print_speeds(operation, moved, &[("plain", plain), ("ours", ours), ("AVX2", hand), ("pulp", pulp)]);
    let target = if place == "L1" { 1.3 } else { 0.95 };
    print_minimum(&format!("{operation}_{place}_times_plain"), plain.median() / ours.median(), target);
    Ok(())
}

/// Compares kernels on particles of six floats: sums of fields, and a step of a simulation.
fn records(place: &str, bytes: usize, rounds: usize) -> Result<()> {
    let times = times(bytes);
    let mut floats = Floats::new(bytes / 24 * 6);
    let flat: &[f32] = floats.all();
    let particles: &[Particle] = bytemuck::cast_slice(flat);
    let count = particles.len();
    let exact: [f64; 6] =
        std::array::from_fn(|field| flat.iter().skip(field).step_by(6).map(|&value| f64::from(value)).sum());
    for (field, (sum, exact)) in simd::records::sum::<6, _>(flat).into_iter().zip(exact).enumerate() {
        ensure!(
            (f64::from(sum) - exact).abs() <= exact * 1e-3,
            "the sum of field {field} is {sum} instead of {exact}"
        );
    }
    let by = || simd::records::sum_by(black_box(particles), |particle| particle.position[0]);
    let [one, all, picked, chosen] = compare(
        &format!("sum of fields, {place}, {times} times"),
        rounds,
        [
            number("plain, one field", times, exact[0], || plain::sum_of_x(black_box(particles)))?,
            Contender::new("ours, all six fields", || {
                time(times, || _ = black_box(simd::records::sum::<6, _>(black_box(flat))))
            }),
            number("ours, one picked", times, exact[0], by)?,
            Contender::new("ours, least of all six fields", || {
                time(times, || _ = black_box(simd::records::min::<6, _>(black_box(flat))))
            }),
        ],
    )?;
    let speed = |samples: &Samples| (times * count) as f64 * 1e-6 / samples.median();
    println!(
        "  sum of fields, G records/s: plain, one {:.2}, all six {:.2}, one picked {:.2}, least of all six {:.2}",
        speed(&one),
        speed(&all),
        speed(&picked),
        speed(&chosen)
    );
    let target = if place == "DRAM" { 0.95 } else { 2.7 };
    print_minimum(
        &format!("record_sums_{place}_times_plain_sum_of_one"),
        one.median() / all.median(),
        target,
    );
    print_minimum(&format!("picked_sum_{place}_times_plain"), one.median() / picked.median(), 0.95);

    let mut expected = flat.to_vec();
    plain::step(bytemuck::cast_slice_mut(&mut expected), 0.25);
    let mut found = flat.to_vec();
    simd::records::axpy_fields::<6, _>(0.25, 3..6, 0, &mut found);
    ensure!(expected == found, "a step by kernel is not that of the loop");

    let flat = std::cell::RefCell::new(floats.all());
    let [plain, ours, scaled_plain, scaled] = compare(
        &format!("records in place, {place}, {times} times"),
        rounds,
        [
            Contender::new("plain step", || {
                let mut flat = flat.borrow_mut();
                time(times, || plain::step(black_box(bytemuck::cast_slice_mut(&mut flat)), black_box(1e-6)))
            }),
            Contender::new("our step", || {
                let mut flat = flat.borrow_mut();
                time(times, || {
                    simd::records::axpy_fields::<6, _>(black_box(1e-6), 3..6, 0, black_box(&mut **flat))
                })
            }),
            Contender::new("plain scale by field", || {
                let mut flat = flat.borrow_mut();
                time(times, || {
                    plain::scale_fields(black_box(bytemuck::cast_slice_mut(&mut flat)), black_box(&[1.0; 6]))
                })
            }),
            Contender::new("our scale by field", || {
                let mut flat = flat.borrow_mut();
                time(times, || simd::records::scale(black_box(&mut **flat), black_box(&[1.0; 6])))
            }),
        ],
    )?;
    println!(
        "  in place, G records/s: step plain {:.2}, ours {:.2}, scale plain {:.2}, ours {:.2}",
        speed(&plain),
        speed(&ours),
        speed(&scaled_plain),
        speed(&scaled)
    );
    let target = if place == "DRAM" { 0.95 } else { 1.8 };
    print_minimum(&format!("record_step_{place}_times_plain"), plain.median() / ours.median(), target);
    print_minimum(
        &format!("record_scale_{place}_times_plain"),
        scaled_plain.median() / scaled.median(),
        0.95,
    );
    Ok(())
}

/// Compares slices of a few elements, at an offset that is no multiple of 64 bytes.
fn short() -> Result<()> {
    const TIMES: usize = 20_000;
    const ROUNDS: usize = 41;

    for count in SHORT {
        let mut floats = Floats::new(count + 2);
        let a: &[f32] = &floats.all()[2..];
        let mut others = Floats::new(count);
        let b: &[f32] = others.all();
        let exact: f64 = a.iter().map(|&value| f64::from(value)).sum();
        let title = format!("sum of {count} f32, {TIMES} times");
        let [plain, ours, hand, pulp] = compare(
            &title,
            ROUNDS,
            [
                number("plain", TIMES, exact, || plain::sum(black_box(a)))?,
                number("ours", TIMES, exact, || simd::sum(black_box(a)))?,
                // SAFETY: the machine has AVX2.
                number("AVX2 by hand", TIMES, exact, || unsafe { avx2::sum(black_box(a)) })?,
                number("pulp", TIMES, exact, || with_pulp::sum(black_box(a)))?,
            ],
        )?;
        print_short("sum", count, &ours, &[&plain, &hand, &pulp]);

        let exact: f64 = a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        let title = format!("dot of {count} f32, {TIMES} times");
        let [plain, ours, hand, pulp] = compare(
            &title,
            ROUNDS,
            [
                number("plain", TIMES, exact, || plain::dot(black_box(a), black_box(b)))?,
                number("ours", TIMES, exact, || simd::dot(black_box(a), black_box(b)))?,
                // SAFETY: the machine has AVX2.
                number("AVX2 by hand", TIMES, exact, || unsafe { avx2::dot(black_box(a), black_box(b)) })?,
                number("pulp", TIMES, exact, || with_pulp::dot(black_box(a), black_box(b)))?,
            ],
        )?;
        print_short("dot", count, &ours, &[&plain, &hand, &pulp]);

        let least = f64::from(a.iter().copied().fold(f32::INFINITY, f32::min));
        let title = format!("min of {count} f32, {TIMES} times");
        let [plain, ours, hand, pulp] = compare(
            &title,
            ROUNDS,
            [
                number("plain", TIMES, least, || plain::min(black_box(a)))?,
                number("ours", TIMES, least, || simd::min(black_box(a)).unwrap_or(f32::NAN))?,
                // SAFETY: the machine has AVX2.
                number("AVX2 by hand", TIMES, least, || unsafe { avx2::min(black_box(a)) })?,
                number("pulp", TIMES, least, || with_pulp::min(black_box(a)))?,
            ],
        )?;
        print_short("min", count, &ours, &[&plain, &hand, &pulp]);

        let mut floats = Floats::new(count + 2);
        let y = std::cell::RefCell::new(&mut floats.all()[2..]);
        let contenders: [InPlace; 4] = [
            ("plain", |y, x| plain::axpy(black_box(0.5), x, y)),
            ("ours", |y, x| simd::axpy(black_box(0.5), x, y)),
            // SAFETY: the machine has AVX2.
            ("AVX2 by hand", |y, x| unsafe { avx2::axpy(y, x, black_box(0.5)) }),
            ("pulp", |y, x| with_pulp::axpy(y, x, black_box(0.5))),
        ];
        let title = format!("axpy of {count} f32, {TIMES} times");
        let [plain, ours, hand, pulp] = compare(
            &title,
            ROUNDS,
            contenders.map(|(name, work)| {
                let y = &y;
                Contender::new(name, move || {
                    let mut y = y.borrow_mut();
                    time(TIMES, || work(black_box(&mut **y), black_box(b)))
                })
            }),
        )?;
        print_short("axpy", count, &ours, &[&plain, &hand, &pulp]);
    }
    Ok(())
}

/// Prints the ratio to the best of the others, and nanoseconds.
fn print_short(operation: &str, count: usize, ours: &Samples, others: &[&Samples]) {
    let best = others.iter().map(|samples| samples.median()).fold(f64::INFINITY, f64::min);
    println!("  {operation} of {count}: {:.1} ns", ours.median() * 1e6 / 20_000.0);
    print_ratio(&format!("{operation}_of_{count}_vs_best"), ours.median() / best, 1.3);
}
