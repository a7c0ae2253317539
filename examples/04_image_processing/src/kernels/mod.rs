//! Operations on pixels.
//!
//! Each kernel is a safe function that takes a [`Backend`], with one to four implementations: a
//! loop for any machine, which the tests compare the others with; vectors of any level; and for
//! [`grayscale`](grayscale()) two with the instructions of x86. They read and write
//! [views](crate::view) and don't know of messages.

mod blur;
mod brightness;
mod grayscale;
mod histogram;

pub use blur::{MAX_RADIUS, blur};
pub use brightness::brightness;
use fearless_simd::Simd as _;
use ffi_core::simd::{self, Level};
pub use grayscale::grayscale;
pub use histogram::histogram;

/// Instructions that a kernel uses. There is no value for a level that this machine doesn't have.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    /// A plain loop.
    Scalar,
    /// The vector instructions of a level.
    Vector(fearless_simd::Level),
}

impl Backend {
    /// Returns the backend of the [`Level`] in use.
    #[must_use]
    pub fn strongest() -> Self {
        Self::at(simd::level()).unwrap_or(Self::Scalar)
    }

    /// Returns the backend of exactly this level, if the machine has it.
    #[must_use]
    pub fn at(level: Level) -> Option<Self> {
        let strongest = fearless_simd::Level::new();
        match level {
            Level::Fallback => Some(Self::Scalar),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => strongest.as_neon().map(|token| Self::Vector(token.level())),
            #[cfg(target_arch = "x86_64")]
            Level::Sse2 => strongest.as_sse2().map(|token| Self::Vector(token.level())),
            #[cfg(target_arch = "x86_64")]
            Level::Sse4_2 => strongest.as_sse4_2().map(|token| Self::Vector(token.level())),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => strongest.as_avx2().map(|token| Self::Vector(token.level())),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => strongest.as_avx512().map(|token| Self::Vector(token.level())),
            _ => None,
        }
    }
}
