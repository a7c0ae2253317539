//! Queues that Dart listens to.
//!
//! A queue that is listened to is a stream without a task: each turn of the isolate takes one
//! message, which is lent until the next one. So an isolate that is paused, cancelled or killed has
//! one message of the queue at most, and other isolates and threads get the rest.
//!
//! An isolate that has found nothing arms the queue (`pool/ring.rs`); then the next push tells all
//! that listen, and those that come late find nothing and arm it again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::abi::{STARTED, opened};
use super::items::{ENDED, Items, Lent, Taken};
use super::post::FfiMailbox;
use crate::boundary::{FfiOutput, FfiStatus, call};
use crate::pool::bell::Listener;
use crate::pool::{ExportedQueue, PoolBox, PopError};

/// An isolate that listens to a queue.
struct Heard<Q: ExportedQueue + 'static> {
    queue: &'static Q,
    ear: Arc<Ear>,
    /// The same, as the queue has it.
    listener: Arc<dyn Listener>,
    /// The message that the isolate has.
    lent: Mutex<Lent>,
}

/// Address of an isolate that listens.
struct Ear {
    mailbox: Arc<FfiMailbox>,
    id: u64,
    /// True from an event until the isolate answers.
    told: AtomicBool,
}

impl Listener for Ear {
    fn tell(&self) {
        // AcqRel: pairs with the answer. One that comes later sees what was pushed before this.
        if !self.told.swap(true, Ordering::AcqRel) {
            self.mailbox.tell_ready(self.id);
        }
    }
}

impl<Q: ExportedQueue> Heard<Q> {
    /// Lends a message until the next turn.
    ///
    /// # Safety
    ///
    /// `out` has room for a pointer.
    unsafe fn lend(lent: &mut Lent, message: PoolBox<Q::Message>, out: *mut u8) -> isize {
        let slot = message.into_raw().as_ptr();
        if let Some(pending) = <PoolBox<Q::Message> as FfiOutput>::PENDING {
            lent.push(pending(&slot));
        }
        // SAFETY: there is room for a pointer, by this function's contract.
        unsafe { out.cast::<*mut Q::Message>().write(slot) };
        1
    }

    /// Answers the queue, and returns the next message; else the code for none.
    fn next(&self) -> Result<PoolBox<Q::Message>, isize> {
        let busy = |ear: &Ear| {
            // The push may have been under way since before the queue was armed: then it tells
            // nothing, so this isolate comes again.
            ear.told.store(false, Ordering::Release);
            ear.tell();
            Err(0)
        };
        match self.queue.pop_now() {
            Ok(message) => return Ok(message),
            Err(PopError::Busy) => return busy(&self.ear),
            Err(PopError::Empty) => {}
        }
        // Before the look: what comes from now on tells it again.
        self.ear.told.swap(false, Ordering::AcqRel);
        let closed = self.queue.arm();
        match self.queue.pop_now() {
            Ok(message) => Ok(message),
            Err(PopError::Busy) => busy(&self.ear),
            // Nothing is pushed behind the end, and it was closed before the look.
            Err(PopError::Empty) => Err(if closed { ENDED } else { 0 }),
        }
    }
}

impl<Q: ExportedQueue> Items for Heard<Q> {
    unsafe fn take(&self, out: *mut u8, most: usize, _: *mut FfiStatus) -> Taken {
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        lent.give_back();
        let code = match if most == 0 { Err(0) } else { self.next() } {
            // SAFETY: there is room for one item, by this function's contract: a pointer.
            Ok(message) => unsafe { Self::lend(&mut lent, message, out) },
            Err(code) => code,
        };
        Taken { code, wakes: false }
    }

    unsafe fn keep(&self, index: usize, status: *mut FfiStatus) {
        let mut lent = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the status is null or that of the isolate, by this function's contract.
        unsafe { lent.keep(index, status) };
    }

    fn has_task(&self) -> bool {
        false
    }
}

impl<Q: ExportedQueue> Drop for Heard<Q> {
    fn drop(&mut self) {
        self.queue.leave(&self.listener);
    }
}

/// Has an isolate listen to a queue. Returns 1, or 0 with a status.
///
/// # Safety
///
/// `mailbox` is null, or that of the isolate that runs this. `status` is null, or zeroed or last
/// written by this library, and no other code uses it meanwhile.
pub unsafe fn queue_stream<Q: ExportedQueue>(
    queue: &'static Q,
    mailbox: *const FfiMailbox,
    id: u64,
    status: *mut FfiStatus,
) -> i32 {
    let start = || {
        // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
        let mailbox = unsafe { opened(mailbox) }?;
        let ear = Arc::new(Ear { mailbox: Arc::clone(&mailbox), id, told: AtomicBool::new(false) });
        let listener = Arc::clone(&ear) as Arc<dyn Listener>;
        queue.listen(Arc::clone(&listener));
        let lent = Mutex::default();
        let heard = Arc::new(Heard { queue, ear: Arc::clone(&ear), listener, lent });
        mailbox.begin_without_task(mailbox.make_stream(id, heard));
        // For the first look.
        ear.tell();
        Ok(STARTED)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call(status, start) }
}
