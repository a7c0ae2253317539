//! Starts threads that begin their work at one time.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

/// Runs `work` on `count` threads, which get their numbers, and returns their results.
///
/// None begins before all have prepared, so that the setup of an allocator on a thread's first call
/// is not timed.
pub fn run<R: Send>(
    count: usize,
    prepare: impl Fn() + Sync,
    work: impl Fn(usize) -> R + Sync,
) -> Result<Vec<R>> {
    let gate = RwLock::new(());
    let closed = gate.write().expect("no thread panicked with it");
    let arrived = AtomicUsize::new(0);
    thread::scope(|scope| {
        let mut threads = Vec::with_capacity(count);
        for number in 0..count {
            let (gate, arrived, prepare, work) = (&gate, &arrived, &prepare, &work);
            let thread = thread::Builder::new().spawn_scoped(scope, move || {
                prepare();
                arrived.fetch_add(1, Ordering::Relaxed);
                // All readers pass at once when the writer unlocks.
                drop(gate.read());
                work(number)
            })?;
            threads.push(thread);
        }
        while arrived.load(Ordering::Relaxed) < count {
            thread::sleep(Duration::from_micros(200));
        }
        // The threads still have to get from that point to the gate.
        thread::sleep(Duration::from_millis(1));
        drop(closed);
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))).collect()
    })
}
