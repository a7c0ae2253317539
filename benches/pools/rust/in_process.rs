//! Measures Rust code that is compiled together with the pool and its peers.

use std::hint::black_box;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_pools::peers::{
    CrossbeamArray, CrossbeamSeg, Glibc, LockfreeObjectPool, Mimalloc, ObjectPool, ParkingLot, Peer,
    ShardedSlab, StdMutex, TaggedStack,
};
use bench_pools::{CAPACITY, Particle};
use ffi_benches::{Contender, compare_all, print_ratio};
use ffi_core::FfiPooled as _;

const PAIRS: usize = 100_000;
const ROUNDS: usize = 31;

/// Times pairs of a box that frees its slot when it is dropped, and of peers whose functions are
/// inlined.
pub fn run() -> Result<()> {
    check()?;
    let all = vec![
        Contender::new("this pool, PoolBox", boxes),
        peer::<Glibc>(),
        peer::<Mimalloc>(),
        #[cfg(feature = "jemalloc")]
        peer::<bench_pools::peers::Jemalloc>(),
        peer::<StdMutex>(),
        peer::<ParkingLot>(),
        peer::<CrossbeamArray>(),
        peer::<CrossbeamSeg>(),
        peer::<TaggedStack>(),
        peer::<ObjectPool>(),
        peer::<LockfreeObjectPool>(),
        peer::<ShardedSlab>(),
    ];
    let samples = compare_all("a million pairs in process", ROUNDS, all)?;
    ensure!(Particle::pool().stats().live == 0, "slots did not come back");
    let [ours, glibc, ..] = &*samples else { unreachable!("there are more") };
    print_ratio("rust_pair_vs_glibc", ours.ratio_to(glibc), 0.71);
    Ok(())
}

/// Checks that no slot is allocated twice, and that all are freed.
fn check() -> Result<()> {
    for _ in 0..2 {
        let mut boxes = (0..CAPACITY).map(|_| Particle::pool().try_alloc()).collect::<Result<Vec<_>, _>>()?;
        ensure!(Particle::pool().alloc().is_none(), "there are more slots than there should be");
        for (particle, id) in boxes.iter_mut().zip(1..) {
            ensure!(**particle == Particle::default(), "a slot is not zeroed");
            particle.id = id;
        }
        ensure!(boxes.iter().zip(1..).all(|(particle, id)| particle.id == id), "a slot was overwritten");
    }
    Ok(())
}

/// Returns the processor time of this thread, which excludes that of other programs.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time may be written.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(failed, 0, "every thread has such a clock");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn boxes() -> Result<Duration> {
    let start = cpu_time();
    for id in 0..PAIRS as u32 {
        let mut particle = Particle::pool().alloc().context("the pool is empty")?;
        particle.id = id;
        black_box(&mut *particle);
    }
    Ok((cpu_time() - start).mul_f64(1e6 / PAIRS as f64))
}

fn peer<P: Peer>() -> Contender<'static> {
    /// A message that is freed when it is dropped, like a box.
    struct Guard<P: Peer>(NonNull<Particle>, PhantomData<P>);

    impl<P: Peer> Drop for Guard<P> {
        fn drop(&mut self) {
            // SAFETY: allocated by the same peer, and owned by the guard.
            unsafe { P::free(self.0) };
        }
    }

    Contender::new(P::NAME.to_string_lossy(), || {
        let start = cpu_time();
        for id in 0..PAIRS as u32 {
            let slot = P::alloc().context("nothing is left")?;
            let guard = Guard::<P>(slot, PhantomData);
            // SAFETY: the guard owns it, and it is large enough.
            let place = unsafe { &raw mut (*guard.0.as_ptr()).id };
            // SAFETY: the guard owns the slot, which is aligned and large enough for the message.
            unsafe { place.write(id) };
            black_box(guard.0);
        }
        Ok((cpu_time() - start).mul_f64(1e6 / PAIRS as f64))
    })
}
