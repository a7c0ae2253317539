//! What the benchmark of pools calls, through the compiled library and in process: a pool, two functions that do nothing,
//! and the [`peers`].

use std::cell::UnsafeCell;
use std::ffi::c_char;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use ffi_core::FfiMessage;

pub mod peers;

ffi_core::library!();

/// Slots of the pool, and of each peer that has a fixed number.
pub const CAPACITY: usize = 50_000;

/// A point mass.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
#[ffi(pool = 50_000)]
pub struct Particle {
    /// Metres.
    pub x: f32,
    /// Metres.
    pub y: f32,
    /// Metres.
    pub z: f32,
    /// Metres per second.
    pub vx: f32,
    /// Metres per second.
    pub vy: f32,
    /// Metres per second.
    pub vz: f32,
    /// Kilograms.
    pub mass: f32,
    /// Which one it is.
    pub id: u32,
}

/// The same in a pool of which threads keep nothing.
#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
#[ffi(pool(capacity = 50_000, cache = "none"))]
pub struct Uncached {
    /// As large, and aligned alike.
    pub particle: Particle,
}

struct Shared(UnsafeCell<Particle>);

// SAFETY: nobody reads or writes it, only its address is used.
unsafe impl Sync for Shared {}

static NOBODYS: Shared =
    Shared(UnsafeCell::new(Particle { x: 0.0, y: 0.0, z: 0.0, vx: 0.0, vy: 0.0, vz: 0.0, mass: 0.0, id: 0 }));

/// Returns what no allocation through a library can be faster than: a call. The message must not be used.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_empty_alloc() -> *mut Particle {
    NOBODYS.0.get()
}

/// Returns the same for freeing.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_empty_free(_slot: *mut Particle) -> i32 {
    0
}

static LIVE: AtomicU64 = AtomicU64::new(0);

/// Returns what no allocation can be faster than that changes one bit that all threads share, atomically: what such an instruction
/// takes differs by a factor of four from one processor to another. The message must not be used.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_atomic_alloc() -> *mut Particle {
    if LIVE.fetch_or(1, Ordering::Acquire) == 0 { NOBODYS.0.get() } else { ptr::null_mut() }
}

/// Returns the same for freeing.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_atomic_free(_slot: *mut Particle) -> i32 {
    i32::from(LIVE.fetch_and(!1, Ordering::Release) == 0)
}

static FULL: [AtomicU64; CAPACITY.div_ceil(64)] = [const { AtomicU64::new(u64::MAX) }; CAPACITY.div_ceil(64)];

/// Returns what finding out that nothing is free takes without anything that says so: a look at one bit per slot, 64 at a time.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_scan() -> *mut Particle {
    let full = FULL.iter().all(|word| word.load(Ordering::Relaxed) == u64::MAX);
    if full { ptr::null_mut() } else { NOBODYS.0.get() }
}

/// How `c/loops.c` sees a contender.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Functions {
    /// How they are called.
    pub kind: Kind,
    /// Allocates.
    pub alloc: *const (),
    /// Frees.
    pub free: *const (),
}

// SAFETY: pointers to functions that any thread may call.
unsafe impl Send for Functions {}
// SAFETY: nothing changes through a shared reference to the pointers.
unsafe impl Sync for Functions {}

/// How functions are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// As those of a pool, but there is no message.
    Empty = 0,
    /// `void *alloc(void)`, `int32_t free(void *)`.
    Pool = 1,
    /// As `malloc` and `free`.
    Heap = 2,
}

/// A peer, for a program that has opened the library.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PeerEntry {
    /// Text that lives as long as the library is loaded; null behind the last peer.
    pub name: *const c_char,
    /// True if it has [`CAPACITY`] slots, and no more.
    pub bounded: bool,
    /// How to use it.
    pub functions: Functions,
}

/// Returns the peers, by index.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_peer(index: usize) -> PeerEntry {
    peers::entry(index).unwrap_or(PeerEntry {
        name: ptr::null(),
        bounded: false,
        functions: Functions { kind: Kind::Empty, alloc: ptr::null(), free: ptr::null() },
    })
}
