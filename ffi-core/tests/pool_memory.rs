//! Measures the memory of pools before their first use, in a process of its own, as that of other
//! tests would count.

#![cfg(target_os = "linux")]

use ffi_core::{FfiMessage, FfiPooled, Pool};

/// 16 MiB.
#[derive(FfiMessage)]
#[repr(C)]
struct Frame {
    pixels: [u32; 4 << 20],
}

// SAFETY: the pool is a static of the type\'s own, which is plain data.

unsafe impl FfiPooled for Frame {
    fn pool() -> &'static Pool<Self> {
        static POOL: Pool<Frame> = Pool::new("Frame", 120);
        &POOL
    }
}

#[derive(FfiMessage)]
#[repr(C)]
struct Particle {
    numbers: [f32; 16],
}

// SAFETY: the pool is a static of the type\'s own, which is plain data.

unsafe impl FfiPooled for Particle {
    fn pool() -> &'static Pool<Self> {
        static POOL: Pool<Particle> = Pool::new("Particle", 50_000);
        &POOL
    }
}

/// Returns the resident memory of this process in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/smaps_rollup").expect("Linux has it");
    let line = pages.lines().find(|line| line.starts_with("Rss:")).expect("it says how much is resident");
    let kib: usize = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number");
    kib << 10
}

#[test]
fn pools_cost_nothing_until_they_are_used() {
    let before = resident();
    // Also with one message allocated in each: memory that was never freed needs no zeroing.
    let mut frame = Frame::pool().try_alloc().expect("the address space has room for 2 GB");
    let particle = Particle::pool().try_alloc().expect("it has room");
    assert_eq!(Frame::pool().stats().live + Particle::pool().stats().live, 2);
    let cost = resident() - before;
    assert!(cost < 1 << 20, "{cost} bytes");
    drop(particle);

    // Memory that is touched is measured, so the test can fail. The next frame is in the same slot,
    // so it adds nothing.
    frame.pixels.fill(7);
    drop(frame);
    for _ in 0..3 {
        let mut frame = Frame::pool().try_alloc().expect("one was freed");
        assert!(frame.pixels.iter().all(|&pixel| pixel == 0));
        frame.pixels.fill(9);
    }
    let cost = resident() - before;
    assert!((16 << 20..18 << 20).contains(&cost), "{cost} bytes");
}
