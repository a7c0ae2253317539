//! A player: the object that Dart has, and its threads.

use std::iter;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ffi_core::{FfiContext, FfiObject, FfiPooled, PoolBox, Stream, ffi_export};
use futures_util::stream;

use crate::clock::PERIOD;
use crate::device;
use crate::error::AudioError;
use crate::messages::{AudioBlock, FRAMES, MOST_GAIN, PlayerOptions, PlayerStats, Scheduling};
use crate::render::Studio;
use crate::synth::Synth;

/// State that a player's threads and streams share.
#[derive(Debug, Default)]
pub(crate) struct Running {
    pub(crate) studio: Studio,
    /// True while the device runs.
    is_playing: AtomicBool,
    /// True while the synthesizer makes nothing.
    is_silent: AtomicBool,
    starved: AtomicU64,
    pub(crate) missed: AtomicU64,
    pub(crate) clock_steps: AtomicU64,
    pub(crate) longest: AtomicU64,
    scheduling: AtomicU8,
    scheduling_error: AtomicI32,
}

impl Running {
    pub(crate) fn set_scheduling(&self, scheduling: Scheduling, error: i32) {
        self.scheduling.store(scheduling as u8, Ordering::Relaxed);
        self.scheduling_error.store(error, Ordering::Relaxed);
    }

    fn stats(&self) -> PlayerStats {
        // First: what is counted before the end is seen after it.
        let is_running = self.is_playing.load(Ordering::Acquire);
        let (periods, played, recorded) = self.studio.counts();
        let scheduling = match self.scheduling.load(Ordering::Relaxed) {
            it if it == Scheduling::RealTime as u8 => Scheduling::RealTime,
            it if it == Scheduling::Refused as u8 => Scheduling::Refused,
            it if it == Scheduling::Unsupported as u8 => Scheduling::Unsupported,
            _ => Scheduling::Ordinary,
        };
        PlayerStats {
            periods,
            played,
            underruns: periods - played,
            recorded,
            unrecorded: played - recorded,
            starved: self.starved.load(Ordering::Relaxed),
            missed: self.missed.load(Ordering::Relaxed),
            clock_steps: self.clock_steps.load(Ordering::Relaxed),
            longest: self.longest.load(Ordering::Relaxed),
            scheduling,
            scheduling_error: self.scheduling_error.load(Ordering::Relaxed),
            is_running,
        }
    }

    /// Fills blocks until the device has ended, on this thread.
    fn synthesize(&self, mut synth: Synth) {
        let mut waiting = None;
        while !self.studio.stop.load(Ordering::Relaxed) {
            if !self.is_silent.load(Ordering::Relaxed) {
                waiting = self.next_block(&mut synth, waiting);
            }
            if waiting.is_some() || self.is_silent.load(Ordering::Relaxed) {
                thread::sleep(PERIOD / 2);
            }
        }
    }

    /// Makes a block, unless one is `waiting`, and passes it on. Returns a block that there was no
    /// room for.
    fn next_block(
        &self,
        synth: &mut Synth,
        waiting: Option<PoolBox<AudioBlock>>,
    ) -> Option<PoolBox<AudioBlock>> {
        let Some(block) =
            waiting.or_else(|| AudioBlock::pool().try_alloc_with(|block| synth.fill(block)).ok())
        else {
            self.starved.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD / 2);
            return None;
        };
        self.studio.filled.try_push(block).err().map(|refused| refused.into_value())
    }
}

/// A synthesizer, a device that plays it in real time, and what was played.
///
/// All players of a process share the 64 blocks of a pool.
#[derive(FfiObject)]
pub struct Player {
    options: PlayerOptions,
    /// The synthesizer, before the start.
    synth: Mutex<Option<Synth>>,
    running: Arc<Running>,
}

#[ffi_export]
impl Player {
    /// Makes a player, which is silent until it is started.
    ///
    /// # Errors
    ///
    /// Fails if a tone is none.
    pub fn new(options: PlayerOptions) -> Result<Self, AudioError> {
        let synth = Mutex::new(Some(Synth::new(options.hertz)?));
        Ok(Self { options, synth, running: Arc::default() })
    }

    /// Starts the synthesizer and the device, on threads of their own.
    ///
    /// # Errors
    ///
    /// Fails if it was started before, or there are no threads.
    pub fn start(&self) -> Result<(), AudioError> {
        let synth = self.synth.lock().unwrap_or_else(PoisonError::into_inner).take();
        let synth = synth.ok_or(AudioError::Started)?;
        touch_slots();
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
            spawned.map(drop).map_err(|error| AudioError::Thread { message: error.to_string() })
        };
        let running = Arc::clone(&self.running);
        spawn("audio-synth", Box::new(move || running.synthesize(synth)))?;
        let (running, options) = (Arc::clone(&self.running), self.options);
        self.running.is_playing.store(true, Ordering::Relaxed);
        let device = move || {
            device::play(&options, &running);
            // The synthesizer ends with the device.
            running.studio.stop.store(true, Ordering::Relaxed);
            running.is_playing.store(false, Ordering::Release);
        };
        spawn("audio-device", Box::new(device)).inspect_err(|_| {
            self.stop();
            self.running.is_playing.store(false, Ordering::Release);
        })
    }

    /// Ends both threads at their next periods.
    pub fn stop(&self) {
        self.running.studio.stop.store(true, Ordering::Relaxed);
    }

    /// Sets the factor of all samples, to which the next period fades.
    ///
    /// # Errors
    ///
    /// Fails if it is not from 0 to 4.
    pub fn set_gain(&self, gain: f32) -> Result<(), AudioError> {
        if !(0.0..=MOST_GAIN).contains(&gain) {
            return Err(AudioError::Gain { gain, most: MOST_GAIN });
        }
        self.running.studio.set_gain(gain);
        Ok(())
    }

    /// Has the synthesizer make nothing, or go on: the device runs out of blocks.
    pub fn set_silent(&self, is_silent: bool) {
        self.running.is_silent.store(is_silent, Ordering::Relaxed);
    }

    /// Returns the counts so far.
    pub fn stats(&self) -> PlayerStats {
        self.running.stats()
    }

    /// Returns the counts every `milliseconds`, and at the end of the device.
    #[ffi(window = 1)]
    pub fn stats_every(&self, milliseconds: u32) -> impl Stream<Item = PlayerStats> + use<> {
        let pause = Duration::from_millis(milliseconds.max(1).into());
        stream::unfold(Some(Arc::clone(&self.running)), move |running| async move {
            let running = running?;
            tokio::time::sleep(pause).await;
            let stats = running.stats();
            Some((stats, stats.is_running.then_some(running)))
        })
    }

    /// Returns a copy of each block that was played, until the end of the device. It is lent to the
    /// listener; blocks that nobody reads in time are counted as `unrecorded`.
    #[ffi(window = 8)]
    pub fn recording(&self) -> impl Stream<Item = PoolBox<AudioBlock>> + use<> {
        stream::unfold(Arc::clone(&self.running), |running| async move {
            loop {
                // First: a block that was played before the end is there after it.
                let is_playing = running.is_playing.load(Ordering::Acquire);
                if let Ok(block) = running.studio.played.try_pop() {
                    return Some((block, running));
                }
                if !is_playing {
                    return None;
                }
                tokio::time::sleep(PERIOD).await;
            }
        })
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Writes to each free slot once per process. The first write to a page of memory is work of the
/// system, which the real-time thread should not wait for.
fn touch_slots() {
    static TOUCHED: Once = Once::new();
    TOUCHED.call_once(|| {
        let free = iter::from_fn(|| {
            let mut block = AudioBlock::pool().alloc()?;
            block.samples = [0.0; FRAMES];
            Some(block)
        });
        drop(free.collect::<Vec<_>>());
    });
}

/// Returns the samples of block `number`, as the synthesizer makes them.
///
/// # Errors
///
/// Fails if a tone is none.
#[ffi_export]
pub fn expected(options: PlayerOptions, number: u64) -> Result<Vec<f32>, AudioError> {
    let mut synth = Synth::new(options.hertz)?;
    synth.seek(number);
    let mut block = Box::new(AudioBlock { number: 0, period: 0, peak: 0.0, samples: [0.0; FRAMES] });
    synth.fill(&mut block);
    Ok(block.samples.to_vec())
}

/// Keeps a processor busy for so long, as other programs do.
#[ffi_export]
#[ffi(blocking)]
pub fn burn(milliseconds: u32, context: &FfiContext) -> u64 {
    let end = Instant::now() + Duration::from_millis(milliseconds.into());
    let mut turns = 0;
    while Instant::now() < end && !context.is_cancelled() {
        turns += 1;
    }
    turns
}
