//! A list of things that are never freed, made of the things themselves: adding one takes no lock
//! and no memory, also on a thread with a real-time priority.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The thing that was added last; the others follow by their [`Link`].
///
/// Adding and walking are in one total order with other sequentially consistent accesses.
#[derive(Debug)]
pub(super) struct List<T>(AtomicPtr<T>);

/// The place of a thing in a list: the thing that was added before it.
#[derive(Debug)]
pub(super) struct Link<T>(AtomicPtr<T>);

/// A thing that has a place in one list.
pub(super) trait Linked: Sized + Sync + 'static {
    fn link(&self) -> &Link<Self>;
}

impl<T> Link<T> {
    pub(super) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }
}

impl<T: Linked> List<T> {
    pub(super) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Adds a thing, which is added only once.
    pub(super) fn add(&self, item: &'static T) {
        // Publishes the link.
        self.0.update(Ordering::SeqCst, Ordering::SeqCst, |last| {
            item.link().0.store(last, Ordering::Relaxed);
            ptr::from_ref(item).cast_mut()
        });
    }

    /// Returns all things, the last one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static T> + use<T> {
        let mut next = self.0.load(Ordering::SeqCst);
        std::iter::from_fn(move || {
            // SAFETY: null, or a thing that was added, which lives for the rest of the process.
            let item: &'static T = unsafe { next.as_ref() }?;
            // It was written before the thing was published as the last one.
            next = item.link().0.load(Ordering::Relaxed);
            Some(item)
        })
    }
}
