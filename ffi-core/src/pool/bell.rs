//! Isolates that listen to a queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An isolate that listens to a queue.
pub trait Listener: Send + Sync {
    /// Tells it to look at the queue, unless it was told and has not looked yet.
    fn tell(&self);
}

/// The isolates that listen to a queue, all of which each ring tells.
pub(crate) struct Bell(Mutex<Vec<Arc<dyn Listener>>>);

impl Bell {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// No code panics while it holds the lock.
    fn listeners(&self) -> MutexGuard<'_, Vec<Arc<dyn Listener>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, listener: Arc<dyn Listener>) {
        self.listeners().push(listener);
    }

    pub(crate) fn remove(&self, listener: &Arc<dyn Listener>) {
        self.listeners().retain(|other| !Arc::ptr_eq(other, listener));
    }

    pub(crate) fn ring(&self) {
        // Without the lock: an isolate that is gone is removed by the thread that tells it.
        let listeners = self.listeners().clone();
        for listener in listeners {
            listener.tell();
        }
    }
}
