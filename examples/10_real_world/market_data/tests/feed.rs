//! The feed in Rust, without Dart: consumers that pause, stop and hold all slots; bad ticks.

use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use ffi_core::{FfiPooled, PoolBox, Stream};
use market_data::{
    BLOCK, BLOCKS, Faults, Feed, FeedOptions, FeedStats, Policy, Tick, TickBlock, TickColumns, append,
    candles,
};

const OPTIONS: FeedOptions = FeedOptions {
    ticks: 200_000,
    seed: 1,
    policy: Policy::Wait,
    faults: Faults { swapped: 0, repeated: 0, lost: 0, clock_set: 0 },
};

/// Serialises the tests: they count slots of the pool that the process shares.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the next block, which the feed's thread fills, if there is one.
fn next(blocks: &mut (impl Stream<Item = PoolBox<TickBlock>> + Unpin)) -> Option<PoolBox<TickBlock>> {
    loop {
        let next = Pin::new(&mut *blocks).poll_next(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(block) = next {
            return block;
        }
        thread::yield_now();
    }
}

/// Returns all ticks that are left.
fn rest(blocks: &mut (impl Stream<Item = PoolBox<TickBlock>> + Unpin)) -> Vec<Tick> {
    let mut ticks = Vec::new();
    while let Some(block) = next(blocks) {
        ticks.extend_from_slice(&block.ticks);
    }
    ticks
}

/// Waits until no stream of the feed runs, and returns its counts.
fn ended(feed: &Feed) -> FeedStats {
    while feed.stats().running > 0 {
        thread::yield_now();
    }
    feed.stats()
}

fn live() -> usize {
    TickBlock::pool().live().count()
}

#[test]
fn a_consumer_that_pauses_loses_nothing() {
    let _alone = alone();
    let feed = Feed::new(OPTIONS);
    let mut blocks = pin!(feed.blocks());
    let first = next(&mut blocks).unwrap();
    assert_eq!(first.ticks.len(), BLOCK);
    // The feed goes on as far as it may: four blocks that wait, and one in its hands.
    while live() < 1 + 4 + 1 && feed.stats().running > 0 {
        thread::yield_now();
    }
    for _ in 0..1_000 {
        assert!(live() <= 1 + 4 + 1, "it waits");
        thread::yield_now();
    }
    let mut ticks = first.ticks.to_vec();
    drop(first);
    ticks.extend(rest(&mut blocks));
    assert!(ticks.iter().map(|tick| tick.sequence).eq(0..200_000));
    assert!(ticks.is_sorted_by_key(|tick| tick.time));
    assert_eq!(ended(&feed), FeedStats { delivered: 200_000, ..FeedStats::default() });
    assert_eq!(live(), 0);
    // Another stream plays the same session.
    assert_eq!(rest(&mut pin!(feed.blocks())), ticks);
}

#[test]
fn what_a_consumer_that_stops_doesnt_take_is_counted() {
    let _alone = alone();
    let feed = Feed::new(FeedOptions { policy: Policy::Drop, ..OPTIONS });
    let mut blocks = pin!(feed.blocks());
    // It takes none until the session is over.
    let stats = ended(&feed);
    assert_eq!(stats.delivered, 4 * BLOCK as u64);
    assert_eq!(stats.dropped_full + stats.delivered, 200_000);
    let ticks = rest(&mut blocks);
    assert_eq!(ticks.len() as u64, stats.delivered, "what was delivered is there");
    assert_eq!(live(), 0);
}

#[test]
fn a_stream_that_is_dropped_ends_its_session() {
    let _alone = alone();
    let feed = Feed::new(FeedOptions { ticks: u32::MAX, ..OPTIONS });
    {
        let mut blocks = pin!(feed.blocks());
        next(&mut blocks).unwrap();
    }
    let stats = ended(&feed);
    assert!(stats.delivered < u64::from(u32::MAX));
    assert_eq!(live(), 0);
}

fn all_slots() -> Vec<PoolBox<TickBlock>> {
    (0..BLOCKS).map(|_| TickBlock::pool().alloc().unwrap()).collect()
}

#[test]
fn an_empty_pool_is_waited_for_or_counted() {
    let _alone = alone();
    let held = all_slots();
    let dropping = Feed::new(FeedOptions { policy: Policy::Drop, ..OPTIONS });
    let _nobody = dropping.blocks();
    let stats = ended(&dropping);
    assert_eq!(stats, FeedStats { dropped_no_slot: 200_000, ..FeedStats::default() });

    let waiting = Feed::new(OPTIONS);
    let mut blocks = pin!(waiting.blocks());
    assert_eq!(waiting.stats().delivered, 0);
    drop(held);
    let ticks = rest(&mut blocks);
    assert_eq!(ticks.len(), 200_000);

    // A stream that waits for a slot ends as others do.
    let held = all_slots();
    drop(waiting.blocks());
    ended(&waiting);
    drop(held);
    assert_eq!(live(), 0);
}

#[test]
fn a_block_says_how_many_ticks_are_missing_before_it() {
    let _alone = alone();
    let feed = Feed::new(FeedOptions { policy: Policy::Drop, ..OPTIONS });
    let mut held = all_slots();
    let mut blocks = pin!(feed.blocks());
    // The first blocks find no slot.
    while feed.stats().dropped_no_slot == 0 {
        thread::yield_now();
    }
    held.clear();
    let mut expected = 0;
    while let Some(block) = next(&mut blocks) {
        expected += block.dropped;
        assert_eq!(block.ticks[0].sequence, expected);
        expected += block.ticks.len() as u64;
    }
    let stats = ended(&feed);
    assert_eq!(stats.delivered + stats.dropped_full + stats.dropped_no_slot, 200_000);
}

#[test]
fn a_bad_network_and_a_bad_clock_are_put_right_and_counted() {
    let _alone = alone();
    let faults = Faults { swapped: 97, repeated: 1_009, lost: 5_003, clock_set: 40_009 };
    let good = rest(&mut pin!(Feed::new(OPTIONS).blocks()));
    let feed = Feed::new(FeedOptions { faults, ..OPTIONS });
    let mut blocks = pin!(feed.blocks());
    let mut ticks = TickColumns::new();
    while let Some(block) = next(&mut blocks) {
        append(&mut ticks, &block).unwrap();
    }
    let stats = ended(&feed);
    assert_eq!(stats.missing, 199_999 / 5_003);
    assert!(stats.late >= 199_999 / 1_009 - 2, "{stats:?}");
    assert_eq!(stats.delivered + stats.missing, 200_000);
    assert_eq!(stats.clock_steps, 199_999 / 40_009);
    assert!(stats.reordered > 5_000, "{stats:?}");
    // But for the steps of the clock, each tick is as it was sent.
    let sent = |sequence: u64| good[sequence as usize];
    for tick in ticks.iter() {
        let Tick { price, volume, .. } = sent(tick.sequence);
        assert_eq!((tick.price, tick.volume), (price, volume));
    }
    let last = ticks.len() - 1;
    let lag = sent(199_999).time - ticks.columns().time[last];
    assert!((0..4 * 1_501).contains(&lag), "a step takes no time: {lag}");
    let second = 1_000_000;
    assert!(candles(&ticks, second).unwrap().len() as i64 <= sent(199_999).time / second + 1);
}
