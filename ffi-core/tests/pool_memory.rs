//! Measures the memory of pools and of large blocks before their first use, in a process of its
//! own, as that of other tests would count.

#![cfg(target_os = "linux")]

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ffi_core::boundary::{alloc, free};
use ffi_core::{FfiMessage, FfiPooled, Pool};

/// Serialises the tests, which measure the memory of the process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

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

/// Part of the address space, as `proc_pid_smaps(5)` has it.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    /// Resident memory in bytes.
    resident: usize,
    /// True if the system was asked for huge pages.
    huge: bool,
}

/// Returns the part that has an address.
fn part(address: usize) -> Part {
    let smaps = fs::read_to_string("/proc/self/smaps").expect("Linux has it");
    let mut inside = false;
    let mut resident = 0;
    for line in smaps.lines() {
        let first = line.split(' ').next().unwrap_or_default();
        if let Some((from, to)) = first.split_once('-') {
            let [from, to] = [from, to].map(|it| usize::from_str_radix(it, 16).expect("an address"));
            inside = (from..to).contains(&address);
        } else if inside && first == "Rss:" {
            let kib: usize = line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).expect("a number");
            resident = kib << 10;
        } else if inside && first == "VmFlags:" {
            return Part { resident, huge: line.contains(" hg") };
        }
    }
    panic!("no part has the address {address:x}");
}

/// Returns true if the kernel knows huge pages.
fn has_huge_pages() -> bool {
    fs::exists("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or(false)
}

#[test]
fn large_blocks_have_huge_pages_but_for_their_start() {
    const SIZE: usize = 64 << 20;
    let _alone = alone();
    let block = alloc(SIZE, 64);
    let middle = block.addr() + SIZE / 2;
    assert_eq!(part(middle), Part { resident: 0, huge: has_huge_pages() });
    let before = part(block.addr());
    // SAFETY: the block has that many bytes.
    unsafe { block.write(7) };
    let start = part(block.addr());
    assert!(!start.huge && start.resident - before.resident <= 16 << 10, "{before:?}, {start:?}");
    // SAFETY: the offset is inside of the block.
    let half = unsafe { block.add(SIZE / 2) };
    // SAFETY: it is inside of the block.
    unsafe { half.write(7) };
    assert!((1..=2 << 20).contains(&part(middle).resident), "{:?}", part(middle));
    // SAFETY: it came from `alloc`, and nothing uses it any more.
    unsafe { free(block) };

    // A block that is no mapping of its own.
    let small = alloc(1 << 20, 64);
    assert!(!part(small.addr()).huge);
    // SAFETY: it came from `alloc`, and nothing uses it any more.
    unsafe { free(small) };
}

#[test]
fn pools_cost_nothing_until_they_are_used() {
    let _alone = alone();
    let before = resident();
    // Also with one message allocated in each: memory that was never freed needs no zeroing.
    let mut frame = Frame::pool().try_alloc().expect("the address space has room for 2 GB");
    let particle = Particle::pool().try_alloc().expect("it has room");
    assert_eq!(Frame::pool().stats().live + Particle::pool().stats().live, 2);
    let cost = resident() - before;
    assert!(cost < 1 << 20, "{cost} bytes");
    // Slots of 64 bytes have none: the first use of one would commit thousands.
    let (start, end) = (frame.pixels.as_ptr().addr(), frame.pixels.as_ptr_range().end.addr());
    assert_eq!(part(end - 1), Part { resident: 0, huge: has_huge_pages() });
    // The start of a slot has none: the first use of its byte would commit 2 MiB.
    // The next slot begins in the page that this one ends in.
    assert!(!part(start).huge && !part(end + (4 << 10)).huge);
    assert!(!part(particle.numbers.as_ptr().addr()).huge);
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
