//! Async functions that the benchmark calls from Dart, and the same as one would write them by
//! hand: a task that posts to a port, or calls a `NativeCallable.listener`. All run on one runtime.

mod by_hand;
mod flows;
mod objects;
mod streams;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ffi_core::{FfiMessage, FfiPooled, PoolBox, ffi_export};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

fn runtime() -> &'static Handle {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("there is a thread")
    });
    RUNTIME.handle()
}

ffi_core::library!(executor = runtime().clone());

/// A result in a pool.
#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool = 4096)]
pub struct Page {
    /// Number of the page.
    pub number: u64,
    /// Contents.
    pub bytes: [u8; 248],
}

/// Returns `value + 1`.
#[ffi_export]
pub async fn echo(value: u64) -> u64 {
    value + 1
}

/// Returns `value + 1`, if it is ready at once before the call returns.
#[ffi_export(inline)]
pub async fn echo_inline(value: u64) -> u64 {
    value + 1
}

/// Returns `value + 1` on a thread that may block.
#[ffi_export(blocking)]
pub fn echo_blocking(value: u64) -> u64 {
    value + 1
}

/// Returns a page with the number `value + 1`.
///
/// # Panics
///
/// Panics if no slot is left.
#[ffi_export]
pub async fn page(value: u64) -> PoolBox<Page> {
    let mut page = Page::pool().alloc().expect("fewer pages are in use");
    page.number = value + 1;
    page
}

/// Sleeps until it is cancelled.
#[ffi_export]
pub async fn sleep() {
    tokio::time::sleep(Duration::from_secs(3600)).await;
}

static GATE: Notify = Notify::const_new();

/// Number of tasks at the gate.
static WAITING: AtomicU64 = AtomicU64::new(0);

/// Waits until the gate opens.
async fn at_gate() {
    // From here on it hears of the opening.
    let opened = GATE.notified();
    WAITING.fetch_add(1, Ordering::SeqCst);
    opened.await;
    WAITING.fetch_sub(1, Ordering::SeqCst);
}

/// Returns `value + 1` when the gate opens.
#[ffi_export]
pub async fn gated(value: u64) -> u64 {
    at_gate().await;
    value + 1
}

/// Returns the number of tasks at the gate.
#[ffi_export(leaf)]
pub fn waiting() -> u64 {
    WAITING.load(Ordering::SeqCst)
}

/// Opens the gate for all that wait at it.
#[ffi_export(leaf)]
pub fn open_gate() {
    GATE.notify_waiters();
}
