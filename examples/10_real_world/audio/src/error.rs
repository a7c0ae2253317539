//! The error of all calls.

use ffi_core::FfiError;

/// Reason why a call failed. Each is an exception in Dart, with these fields.
#[derive(Debug, PartialEq, thiserror::Error, FfiError)]
pub enum AudioError {
    /// A tone that can't be played.
    #[error("a tone of {hertz} Hz can't be played\nhint: more than 0 and less than {limit} Hz")]
    Tone {
        /// Oscillations per second.
        hertz: f32,
        /// Half of the sampling rate.
        limit: f32,
    },
    /// A gain that is no number, negative, or would damage ears.
    #[error("a gain of {gain} is none\nhint: from 0 to {most}")]
    Gain {
        /// The gain.
        gain: f32,
        /// Largest gain.
        most: f32,
    },
    /// The player plays already, or has played.
    #[error("the player was started before\nhint: another player")]
    Started,
    /// The system has no thread for the player.
    #[error("there is no thread: {message}")]
    Thread {
        /// The system's message.
        message: String,
    },
}
