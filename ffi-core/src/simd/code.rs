//! Codes that a kernel returns when it is called through a table.

/// Result of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum KernelCode {
    /// Success.
    Ok = 0,
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

impl From<Result<(), Self>> for KernelCode {
    #[inline(always)]
    fn from(result: Result<(), Self>) -> Self {
        result.err().unwrap_or(Self::Ok)
    }
}
