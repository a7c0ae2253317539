//! The six forms that a field has on the wire.

/// Form of the data after the key of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum WireType {
    /// A varint.
    Varint = 0,
    /// Eight bytes.
    SixtyFourBit = 1,
    /// A length, and as many bytes.
    LengthDelimited = 2,
    /// Fields, up to the end of the group.
    StartGroup = 3,
    /// No data.
    EndGroup = 4,
    /// Four bytes.
    ThirtyTwoBit = 5,
}
