//! Unbounded queue of many producers and one consumer, in which no thread waits for another.
//!
//! It is Vyukov's (D. Vyukov, "Non-intrusive MPSC node-based queue", 1024cores.net). A push makes
//! its node the head with one exchange, then links it to the node before. Between the two steps the
//! list has a gap: a pop that comes to it finds nothing, although nodes behind the gap may be
//! complete. The mailbox doesn't wait then, as the push that left the gap rings its doorbell
//! afterwards.
//!
//! A push and the consumer use one node at a time: the consumer its value, the push its link. So no
//! code has a reference to a whole node.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::Ordering;

use super::atomics::{Atomics, Link as _};

/// Queue of values that any thread pushes and one thread at a time pops.
pub(crate) struct List<T, A: Atomics> {
    /// The node that was pushed last.
    head: A::Link<Node<T, A>>,
    /// The node that was popped last, whose value is gone; only the consumer uses it.
    tail: Cell<*mut Node<T, A>>,
}

struct Node<T, A: Atomics> {
    next: A::Link<Node<T, A>>,
    value: Option<T>,
}

impl<T, A: Atomics> Node<T, A> {
    fn new(value: Option<T>) -> *mut Self {
        Box::into_raw(Box::new(Self { next: A::Link::new(ptr::null_mut()), value }))
    }
}

// SAFETY: the list owns its values, which may go to other threads. Only the consumer, of which
// there is one at a time, uses `tail`.
unsafe impl<T: Send, A: Atomics> Send for List<T, A> where A::Link<Node<T, A>>: Send {}
// SAFETY: `push` uses only `head` and its own node until it links it; `pop`, of which there is one
// at a time, uses nodes that were linked.
unsafe impl<T: Send, A: Atomics> Sync for List<T, A> where A::Link<Node<T, A>>: Sync {}

impl<T, A: Atomics> List<T, A> {
    pub(crate) fn new() -> Self {
        let stub = Node::new(None);
        Self { head: A::Link::new(stub), tail: Cell::new(stub) }
    }

    /// Adds a value at the end.
    pub(crate) fn push(&self, value: T) {
        let node = Node::new(Some(value));
        // AcqRel: pairs with the exchange of the push before, whose node is initialised by then.
        let before = self.head.swap(node, Ordering::AcqRel);
        // Only its link: the consumer may take its value meanwhile.
        // SAFETY: the consumer frees a node once it has a next one, which only this thread links.
        let link = unsafe { &(*before).next };
        link.store(node, A::LINK);
    }

    /// Removes the first value; returns none if there is none, or if its push is under way.
    ///
    /// # Safety
    ///
    /// No other thread pops, or asks if the list is empty, meanwhile.
    pub(crate) unsafe fn pop(&self) -> Option<T> {
        let tail = self.tail.get();
        // SAFETY: the tail is the list's own node until the next pop.
        let next = unsafe { &(*tail).next }.load(Ordering::Acquire);
        if next.is_null() {
            return None;
        }
        self.tail.set(next);
        // SAFETY: the node was linked, so its push is done with the value; only this thread pops.
        let value = unsafe { &mut (*next).value }.take();
        // SAFETY: `Node::new` made it. It has a next node, so no push uses it any more.
        drop(unsafe { Box::from_raw(tail) });
        value
    }

    /// Returns a mark of the value that was pushed last. Unless the consumer has popped meanwhile,
    /// two marks are the same if nothing was pushed between them.
    pub(crate) fn last(&self) -> *const () {
        // Acquire: pushes that the caller knows of are seen.
        self.head.load(Ordering::Acquire).cast_const().cast()
    }

    /// Returns true if [`pop`](Self::pop) would find nothing.
    ///
    /// # Safety
    ///
    /// The conditions of [`pop`](Self::pop).
    pub(crate) unsafe fn is_empty(&self) -> bool {
        // SAFETY: the tail is the list's own node until the next pop.
        unsafe { &(*self.tail.get()).next }.load(Ordering::Acquire).is_null()
    }
}

impl<T, A: Atomics> Drop for List<T, A> {
    fn drop(&mut self) {
        // SAFETY: the list is borrowed mutably, so no other thread uses it.
        while unsafe { self.pop() }.is_some() {}
        // SAFETY: `Node::new` made it, and it is the last node.
        drop(unsafe { Box::from_raw(self.tail.get()) });
    }
}
