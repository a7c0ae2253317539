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

    /// Returns the lanes of a `repr(C)` struct with these fields and `padding` bytes.
    #[must_use]
    pub const fn of_fields(fields: &[Self], padding: usize) -> Self {
        if padding > 0 || fields.is_empty() {
            return Self::MIXED;
        }
        let mut all = Self { kind: fields[0].kind, count: 0 };
        let mut i = 0;
        while i < fields.len() {
            if fields[i].kind != all.kind || fields[i].count == 0 {
                return Self::MIXED;
            }
            all.count += fields[i].count;
            i += 1;
        }
        all
    }
}

/// Asserts that a message has a field for kernels.
///
/// # Panics
///
/// Panics if all are mixed; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_numeric(fields: &[Lanes]) {
    let mut i = 0;
    while i < fields.len() {
        if fields[i].count > 0 {
            return;
        }
        i += 1;
    }
    panic!(
        "`simd` needs a numeric field, and there is none; hint: remove `simd`, or add a number or an array of numbers"
    );
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

    #[test]
    fn fields_of_one_kind_are_added_up() {
        let [float, double] = [f32::LANES, f64::LANES];
        assert_eq!(Lanes::of_fields(&[float, float.times(3)], 0), float.times(4));
        assert_eq!(Lanes::of_fields(&[float, double], 0), Lanes::MIXED);
        assert_eq!(Lanes::of_fields(&[float, float], 4), Lanes::MIXED);
        assert_eq!(Lanes::of_fields(&[Lanes::MIXED, Lanes::MIXED], 0), Lanes::MIXED);
        assert_eq!(Lanes::of_fields(&[float, Lanes::MIXED], 0), Lanes::MIXED);
    }

    #[test]
    fn one_numeric_field_is_enough() {
        assert_numeric(&[Lanes::MIXED, f32::LANES]);
    }

    #[test]
    #[should_panic(expected = "needs a numeric field")]
    fn a_message_without_numbers_is_refused() {
        assert_numeric(&[Lanes::MIXED]);
    }
}
