//! Runs the loops of `c/loops.c`.

use std::ffi::CStr;
use std::ptr::NonNull;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_pools::{Functions, Kind, Particle, PeerEntry};
use libloading::Library;

/// Begin and end of a loop, the processor time of its thread, in nanoseconds, and the number of its
/// wrong results.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Span {
    start: u64,
    end: u64,
    cpu: u64,
    wrong: u64,
}

/// Duration of loops.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// From the first start to the last end.
    pub wall: Duration,
    /// Processor time of their threads together, which excludes that of other programs.
    pub cpu: Duration,
}

impl Span {
    /// Returns the duration of loops, or an error if a result is wrong.
    pub fn of_all(spans: &[Self]) -> Result<Took> {
        let wrong: u64 = spans.iter().map(|span| span.wrong).sum();
        ensure!(wrong == 0, "{wrong} results are wrong");
        let start = spans.iter().map(|span| span.start).min().context("nothing was run")?;
        let end = spans.iter().map(|span| span.end).max().context("nothing was run")?;
        let cpu = spans.iter().map(|span| span.cpu).sum();
        Ok(Took { wall: Duration::from_nanos(end - start), cpu: Duration::from_nanos(cpu) })
    }
}

/// A `struct ring`.
#[derive(Debug)]
#[repr(C)]
struct RawRing(u8);

unsafe extern "C" {
    fn bench_pair(contender: *const Functions, count: usize, span: *mut Span);
    fn bench_churn(
        contender: *const Functions,
        live: *mut *mut Particle,
        mask: usize,
        count: usize,
        span: *mut Span,
    );
    fn bench_fill(contender: *const Functions, out: *mut *mut Particle, count: usize) -> usize;
    fn bench_drain(contender: *const Functions, from: *mut *mut Particle, count: usize) -> u64;
    fn bench_refusals(contender: *const Functions, count: usize, span: *mut Span);
    fn bench_hold(contender: *const Functions, owner: u32, count: usize) -> u64;
    fn bench_ring_new() -> *mut RawRing;
    fn bench_ring_free(ring: *mut RawRing);
    fn bench_produce(contender: *const Functions, ring: *mut RawRing, count: usize, span: *mut Span);
    fn bench_consume(contender: *const Functions, ring: *mut RawRing, count: usize, span: *mut Span);
}

/// A contender: two functions of a library that stays open.
#[derive(Clone, Debug)]
pub struct Contender {
    pub name: String,
    /// True if it has exactly as many slots as the pool.
    pub bounded: bool,
    functions: Functions,
}

/// Messages that were allocated.
#[derive(Debug, Default)]
pub struct Taken(Vec<*mut Particle>);

impl Taken {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Writes to each message, and checks that no two overlap.
    pub fn check(&self) -> Result<()> {
        let mut addresses: Vec<_> = self.0.iter().map(|slot| slot.addr()).collect();
        addresses.sort_unstable();
        let apart = addresses.windows(2).all(|pair| pair[1] - pair[0] >= size_of::<Particle>());
        ensure!(apart, "two messages overlap");
        let aligned = addresses.iter().all(|address| address.is_multiple_of(align_of::<Particle>()));
        ensure!(aligned, "a message is not aligned");
        for (slot, id) in self.0.iter().zip(0..) {
            // SAFETY: allocated only for this code, as far as the checks above can tell, and
            // aligned.
            unsafe { slot.write(Particle { id, ..Particle::default() }) };
        }
        for (slot, id) in self.0.iter().zip(0..) {
            // SAFETY: written above.
            ensure!(unsafe { slot.read() }.id == id, "a message was overwritten");
        }
        Ok(())
    }
}

impl Contender {
    /// Returns the contender with these symbols.
    ///
    /// # Safety
    ///
    /// The symbols are functions of that kind.
    pub unsafe fn find(
        library: &'static Library,
        name: &str,
        kind: Kind,
        alloc: &str,
        free: &str,
    ) -> Result<Self> {
        let symbol = |symbol: &str| -> Result<*const ()> {
            // SAFETY: a function's address, which is not used as anything else.
            let found = unsafe { library.get::<unsafe extern "C" fn()>(symbol) };
            Ok(*found.with_context(|| format!("no symbol `{symbol}`"))? as *const ())
        };
        let functions = Functions { kind, alloc: symbol(alloc)?, free: symbol(free)? };
        Ok(Self { name: name.to_owned(), bounded: kind == Kind::Pool, functions })
    }

    /// Returns the peers in the library.
    pub fn peers(library: &'static Library) -> Result<Vec<Self>> {
        // SAFETY: that is its type.
        let peer = unsafe { library.get::<extern "C" fn(usize) -> PeerEntry>("bench_pools_peer") }?;
        let mut peers = Vec::new();
        loop {
            let entry = peer(peers.len());
            let Some(name) = NonNull::new(entry.name.cast_mut()) else { return Ok(peers) };
            // SAFETY: the function's contract is that it is text that lives as long as the library.
            let name = unsafe { CStr::from_ptr(name.as_ptr()) }.to_str()?.to_owned();
            peers.push(Self { name, bounded: entry.bounded, functions: entry.functions });
        }
    }

    /// Returns true if there are messages.
    pub fn allocates(&self) -> bool {
        self.functions.kind != Kind::Empty
    }

    /// Runs pairs that allocate, write and free.
    pub fn pair(&self, count: usize) -> Span {
        let mut span = Span::default();
        // SAFETY: the functions are of their kind.
        unsafe { bench_pair(&self.functions, count, &mut span) };
        span
    }

    /// Frees and allocates among `live`, whose length is a power of two.
    pub fn churn(&self, live: &mut Taken, count: usize) -> Span {
        assert!(live.len().is_power_of_two(), "a mask chooses one");
        let mut span = Span::default();
        // SAFETY: the functions are of their kind, and the live messages come from them.
        unsafe { bench_churn(&self.functions, live.0.as_mut_ptr(), live.len() - 1, count, &mut span) };
        span
    }

    /// Allocates `count` messages, or all that are free.
    pub fn fill(&self, count: usize) -> Taken {
        let mut slots = vec![std::ptr::null_mut(); count];
        // SAFETY: the functions are of their kind, and the array is long enough.
        let filled = unsafe { bench_fill(&self.functions, slots.as_mut_ptr(), count) };
        slots.truncate(filled);
        Taken(slots)
    }

    /// Frees the messages.
    pub fn drain(&self, mut slots: Taken) -> Result<()> {
        // SAFETY: the functions are of their kind, and the slots come from them.
        let wrong = unsafe { bench_drain(&self.functions, slots.0.as_mut_ptr(), slots.len()) };
        ensure!(wrong == 0, "{wrong} of {} messages were not freed", slots.len());
        Ok(())
    }

    /// Allocates when no slot is free.
    pub fn refusals(&self, count: usize) -> Span {
        let mut span = Span::default();
        // SAFETY: the functions are of their kind.
        unsafe { bench_refusals(&self.functions, count, &mut span) };
        span
    }

    /// Marks the messages that it holds as those of `owner`, and returns the number of marks that
    /// changed meanwhile.
    pub fn hold(&self, owner: u32, count: usize) -> u64 {
        // SAFETY: the functions are of their kind.
        unsafe { bench_hold(&self.functions, owner, count) }
    }
}

/// A ring from one thread that allocates to one that frees.
#[derive(Debug)]
pub struct Ring(NonNull<RawRing>);

// SAFETY: the accesses of two threads to it are atomic.
unsafe impl Send for Ring {}
// SAFETY: the accesses of two threads to it are atomic, and only two threads use it.
unsafe impl Sync for Ring {}

impl Ring {
    /// Number of messages that it passes at once.
    pub const BATCH: usize = 32;

    pub fn new() -> Result<Self> {
        // SAFETY: the function has no requirements.
        NonNull::new(unsafe { bench_ring_new() }).map(Self).context("no memory for a ring")
    }

    /// Allocates messages and passes them on. One thread calls this, once.
    pub fn produce(&self, contender: &Contender, count: usize) -> Span {
        assert!(count.is_multiple_of(Self::BATCH), "only whole batches are handed on");
        let mut span = Span::default();
        // SAFETY: the functions are of their kind, and the ring is alive.
        unsafe { bench_produce(&contender.functions, self.0.as_ptr(), count, &mut span) };
        span
    }

    /// Receives and frees. One other thread calls this, once, with the same count.
    pub fn consume(&self, contender: &Contender, count: usize) -> Span {
        let mut span = Span::default();
        // SAFETY: the functions are of their kind, and the ring is alive.
        unsafe { bench_consume(&contender.functions, self.0.as_ptr(), count, &mut span) };
        span
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: made by its counterpart, and not used any more.
        unsafe { bench_ring_free(self.0.as_ptr()) };
    }
}
