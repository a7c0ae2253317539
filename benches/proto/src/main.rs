//! Measures messages to protobuf and back: in place against prost's structs, with equal bytes. Run
//! by `cargo xtask bench proto`.

mod ours;
mod theirs;

use std::fmt::Debug;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, compare, print_minimum};
use ffi_core::{FfiMessage, FfiProto};

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

fn main() -> Result<()> {
    let account = ours::account(4);
    one::<_, theirs::Account>("account", &account, 2_000, Some(TARGETS))?;
    one::<_, theirs::Accounts>("accounts", &*ours::accounts(), 20, Some(TARGETS))?;
    one::<_, theirs::Track>("track", &*ours::track(), 20, None)
}

/// Returns the time of `count` turns of `run`.
fn time(count: usize, mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..count {
        run()?;
    }
    Ok(start.elapsed())
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

    let [our_time, their_time] = compare(
        &format!("encode {name} to a new buffer, {count} times"),
        ROUNDS,
        [
            Contender::new("in place", || {
                time(count, || {
                    black_box(black_box(ours).encode_proto());
                    Ok(())
                })
            }),
            Contender::new("prost", || {
                time(count, || {
                    black_box(black_box(&theirs).encode_to_vec());
                    Ok(())
                })
            }),
        ],
    )?
    .map(|samples| samples.median());
    let encode = their_time / our_time;

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
