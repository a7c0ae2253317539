//! Measures messages without bounds: a result set as an arena, as prost's structs, as an archive of
//! rkyv and as tables of flatbuffers. Run by `cargo xtask bench arenas`.

mod archive;
mod protobuf;
mod tables;

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bench_arenas::ROWS;
use bench_arenas::bounded::{self, BoundedSet};
use bench_arenas::data::{self, Text};
use bench_arenas::ours::{self, ResultSet};
use ffi_benches::{Contender, Samples, compare, print_minimum, print_ratio};
use ffi_core::arena::FfiArena;
use ffi_core::{FfiMessage as _, FfiType as _};
use prost::Message as _;
use rkyv::util::AlignedVec;

const ROUNDS: usize = 31;

/// Turns in each sample.
const TURNS: usize = 20;

fn main() -> Result<()> {
    for text in [Text::Ascii, Text::Mixed] {
        one(text)?;
    }
    Ok(())
}

/// Returns the time of one turn of `run`.
fn time(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..TURNS {
        run()?;
    }
    Ok(start.elapsed() / TURNS as u32)
}

fn contender<'a>(name: &str, mut run: impl FnMut() -> Result<()> + 'a) -> Contender<'a> {
    Contender::new(name, move || time(&mut run))
}

/// Returns bytes at an address that is a multiple of 64.
fn aligned(bytes: &[u8]) -> AlignedVec<64> {
    let mut aligned = AlignedVec::with_capacity(bytes.len());
    aligned.extend_from_slice(bytes);
    aligned
}

fn one(text: Text) -> Result<()> {
    let rows = data::rows(ROWS, text);
    let arena = ours::build(&rows);
    let bytes = aligned(&arena.to_bytes());
    let message = protobuf::build(&rows);
    let encoded = message.encode_to_vec();
    let archived = archive::build(&rows)?;
    let tables = tables::build(&rows);
    let expected = protobuf::sum(&message);
    let sums = [
        ours::sum(arena.root()),
        ours::sum(FfiArena::<ResultSet>::view(&bytes)?),
        archive::sum(archive::open(&archived)?),
        tables::sum(tables::open(&tables)?),
    ];
    ensure!(sums == [expected; 4], "the contenders read {sums:?} and {expected}");
    let sizes = [bytes.len(), encoded.len(), archived.len(), tables.len()];
    println!("\n{ROWS} rows, {} text: {sizes:?} bytes (arena, protobuf, rkyv, flatbuffers)", text.name());
    print_ratio(&format!("arena_bytes_vs_protobuf_{}", text.name()), sizes[0] as f64 / sizes[1] as f64, 1.5);

    let [build, prost, ..] = compare(
        "build from ordinary values, as bytes to send",
        ROUNDS,
        [
            contender("arena", || {
                black_box(ours::build(black_box(&rows)));
                Ok(())
            }),
            contender("prost: structs, encoded", || {
                black_box(protobuf::build(black_box(&rows)).encode_to_vec());
                Ok(())
            }),
            contender("rkyv: structs, archived", || {
                archive::build(black_box(&rows)).map(|it| drop(black_box(it)))
            }),
            contender("flatbuffers", || {
                black_box(tables::build(black_box(&rows)));
                Ok(())
            }),
        ],
    )?;
    print(text, "rust_arena_build_vs_prost", &build, &prost, 0.15);

    let [accept, prost, ..] = compare(
        "accept untrusted bytes",
        ROUNDS,
        [
            contender("arena: check in place", || {
                black_box(FfiArena::<ResultSet>::view(black_box(&bytes))?);
                Ok(())
            }),
            contender("prost: decode", || {
                black_box(protobuf::ResultSet::decode(black_box(&*encoded))?);
                Ok(())
            }),
            contender("rkyv: check", || {
                black_box(archive::open(black_box(&archived))?);
                Ok(())
            }),
            contender("flatbuffers: verify", || {
                black_box(tables::open(black_box(&tables))?);
                Ok(())
            }),
            contender("arena: copy, and check for edits", || {
                black_box(FfiArena::<ResultSet>::from_bytes(black_box(&bytes))?);
                Ok(())
            }),
        ],
    )?;
    print(text, "rust_arena_accept_vs_prost_decode", &accept, &prost, 0.06);
    let per_second = bytes.len() as f64 / (accept.median() * 1e6);
    let target = match text {
        Text::Ascii => 10.0,
        Text::Mixed => 5.0,
    };
    print_minimum(&format!("rust_arena_accept_gigabytes_per_second_{}", text.name()), per_second, target);

    let view = FfiArena::<ResultSet>::view(&bytes)?;
    let (archive, table) = (archive::open(&archived)?, tables::open(&tables)?);
    let sum = |sum: u64| {
        ensure!(sum == expected, "a sum is {sum}, not {expected}");
        Ok(())
    };
    let [read, _, rkyv, _] = compare(
        "read every field of what was accepted",
        ROUNDS,
        [
            contender("arena", || sum(ours::sum(black_box(view)))),
            contender("prost", || sum(protobuf::sum(black_box(&message)))),
            contender("rkyv", || sum(archive::sum(black_box(archive)))),
            contender("flatbuffers", || sum(tables::sum(black_box(table)))),
        ],
    )?;
    print(text, "rust_arena_read_all_vs_rkyv", &read, &rkyv, 1.0);

    let decoded = FfiArena::<ResultSet>::from_proto(&encoded)?;
    ensure!(ours::sum(decoded.root()) == expected, "the arena from protobuf is another one");
    let written = protobuf::ResultSet::decode(&*arena.to_proto())?;
    ensure!(protobuf::sum(&written) == expected, "the protobuf of the arena is another one");
    let [from, prost] = compare(
        "from protobuf",
        ROUNDS,
        [
            contender("arena", || {
                black_box(FfiArena::<ResultSet>::from_proto(black_box(&encoded))?);
                Ok(())
            }),
            contender("prost: decode", || {
                black_box(protobuf::ResultSet::decode(black_box(&*encoded))?);
                Ok(())
            }),
        ],
    )?;
    print(text, "rust_arena_from_proto_vs_prost", &from, &prost, 0.5);
    let [to, prost] = compare(
        "to protobuf",
        ROUNDS,
        [
            contender("arena", || {
                black_box(black_box(&arena).to_proto());
                Ok(())
            }),
            contender("prost: encode", || {
                black_box(black_box(&message).encode_to_vec());
                Ok(())
            }),
        ],
    )?;
    print(text, "rust_arena_to_proto_vs_prost", &to, &prost, 1.0);

    let mut bounded = BoundedSet::new_zeroed_box();
    bounded::fill(&mut bounded, &rows);
    ensure!(bounded::sum(&bounded) == expected, "the message with bounds is another one");
    let texts = bounded::texts(&bounded);
    let [check, std] = compare(
        "check a message with bounds",
        ROUNDS,
        [
            contender("all of it", || {
                // SAFETY: a reference is aligned, and everything but padding in it is initialised.
                Ok(unsafe { BoundedSet::check(black_box(&*bounded)) }?)
            }),
            contender("std: UTF-8 of its texts, and nothing else", || {
                let valid = black_box(&texts).iter().all(|text| str::from_utf8(text.as_bytes()).is_ok());
                ensure!(black_box(valid), "a text is not UTF-8");
                Ok(())
            }),
        ],
    )?;
    print(text, "rust_bounded_check_vs_std", &check, &std, 1.0);

    let mut copy = arena.clone();
    let [_] = compare(
        "deep copy without garbage",
        ROUNDS,
        [contender("arena: compact", || {
            copy.compact();
            Ok(())
        })],
    )?;
    ensure!(ours::sum(copy.root()) == expected, "the compact arena is another one");
    Ok(())
}

fn print(text: Text, name: &str, ours: &Samples, theirs: &Samples, limit: f64) {
    print_ratio(&format!("{name}_{}", text.name()), ours.ratio_to(theirs), limit);
}
