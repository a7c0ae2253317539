//! Queues: codes, order, closing, and that each message comes out once.

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::pooled;
use crate::pool::abi::{
    QUEUE_BUSY, QUEUE_CLOSED, QUEUE_EMPTY, QUEUE_FULL, QUEUE_INVALID, pool_alloc, pool_claim, pool_examine,
    pool_free, pool_reference, pool_release, queue_close, queue_is_closed, queue_len, queue_pop,
    queue_pop_many, queue_push,
};
use crate::pool::token::token;
use crate::{FfiPooled, FfiQueue, FfiRef, FreeCode, PopError, PushError};

/// Calls [`queue_pop`] without its code.
fn pop<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>) -> *mut T {
    // SAFETY: null is allowed.
    unsafe { queue_pop(queue, ptr::null_mut()) }
}

/// Calls [`queue_push`] with a pointer that nobody else uses.
fn push<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>, slot: *mut T) -> i32 {
    // SAFETY: the tests don't use a slot once they pushed it.
    unsafe { queue_push(queue, slot) }
}

#[test]
fn a_queue_hands_over_in_order_and_says_when_it_does_not() {
    pooled!(Letter { number: u32 }, 10, Zero);
    let queue = FfiQueue::<Letter, 2>::new();
    assert!(
        queue.try_pop().is_err_and(|none| none == PopError::Empty)
            && queue.is_empty()
            && queue.capacity() == 2
    );
    let letter = |number| Letter::pool().try_alloc_with(|letter| letter.number = number).unwrap();
    assert!(queue.try_push(letter(1)).is_ok() && queue.try_push(letter(2)).is_ok());
    let refused = queue.try_push(letter(3)).unwrap_err();
    assert!(matches!(refused, PushError::Full(_)));
    assert_eq!(refused.to_string(), "the queue is full; hint: pop faster, or raise its capacity");
    assert_eq!((refused.into_value().number, queue.len()), (3, 2));
    assert_eq!(queue.try_pop().unwrap().number, 1);
    assert!(!queue.is_closed());
    queue.close();
    let refused = queue.try_push(letter(4)).unwrap_err();
    assert!(matches!(refused, PushError::Closed(_)) && queue.is_closed());
    drop(refused);
    let mut rest = Vec::new();
    assert_eq!(queue.pop_many(5, |letter| rest.push(letter.number)), 1);
    assert_eq!(rest, [2]);
    assert_eq!(Letter::pool().stats().live, 0);
}

#[test]
fn operations_that_do_not_wait_hand_over_as_well() {
    pooled!(Note { number: u32 }, 10, Zero);
    let queue = FfiQueue::<Note, 2>::new();
    let note = |number| Note::pool().try_alloc_with(|note| note.number = number).unwrap();
    assert_eq!(queue.try_pop_now().unwrap_err(), PopError::Empty);
    for number in 1..3 {
        queue.try_push_now(note(number)).unwrap();
    }
    let refused = queue.try_push_now(note(3)).unwrap_err();
    assert_eq!((format!("{refused:?}"), refused.into_value().number), ("Full(..)".to_owned(), 3));
    let mut popped = Vec::new();
    assert_eq!(queue.pop_many(1, |note| popped.push(note.number)), 1, "no more than asked for");
    popped.push(queue.try_pop_now().unwrap().number);
    assert_eq!((popped, queue.len()), (vec![1, 2], 0));
    queue.close();
    let refused = queue.try_push_now(note(4)).unwrap_err();
    assert_eq!(
        (format!("{refused:?}"), refused.to_string().as_str()),
        ("Closed(..)".to_owned(), "the queue is closed")
    );
    drop(refused);
    assert_eq!(Note::pool().stats().live, 0);
}

#[test]
fn a_failed_pop_says_why() {
    assert_eq!(PopError::Empty.to_string(), "the queue is empty");
    let busy = PopError::Busy.to_string();
    assert_eq!(busy, "the message at the front is still being pushed; hint: try again");
}

/// Tests a pop while a thread is stopped in the middle of its push.
#[test]
fn a_message_that_is_still_being_pushed_is_not_had() {
    pooled!(Delayed { number: u32 }, 2, Zero);
    let queue = FfiQueue::<Delayed, 2>::new();
    let late = Delayed::pool().try_alloc_with(|late| late.number = 7).unwrap();
    let finish = queue.begin_push(late);
    assert_eq!(queue.try_pop().unwrap_err(), PopError::Busy);
    let mut code = 0;
    // SAFETY: the code may be written.
    assert!(unsafe { queue_pop(&queue, &raw mut code) }.is_null());
    assert_eq!(code, QUEUE_BUSY);
    finish();
    assert_eq!(queue.try_pop().unwrap().number, 7);
}

/// Tests that a queue which was used is known by the name of its entry.
#[test]
#[cfg(feature = "metrics")]
fn a_queue_is_counted_by_the_name_of_its_entry() {
    use crate::pool::known::{self, QueueEntry};

    pooled!(Coin { x: u32 }, 4, Zero);
    static COINS: FfiQueue<Coin, 2> = FfiQueue::new();
    let entry: &'static QueueEntry = Box::leak(Box::new(QueueEntry::new("coins", &COINS)));
    assert_eq!(format!("{entry:?}"), "QueueEntry { name: \"coins\", .. }");
    let of_coins = || known::stats().into_iter().find(|(name, _)| *name == "coins").map(|(_, stats)| stats);
    let queue = FfiQueue::<Coin, 2>::new().known(entry);
    assert_eq!(of_coins(), None, "it was not used yet");
    queue.try_push(Coin::pool().alloc().unwrap()).unwrap();
    for refused in [false, false, true] {
        assert_eq!(COINS.try_push(Coin::pool().alloc().unwrap()).is_err(), refused);
    }
    drop(COINS.try_pop().unwrap());
    let stats = of_coins().unwrap();
    assert_eq!((stats.capacity, stats.len, stats.pushed, stats.popped), (2, 1, 2, 1));
    assert_eq!((stats.full, stats.closed), (1, false));
}

#[test]
fn what_is_left_in_a_queue_is_freed_with_it() {
    pooled!(Crumb { x: u32 }, 10, Zero);
    let queue = FfiQueue::<Crumb, 4>::default();
    assert!(queue.try_push(Crumb::pool().alloc().unwrap()).is_ok());
    assert_eq!(format!("{queue:?}"), "FfiQueue { len: 1, capacity: 4, closed: false, .. }");
    drop(queue);
    assert_eq!(Crumb::pool().stats().live, 0);
}

#[test]
fn a_push_from_c_that_is_refused_leaves_the_owner() {
    pooled!(Signal { on: bool }, 10, Zero);
    static SIGNALS: FfiQueue<Signal, 2> = FfiQueue::new();
    let slots: Vec<_> = (0..4).map(|_| pool_alloc::<Signal>()).collect();
    assert_eq!(push(&SIGNALS, ptr::null_mut()), FreeCode::Null as i32);
    assert_eq!(push(&SIGNALS, ptr::dangling_mut()), FreeCode::Foreign as i32);
    assert_eq!(push(&SIGNALS, slots[0]), 0);
    assert_eq!(push(&SIGNALS, slots[0]), FreeCode::Owned as i32, "the queue owns it");
    // SAFETY: it is refused.
    assert_eq!(unsafe { pool_free(slots[0]) }, FreeCode::Owned as i32);
    // SAFETY: a live slot of one byte.
    unsafe { slots[1].cast::<u8>().write(2) };
    assert_eq!((push(&SIGNALS, slots[1]), pool_examine(slots[1])), (QUEUE_INVALID, Ok(())));
    // SAFETY: a live slot of one byte.
    unsafe { slots[1].cast::<u8>().write(1) };
    assert_eq!(push(&SIGNALS, slots[1]), 0);
    assert_eq!((push(&SIGNALS, slots[2]), pool_examine(slots[2])), (QUEUE_FULL, Ok(())));
    assert_eq!((queue_len(&SIGNALS), queue_is_closed(&SIGNALS)), (2, 0));
    queue_close(&SIGNALS);
    assert_eq!((push(&SIGNALS, slots[2]), queue_is_closed(&SIGNALS)), (QUEUE_CLOSED, 1));
    // SAFETY: there is room for none.
    assert_eq!(unsafe { queue_pop_many(&SIGNALS, ptr::null_mut(), 0) }, 0);
    assert_eq!(pop(&SIGNALS), slots[0]);
    let mut popped = [ptr::null_mut(); 3];
    // SAFETY: there is room.
    assert_eq!(unsafe { queue_pop_many(&SIGNALS, popped.as_mut_ptr(), 3) }, 1);
    assert_eq!(popped, [slots[1], ptr::null_mut(), ptr::null_mut()]);
    let mut code = 0;
    // SAFETY: the code may be written.
    assert!(unsafe { queue_pop(&SIGNALS, &raw mut code) }.is_null());
    assert_eq!(code, QUEUE_EMPTY);
    for slot in slots {
        // SAFETY: a slot that was popped or never pushed is the caller's.
        assert_eq!(unsafe { pool_free(slot) }, 0);
    }
    assert_eq!(push(&SIGNALS, popped[0]), FreeCode::NotLive as i32);
}

#[test]
fn each_message_comes_out_once() {
    pooled!(Ticket { number: u64 }, 300, Zero);
    static TICKETS: FfiQueue<Ticket, 64> = FfiQueue::new();
    const PRODUCERS: u64 = 6;
    const EACH: u64 = 5_000;
    let seen: Vec<AtomicU64> = (0..PRODUCERS * EACH).map(|_| AtomicU64::new(0)).collect();
    let accepted = AtomicU64::new(0);
    thread::scope(|scope| {
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let accepted = &accepted;
                scope.spawn(move || {
                    for number in producer * EACH..(producer + 1) * EACH {
                        let mut ticket = loop {
                            match Ticket::pool().alloc() {
                                Some(ticket) => break ticket,
                                None => thread::yield_now(),
                            }
                        };
                        ticket.number = number;
                        loop {
                            match TICKETS.try_push(ticket) {
                                Ok(()) => break,
                                Err(PushError::Full(back)) => ticket = back,
                                Err(PushError::Closed(_)) => return,
                            }
                            thread::yield_now();
                        }
                        // The last producer closes in the middle, while the others push.
                        if accepted.fetch_add(1, Ordering::Relaxed) == PRODUCERS * EACH / 2 {
                            TICKETS.close();
                        }
                    }
                })
            })
            .collect();
        for _ in 0..4 {
            let seen = &seen;
            scope.spawn(move || {
                loop {
                    let closed = TICKETS.is_closed();
                    match TICKETS.try_pop() {
                        Ok(ticket) => {
                            seen[ticket.number as usize].fetch_add(1, Ordering::Relaxed);
                        }
                        Err(PopError::Empty) if closed => return,
                        Err(_) => thread::yield_now(),
                    }
                }
            });
        }
        producers.into_iter().for_each(|producer| producer.join().unwrap());
    });
    assert!(seen.iter().all(|seen| seen.load(Ordering::Relaxed) <= 1));
    let out: u64 = seen.iter().map(|seen| seen.load(Ordering::Relaxed)).sum();
    assert_eq!(out, accepted.into_inner());
    assert!(out > PRODUCERS * EACH / 2);
    assert_eq!((Ticket::pool().stats().live, TICKETS.len()), (0, 0));
}

/// Tests that a pusher that is stopped right after its push, as happens when there are more threads
/// than processors, ends no claim that isn't its own. Meanwhile the slot is popped, lent again and
/// claimed for a moment. If the late pusher ended that claim, the release would be lost.
#[test]
fn a_pusher_that_is_late_changes_nothing() {
    pooled!(Shuttle { x: u32 }, 1, Zero);
    static SHUTTLES: FfiQueue<Shuttle, 1> = FfiQueue::new();
    const THREADS: usize = 8;
    let end = Instant::now() + Duration::from_secs(2);
    let turn = || {
        let slot = pool_alloc::<Shuttle>();
        if slot.is_null() {
            return thread::yield_now();
        }
        assert_eq!(push(&SHUTTLES, slot), 0, "there is one slot, and room for it");
    };
    let receive = || {
        let slot = pop(&SHUTTLES);
        if slot.is_null() {
            return thread::yield_now();
        }
        let reference = FfiRef::<Shuttle>::from_bits(pool_reference(slot));
        // SAFETY: this thread popped the slot, and nobody else has its pointer.
        let claim = unsafe { pool_claim(slot) }.expect("lent by `queue_pop`");
        thread::yield_now();
        // SAFETY: nobody uses the slot by its pointer.
        unsafe { pool_release::<Shuttle>(token(reference, 1)) };
        drop(claim);
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while Instant::now() < end {
                    turn();
                    receive();
                }
            });
        }
    });
    while SHUTTLES.try_pop().is_ok() {}
    assert_eq!(Shuttle::pool().stats().live, 0, "a release was lost");
}

/// Tests that each accepted message comes out before a closed queue is found empty.
#[test]
fn nothing_is_lost_by_closing() {
    pooled!(Bundle { number: u64 }, 200, Zero);
    for _ in 0..400 {
        let queue = FfiQueue::<Bundle, 64>::new();
        let accepted = AtomicU64::new(0);
        let popped = thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while let Some(bundle) = Bundle::pool().alloc() {
                        match queue.try_push(bundle) {
                            Ok(()) => accepted.fetch_add(1, Ordering::Relaxed),
                            Err(PushError::Full(_)) => continue,
                            Err(PushError::Closed(_)) => return,
                        };
                    }
                });
            }
            let mut popped = 0;
            for _ in 0..20 {
                popped += u64::from(queue.try_pop().is_ok());
            }
            queue.close();
            loop {
                match queue.try_pop() {
                    Ok(_) => popped += 1,
                    Err(PopError::Empty) => return popped,
                    Err(PopError::Busy) => {}
                }
            }
        });
        assert_eq!(popped, accepted.into_inner());
        assert!(queue.is_empty());
    }
    assert_eq!(Bundle::pool().stats().live, 0);
}
