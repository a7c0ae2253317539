//! Rule for the messages that are freed with a decoded one.

use super::wire::MAX_DEPTH;
use crate::pool::Exposure;

/// Rule for the messages that [`ProtoType::release`](super::ProtoType::release) frees.
#[derive(Clone, Copy, Debug)]
pub struct Releaser {
    /// Rule for exposed messages. Invariant: they are accepted only by the contract of
    /// [`Releaser::exposed`].
    pub(super) exposure: Exposure,
    /// Number of levels of messages that may still follow: as many as a message has that was
    /// decoded.
    depth: u32,
}

impl Releaser {
    /// Frees messages that decoding has just allocated, which no other code has seen.
    pub(super) const DECODED: Self = Self { exposure: Exposure::Refuse, depth: MAX_DEPTH };

    /// Also frees exposed messages.
    ///
    /// # Safety
    ///
    /// No code uses the messages that are freed any more.
    pub(super) const unsafe fn exposed() -> Self {
        Self { exposure: Exposure::Accept, depth: MAX_DEPTH }
    }

    /// Returns the rule for what a message refers to.
    pub(super) fn inside(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }
}
