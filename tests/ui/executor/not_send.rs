//! A future that can't go to another thread.

use std::future::ready;
use std::rc::Rc;

use ffi_core::ffi_export;

/// Returns the limit.
#[ffi_export]
pub async fn count(limit: u32) -> u32 {
    let shared = Rc::new(limit);
    ready(()).await;
    *shared
}

/// Returns the limit, if it is there at once.
#[ffi_export(inline)]
pub async fn inlined(limit: u32) -> u32 {
    let shared = Rc::new(limit);
    ready(()).await;
    *shared
}

fn main() {}
