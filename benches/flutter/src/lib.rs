//! Frames in a pool, and as serialized bytes.

use ffi_core::{FfiMessage, ffi_export};

ffi_core::library!();

/// A frame of 1920 x 1080 pixels.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 2, reset = "keep"))]
pub struct Frame {
    /// The rows, from the top.
    pub pixels: [u32; 1920 * 1080],
}

/// Fills a frame with opaque pixels that depend on `seed`.
#[ffi_export]
pub fn paint(frame: &mut Frame, seed: u32) {
    for (number, pixel) in frame.pixels.iter_mut().enumerate() {
        *pixel = 0xFF00_0000 | (number as u32).wrapping_mul(seed) >> 8;
    }
}

/// Returns the frame serialized, as flutter_rust_bridge does with a `Vec<u8>`: a length, and behind
/// it the bytes, written to a buffer that grows.
#[ffi_export]
pub fn serialized(frame: &Frame) -> Vec<u8> {
    let mut out = Vec::new();
    let bytes = frame.pixels.as_slice();
    out.extend_from_slice(&(size_of_val(bytes) as u32).to_le_bytes());
    out.extend_from_slice(ffi_core::bytemuck::cast_slice(bytes));
    out
}
