//! Measures maps, checks of large arrays and messages with much room in Rust. Run by `cargo xtask
//! bench everyday`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bench_everyday::{
    Counts, ENTRIES, Flags, Ledger, MANY_ROWS, Particle, ParticleColumns, States, Table, part, row,
};
use ffi_benches::{Contender, compare, print_ratio};
use ffi_core::{FfiMap, FfiMessage, FfiPooled, FfiProto as _, FfiStr, FfiType as _};

const ROUNDS: usize = 31;

fn main() -> Result<()> {
    map()?;
    checks()?;
    few_rows()?;
    pools()?;
    sort()
}

/// Times `work`, whose result must be `expected`.
fn time<T: PartialEq>(expected: &T, work: impl FnOnce() -> T) -> Result<Duration> {
    let start = Instant::now();
    let found = black_box(work());
    let took = start.elapsed();
    ensure!(found == *expected, "the result is wrong");
    Ok(took)
}

/// Times a map of 10,000 entries against a `HashMap`.
fn map() -> Result<()> {
    let number = |index: usize| index as u64 * 0x9E37_79B9;
    let entries = || (0..ENTRIES).map(|index| (black_box(number(index)), index as u64));
    let mut ours = Counts::new_zeroed_box();
    let [filled, std_filled] = compare(
        "fill a map of 10,000 entries",
        ROUNDS,
        [
            Contender::new("try_extend", || {
                ours.pieces.clear();
                time(&true, || ours.pieces.try_extend(entries()).is_ok())
            }),
            Contender::new("HashMap", || time(&ENTRIES, || entries().collect::<HashMap<_, _>>().len())),
        ],
    )?;
    print_ratio("map_fill_vs_hash_map", filled.ratio_to(&std_filled), 5.0);

    let std: HashMap<_, _> = entries().collect();
    // Another order, so that each key is looked for.
    let mut reversed = Counts::new_zeroed_box();
    reversed.pieces.try_extend((0..ENTRIES).rev().map(|index| (number(index), index as u64)))?;
    let (same, std_same) = (ours.clone(), std.clone());
    let [equal, equal_reversed, std_equal] = compare(
        "compare two maps of 10,000 entries",
        ROUNDS,
        [
            Contender::new("==", || time(&true, || black_box(&ours) == black_box(&same))),
            Contender::new("==, in another order", || {
                time(&true, || black_box(&ours.pieces) == black_box(&reversed.pieces))
            }),
            Contender::new("HashMap", || time(&true, || black_box(&std) == black_box(&std_same))),
        ],
    )?;
    print_ratio("map_equal_vs_hash_map", equal.ratio_to(&std_equal), 1.0);
    print_ratio("map_equal_in_another_order_vs_hash_map", equal_reversed.ratio_to(&std_equal), 5.0);

    let sum = |found: Option<&u64>| found.copied().expect("it is there");
    let all = (0..ENTRIES as u64).sum::<u64>();
    let index = ours.pieces.indexed();
    let [found, std_found] = compare(
        "find each of 10,000 keys",
        ROUNDS,
        [
            Contender::new("indexed().get", || {
                time(&all, || (0..ENTRIES).map(|it| sum(index.get(&black_box(number(it))))).sum())
            }),
            Contender::new("HashMap", || {
                time(&all, || (0..ENTRIES).map(|it| sum(std.get(&black_box(number(it))))).sum())
            }),
        ],
    )?;
    print_ratio("map_find_indexed_vs_hash_map", found.ratio_to(&std_found), 1.5);
    few_entries()
}

/// Times the size that the type is for.
fn few_entries() -> Result<()> {
    const FEW: usize = 16;
    const TIMES: usize = 1_000;
    let mut ours = FfiMap::<FfiStr<16>, u32, FEW>::new();
    ours.try_extend((0..FEW).map(|number| (part(number), number as u32)))?;
    let std: HashMap<_, _> = (0..FEW).map(|number| (part(number), number as u32)).collect();
    let keys: Vec<_> = (0..FEW).map(part).collect();
    let all = (TIMES * FEW * (FEW - 1) / 2) as u32;
    let [found, std_found] = compare(
        "find each of 16 texts, 1,000 times",
        ROUNDS,
        [
            Contender::new("get", || {
                let key = |it: usize| black_box(keys[it % FEW].as_str());
                time(&all, || (0..TIMES * FEW).map(|it| ours.get(key(it)).expect("it is there")).sum())
            }),
            Contender::new("HashMap", || {
                let key = |it: usize| black_box(keys[it % FEW].as_str());
                time(&all, || (0..TIMES * FEW).map(|it| std.get(key(it)).expect("it is there")).sum())
            }),
        ],
    )?;
    print_ratio("map_find_of_16_vs_hash_map", found.ratio_to(&std_found), 2.0);
    Ok(())
}

/// Times the check of a million flags and enums against a fold that only says if one is wrong.
fn checks() -> Result<()> {
    const TIMES: usize = 10;
    let (flags, states) = (Flags::new_zeroed_box(), States::new_zeroed_box());
    let fold = |bytes: &[u8], most: u8| bytes.iter().fold(0, |all, byte| all.max(*byte)) <= most;
    // Any bytes are a `u8`, and those of a `bool` are initialised.
    let on = bytes(&flags.on);
    let [ours, theirs] = compare(
        "check 1,000,000 flags, 10 times",
        ROUNDS,
        [
            Contender::new("check", || {
                // SAFETY: a reference is aligned, and its bytes are initialised.
                time(&true, || (0..TIMES).all(|_| unsafe { Flags::check(black_box(&*flags)) }.is_ok()))
            }),
            Contender::new("fold", || time(&true, || (0..TIMES).all(|_| fold(black_box(on), 1)))),
        ],
    )?;
    print_ratio("check_flags_vs_fold", ours.ratio_to(&theirs), 1.5);
    let all = bytes(&states.all);
    let [ours, theirs] = compare(
        "check 1,000,000 enums, 10 times",
        ROUNDS,
        [
            Contender::new("check", || {
                // SAFETY: a reference is aligned, and its bytes are initialised.
                time(&true, || (0..TIMES).all(|_| unsafe { States::check(black_box(&*states)) }.is_ok()))
            }),
            Contender::new("fold", || time(&true, || (0..TIMES).all(|_| fold(black_box(all), 3)))),
        ],
    )?;
    print_ratio("check_enums_vs_fold", ours.ratio_to(&theirs), 1.5);
    large_message()
}

/// Times the check of a message of 16 MB, which each call with one as `&T` makes, against a fold
/// over its bytes.
fn large_message() -> Result<()> {
    let mut ledger = Ledger::new_zeroed_box();
    ledger.rows.try_extend((0..MANY_ROWS).map(row))?;
    let words: Vec<u64> = (0..size_of::<Ledger>() as u64 / 8).collect();
    let all = words.iter().fold(0, |all, word| all | word);
    let [ours, theirs] = compare(
        "check a message of 16 MB",
        ROUNDS,
        [
            Contender::new("check", || {
                // SAFETY: a reference is aligned, and its bytes but padding are initialised, which
                // a check doesn't read.
                time(&true, || unsafe { Ledger::check(black_box(&*ledger)) }.is_ok())
            }),
            Contender::new("fold over as many words", || {
                time(&all, || black_box(&words).iter().fold(0, |all, word| all | word))
            }),
        ],
    )?;
    print_ratio("check_16_mb_vs_fold", ours.ratio_to(&theirs), 1.5);
    Ok(())
}

/// Number of slots of the largest pool.
const MANY_SLOTS: u32 = 1_000_000;

/// Defines messages of 32 bytes with pools of some sizes.
macro_rules! pooled {
    ($($name:ident: $capacity:expr;)*) => { $(
        /// Four numbers.
        #[derive(FfiMessage)]
        #[repr(C)]
        #[ffi(pool = $capacity)]
        struct $name {
            numbers: [u64; 4],
        }
    )* };
}

pooled! {
    InPoolOf1: 1;
    InPoolOf16: 16;
    InPoolOf1000: 1_000;
    InLargePool: 50_000;
    InPoolOfMillion: MANY_SLOTS;
}

/// Times pairs of one thread in small pools against those in a large one; and the count of a
/// million slots, in microseconds.
fn pools() -> Result<()> {
    const PAIRS: u64 = 100_000;
    fn pairs<T: FfiPooled>() -> Result<Duration> {
        time(&PAIRS, || (0..PAIRS).filter(|_| black_box(T::pool().alloc()).is_some()).count() as u64)
    }
    let [one, few, small, large] = compare(
        "100,000 pairs in pools",
        ROUNDS,
        [
            Contender::new("1 slot", pairs::<InPoolOf1>),
            Contender::new("16 slots", pairs::<InPoolOf16>),
            Contender::new("1,000 slots", pairs::<InPoolOf1000>),
            Contender::new("50,000 slots", pairs::<InLargePool>),
        ],
    )?;
    print_ratio("pool_of_1_pair_vs_large_pool", one.ratio_to(&large), 2.0);
    print_ratio("pool_of_16_pair_vs_large_pool", few.ratio_to(&large), 2.0);
    print_ratio("pool_of_1000_pair_vs_large_pool", small.ratio_to(&large), 2.0);

    let pool = InPoolOfMillion::pool();
    // Every slot was used, and half of them are.
    let mut held = pool.try_alloc_many(MANY_SLOTS as usize)?;
    let half = held.len() / 2;
    held.truncate(half);
    let [count, stats] = compare(
        "count a million slots",
        ROUNDS,
        [
            Contender::new("live_count", || time(&half, || pool.live_count())),
            Contender::new("stats", || time(&(half as u64), || pool.stats().live)),
        ],
    )?;
    print_ratio("pool_live_count_of_million_us", count.median() * 1_000.0, 5.0);
    print_ratio("pool_live_count_of_million_vs_stats", count.ratio_to(&stats), 0.05);
    drop(held);
    Ok(())
}

/// Returns the bytes of values without padding.
fn bytes<T: Copy>(values: &[T]) -> &[u8] {
    // SAFETY: flags and enums of one byte have no padding, and any byte is a `u8`.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

/// The table as prost's code generator would write it.
mod proto {
    /// A row.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Row {
        /// Number of the account.
        #[prost(uint64, tag = "1")]
        pub id: u64,
        /// Name of its owner.
        #[prost(string, tag = "2")]
        pub name: String,
        /// Score.
        #[prost(double, tag = "3")]
        pub score: f64,
        /// Number of changes.
        #[prost(uint32, tag = "4")]
        pub version: u32,
        /// Bits.
        #[prost(uint32, tag = "5")]
        pub flags: u32,
        /// True if it is paid for.
        #[prost(bool, tag = "6")]
        pub paid: bool,
    }

    /// A table.
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Table {
        /// The rows.
        #[prost(message, repeated, tag = "1")]
        pub rows: Vec<Row>,
    }
}

/// Times five rows in room for 20,000: decoded into a message that is used again, and a new one.
fn few_rows() -> Result<()> {
    const FEW: usize = 5;
    const TIMES: usize = 100;
    let mut table = Table::new_zeroed_box();
    table.rows.try_extend((0..FEW).map(row))?;
    let bytes = table.encode_proto();
    let mut target = Table::new_zeroed_box();
    let expected = TIMES * FEW;
    let [again, new, theirs] = compare(
        "decode 5 rows, 100 times",
        ROUNDS,
        [
            Contender::new("decode_proto_into", || {
                let mut decode = || {
                    target.decode_proto_into(black_box(&bytes)).expect("it is valid");
                    target.rows.len()
                };
                time(&expected, || (0..TIMES).map(|_| decode()).sum())
            }),
            Contender::new("decode_proto", || {
                let decode = || Table::decode_proto(black_box(&bytes)).expect("it is valid").rows.len();
                time(&expected, || (0..TIMES).map(|_| decode()).sum())
            }),
            Contender::new("prost", || {
                let decode = || {
                    let table: proto::Table =
                        prost::Message::decode(black_box(&*bytes)).expect("it is valid");
                    black_box(table).rows.len()
                };
                time(&expected, || (0..TIMES).map(|_| decode()).sum())
            }),
        ],
    )?;
    print_ratio("decode_few_again_vs_prost", again.ratio_to(&theirs), 1.0);
    print_ratio("decode_few_new_vs_prost", new.ratio_to(&theirs), 50.0);
    Ok(())
}

/// Times sorting columns against sorting messages.
fn sort() -> Result<()> {
    const COUNT: usize = 100_000;
    let particle = |index: usize| Particle {
        x: (index as u32).wrapping_mul(0x9E37_79B9) as f32,
        y: 1.0,
        id: index as u32,
    };
    let particles: Vec<_> = (0..COUNT).map(particle).collect();
    let mut sorted = particles.clone();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    let [ours, theirs] = compare(
        "sort 100,000 particles",
        ROUNDS,
        [
            Contender::new("columns", || {
                let mut columns = ParticleColumns::from_records(&particles);
                let start = Instant::now();
                columns.sort_by(|columns, a, b| columns.x[a].total_cmp(&columns.x[b]));
                let took = start.elapsed();
                ensure!(columns.to_records() == sorted, "the result is wrong");
                Ok(took)
            }),
            Contender::new("Vec of messages", || {
                let mut messages = particles.clone();
                let start = Instant::now();
                messages.sort_by(|a, b| a.x.total_cmp(&b.x));
                let took = start.elapsed();
                ensure!(messages == sorted, "the result is wrong");
                Ok(took)
            }),
        ],
    )?;
    print_ratio("columns_sort_vs_messages", ours.ratio_to(&theirs), 1.5);
    Ok(())
}
