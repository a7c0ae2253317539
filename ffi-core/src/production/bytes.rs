//! Bytes of the arguments and results of a call; without the feature `metrics` nothing.

/// Bytes that a call has got and returned so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    #[cfg(feature = "metrics")]
    pub(super) request: u64,
    #[cfg(feature = "metrics")]
    pub(super) result: u64,
}

impl Bytes {
    /// Counts the bytes of arguments that the function gets: pairs of a number of values and the
    /// size of one.
    #[inline(always)]
    pub fn got<const N: usize>(&mut self, _parts: impl FnOnce() -> [(usize, usize); N]) {
        #[cfg(feature = "metrics")]
        {
            // No sum is too large, as all of it is in memory.
            self.request += _parts().iter().map(|(count, size)| (count * size) as u64).sum::<u64>();
        }
    }

    /// Counts the bytes of a result that the caller gets.
    #[inline(always)]
    pub fn returned(&mut self, _bytes: impl FnOnce() -> usize) {
        #[cfg(feature = "metrics")]
        {
            self.result += _bytes() as u64;
        }
    }
}
