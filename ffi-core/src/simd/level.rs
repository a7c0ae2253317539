//! Levels of vector instructions, and the one in use.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

/// A set of vector instructions, weakest first.
///
/// The order is that of the caps of [`set_level`](super::set_level): a machine uses the strongest
/// level it has that is not above the cap. x86-64 always has `Sse2`, and aarch64 only has `Neon`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Level {
    /// Plain Rust, as the compiler translates it.
    Fallback = 0,
    /// Vectors of 16 bytes on aarch64.
    Neon = 1,
    /// Vectors of 16 bytes on x86-64, which every such processor has.
    Sse2 = 2,
    /// SSE2 and its extensions up to 2008: minimum, maximum and selection of more types.
    Sse4_2 = 3,
    /// Vectors of 32 bytes, with everything else in x86-64-v3.
    Avx2 = 4,
    /// Vectors of 64 bytes, with everything else in Ice Lake. Processors with an earlier AVX-512,
    /// which lowers their clock, are not of this level.
    Avx512 = 5,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 6] =
        [Self::Fallback, Self::Neon, Self::Sse2, Self::Sse4_2, Self::Avx2, Self::Avx512];

    /// Returns its usual name, such as `"avx2"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Neon => "neon",
            Self::Sse2 => "sse2",
            Self::Sse4_2 => "sse4.2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Returns the level with the number `number`: `Level::Avx2 as u8` is 4.
    #[must_use]
    pub const fn from_u8(number: u8) -> Option<Self> {
        if (number as usize) < Self::ALL.len() { Some(Self::ALL[number as usize]) } else { None }
    }

    /// Returns true if this machine has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        Backend::at(self).is_some()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Strongest level that may be used: a [`Level`] as a number.
///
/// Relaxed loads and stores are enough, as the number publishes no other memory.
static CAP: AtomicU8 = AtomicU8::new(Level::Avx512 as u8);

pub fn set_cap(cap: Option<Level>) {
    CAP.store(cap.unwrap_or(Level::Avx512) as u8, Ordering::Relaxed);
}

/// Implementation of the kernels. [`fearless_simd::Level`] is proof that the machine has the
/// instructions: there is no value for a level that it lacks.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    /// Kernels of `scalar.rs`.
    Scalar,
    /// Kernels of `kernels/`.
    Vector(fearless_simd::Level),
}

impl Backend {
    /// Returns the strongest backend that the cap allows.
    #[inline]
    pub fn current() -> Self {
        let strongest = fearless_simd::Level::new();
        let cap = CAP.load(Ordering::Relaxed);
        if cap == Level::Avx512 as u8 && !strongest.is_fallback() {
            return Self::Vector(strongest);
        }
        Self::capped(cap)
    }

    #[cold]
    fn capped(cap: u8) -> Self {
        let allowed = Level::ALL.into_iter().rev().filter(|level| *level as u8 <= cap);
        allowed.filter_map(Self::at).next().unwrap_or(Self::Scalar)
    }

    /// Returns the backend of exactly this level, if the machine has it.
    pub fn at(level: Level) -> Option<Self> {
        match level {
            Level::Fallback => Some(Self::Scalar),
            _ => vectors(level).map(Self::Vector),
        }
    }

    pub fn level(self) -> Level {
        match self {
            Self::Scalar => Level::Fallback,
            #[cfg(target_arch = "aarch64")]
            Self::Vector(_) => Level::Neon,
            #[cfg(target_arch = "x86_64")]
            Self::Vector(level) => {
                if level.as_avx512().is_some() {
                    Level::Avx512
                } else if level.as_avx2().is_some() {
                    Level::Avx2
                } else if level.as_sse4_2().is_some() {
                    Level::Sse4_2
                } else {
                    Level::Sse2
                }
            }
            #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
            Self::Vector(_) => Level::Fallback,
        }
    }
}

/// Returns the vectors of exactly this level, if the machine has them.
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
fn vectors(level: Level) -> Option<fearless_simd::Level> {
    use fearless_simd::Simd;

    let strongest = fearless_simd::Level::new();
    match level {
        #[cfg(target_arch = "aarch64")]
        Level::Neon => strongest.as_neon().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Level::Sse2 => strongest.as_sse2().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Level::Sse4_2 => strongest.as_sse4_2().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => strongest.as_avx2().map(Simd::level),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => strongest.as_avx512().map(Simd::level),
        _ => None,
    }
}

/// Returns no vectors: other machines run the scalar kernels.
#[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
fn vectors(_: Level) -> Option<fearless_simd::Level> {
    None
}

/// Returns every level with its backend, for tests; prints those that this machine lacks.
#[cfg(test)]
pub fn backends() -> Vec<(Level, Backend)> {
    let mut found = Vec::new();
    for level in Level::ALL {
        match Backend::at(level) {
            Some(backend) => found.push((level, backend)),
            None => println!("skipped: {level}, which this machine doesn't have"),
        }
    }
    found
}
