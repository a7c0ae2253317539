//! The error of all calls.

use ffi_core::FfiError;

use crate::messages::{Codec, PACKET};

/// Reason why a stream did not begin, or ended early. Each is an exception in Dart, with these
/// fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, FfiError)]
pub enum VideoError {
    /// The frames can't have this size.
    #[error(
        "frames can't have {width} x {height} pixels\n\
         hint: multiples of 4, at least 16 and together at most those of 3840 x 2160"
    )]
    WrongSize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The frames can't come at this rate.
    #[error("a camera can't make {frames_per_second} frames per second\nhint: 1 to 1000")]
    WrongRate {
        /// Number of frames per second.
        frames_per_second: u32,
    },
    /// The library was built without a coder for the format.
    #[error("there is no coder for {codec:?} in this library\nhint: {hint}")]
    CodecUnavailable {
        /// The format.
        codec: Codec,
        /// Way to get one, or another choice.
        hint: String,
    },
    /// The coder failed in the middle of the stream, which ends with it.
    #[error("frame {number} can't be coded: {message}")]
    CoderFailed {
        /// Number of the frame.
        number: u64,
        /// Message of the coder.
        message: String,
    },
    /// A packet is longer than a slot.
    #[error("frame {number} takes {bytes} bytes, a packet has {PACKET}\nhint: a lower rate or size")]
    PacketTooLarge {
        /// Number of the frame.
        number: u64,
        /// Number of bytes.
        bytes: u64,
    },
}
