//! Call that a thread works for.

use std::cell::{Cell, OnceCell};
use std::ptr;
use std::sync::Arc;

use super::post::{Call, FfiMailbox};

/// Source of the call that a thread works for.
pub(super) enum Source<'a> {
    /// A call that was started.
    Started(&'a Arc<Call>),
    /// A call whose future is polled before it is started, and need not be: it is made when
    /// somebody asks for it.
    Inline { made: &'a OnceCell<Arc<Call>>, mailbox: &'a Arc<FfiMailbox>, id: u64 },
}

thread_local! {
    static CURRENT: Cell<*const Source<'static>> = const { Cell::new(ptr::null()) };
}

/// Runs `run` for a call, which [`current`] returns meanwhile on this thread.
pub(super) fn within<R>(source: &Source<'_>, run: impl FnOnce() -> R) -> R {
    /// Puts the source of the outer call back, also after a panic.
    struct Outer(*const Source<'static>);

    impl Drop for Outer {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _outer = Outer(CURRENT.replace(ptr::from_ref(source).cast()));
    run()
}

/// Returns the call that this thread works for.
pub(super) fn current() -> Option<Arc<Call>> {
    // SAFETY: the pointer is null, or that of a reference which `within` holds for longer than the
    // pointer is here. No code of this thread changes what it points to but the cell in it.
    let source = unsafe { CURRENT.get().as_ref() }?;
    Some(match source {
        Source::Started(call) => Arc::clone(call),
        Source::Inline { made, mailbox, id } => Arc::clone(made.get_or_init(|| mailbox.make(*id))),
    })
}
