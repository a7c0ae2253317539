//! Measures the result set in Rust: reading in place against decoding, filling in place against
//! encoding, and checking untrusted memory. Run by `cargo xtask bench types`.

mod proto;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bench_types::{NAMES, ROWS, ResultSet, fill_from};
use ffi_benches::{Contender, compare, print_minimum, print_ratio};
use ffi_core::{FfiMessage as _, FfiType as _};
use prost::Message as _;

const ROUNDS: usize = 31;

/// Names of the same people, in letters outside of ASCII.
const UNICODE_NAMES: [&str; 8] = [
    "Ада Лавлейс",
    "Grâce Hopper",
    "Бáрбара Лисков",
    "艾伦·图灵",
    "Էդսգեր Դայկստ",
    "М. Гамильтон",
    "高德納",
    "Катерин Джонсон",
];

fn main() -> Result<()> {
    let mut set = ResultSet::new_zeroed_box();
    fill_from(&mut set, &NAMES);
    read(&set)?;
    fill(&mut set)?;
    check(&mut set)
}

/// Returns the time of `count` turns, if each result is that of `expected`.
fn time<T: PartialEq>(
    count: usize,
    expected: impl Fn(usize) -> T,
    run: impl Fn(usize) -> T,
) -> Result<Duration> {
    let start = Instant::now();
    let mut right = true;
    for turn in 0..count {
        // The comparison is equal for all contenders.
        right &= run(black_box(turn)) == expected(turn);
    }
    let took = start.elapsed();
    ensure!(right, "the result is wrong");
    Ok(took)
}

/// Times reading one field of one row.
fn read(set: &ResultSet) -> Result<()> {
    const TIMES: usize = 100;
    let encoded = proto::of(set).encode_to_vec();
    println!("\nThe result set takes {} bytes in place, {} as protobuf", size_of_val(set), encoded.len());
    let row = |turn: usize| turn * 7 % ROWS;
    let expected = |turn: usize| NAMES[row(turn) % 8].len() + row(turn);
    let [ours, checked, theirs] = compare(
        &format!("read a name and a number of one row, {TIMES} times"),
        ROUNDS,
        [
            Contender::new("in place", || {
                time(TIMES, expected, |turn| {
                    let row = &black_box(set).rows[row(turn)];
                    row.name.len() + row.version as usize
                })
            }),
            Contender::new("in place, after a check of all rows", || {
                time(TIMES, expected, |turn| {
                    let set = black_box(set);
                    // SAFETY: a reference is aligned, and everything but padding in it is
                    // initialised.
                    unsafe { ResultSet::check(set) }.expect("it is valid");
                    let row = &set.rows[row(turn)];
                    row.name.len() + row.version as usize
                })
            }),
            Contender::new("prost: decode, then read", || {
                time(TIMES, expected, |turn| {
                    let set = proto::ResultSet::decode(black_box(&*encoded)).expect("it is valid");
                    let row = &set.rows[row(turn)];
                    row.name.len() + row.version as usize
                })
            }),
        ],
    )?
    .map(|samples| samples.median());
    print_ratio("rust_read_one_field_vs_prost", ours / theirs, 0.01);
    print_ratio("rust_check_all_and_read_one_field_vs_prost", checked / theirs, 0.2);
    Ok(())
}

/// Times filling all rows.
fn fill(set: &mut ResultSet) -> Result<()> {
    const TIMES: usize = 20;
    let expected = set.clone();
    let encoded = proto::of(set).encode_to_vec();
    let [ours, theirs] = compare(
        &format!("write {ROWS} rows, {TIMES} times"),
        ROUNDS,
        [
            Contender::new("in place", || {
                *set = ResultSet { next: None.into(), rows: Default::default() };
                let start = Instant::now();
                for _ in 0..TIMES {
                    fill_from(black_box(set), black_box(&NAMES));
                }
                let took = start.elapsed();
                ensure!(*set == expected, "the result is wrong");
                Ok(took)
            }),
            Contender::new("prost: build, then encode", || {
                let mut buffer = Vec::new();
                let start = Instant::now();
                for _ in 0..TIMES {
                    buffer.clear();
                    proto::filled(black_box(&NAMES)).encode(black_box(&mut buffer)).expect("it has room");
                }
                let took = start.elapsed();
                ensure!(buffer == encoded, "the result is wrong");
                Ok(took)
            }),
        ],
    )?
    .map(|samples| samples.median());
    print_ratio("rust_fill_vs_prost", ours / theirs, 0.2);
    Ok(())
}

/// Times checking all that is untrusted about a result set: lengths, UTF-8, enums, presence,
/// `bool`. Bytes per second are those of the names, without the room behind them.
fn check(set: &mut ResultSet) -> Result<()> {
    const TIMES: usize = 100;
    for (names, script) in [(&NAMES, "ascii"), (&UNICODE_NAMES, "unicode")] {
        fill_from(set, names);
        let set = &*set;
        let [samples, std] = compare(
            &format!("check {ROWS} rows, names in {script}, {TIMES} times"),
            ROUNDS,
            [
                Contender::new("check", || {
                    // SAFETY: a reference is aligned, and everything but padding in it is
                    // initialised.
                    time(TIMES, |_| Ok(()), |_| unsafe { ResultSet::check(black_box(set)) })
                }),
                Contender::new("std: UTF-8 of the names, and nothing else", || {
                    time(
                        TIMES,
                        |_| true,
                        |_| black_box(set).rows.iter().all(|row| str::from_utf8(row.name.as_bytes()).is_ok()),
                    )
                }),
            ],
        )?;
        let bytes: usize = set.rows.iter().map(|row| row.name.len()).sum();
        let per_second = (bytes * TIMES) as f64 / (samples.median() * 1e-3);
        print_minimum(&format!("check_{script}_gigabytes_per_second"), per_second / 1e9, 1.0);
        print_ratio(&format!("check_{script}_vs_std"), samples.ratio_to(&std), 1.0);
    }
    Ok(())
}
