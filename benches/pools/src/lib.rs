//! Functions that the benchmark of pools calls, through the compiled library and in process: a
//! pool, two functions that do nothing, and the [`peers`].

use std::cell::UnsafeCell;
use std::ffi::c_char;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use ffi_core::FfiMessage;

pub mod peers;

ffi_core::library!();

/// Number of slots of the pool, and of each peer with a fixed number.
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
    /// Number of the particle.
    pub id: u32,
}

/// A particle in a pool without thread caches.
#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
#[ffi(pool(capacity = 50_000, cache = "none"))]
pub struct Uncached {
    /// The particle, which gives size and alignment.
    pub particle: Particle,
}

struct Shared(UnsafeCell<Particle>);

// SAFETY: no thread reads or writes it; only its address is used.
unsafe impl Sync for Shared {}

static NOBODYS: Shared =
    Shared(UnsafeCell::new(Particle { x: 0.0, y: 0.0, z: 0.0, vx: 0.0, vy: 0.0, vz: 0.0, mass: 0.0, id: 0 }));

/// Returns an address without allocating: the time of a call, below which no allocation through a
/// library can be. The message must not be used.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_empty_alloc() -> *mut Particle {
    NOBODYS.0.get()
}

/// Does nothing, as the counterpart for freeing.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_empty_free(_slot: *mut Particle) -> i32 {
    0
}

static LIVE: AtomicU64 = AtomicU64::new(0);

/// Changes one bit atomically that all threads share, which is the least that an allocation from a
/// shared map can do. The time of such an instruction differs by a factor of four between
/// processors. The message must not be used.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_atomic_alloc() -> *mut Particle {
    if LIVE.fetch_or(1, Ordering::Acquire) == 0 { NOBODYS.0.get() } else { ptr::null_mut() }
}

/// Changes the bit back, as the counterpart for freeing.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_atomic_free(_slot: *mut Particle) -> i32 {
    i32::from(LIVE.fetch_and(!1, Ordering::Release) == 0)
}

static FULL: [AtomicU64; CAPACITY.div_ceil(64)] = [const { AtomicU64::new(u64::MAX) }; CAPACITY.div_ceil(64)];

/// Returns null after a look at one bit per slot, 64 at a time: the time to find out that no slot
/// is free without a summary.
#[unsafe(no_mangle)]
pub extern "C" fn bench_pools_scan() -> *mut Particle {
    let full = FULL.iter().all(|word| word.load(Ordering::Relaxed) == u64::MAX);
    if full { ptr::null_mut() } else { NOBODYS.0.get() }
}

/// Functions of a contender for `c/loops.c`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Functions {
    /// Way to call them.
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

/// Way to call the functions of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// As those of a pool, but there is no message.
    Empty = 0,
    /// `void *alloc(void)`, `int32_t free(void *)`.
    Pool = 1,
    /// `malloc` and `free`.
    Heap = 2,
}

/// A peer, for a program that has opened the library.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PeerEntry {
    /// Text that lives as long as the library is loaded; null after the last peer.
    pub name: *const c_char,
    /// True if it has exactly [`CAPACITY`] slots.
    pub bounded: bool,
    /// Functions to call.
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
