//! The real-time thread: its samples, what it counts, and what it must not do.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use audio::{
    AudioBlock, AudioError, BLOCKS, FRAMES, Player, PlayerOptions, PlayerStats, Renderer, Scheduling, Studio,
    Synth, expected,
};
use ffi_core::{FfiPooled, PoolBox};

/// Counts the calls of each thread.
struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    CALLS.set(CALLS.get() + 1);
}

// SAFETY: every call is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller passes memory of `alloc`, which came from the system, with its layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const TONES: [f32; 4] = [440.0, 554.37, 659.25, 880.0];

const OPTIONS: PlayerOptions = PlayerOptions { hertz: TONES, periods: 0, priority: 0 };

/// Serialises the tests: they count slots of the pool that the process shares.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn live() -> usize {
    AudioBlock::pool().live().count()
}

/// Has the synthesizer fill the next block, and passes it on.
fn fill(synth: &mut Synth, studio: &Studio) {
    let block = AudioBlock::pool().try_alloc_with(|block| synth.fill(block)).unwrap();
    studio.filled.try_push(block).unwrap();
}

fn all_slots() -> Vec<PoolBox<AudioBlock>> {
    (0..BLOCKS).map(|_| AudioBlock::pool().alloc().unwrap()).collect()
}

#[test]
fn what_is_played_is_what_was_synthesized() {
    let _alone = alone();
    let (studio, mut renderer) = (Studio::default(), Renderer::default());
    let mut synth = Synth::new(TONES).unwrap();
    let mut output = [0.0; FRAMES];
    for number in 0..100 {
        fill(&mut synth, &studio);
        renderer.render(&studio, &mut output);
        let samples = expected(OPTIONS, number).unwrap();
        assert_eq!(output.as_slice(), samples);
        let copy = studio.played.try_pop().unwrap();
        assert_eq!((copy.number, copy.period, copy.samples.as_slice()), (number, number, &*samples));
        assert_eq!(copy.peak, samples.iter().fold(0.0, |peak: f32, it| peak.max(it.abs())));
    }
    assert_eq!(studio.counts(), (100, 100, 100));
    assert_eq!(live(), 0);
}

#[test]
fn a_gain_fades_within_a_period() {
    let _alone = alone();
    let (studio, mut renderer) = (Studio::default(), Renderer::default());
    let mut synth = Synth::new(TONES).unwrap();
    let mut output = [0.0; FRAMES];
    studio.set_gain(0.5);
    for number in 0..2 {
        fill(&mut synth, &studio);
        renderer.render(&studio, &mut output);
        let samples = expected(OPTIONS, number).unwrap();
        let gain = |at: usize| if number == 0 { 1.0 - 0.5 / 256.0 * (at + 1) as f32 } else { 0.5 };
        for (at, (found, sample)) in output.iter().zip(samples).enumerate() {
            assert_eq!(*found, sample * gain(at), "{number} {at}");
        }
    }
}

#[test]
fn a_missing_block_is_silence_and_counted() {
    let _alone = alone();
    let (studio, mut renderer) = (Studio::default(), Renderer::default());
    let mut synth = Synth::new(TONES).unwrap();
    let mut output = [1.0; FRAMES];
    renderer.render(&studio, &mut output);
    assert_eq!(output, [0.0; FRAMES]);
    fill(&mut synth, &studio);
    renderer.render(&studio, &mut output);
    assert_eq!(output.as_slice(), expected(OPTIONS, 0).unwrap());
    assert_eq!(studio.counts(), (2, 1, 1));
}

#[test]
fn sound_goes_on_when_the_pool_is_empty_or_nobody_reads() {
    let _alone = alone();
    let (studio, mut renderer) = (Studio::default(), Renderer::default());
    let mut synth = Synth::new(TONES).unwrap();
    let mut output = [0.0; FRAMES];
    // Nobody reads: 32 blocks are kept.
    for number in 0..40 {
        fill(&mut synth, &studio);
        renderer.render(&studio, &mut output);
        assert_eq!(output.as_slice(), expected(OPTIONS, number).unwrap());
    }
    assert_eq!(studio.counts(), (40, 40, 32));
    assert_eq!(live(), 32);
    while studio.played.try_pop().is_ok() {}
    // All slots are in use.
    fill(&mut synth, &studio);
    let held: Vec<_> = std::iter::from_fn(|| AudioBlock::pool().alloc()).collect();
    assert_eq!(held.len(), BLOCKS as usize - 1);
    renderer.render(&studio, &mut output);
    assert_eq!(output.as_slice(), expected(OPTIONS, 40).unwrap());
    assert_eq!(studio.counts(), (41, 41, 32));
    drop((held, studio));
    assert_eq!(live(), 0);
}

/// Plays `periods`, of which some are underruns, and leaves some unrecorded.
fn perform(studio: &Studio, periods: usize) {
    let mut renderer = Renderer::default();
    let mut output = [0.0; FRAMES];
    for period in 0..periods {
        studio.set_gain((period % 3) as f32);
        renderer.render(studio, &mut output);
    }
}

#[test]
fn a_period_allocates_nothing() {
    let _alone = alone();
    let studio = Studio::default();
    let mut synth = Synth::new(TONES).unwrap();
    (0..8).for_each(|_| fill(&mut synth, &studio));
    let before = CALLS.get();
    perform(&studio, 20);
    assert_eq!(CALLS.get(), before);
    assert_eq!(studio.counts(), (20, 8, 8));
    drop(Box::new(1));
    assert_eq!(CALLS.get(), before + 2, "it counts");
}

/// A thread plays under seccomp's strict mode, in which the kernel kills it at any system call but
/// reads, writes and its end, while another thread fills and empties the queues.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod system_calls {
    use std::ffi::c_void;
    use std::mem::MaybeUninit;
    use std::ptr;
    use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

    use super::*;

    const STARTED: u8 = 1;
    const REFUSED: u8 = 2;
    const DONE: u8 = 3;

    struct Stage {
        studio: Studio,
        state: AtomicU8,
        /// True to call the system in the end, as no real-time thread may.
        misbehaves: AtomicBool,
    }

    extern "C" fn on_stage(stage: *mut c_void) -> *mut c_void {
        // SAFETY: `play` passes a stage, and waits for the end of this thread.
        let stage = unsafe { &*stage.cast::<Stage>() };
        stage.state.store(STARTED, Ordering::Relaxed);
        // SAFETY: it only restricts this thread.
        if unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) } != 0 {
            stage.state.store(REFUSED, Ordering::Relaxed);
            return ptr::null_mut();
        }
        perform(&stage.studio, 20_000);
        if stage.misbehaves.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        stage.state.store(DONE, Ordering::Relaxed);
        // SAFETY: it ends this thread, which owns nothing. The C library would ask the system for
        // more on its way out.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
        ptr::null_mut()
    }

    /// Plays on a thread that may not call the system, and returns how that ended, and how many
    /// blocks were played and recorded.
    fn play(misbehaves: bool) -> (u8, u64, u64) {
        let stage = Stage {
            studio: Studio::default(),
            state: AtomicU8::new(0),
            misbehaves: AtomicBool::new(misbehaves),
        };
        // The first allocation opens the pool, by system calls.
        drop(AudioBlock::pool().alloc());
        let stage_pointer = (&raw const stage).cast_mut().cast();
        let mut synth = Synth::new(TONES).unwrap();
        let mut number = MaybeUninit::uninit();
        // SAFETY: the number may be written; the thread takes a stage, which lives until it has
        // ended.
        let error =
            unsafe { libc::pthread_create(number.as_mut_ptr(), ptr::null(), on_stage, stage_pointer) };
        assert_eq!(error, 0);
        // SAFETY: the thread was made, so it has a number.
        let number = unsafe { number.assume_init() };
        // SAFETY: the thread is joined once; one that was killed has ended as well.
        while unsafe { libc::pthread_tryjoin_np(number, ptr::null_mut()) } == libc::EBUSY {
            if let Ok(block) = AudioBlock::pool().try_alloc_with(|block| synth.fill(block)) {
                // It goes back if there is no room.
                let _ = stage.studio.filled.try_push(block);
            }
            stage.studio.played.pop_many(2, drop);
        }
        let (periods, played, recorded) = stage.studio.counts();
        let state = stage.state.load(Ordering::Relaxed);
        assert!(state == REFUSED || periods == 20_000, "{periods}");
        (state, played, recorded)
    }

    #[test]
    fn a_period_calls_no_function_of_the_system() {
        let _alone = alone();
        let (state, played, recorded) = play(false);
        if state == REFUSED {
            eprintln!("left out: seccomp is not permitted");
            return;
        }
        assert_eq!(state, DONE, "the kernel has killed the thread");
        assert!(played > 0 && recorded > 0, "{played} {recorded}");
        assert_eq!(live(), 0);
        // The test can fail.
        assert_eq!(play(true).0, STARTED);
    }
}

/// Waits until the device has ended, and returns the counts.
fn ended(player: &Player) -> PlayerStats {
    while player.stats().is_running {
        thread::yield_now();
    }
    player.stats()
}

#[test]
fn a_player_counts_every_period() {
    let _alone = alone();
    let player = Player::new(PlayerOptions { periods: 30, priority: 1, ..OPTIONS }).unwrap();
    assert_eq!(player.stats().periods, 0);
    player.start().unwrap();
    assert_eq!(player.start(), Err(AudioError::Started));
    let stats = ended(&player);
    assert_eq!((stats.periods, stats.played + stats.underruns), (30, 30));
    assert_eq!(stats.recorded + stats.unrecorded, stats.played);
    let is_refused = stats.scheduling == Scheduling::Refused;
    assert_eq!(stats.scheduling_error != 0, is_refused, "{stats:?}");
    assert_ne!(stats.scheduling, Scheduling::Ordinary);
    drop(player);
    while live() > 0 {
        // The synthesizer ends a moment later.
        thread::yield_now();
    }
}

#[test]
fn a_synthesizer_without_slots_makes_underruns_and_goes_on() {
    let _alone = alone();
    let held = all_slots();
    let player = Player::new(OPTIONS).unwrap();
    player.start().unwrap();
    while player.stats().starved < 3 || player.stats().underruns < 3 {
        thread::yield_now();
    }
    assert_eq!(player.stats().played, 0);
    drop(held);
    while player.stats().played < 3 {
        thread::yield_now();
    }
    player.set_silent(true);
    let before = player.stats().underruns;
    while player.stats().underruns < before + 3 {
        thread::yield_now();
    }
    drop(player);
    while live() > 0 {
        thread::yield_now();
    }
}

#[test]
fn what_is_no_sound_is_refused() {
    let _alone = alone();
    let player = Player::new(OPTIONS).unwrap();
    for gain in [-0.1, 4.1, f32::NAN] {
        assert!(matches!(player.set_gain(gain), Err(AudioError::Gain { most: 4.0, .. })), "{gain}");
    }
    assert!(Player::new(PlayerOptions { hertz: [-1.0; 4], ..OPTIONS }).is_err());
}
