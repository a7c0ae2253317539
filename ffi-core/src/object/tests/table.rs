//! Tests of handles that callers use wrong; each object is dropped once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytemuck::Zeroable;

use crate::boundary::{
    FfiStatus, clear, object_argument, object_free, object_installed, object_redeem, object_share, receiver,
};
use crate::object::{
    AlreadyInstalled, Class, FfiClass, FfiHolds, FfiObject, Installed, ObjectCode, drop_tokens, end,
    entry_of, stats,
};
use crate::schema::encode::Fragment;

/// Tests count what is live, so they run one after the other.
static ONE: Mutex<()> = Mutex::new(());

/// Object that counts its end.
struct Counted {
    ends: Arc<AtomicU32>,
    value: u32,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ends.fetch_add(1, Ordering::Relaxed);
    }
}

/// Another type of objects.
struct Other;

/// A service, whose objects are two words.
trait Named: Send + Sync + 'static {
    fn name(&self) -> String;
}

impl Named for Counted {
    fn name(&self) -> String {
        self.value.to_string()
    }
}

macro_rules! class {
    ($ty:ty, $name:literal) => {
        // SAFETY: the class is a static of this impl's own; there is no record.
        unsafe impl FfiClass for $ty {
            const TYPE: Fragment = &[];
            const FINGERPRINT: u64 = 0;

            fn class() -> &'static Class {
                static CLASS: Class = Class::new($name);
                &CLASS
            }
        }
    };
}

class!(Counted, "Counted");
class!(Other, "Other");
class!(dyn Named, "Named");

impl FfiHolds<Counted> for Counted {
    fn hold(value: Counted) -> Arc<Self> {
        Arc::new(value)
    }
}

impl<T: Named> FfiHolds<T> for dyn Named {
    fn hold(value: T) -> Arc<Self> {
        Arc::new(value)
    }
}

/// A status with the code and the detail of the last call.
struct Status(FfiStatus);

impl Status {
    fn new() -> Self {
        Self(FfiStatus::zeroed())
    }

    fn taken(&mut self) -> (i32, u32) {
        let result = (self.0.code, self.0.detail);
        // SAFETY: the block was zeroed, or written by this library, and belongs to the test.
        unsafe { clear(&mut self.0) };
        result
    }
}

fn counted(value: u32) -> (Counted, Arc<AtomicU32>) {
    let ends = Arc::new(AtomicU32::new(0));
    (Counted { ends: Arc::clone(&ends), value }, ends)
}

/// Returns the handle of an object, as an exported function does.
fn handle<T: FfiClass + ?Sized>(object: FfiObject<T>) -> u64 {
    crate::boundary::FfiOutput::into_abi(object).unwrap()
}

/// Returns the detail of the failure with which a handle is refused.
fn refused<T: FfiClass + ?Sized>(handle: u64) -> u32 {
    // SAFETY: only this thread uses handles.
    let refused = unsafe { receiver::<T>(handle) };
    let mut status = Status::new();
    status.0.store(refused.err().expect("it is refused"));
    status.taken().1
}

fn alone<T>(test: impl FnOnce() -> T) -> T {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = stats();
    let result = test();
    assert_eq!((stats().live, stats().tokens), (before.live, before.tokens), "nothing is left");
    result
}

#[test]
fn a_handle_finds_its_object_until_it_ends() {
    alone(|| {
        let (object, ends) = counted(7);
        let handle = handle(FfiObject::<Counted>::new(object));
        // SAFETY: only this thread uses the handle.
        let found = unsafe { receiver::<Counted>(handle) }.ok().unwrap();
        assert_eq!(found.value, 7);
        assert_eq!(object_free(handle), 0);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
        assert_eq!(object_free(handle), ObjectCode::Stale as i32);
        assert_eq!(refused::<Counted>(handle), ObjectCode::Stale as u32);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn an_object_of_a_service_is_two_words() {
    alone(|| {
        let (object, ends) = counted(8);
        let handle = handle(FfiObject::<dyn Named>::new(object));
        // SAFETY: only this thread uses the handle.
        let found = unsafe { receiver::<dyn Named>(handle) }.ok().unwrap();
        assert_eq!(found.name(), "8");
        assert_eq!(refused::<Counted>(handle), ObjectCode::Kind as u32);
        object_free(handle);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn numbers_that_are_no_handles_are_refused() {
    alone(|| {
        let (object, _) = counted(1);
        let handle = handle(FfiObject::<Counted>::new(object));
        assert_eq!(refused::<Counted>(0), ObjectCode::Unknown as u32);
        assert_eq!(refused::<Counted>(5), ObjectCode::Unknown as u32);
        assert_eq!(refused::<Other>(handle), ObjectCode::Kind as u32);
        // Another library: the upper 16 bits.
        assert_eq!(refused::<Counted>(handle ^ 1 << 50), ObjectCode::Foreign as u32);
        // Another generation, and an index that was never used.
        assert_eq!(refused::<Counted>(handle + (1 << 30)), ObjectCode::Stale as u32);
        assert_eq!(refused::<Counted>(handle | 0xFF_FFFF << 6), ObjectCode::Stale as u32);
        assert!(entry_of(handle + (1 << 30)).is_null());
        for bit in 0..64 {
            assert_ne!(refused::<Counted>(handle ^ 1 << bit), 0, "bit {bit}");
            assert!(!end(handle ^ 1 << bit), "bit {bit}");
        }
        assert!(end(handle));
    });
}

#[test]
fn no_number_stands_for_an_entry_that_is_not_live() {
    alone(|| {
        let (object, _) = counted(2);
        let handle = handle(FfiObject::<Counted>::new(object));
        // SAFETY: null is allowed, and only this thread uses the handle.
        let token = unsafe { object_share::<Counted>(handle, std::ptr::null_mut()) };
        assert!(end(handle));
        // An entry says its phase by bits of its index.
        for differs in 0..64 {
            for number in [handle ^ differs << 6, token ^ differs << 6] {
                assert_ne!(refused::<Counted>(number), 0, "{number:x}");
                assert!(entry_of(number).is_null() && !end(number), "{number:x}");
            }
        }
        drop_tokens();
    });
}

#[test]
fn objects_of_all_segments_are_found() {
    alone(|| {
        let made = (0..5000).map(|value| (handle(FfiObject::<Counted>::new(counted(value).0)), value));
        let made: Vec<_> = made.collect();
        for (handle, value) in &made {
            // SAFETY: only this thread uses handles.
            let found = unsafe { receiver::<Counted>(*handle) }.ok().unwrap();
            assert_eq!(found.value, *value);
            assert_eq!(refused::<Other>(*handle), ObjectCode::Kind as u32);
            assert!(!entry_of(*handle).is_null());
        }
        for (handle, _) in &made {
            assert!(end(*handle));
            assert_eq!(refused::<Counted>(*handle), ObjectCode::Stale as u32);
        }
    });
}

#[test]
fn an_argument_outlives_the_handle() {
    alone(|| {
        let (object, ends) = counted(4);
        let handle = handle(FfiObject::<Counted>::new(object));
        // SAFETY: only this thread uses the handle.
        let kept = unsafe { object_argument::<Counted>(handle, "kept") }.unwrap();
        object_free(handle);
        assert_eq!((ends.load(Ordering::Relaxed), kept.value), (0, 4));
        drop(kept);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_place_is_used_again_with_another_generation_until_they_are_used_up() {
    alone(|| {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..270_000 {
            let handle = handle(FfiObject::<Other>::from(Arc::new(Other)));
            assert!(seen.insert(handle), "a handle is never given twice");
            assert!(end(handle));
        }
        let places: std::collections::HashSet<_> = seen.iter().map(|it| it >> 6 & 0xFF_FFFF).collect();
        assert!((2..10).contains(&places.len()), "{places:?}");
    });
}

#[test]
fn a_token_is_redeemed_once() {
    alone(|| {
        let (object, ends) = counted(5);
        let first = handle(FfiObject::<Counted>::new(object));
        let mut status = Status::new();
        // SAFETY: the status is the test's, and only this thread uses the handle.
        let token = unsafe { object_share::<Counted>(first, &mut status.0) };
        assert_eq!(status.taken().0, 0);
        assert_eq!(refused::<Counted>(token), ObjectCode::Stale as u32, "a token is no handle");
        assert!(!end(token));
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_redeem::<Other>(token, &mut status.0) }, 0);
        assert_eq!(status.taken(), (3, ObjectCode::Kind as u32));
        object_free(first);
        // SAFETY: the status is the test's.
        let second = unsafe { object_redeem::<Counted>(token, &mut status.0) };
        assert_eq!((status.taken().0, ends.load(Ordering::Relaxed)), (0, 0));
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_redeem::<Counted>(token, &mut status.0) }, 0);
        assert_eq!(status.taken(), (3, ObjectCode::Stale as u32));
        // A token of another type or library is named so, whatever its place has by now.
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_redeem::<Other>(token, &mut status.0) }, 0);
        assert_eq!(status.taken(), (3, ObjectCode::Kind as u32));
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_redeem::<Counted>(token ^ 1 << 50, &mut status.0) }, 0);
        assert_eq!(status.taken(), (3, ObjectCode::Foreign as u32));
        object_free(second);
        assert_eq!(ends.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_shutdown_drops_tokens() {
    alone(|| {
        let (object, ends) = counted(6);
        let first = handle(FfiObject::<Counted>::new(object));
        let mut status = Status::new();
        // SAFETY: the status is the test's, and only this thread uses the handle.
        let token = unsafe { object_share::<Counted>(first, &mut status.0) };
        object_free(first);
        let before = stats().dropped_tokens;
        drop_tokens();
        assert_eq!((ends.load(Ordering::Relaxed), stats().dropped_tokens - before), (1, 1));
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_redeem::<Counted>(token, &mut status.0) }, 0);
        assert_eq!(status.taken(), (3, ObjectCode::Stale as u32));
    });
}

#[test]
fn threads_that_redeem_one_token_get_one_object() {
    alone(|| {
        for _ in 0..200 {
            let (object, ends) = counted(9);
            let first = handle(FfiObject::<Counted>::new(object));
            // SAFETY: null is allowed, and only this thread uses the handle.
            let token = unsafe { object_share::<Counted>(first, std::ptr::null_mut()) };
            object_free(first);
            let redeem = || {
                let mut status = Status::new();
                // SAFETY: the status is the thread's own.
                let handle = unsafe { object_redeem::<Counted>(token, &mut status.0) };
                status.taken();
                u32::from(handle != 0 && end(handle))
            };
            let won: u32 = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(redeem)).collect();
                threads.into_iter().map(|it| it.join().unwrap()).sum()
            });
            assert_eq!((won, ends.load(Ordering::Relaxed)), (1, 1));
        }
    });
}

#[test]
fn threads_make_and_end_objects_of_their_own() {
    alone(|| {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    let mut kept = Vec::new();
                    for round in 0..2000_u32 {
                        let value = thread * 10_000 + round;
                        let (object, _) = counted(value);
                        kept.push((handle(FfiObject::<Counted>::new(object)), value));
                        if round % 3 == 0 {
                            let (handle, value) = kept.swap_remove(kept.len() / 2);
                            // SAFETY: only this thread uses the handle.
                            let found = unsafe { receiver::<Counted>(handle) }.ok().unwrap();
                            assert_eq!(found.value, value);
                            assert!(end(handle));
                        }
                    }
                    assert!(kept.into_iter().all(|(handle, _)| end(handle)));
                });
            }
        });
    });
}

#[test]
fn a_service_is_installed_once() {
    alone(|| {
        static SERVER: Installed<dyn Named> = Installed::new();
        let mut status = Status::new();
        // SAFETY: the status is the test's.
        assert_eq!(unsafe { object_installed(&SERVER, &mut status.0) }, 0);
        assert_eq!(status.taken().0, 7);
        let (object, _) = counted(1);
        SERVER.install(Arc::new(object), "Named").unwrap();
        let (object, ends) = counted(2);
        let second: AlreadyInstalled = SERVER.install(Arc::new(object), "Named").unwrap_err();
        assert!(second.to_string().contains("`Named`"), "{second}");
        assert_eq!(ends.load(Ordering::Relaxed), 1, "what was refused is dropped");
        // SAFETY: the status is the test's.
        let handle = unsafe { object_installed(&SERVER, &mut status.0) };
        // SAFETY: only this thread uses the handle.
        assert_eq!(unsafe { receiver::<dyn Named>(handle) }.ok().unwrap().name(), "1");
        end(handle);
    });
}
