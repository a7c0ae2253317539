//! Frames of 4K in a pool, as a stream.

use ffi_core::{FfiMessage, FfiPooled, PoolBox, Stream, ffi_export};
use futures_util::StreamExt as _;
use futures_util::stream;

ffi_core::library!();

/// A frame of 3840 x 2160 pixels as I420.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 8, reset = "keep"))]
pub struct Picture {
    /// Number of the frame.
    pub number: u64,
    /// Unused: the planes begin at a multiple of 64 bytes.
    pub reserved: [u8; 56],
    /// The planes.
    pub planes: [u8; 3840 * 2160 * 3 / 2],
}

/// The frames with the numbers below `count`, each with all bytes written if they are to be
/// `filled`.
///
/// # Panics
///
/// Panics if somebody keeps all slots.
#[ffi_export(window = 2)]
pub fn pictures(count: u64, filled: bool) -> impl Stream<Item = PoolBox<Picture>> {
    stream::iter(0..count).map(move |number| {
        let mut picture = Picture::pool().try_alloc().expect("a window of the pool is in use");
        picture.number = number;
        if filled {
            picture.planes.fill(number as u8);
        }
        picture
    })
}
