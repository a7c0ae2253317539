//! Values that are read by their index, in any memory layout.

/// A source of values that are read by their index.
///
/// # Safety
///
/// An implementation promises that [`read`](Self::read) is sound for every index below
/// [`count`](Self::count), which is one number at every call.
pub unsafe trait Indexed: Copy {
    /// Type of the values.
    type Item;

    /// Returns the number of values.
    fn count(self) -> usize;

    /// Returns the value at `index`.
    ///
    /// # Safety
    ///
    /// `index` is below the count.
    unsafe fn read(self, index: usize) -> Self::Item;

    /// Returns all values, in order.
    #[inline]
    fn iter(self) -> impl ExactSizeIterator<Item = Self::Item> {
        (0..self.count()).map(
            #[inline(always)]
            move |index| {
                // SAFETY: the range ends at the count.
                unsafe { self.read(index) }
            },
        )
    }

    /// Folds value `i` into lane `i % N`; each lane begins with `initial`.
    #[inline(always)]
    fn fold_lanes<const N: usize, A: Copy>(self, initial: A, fold: impl Fn(A, Self::Item) -> A) -> [A; N] {
        let mut lanes = [initial; N];
        let whole = self.count() - self.count() % N;
        for start in (0..whole).step_by(N) {
            for (offset, lane) in lanes.iter_mut().enumerate() {
                // SAFETY: `start` is a multiple of `N` below `whole`, which is also a multiple and
                // no more than the count, and the offset is below `N`.
                let value = unsafe { self.read(start + offset) };
                *lane = fold(*lane, value);
            }
        }
        for (lane, index) in lanes.iter_mut().zip(whole..self.count()) {
            // SAFETY: the range ends at the count.
            let value = unsafe { self.read(index) };
            *lane = fold(*lane, value);
        }
        lanes
    }
}
