//! Tests of the shutdown, in a process of its own, as it closes all pools of the process.

use ffi_core::__private::{
    pool_adopt, pool_alloc, pool_alloc_many, pool_examine, pool_free, pool_free_many, queue_push,
};
use ffi_core::{FfiMessage, FfiPooled, FfiQueue, FfiRef, FreeCode, Pool, PoolErrorKind, PoolState, pool};

macro_rules! pooled {
    ($name:ident) => {
        #[derive(FfiMessage)]
        #[repr(C)]
        struct $name {
            x: u64,
        }

        // SAFETY: the pool is a static of the type\'s own, which is plain data.

        unsafe impl FfiPooled for $name {
            fn pool() -> &'static Pool<Self> {
                static POOL: Pool<$name> = Pool::new(stringify!($name), 10);
                &POOL
            }
        }
    };
}

pooled!(Used);
pooled!(Other);
pooled!(Unused);

#[test]
fn after_shutdown_everything_is_refused_and_stays_readable() {
    static QUEUE: FfiQueue<Used, 4> = FfiQueue::new();
    let boxed = Used::pool().try_alloc_with(|used| used.x = 1).expect("it is open");
    let handle = Used::pool().try_alloc_with(|used| used.x = 2).expect("it is open").into_ref();
    let slot = pool_alloc::<Used>();
    let freed = pool_alloc::<Used>();
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(freed) }, 0);
    let other = pool_alloc::<Other>();

    assert_eq!(pool::shutdown(), 4);
    assert_eq!(pool::shutdown(), 4, "nothing changes");

    // No slot is allocated, from pools that were used and from others.
    let error = Used::pool().try_alloc().map(drop).expect_err("it is closed");
    assert_eq!(error.kind(), PoolErrorKind::Closed);
    assert_eq!(
        error.to_string(),
        "the pool of `Used` is closed; hint: don't allocate after the library was shut down"
    );
    assert!(Unused::pool().try_alloc_many(1).is_err_and(|error| error.kind() == PoolErrorKind::Closed));
    assert!(pool_alloc::<Used>().is_null() && pool_alloc::<Unused>().is_null());
    let mut slots = [std::ptr::null_mut::<Used>(); 2];
    // SAFETY: there is room.
    assert_eq!(unsafe { pool_alloc_many(slots.as_mut_ptr(), 2) }, 0);

    // No slot is freed, taken or pushed.
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(slot) }, FreeCode::Closed as i32);
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(freed) }, FreeCode::Closed as i32);
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(other) }, FreeCode::Closed as i32);
    // SAFETY: it is no slot, so it is refused without a read.
    assert_eq!(unsafe { pool_free(std::ptr::dangling_mut::<Unused>()) }, FreeCode::Closed as i32);
    // SAFETY: null is allowed.
    assert_eq!(unsafe { pool_free(std::ptr::null_mut::<Used>()) }, FreeCode::Null as i32);
    slots[0] = slot;
    // SAFETY: the array has two pointers, and no other code uses a slot of these any more.
    assert_eq!(unsafe { pool_free_many(slots.as_mut_ptr(), 2) }, 0);
    assert_eq!((slots[0], pool_examine(slot)), (slot, Err(FreeCode::Closed)));
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { queue_push(&QUEUE, slot) }, FreeCode::Closed as i32);
    // SAFETY: any bytes are a value.
    assert!(unsafe { pool_adopt(slot) }.is_err_and(|code| code == FreeCode::Closed));
    assert!(handle.take().is_none());

    // The message stays readable, also when its box is gone.
    // SAFETY: no thread writes to the slot.
    assert_eq!(unsafe { handle.get() }.map(|used| used.x), Some(2));
    let gone: FfiRef<Used> = boxed.handle();
    drop(boxed);
    // SAFETY: no thread writes to the slot, whose box is gone.
    assert_eq!(unsafe { gone.get() }.map(|used| used.x), Some(1));
    assert_eq!(Used::pool().live().count(), 3);

    let stats = Used::pool().stats();
    assert_eq!((stats.state, stats.live, stats.allocs, stats.frees), (PoolState::Closed, 3, 4, 1));
    assert_eq!((stats.bad_closed, stats.bad_null, stats.failed_allocs), (2, 1, 3));
    assert_eq!(Unused::pool().stats().state, PoolState::Closed);

    // The pools open again, and count the lost slots.
    assert_eq!(pool::reopen(), 4);
    assert_eq!(pool::reopen(), 0, "it is open");
    let stats = Used::pool().stats();
    assert_eq!((stats.state, stats.live, stats.lost), (PoolState::Open, 3, 3));
    // Slots with an owner still belong to it, and the slot that the box left behind is lost.
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(slot) }, 0);
    // SAFETY: no other code uses the slot any more.
    assert_eq!(unsafe { pool_free(other) }, 0);
    assert_eq!(handle.take().map(|used| used.x), Some(2));
    assert_eq!(Used::pool().stats().live, 1);
    assert_eq!(Used::pool().try_alloc_many(9).map(|slots| slots.len()), Ok(9), "all but the lost one");
    assert!(Unused::pool().alloc().is_some());
    assert_eq!(pool::shutdown(), 1);
    assert!(Used::pool().alloc().is_none());
}
