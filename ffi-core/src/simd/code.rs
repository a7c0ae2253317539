//! Codes that a kernel returns when it is called through a table.

/// Reason why a kernel did nothing; the numbers are those of the tables' functions, of which 0 is
/// success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum KernelCode {
    /// There are no numbers to compute a result from.
    None = 1,
    /// The bounds are no range; or fields overlap, or aren't in the record.
    Range = 2,
    /// A pointer is null although there are numbers or results.
    Null = 3,
    /// Records are not aligned as their numbers are.
    Misaligned = 4,
    /// The length exceeds the address space.
    Size = 5,
    /// Several results overlap the numbers, or each other: some would be read as numbers.
    Overlap = 6,
}

impl KernelCode {
    /// Returns what a table's function returns: 0, or the number of the reason.
    #[inline(always)]
    pub(super) fn number(done: Result<(), Self>) -> i32 {
        done.map_or_else(|code| code as i32, |()| 0)
    }
}
