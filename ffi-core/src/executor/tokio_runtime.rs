//! Tokio as the executor: a runtime of the library, or a handle of the user's.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::{FfiExecutor, FfiTask, FfiWork};

/// A runtime of the library, with one worker.
#[derive(Debug)]
pub(super) struct Tokio {
    handle: Handle,
    /// The runtime, until it is shut down.
    runtime: Mutex<Option<Runtime>>,
}

impl Tokio {
    /// Builds the runtime of the library `name`.
    ///
    /// # Panics
    ///
    /// Panics if the system starts no thread.
    pub(super) fn new(name: &str) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(format!("{name}-ffi"))
            .enable_all()
            .build()
            .expect("the system starts a thread");
        Self { handle: runtime.handle().clone(), runtime: Mutex::new(Some(runtime)) }
    }
}

impl FfiExecutor for Tokio {
    fn spawn(&self, task: FfiTask) {
        FfiExecutor::spawn(&self.handle, task);
    }

    fn spawn_blocking(&self, work: FfiWork) {
        FfiExecutor::spawn_blocking(&self.handle, work);
    }

    fn enter(&self, run: &mut dyn FnMut()) {
        FfiExecutor::enter(&self.handle, run);
    }

    fn shutdown(&self, limit: Duration) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(runtime) = runtime else { return };
        if Handle::try_current().is_ok() {
            // A task shuts the library down, and can't wait for itself.
            runtime.shutdown_background();
        } else {
            runtime.shutdown_timeout(limit);
        }
    }
}

/// A runtime of the user's, which the shutdown of the library leaves running.
impl FfiExecutor for Handle {
    fn spawn(&self, task: FfiTask) {
        drop(Handle::spawn(self, task));
    }

    fn spawn_blocking(&self, work: FfiWork) {
        drop(Handle::spawn_blocking(self, || work.run()));
    }

    fn enter(&self, run: &mut dyn FnMut()) {
        let _entered = Handle::enter(self);
        run();
    }
}
