//! Messages that are too large for a function of Dart, and for an item of a stream of Dart.

use ffi_core::{AskError, FfiInput, FfiMessage, ffi_callback, ffi_export};

/// More bytes than Dart has room for.
#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
pub struct Large {
    /// Contents.
    pub bytes: [u8; 5000],
}

/// An object of Dart.
#[ffi_callback]
pub trait Listener {
    /// Returns a message that has no room.
    async fn answer(&self) -> Result<Large, AskError>;
}

/// Takes items that have no room.
#[ffi_export]
pub async fn items(items: FfiInput<Large>) {
    drop(items);
}

fn main() {}
