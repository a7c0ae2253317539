//! The view of a type as numbers, for kernels.

/// `count` consecutive numbers of one scalar type, or `MIXED`.
///
/// Rustc computes it, as a macro can't see the type behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// One of the constants below; a number, as a const parameter can't have another type.
    pub kind: u8,
    /// Number of numbers; 0 for `MIXED`.
    pub count: usize,
}

impl Lanes {
    /// Any other type: several types of numbers, padding, or a field that is no number.
    pub const MIXED: Self = Self { kind: 0, count: 0 };

    /// Returns the lanes of one number of that type.
    #[must_use]
    pub const fn one(kind: u8) -> Self {
        Self { kind, count: 1 }
    }

    /// Returns the lanes of `len` consecutive values.
    #[must_use]
    pub const fn times(self, len: usize) -> Self {
        if self.count == 0 || len == 0 {
            return Self::MIXED;
        }
        Self { kind: self.kind, count: self.count * len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    #[test]
    fn arrays_are_flattened_and_what_is_no_number_is_mixed() {
        assert_eq!(f32::LANES, Lanes::one(f32::LANES.kind));
        assert_eq!((f32::LANES.times(0), bool::LANES.times(3)), (Lanes::MIXED, Lanes::MIXED));
        assert_eq!(<[[f32; 3]; 4]>::LANES, Lanes { kind: f32::LANES.kind, count: 12 });
        assert_eq!(bool::LANES, Lanes::MIXED);
        assert_eq!(<[bool; 4]>::LANES, Lanes::MIXED);
        assert_eq!(crate::FfiStr::<4>::LANES, Lanes::MIXED);
    }
}
