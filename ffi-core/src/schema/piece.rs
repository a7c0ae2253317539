//! Parts of records, and the fields of messages, as code that is written once for all messages has
//! them.

use crate::types::Lanes;

/// A part of a record; see `encode.rs`.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// JSON text, copied as it is.
    Text(&'static str),
    /// A number in decimal.
    Number(u64),
    /// A signed number in decimal.
    Signed(i64),
    /// A fingerprint: `"0x0123456789abcdef"`, quoted, because JSON numbers are doubles to many
    /// readers.
    Fingerprint(u64),
    /// `true` or `false`.
    Flag(bool),
    /// Pieces of another item, such as a field's type.
    Nested(Fragment),
    /// The offset of a field, and its type behind the key `type`.
    Field(usize, Fragment),
    /// Offsets and types of all fields, each behind its part of the text; the numbers are the ends
    /// of the parts, in bytes.
    Fields(&'static str, &'static [usize], &'static [Member], &'static PartList),
}

impl Piece {
    /// Returns a number of that size.
    #[must_use]
    pub const fn size(size: usize) -> Self {
        Self::Number(size as u64)
    }
}

/// Pieces that belong together: a whole record, or one type inside it.
pub type Fragment = &'static [Piece];

/// A field of a message, without its type. The derive writes them down in the order of the fields.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Name in Rust, without `r#`.
    pub name: &'static str,
    /// Hash of the name.
    pub hash: u64,
    /// Number in protobuf.
    pub number: u32,
    /// Offset from the start of the message, in bytes.
    pub offset: usize,
}

/// Facts about the type of a field, which const evaluation collects once for each type.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Size in bytes.
    pub size: usize,
    /// Alignment in bytes, a power of two.
    pub align: usize,
    /// `FfiType::TYPE`; the others are constants of that trait as well.
    pub ty: Fragment,
    pub text: TypeText,
    pub fingerprint: u64,
    pub any_bits: bool,
    pub capacities_fit: bool,
    pub arena: bool,
    pub secret: bool,
    pub lanes: Lanes,
}

/// The type of a field in a record, behind the key `type`. It is encoded once for each type, as
/// each step of const evaluation costs time.
#[derive(Clone, Copy, Debug)]
pub struct TypeText {
    /// Length of the text in bytes, also if it is longer than `bytes`.
    pub len: usize,
    pub bytes: [u8; Self::LONGEST],
}

impl TypeText {
    /// Length in bytes of the longest text that is kept.
    pub const LONGEST: usize = 96;
}

/// Facts about the types of all fields of a message, in their order.
#[derive(Clone, Copy, Debug)]
pub enum PartList {
    /// As many as a tuple has.
    Few(&'static [&'static Part]),
    /// More.
    Both(&'static PartList, &'static PartList),
}

impl PartList {
    /// The list of a message with a field that has no place in shared memory, which rustc reports.
    pub const NONE: Self = Self::Few(&[]);

    /// Returns true if there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Few([]))
    }

    /// Returns the number of parts.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Few(parts) => parts.len(),
            Self::Both(first, second) => first.len() + second.len(),
        }
    }

    /// Returns the part at `index`.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    #[must_use]
    pub const fn get(&self, index: usize) -> &'static Part {
        match self {
            Self::Few(parts) => parts[index],
            Self::Both(first, second) => {
                let len = first.len();
                if index < len { first.get(index) } else { second.get(index - len) }
            }
        }
    }

    /// Returns true if any bytes are values of all parts.
    #[must_use]
    pub const fn any_bits(&self) -> bool {
        match *self {
            Self::Few(mut parts) => {
                while let [Part { any_bits: true, .. }, rest @ ..] = parts {
                    parts = rest;
                }
                parts.is_empty()
            }
            Self::Both(first, second) => first.any_bits() && second.any_bits(),
        }
    }

    /// Returns true if a part is secret.
    #[must_use]
    pub const fn secret(&self) -> bool {
        match *self {
            Self::Few(mut parts) => {
                while let [Part { secret: false, .. }, rest @ ..] = parts {
                    parts = rest;
                }
                !parts.is_empty()
            }
            Self::Both(first, second) => first.secret() || second.secret(),
        }
    }

    /// Returns true if all parts may be in a message, as the assertions in `layout.rs` say.
    #[must_use]
    pub const fn fit(&self, in_arena: bool) -> bool {
        match *self {
            Self::Few(mut parts) => {
                while let [Part { size: 1.., capacities_fit: true, arena, .. }, rest @ ..] = parts {
                    if *arena && !in_arena {
                        return false;
                    }
                    parts = rest;
                }
                parts.is_empty()
            }
            Self::Both(first, second) => first.fit(in_arena) && second.fit(in_arena),
        }
    }

    /// Returns the size of all parts, in bytes.
    #[must_use]
    pub const fn size(&self) -> usize {
        match *self {
            Self::Few(mut parts) => {
                let mut size = 0;
                while let [part, rest @ ..] = parts {
                    size += part.size;
                    parts = rest;
                }
                size
            }
            Self::Both(first, second) => first.size() + second.size(),
        }
    }

    /// Returns the lanes of a `repr(C)` struct of these parts, of `size` bytes.
    #[must_use]
    pub const fn lanes(&self, size: usize) -> Lanes {
        let len = self.len();
        if len == 0 || self.size() < size {
            return Lanes::MIXED;
        }
        let mut all = Lanes { kind: self.get(0).lanes.kind, count: 0 };
        let mut i = 0;
        while i < len {
            let lanes = self.get(i).lanes;
            if lanes.kind != all.kind || lanes.count == 0 {
                return Lanes::MIXED;
            }
            all.count += lanes.count;
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
pub const fn assert_numeric(fields: &PartList) {
    let len = fields.len();
    let mut i = 0;
    while i < len {
        if fields.get(i).lanes.count > 0 {
            return;
        }
        i += 1;
    }
    // Without parts rustc has reported a field.
    assert!(
        len == 0,
        "`simd` needs a numeric field, and there is none; hint: remove `simd`, or add a number or an array of numbers"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    const fn lanes(parts: &'static [&'static Part], padding: usize) -> Lanes {
        let parts = PartList::Few(parts);
        parts.lanes(parts.size() + padding)
    }

    #[test]
    fn fields_of_one_kind_are_added_up() {
        let float = f32::LANES;
        assert_eq!(lanes(&[&f32::PART, &<[f32; 3]>::PART], 0), float.times(4));
        assert_eq!(lanes(&[&f32::PART, &f64::PART], 0), Lanes::MIXED);
        assert_eq!(lanes(&[&f32::PART, &f32::PART], 4), Lanes::MIXED);
        assert_eq!(lanes(&[&bool::PART, &bool::PART], 0), Lanes::MIXED);
        assert_eq!(lanes(&[&f32::PART, &bool::PART], 0), Lanes::MIXED);
    }

    #[test]
    fn a_list_of_two_is_one_behind_the_other() {
        const FIRST: PartList = PartList::Few(&[&f32::PART, &bool::PART]);
        const BOTH: PartList = PartList::Both(&FIRST, &PartList::Few(&[&u64::PART]));
        let sizes: Vec<_> = (0..BOTH.len()).map(|index| BOTH.get(index).size).collect();
        assert_eq!(sizes, [4, 1, 8]);
        assert_eq!((BOTH.size(), BOTH.any_bits(), BOTH.secret()), (13, false, false));
        assert!(BOTH.get(2).any_bits && PartList::NONE.is_empty() && !BOTH.is_empty());
    }

    #[test]
    fn one_numeric_field_is_enough() {
        assert_numeric(&PartList::Few(&[&bool::PART, &f32::PART]));
    }

    #[test]
    #[should_panic(expected = "needs a numeric field")]
    fn a_message_without_numbers_is_refused() {
        assert_numeric(&PartList::Few(&[&bool::PART]));
    }
}
