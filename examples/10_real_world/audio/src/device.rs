//! A sound card that isn't one: it asks the renderer for a period of sound at each deadline, and
//! throws it away.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use crate::clock::Deadlines;
use crate::messages::{FRAMES, PlayerOptions};
use crate::player::Running;
use crate::priority;
use crate::render::Renderer;

/// Plays until the end of the player, on this thread.
pub(crate) fn play(options: &PlayerOptions, running: &Running) {
    let (scheduling, error) = priority::request(options.priority);
    running.set_scheduling(scheduling, error);
    let mut renderer = Renderer::default();
    let mut output = [0.0; FRAMES];
    // It never goes back, and doesn't follow the clock on the wall; the deadlines don't rely on it.
    let start = Instant::now();
    let mut deadlines = Deadlines::new(start.elapsed());
    let mut period = 0;
    while !running.studio.stop.load(Ordering::Relaxed) && (options.periods == 0 || period < options.periods) {
        let before = start.elapsed();
        renderer.render(&running.studio, &mut output);
        let after = start.elapsed();
        running.longest.fetch_max(after.saturating_sub(before).as_nanos() as u64, Ordering::Relaxed);
        let wait = deadlines.wait(after);
        running.missed.store(deadlines.missed, Ordering::Relaxed);
        running.clock_steps.store(deadlines.clock_steps, Ordering::Relaxed);
        period += 1;
        // A driver waits for its hardware here.
        thread::sleep(wait);
    }
}
