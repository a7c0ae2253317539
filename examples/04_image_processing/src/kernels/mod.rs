//! What is done to pixels.
//!
//! Each kernel is a safe function that takes a [`Backend`], and below it the same work done in one to four ways: a loop for any machine, which is
//! also what the tests compare the others with; vectors of any level; and for [`grayscale`](grayscale()) two in the instructions of x86.
//! They read and write [views](crate::view) and don't know of messages.

mod blur;
mod brightness;
mod grayscale;
mod histogram;

use std::fmt;

use fearless_simd::Level;

pub use blur::{MAX_RADIUS, blur};
pub use brightness::brightness;
pub use grayscale::grayscale;
pub use histogram::histogram;

/// What a kernel runs on. There is no value of a level that this machine doesn't have.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    /// A plain loop.
    Scalar,
    /// Vector instructions of a level.
    Vector(Level),
}

impl Backend {
    /// The strongest there is.
    #[must_use]
    pub fn strongest() -> Self {
        let level = Level::new();
        if level.is_fallback() { Self::Scalar } else { Self::Vector(level) }
    }

    /// All there are, weakest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Scalar];
        let level = Level::new();
        #[cfg(target_arch = "x86_64")]
        {
            use fearless_simd::Simd;
            all.extend(level.as_sse2().map(|token| Self::Vector(token.level())));
            all.extend(level.as_sse4_2().map(|token| Self::Vector(token.level())));
            all.extend(level.as_avx2().map(|token| Self::Vector(token.level())));
            all.extend(level.as_avx512().map(|token| Self::Vector(token.level())));
        }
        #[cfg(not(target_arch = "x86_64"))]
        if !level.is_fallback() {
            all.push(Self::Vector(level));
        }
        all
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Self::Vector(Level::Sse2(_)) => "sse2",
            #[cfg(target_arch = "x86_64")]
            Self::Vector(Level::Sse4_2(_)) => "sse4.2",
            #[cfg(target_arch = "x86_64")]
            Self::Vector(Level::Avx2(_)) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Vector(Level::Avx512(_)) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Vector(Level::Neon(_)) => "neon",
            Self::Vector(_) => "vectors",
        };
        f.pad(name)
    }
}
