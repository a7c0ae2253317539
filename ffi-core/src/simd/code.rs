//! What a kernel that is called through a table returns.

/// How a kernel went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum KernelCode {
    /// Well.
    Ok = 0,
    /// There are no numbers to have a result of.
    None = 1,
    /// The bounds are no range; or fields that overlap, or aren't in the record.
    Range = 2,
    /// A pointer is null, and there are numbers or results to be there.
    Null = 3,
    /// Records are not aligned as their numbers are.
    Misaligned = 4,
    /// There is no memory so long.
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
