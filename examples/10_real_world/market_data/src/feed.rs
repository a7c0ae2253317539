//! A session as a stream of blocks: a thread takes what the exchange sends, and hands it over.

use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use ffi_core::{FfiObject, FfiPooled, PoolBox, Stream, ffi_export, spawn_blocking};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::exchange::Exchange;
use crate::messages::{BLOCK, FeedOptions, FeedStats, Policy, Tick, TickBlock};
use crate::sequencer::{Repairs, Sequencer};

/// Number of blocks that wait on the side of the feed's thread. As many wait in the stream.
const AHEAD: usize = 4;

/// Time after which a feed that waits looks again if a slot is free.
const NEXT_LOOK: Duration = Duration::from_millis(1);

/// A market feed.
#[derive(FfiObject)]
pub struct Feed {
    options: FeedOptions,
    stats: Arc<Mutex<FeedStats>>,
}

#[ffi_export]
impl Feed {
    /// Makes a feed of a session, which each of its streams plays from the start.
    pub fn new(options: FeedOptions) -> Self {
        Self { options, stats: Arc::default() }
    }

    /// Plays the session: all ticks in the order of their numbers, in blocks of 4,096. At most ten
    /// blocks are ahead of the consumer.
    #[ffi(window = 4)]
    pub fn blocks(&self) -> impl Stream<Item = PoolBox<TickBlock>> + use<> {
        Blocks::new(self.options, Arc::clone(&self.stats))
    }

    /// Returns the counts so far.
    pub fn stats(&self) -> FeedStats {
        *lock(&self.stats)
    }
}

/// Locks, also after a panic of another holder: the counts are numbers of their own.
fn lock(stats: &Mutex<FeedStats>) -> MutexGuard<'_, FeedStats> {
    stats.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The receiving end of a session, whose thread ends with it.
struct Blocks {
    blocks: mpsc::Receiver<PoolBox<TickBlock>>,
    is_dropped: Arc<AtomicBool>,
}

impl Blocks {
    /// Starts a session.
    fn new(options: FeedOptions, stats: Arc<Mutex<FeedStats>>) -> Self {
        let (sender, blocks) = mpsc::channel(AHEAD);
        let is_dropped = Arc::new(AtomicBool::new(false));
        let outlet = Outlet {
            policy: options.policy,
            sender,
            is_cancelled: Arc::clone(&is_dropped),
            running: Running::new(stats),
            block: None,
            skipped: 0,
            dropped: 0,
        };
        spawn_blocking(move || {
            // An error says that nobody listens any more.
            let _ = play(&options, outlet);
        });
        Self { blocks, is_dropped }
    }
}

impl Stream for Blocks {
    type Item = PoolBox<TickBlock>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.blocks.poll_recv(context)
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        // Relaxed: nothing else is published by it.
        self.is_dropped.store(true, Ordering::Relaxed);
    }
}

/// The consumer is gone.
struct Gone;

/// Plays a session to its end.
fn play(options: &FeedOptions, mut outlet: Outlet) -> Result<(), Gone> {
    let mut sequencer = Sequencer::default();
    for tick in Exchange::new(options) {
        sequencer.put(tick, |tick| outlet.put(tick))?;
        outlet.running.repairs = sequencer.repairs();
    }
    sequencer.finish(options.ticks.into(), |tick| outlet.put(tick))?;
    outlet.running.repairs = sequencer.repairs();
    outlet.hand_over()
}

/// Fills blocks, and hands them over by the policy of the feed.
struct Outlet {
    policy: Policy,
    sender: mpsc::Sender<PoolBox<TickBlock>>,
    is_cancelled: Arc<AtomicBool>,
    running: Running,
    /// The block that is filled.
    block: Option<PoolBox<TickBlock>>,
    /// Number of ticks of a block for which there was no slot.
    skipped: u64,
    /// Number of ticks that were dropped since the last block.
    dropped: u64,
}

impl Outlet {
    fn put(&mut self, tick: Tick) -> Result<(), Gone> {
        if self.block.is_none() && self.skipped == 0 {
            self.block = self.empty_block()?;
        }
        let is_full = match &mut self.block {
            Some(block) => {
                block.ticks.try_push(tick).expect("a full block was handed over");
                block.ticks.len() == BLOCK
            }
            None => {
                self.skipped += 1;
                self.skipped == BLOCK as u64
            }
        };
        if is_full { self.hand_over() } else { Ok(()) }
    }

    /// Allocates a block. If all slots are in use, waits for one or returns none, by the policy.
    fn empty_block(&self) -> Result<Option<PoolBox<TickBlock>>, Gone> {
        loop {
            if self.is_cancelled.load(Ordering::Relaxed) {
                return Err(Gone);
            }
            if let Some(mut block) = TickBlock::pool().alloc() {
                block.ticks.clear();
                return Ok(Some(block));
            }
            if self.policy == Policy::Drop {
                return Ok(None);
            }
            thread::sleep(NEXT_LOOK);
        }
    }

    /// Hands over the block that is filled, or counts the ticks that are dropped instead.
    fn hand_over(&mut self) -> Result<(), Gone> {
        let Some(mut block) = self.block.take() else {
            let skipped = mem::take(&mut self.skipped);
            self.dropped += skipped;
            self.running.publish(|stats| stats.dropped_no_slot += skipped);
            return Ok(());
        };
        let ticks = block.ticks.len() as u64;
        block.dropped = self.dropped;
        let sent = match self.policy {
            Policy::Wait => self.sender.blocking_send(block).map_err(|_| Gone),
            Policy::Drop => match self.sender.try_send(block) {
                Ok(()) => Ok(()),
                Err(TrySendError::Closed(_)) => Err(Gone),
                Err(TrySendError::Full(block)) => {
                    drop(block);
                    self.dropped += ticks;
                    self.running.publish(|stats| stats.dropped_full += ticks);
                    return Ok(());
                }
            },
        };
        sent?;
        self.dropped = 0;
        self.running.publish(|stats| stats.delivered += ticks);
        Ok(())
    }
}

/// The entry of a session in the counts of its feed.
struct Running {
    stats: Arc<Mutex<FeedStats>>,
    repairs: Repairs,
    /// The part of `repairs` that is in `stats`.
    published: Repairs,
}

impl Running {
    fn new(stats: Arc<Mutex<FeedStats>>) -> Self {
        lock(&stats).running += 1;
        Self { stats, repairs: Repairs::default(), published: Repairs::default() }
    }

    /// Adds what was put right since the last time, and whatever `change` adds.
    fn publish(&mut self, change: impl FnOnce(&mut FeedStats)) {
        let (now, before) = (self.repairs, mem::replace(&mut self.published, self.repairs));
        let mut stats = lock(&self.stats);
        stats.reordered += now.reordered - before.reordered;
        stats.late += now.late - before.late;
        stats.missing += now.missing - before.missing;
        stats.clock_steps += now.clock_steps - before.clock_steps;
        change(&mut stats);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.publish(|stats| stats.running -= 1);
    }
}
