//! Tests of a pool whose other thread can't run: it was interrupted by a signal, or has a lower
//! priority. Each test has a process of its own, as signals, priorities and sandboxes apply to a
//! process.

#![cfg(all(magazines, target_os = "linux"))]

use std::mem::MaybeUninit;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, ptr, thread};

use ffi_core::__private::{pool_alloc, pool_alloc_many, pool_free, pool_free_many};
use ffi_core::{FfiMessage, FfiPooled, Pool};

const SLOTS: usize = 4_096;

macro_rules! pooled {
    ($($name:ident)*) => {$(
        #[derive(FfiMessage)]
        #[repr(C)]
        struct $name {
            owner: u64,
        }

        // SAFETY: the pool is a static of the type's own, which is plain data.
        unsafe impl FfiPooled for $name {
            fn pool() -> &'static Pool<Self> {
                static POOL: Pool<$name> = Pool::new(stringify!($name), SLOTS as u32);
                &POOL
            }
        }
    )*};
}

pooled!(Interrupted Shared Sandboxed);

/// Runs the test `name` again in a process of its own, unless this is that process. Fails if it
/// takes longer than a minute.
fn alone(name: &str) -> bool {
    const CHILD: &str = "FFI_POOL_WAITS_CHILD";
    if env::var_os(CHILD).is_some() {
        return true;
    }
    let program = env::current_exe().expect("it runs");
    let mut child = Command::new(program)
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .spawn()
        .expect("it can be started");
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        match child.try_wait().expect("it is a child") {
            Some(status) => {
                assert!(status.success(), "{status}");
                return false;
            }
            None if Instant::now() > end => {
                child.kill().expect("it runs");
                child.wait().expect("it was killed");
                panic!("a thread waits for one that can't run");
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// Allocates all free slots, frees them, and returns their number.
fn exhaust<T: FfiPooled>(slots: &mut Vec<*mut T>) -> usize {
    slots.resize(SLOTS, ptr::null_mut());
    // SAFETY: there is room for so many.
    let got = unsafe { pool_alloc_many(slots.as_mut_ptr(), SLOTS) };
    // SAFETY: the slots were allocated above, and no other code uses them.
    assert_eq!(unsafe { pool_free_many(slots.as_mut_ptr(), got) }, got);
    got
}

/// Pairs that a thread makes, one after the other.
struct Pairs {
    made: AtomicUsize,
    stop: AtomicBool,
}

impl Pairs {
    const fn new() -> Self {
        Self { made: AtomicUsize::new(0), stop: AtomicBool::new(false) }
    }

    fn make<T: FfiPooled>(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let slot = pool_alloc::<T>();
            if !slot.is_null() {
                // SAFETY: allocated just now.
                assert_eq!(unsafe { pool_free(slot) }, 0);
                self.made.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Sleeps until the thread has made so many more that it has a magazine again, which takes up
    /// to 64 refills from 64 candidates each.
    fn wait_for_a_magazine(&self) {
        let end = self.made.load(Ordering::Relaxed) + 2 * 64 * 64;
        while self.made.load(Ordering::Relaxed) < end {
            thread::sleep(Duration::from_micros(500));
        }
    }
}

/// Slots that any thread may free. Those that a handler meets were often lent by the thread that it
/// interrupted.
static LENT: [AtomicUsize; 16] = [const { AtomicUsize::new(0) }; 16];
static SIGNALS: AtomicU64 = AtomicU64::new(0);
static STOP: AtomicBool = AtomicBool::new(false);

/// Allocates a slot, and frees the one that was there before.
fn exchange(at: usize) {
    let slot = pool_alloc::<Interrupted>();
    let before = LENT[at % LENT.len()].swap(slot.expose_provenance(), Ordering::AcqRel);
    if before != 0 {
        // SAFETY: only the thread that swaps a slot out has it.
        let code = unsafe { pool_free::<Interrupted>(ptr::with_exposed_provenance_mut(before)) };
        assert_eq!(code, 0);
    }
}

extern "C" fn handler(_signal: libc::c_int) {
    let number = SIGNALS.fetch_add(1, Ordering::Relaxed) as usize;
    exchange(number);
    let slot = pool_alloc::<Interrupted>();
    if !slot.is_null() {
        // SAFETY: allocated just now.
        let code = unsafe { pool_free(slot) };
        if code != 0 {
            std::process::abort();
        }
    }
}

/// Threads close magazines, and free each other's slots, while signals interrupt them at any point.
#[test]
fn a_signal_handler_waits_for_nothing() {
    if !alone("a_signal_handler_waits_for_nothing") {
        return;
    }
    exhaust::<Interrupted>(&mut Vec::new());
    // SAFETY: zeros are such a struct: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler as *const () as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler does nothing but use a pool, and the old action isn't asked for.
    assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) }, 0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|number| {
                let (send, receive) = std::sync::mpsc::channel();
                scope.spawn(move || {
                    // A thread's first use of a pool is outside of a handler.
                    exchange(number);
                    // SAFETY: it says which thread this is.
                    send.send(unsafe { libc::pthread_self() }).expect("it is received");
                    let mut slots = Vec::new();
                    while !STOP.load(Ordering::Relaxed) {
                        for at in 0..200 {
                            exchange(at);
                        }
                        if number == 0 {
                            exhaust::<Interrupted>(&mut slots);
                        }
                    }
                });
                receive.recv().expect("it starts")
            })
            .collect();
        let start = Instant::now();
        let enough = || SIGNALS.load(Ordering::Relaxed) > 5_000 && start.elapsed() > Duration::from_secs(1);
        while !enough() && start.elapsed() < Duration::from_secs(20) {
            for &it in &threads {
                // SAFETY: the thread runs until it is told to stop, below.
                assert_eq!(unsafe { libc::pthread_kill(it, libc::SIGUSR1) }, 0);
            }
            thread::sleep(Duration::from_micros(20));
        }
        STOP.store(true, Ordering::Relaxed);
    });
    assert!(SIGNALS.load(Ordering::Relaxed) > 100, "there were signals");
    for slot in &LENT {
        let slot = ptr::with_exposed_provenance_mut::<Interrupted>(slot.swap(0, Ordering::AcqRel));
        // SAFETY: the threads have ended, so no other code has the slot.
        assert!(slot.is_null() || unsafe { pool_free(slot) } == 0);
    }
    assert_eq!(Interrupted::pool().stats().live, 0);
    assert_eq!(exhaust::<Interrupted>(&mut Vec::new()), SLOTS, "no slot is lost");
}

/// Returns the processor time of this thread.
fn burnt() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time may be written.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Returns how often this thread has given up its processor to wait.
fn sleeps() -> i64 {
    // SAFETY: zeros are such a struct.
    let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the struct may be written.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) }, 0);
    usage.ru_nvcsw
}

/// Keeps this thread on one processor.
fn pin() {
    // SAFETY: zeros are an empty set.
    let mut set: libc::cpu_set_t = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: it is a set, and 0 one of its numbers.
    unsafe { libc::CPU_SET(0, &mut set) };
    // SAFETY: it is a set of the size that is said.
    unsafe { libc::sched_setaffinity(0, size_of_val(&set), &raw const set) };
}

/// A thread of a real-time priority wants all slots, and preempts a thread on the same processor
/// that is inside its magazine. It lets that one finish, and doesn't use up its time until the
/// system stops it.
#[test]
fn a_real_time_thread_lets_the_other_finish() {
    if !alone("a_real_time_thread_lets_the_other_finish") {
        return;
    }
    pin();
    let pairs = Pairs::new();
    thread::scope(|scope| {
        scope.spawn(|| pairs.make::<Shared>());
        let priority = libc::sched_param { sched_priority: 1 };
        // SAFETY: it is a parameter of that policy, for this thread.
        if unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const priority) } != 0 {
            eprintln!("left out: real-time priorities are not permitted");
            pairs.stop.store(true, Ordering::Relaxed);
            return;
        }
        let mut slots = Vec::new();
        let mut worst = Duration::ZERO;
        for _ in 0..20 {
            // Wakes up wherever the other is: in its magazine once in a few times.
            pairs.wait_for_a_magazine();
            let before = burnt();
            exhaust::<Shared>(&mut slots);
            worst = worst.max(burnt() - before);
        }
        pairs.stop.store(true, Ordering::Relaxed);
        assert!(worst < Duration::from_millis(100), "{worst:?} of processor time for one wait");
    });
}

/// Makes `membarrier` fail from now on, like a sandbox that is set up late.
fn refuse_membarrier() -> bool {
    let filter = [
        // Loads the number of the system call.
        libc::sock_filter { code: (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, jt: 0, jf: 0, k: 0 },
        libc::sock_filter {
            code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
            jt: 0,
            jf: 1,
            k: libc::SYS_membarrier as u32,
        },
        libc::sock_filter {
            code: (libc::BPF_RET | libc::BPF_K) as u16,
            jt: 0,
            jf: 0,
            k: libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
        },
        libc::sock_filter {
            code: (libc::BPF_RET | libc::BPF_K) as u16,
            jt: 0,
            jf: 0,
            k: libc::SECCOMP_RET_ALLOW,
        },
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    // SAFETY: it takes numbers.
    let unprivileged = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } == 0;
    let (mode, all) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_TSYNC);
    // SAFETY: the program is a filter of so many instructions, for all threads of this process.
    unprivileged && unsafe { libc::syscall(libc::SYS_seccomp, mode, all, &raw const program) } == 0
}

/// The fence is lost while threads have magazines: no slot is allocated twice, and all can be
/// allocated once those threads have used the pool or ended.
#[test]
fn a_process_without_the_fence_has_no_magazines() {
    if !alone("a_process_without_the_fence_has_no_magazines") {
        return;
    }
    let pause = std::sync::Barrier::new(3);
    let pairs = Pairs::new();
    thread::scope(|scope| {
        let (send, receive) = std::sync::mpsc::channel::<usize>();
        let threads = [1, 2].map(|number| {
            let (pause, send) = (&pause, send.clone());
            scope.spawn(move || {
                let one = || {
                    let slot = pool_alloc::<Sandboxed>();
                    // SAFETY: allocated just now.
                    let before = std::mem::replace(unsafe { &mut (*slot).owner }, number);
                    assert_eq!(before, 0, "handed out to two");
                    slot
                };
                let kept: Vec<_> = (0..30).map(|_| one()).collect();
                for slot in kept {
                    // SAFETY: this thread's own.
                    assert_eq!(unsafe { pool_free(slot) }, 0);
                }
                for _ in 0..50 {
                    send.send(one().expose_provenance()).expect("it is received");
                }
                drop(send);
                pause.wait();
                pause.wait();
                for _ in 0..2_000 {
                    // SAFETY: this thread's own.
                    assert_eq!(unsafe { pool_free(one()) }, 0);
                }
            })
        });
        drop(send);
        pause.wait();
        let refused = refuse_membarrier();
        if !refused {
            eprintln!("left out: filters are not permitted");
        }
        let start = Instant::now();
        // Lent with the bias of threads that wait for this one: they can't be asked to end it, and
        // are not waited for.
        for slot in receive.iter() {
            let slot = ptr::with_exposed_provenance_mut::<Sandboxed>(slot);
            // SAFETY: this thread got it from the one that allocated it.
            assert_eq!(unsafe { pool_free(slot) }, 0);
            // SAFETY: a double free, which is refused.
            assert_ne!(unsafe { pool_free(slot) }, 0);
        }
        let most = exhaust::<Sandboxed>(&mut Vec::new());
        assert!(most >= SLOTS - 200, "{most} slots can be had");
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
        pause.wait();
        // To the very end of each, where it gives back what is kept for it.
        threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
        // Nobody has a magazine that would have to be waited for.
        scope.spawn(|| pairs.make::<Sandboxed>());
        let mut fewest = i64::MAX;
        for _ in 0..10 {
            pairs.wait_for_a_magazine();
            let before = sleeps();
            exhaust::<Sandboxed>(&mut Vec::new());
            fewest = fewest.min(sleeps() - before);
        }
        pairs.stop.store(true, Ordering::Relaxed);
        assert!(!refused || fewest == 0, "sleeps {fewest} times instead of a fence");
    });
    assert_eq!(Sandboxed::pool().stats().live, 0);
    assert_eq!(exhaust::<Sandboxed>(&mut Vec::new()), SLOTS, "no slot is lost");
}
