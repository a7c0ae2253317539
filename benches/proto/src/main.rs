//! Measures messages to protobuf and back: in place against prost's structs, with equal bytes; and
//! to JSON and back, against `serde_json` with `pbjson`. An entry of a log has presence, and is in
//! an arena, as the import of `log.proto` makes it. Run by `cargo xtask bench proto`.

// Generated: `ffi-dart-emit import benches/proto/log.proto --out benches/proto/src/log.rs`.
#[rustfmt::skip]
mod log;
mod memory;
mod ours;
mod theirs;
// Generated.
#[rustfmt::skip]
#[allow(clippy::all)]
mod theirs_json;

use std::fmt::Debug;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, compare, print_minimum, print_ratio};
use ffi_core::arena::FfiArena;
use ffi_core::json::JsonOptions;
use ffi_core::{FfiJson, FfiMessage, FfiProto};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Number of accounts.
const ROWS: usize = 1000;

/// Number of points in a track.
const POINTS: usize = 10_000;

/// The names of people, in turn.
const NAMES: [&str; 8] = [
    "Ada Lovelace",
    "Grace Brewster Murray Hopper",
    "Barbara Liskov",
    "Alan Mathison Turing",
    "Edsger Wybe Dijkstra",
    "Margaret Heafield Hamilton",
    "Donald Ervin Knuth",
    "Катерин Джонсон",
];

const ROUNDS: usize = 31;

/// Targets: how many times as fast as prost encoding and decoding should be.
const TARGETS: [f64; 2] = [1.0, 1.2];

/// The same for an entry of a log.
const LOG_TARGETS: [f64; 2] = [1.2, 1.8];

/// Target: memory of an entry of a log, against prost's.
const MEMORY_TARGET: f64 = 1.5;

/// Target: how many times as fast as `serde_json` with `pbjson` JSON should be written and read.
const JSON_TARGET: f64 = 1.5;

fn main() -> Result<()> {
    let account = ours::account(4);
    one::<_, theirs::Account>("account", &account, 2_000, Some(TARGETS))?;
    one::<_, theirs::Accounts>("accounts", &*ours::accounts(), 20, Some(TARGETS))?;
    one::<_, theirs::Track>("track", &*ours::track(), 20, None)?;
    log_entry(2_000)?;
    json::<_, theirs::Account>("account", &account, 2_000)?;
    json::<_, theirs::Accounts>("accounts", &*ours::accounts(), 5)?;
    json::<_, theirs::Track>("track", &*ours::track(), 5)
}

/// Returns the time of `count` turns of `run`.
fn time(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..count {
        run()?;
    }
    Ok(start.elapsed())
}

/// Does something of ours and of theirs, `count` times a sample, and returns how many times as fast
/// ours is, by the medians.
fn times_as_fast(
    what: &str,
    count: usize,
    (our_name, mut ours): (&str, impl FnMut() -> Result<()>),
    (their_name, mut theirs): (&str, impl FnMut() -> Result<()>),
) -> Result<f64> {
    let contenders = [
        Contender::new(our_name, || time(count, &mut ours)),
        Contender::new(their_name, || time(count, &mut theirs)),
    ];
    let [ours, theirs] = compare(&format!("{what}, {count} times"), ROUNDS, contenders)?;
    Ok(theirs.median() / ours.median())
}

/// Encodes and decodes a message, ours and theirs.
fn one<Ours, Theirs>(name: &str, ours: &Ours, count: usize, targets: Option<[f64; 2]>) -> Result<()>
where
    Ours: FfiMessage + FfiProto + PartialEq + Debug,
    Theirs: prost::Message + Default + PartialEq,
{
    let bytes = ours.encode_proto();
    let theirs = Theirs::decode(&*bytes)?;
    ensure!(theirs.encode_to_vec() == bytes, "{name}: the two write different bytes");
    ensure!(*Ours::decode_proto(&bytes)? == *ours, "{name}: it is another one when it comes back");
    println!("\n{name}: {} bytes in place, {} as protobuf", size_of::<Ours>(), bytes.len());

    let encode = times_as_fast(
        &format!("encode {name} to a new buffer"),
        count,
        ("in place", || {
            black_box(black_box(ours).encode_proto());
            Ok(())
        }),
        ("prost", || {
            black_box(black_box(&theirs).encode_to_vec());
            Ok(())
        }),
    )?;

    let mut there = Ours::new_zeroed_box();
    let [our_time, into_time, their_time] = compare(
        &format!("decode {name}, {count} times"),
        ROUNDS,
        [
            Contender::new("in place, a new message", || {
                time(count, || {
                    black_box(Ours::decode_proto(black_box(&bytes))?);
                    Ok(())
                })
            }),
            Contender::new("in place, into one that is there", || {
                time(count, || Ok(black_box(&mut there).decode_proto_into(black_box(&bytes))?))
            }),
            Contender::new("prost", || {
                time(count, || {
                    black_box(Theirs::decode(black_box(&*bytes))?);
                    Ok(())
                })
            }),
        ],
    )?
    .map(|samples| samples.median());
    let decode = their_time / our_time;
    match targets {
        Some([encode_target, decode_target]) => {
            print_minimum(&format!("proto_encode_{name}_times_as_fast_as_prost"), encode, encode_target);
            print_minimum(&format!("proto_decode_{name}_times_as_fast_as_prost"), decode, decode_target);
        }
        None => println!("encode {encode:.2} times as fast as prost, decode {decode:.2} times"),
    }
    println!("decode into a message that is there: {:.2} times as fast as prost", their_time / into_time);
    Ok(())
}

/// Encodes and decodes an entry of a log, and counts its memory, ours and theirs.
fn log_entry(count: usize) -> Result<()> {
    use prost::Message as _;
    let theirs = theirs::log_entry();
    let bytes = theirs.encode_to_vec();
    ensure!(bytes.len() == 583, "it has {} bytes", bytes.len());
    let ours = FfiArena::<log::LogEntry>::from_proto(&bytes)?;
    ensure!(ours.to_proto() == bytes, "the two write different bytes");
    ensure!(theirs::LogEntry::decode(&*bytes)? == theirs, "it is another one when it comes back");
    let our_memory = memory::of(|| FfiArena::<log::LogEntry>::from_proto(&bytes))?;
    let their_memory = memory::of(|| theirs::LogEntry::decode(&*bytes))?;
    let (arena, compact) = (ours.len(), ours.compacted()?.len());
    println!("\nlog entry: {} bytes as protobuf, {arena} in an arena, {compact} compacted", bytes.len());
    println!("with what its owner holds: {our_memory} bytes, of prost {their_memory}");

    let encode = times_as_fast(
        "encode log entry to a new buffer",
        count,
        ("from an arena", || {
            black_box(black_box(&ours).to_proto());
            Ok(())
        }),
        ("prost", || {
            black_box(black_box(&theirs).encode_to_vec());
            Ok(())
        }),
    )?;
    let decode = times_as_fast(
        "decode log entry",
        count,
        ("to a new arena", || {
            black_box(FfiArena::<log::LogEntry>::from_proto(black_box(&bytes))?);
            Ok(())
        }),
        ("prost", || {
            black_box(theirs::LogEntry::decode(black_box(&*bytes))?);
            Ok(())
        }),
    )?;
    print_minimum("proto_encode_log_entry_times_as_fast_as_prost", encode, LOG_TARGETS[0]);
    print_minimum("proto_decode_log_entry_times_as_fast_as_prost", decode, LOG_TARGETS[1]);
    // Bytes of a machine's memory, which a `f64` has room for.
    let memory = our_memory as f64 / their_memory as f64;
    print_ratio("proto_log_entry_memory_vs_prost", memory, MEMORY_TARGET);
    Ok(())
}

/// Writes and reads a message as JSON, ours and theirs. Each reads what the other has written.
fn json<Ours, Theirs>(name: &str, ours: &Ours, count: usize) -> Result<()>
where
    Ours: FfiMessage + FfiJson + PartialEq + Debug,
    Theirs: prost::Message + Default + PartialEq + Serialize + DeserializeOwned,
{
    let theirs = Theirs::decode(&*ours.encode_proto())?;
    let (our_json, their_json) = (ours.encode_json()?, serde_json::to_string(&theirs)?);
    ensure!(serde_json::from_str::<Theirs>(&our_json)? == theirs, "{name}: they read another message");
    for json in [&our_json, &their_json] {
        ensure!(*Ours::decode_json(json)? == *ours, "{name}: it is another one when it comes back");
    }
    println!("\n{name}: {} bytes as JSON, theirs {}", our_json.len(), their_json.len());

    let options = JsonOptions::new();
    let write = times_as_fast(
        &format!("write {name} as JSON"),
        count,
        ("in place", || {
            black_box(black_box(ours).encode_json_with(&options)?);
            Ok(())
        }),
        ("serde_json with pbjson", || {
            black_box(serde_json::to_string(black_box(&theirs))?);
            Ok(())
        }),
    )?;
    let read = times_as_fast(
        &format!("read {name} from JSON"),
        count,
        ("in place, a new message", || {
            black_box(Ours::decode_json_with(black_box(&their_json), &options)?);
            Ok(())
        }),
        ("serde_json with pbjson", || {
            black_box(serde_json::from_str::<Theirs>(black_box(&their_json))?);
            Ok(())
        }),
    )?;
    print_minimum(&format!("json_write_{name}_times_as_fast_as_pbjson"), write, JSON_TARGET);
    print_minimum(&format!("json_read_{name}_times_as_fast_as_pbjson"), read, JSON_TARGET);
    Ok(())
}
