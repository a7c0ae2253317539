//! Sizes and alignments of types in the C ABI.

use ffi_core::schema::read::Scalar;

/// Alignment of 64-bit numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WideAlign {
    /// Their size, as nearly everywhere.
    Size,
    /// 4 bytes, as on 32-bit x86 except Windows.
    Four,
}

/// Size and alignment of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
}

impl Layout {
    /// Returns the layout of a scalar, with `wide` as the alignment of 64-bit ones.
    #[must_use]
    pub fn of_scalar(scalar: Scalar, wide: WideAlign) -> Self {
        let size = scalar.size();
        let align = match wide {
            WideAlign::Size => size,
            WideAlign::Four => size.min(4),
        };
        Self { size, align }
    }

    /// Returns the layout of a `bool` or `u8`.
    #[must_use]
    pub fn of_byte() -> Self {
        Self { size: 1, align: 1 }
    }

    /// Returns the layout of text or elements in the payload of an error: two `u32`.
    #[must_use]
    pub fn of_span() -> Self {
        Self { size: 8, align: 4 }
    }

    /// Returns the layout of `{ a; b; }` and the offset of `b`, or `None` if it is larger than an
    /// address space.
    #[must_use]
    pub fn and(self, behind: Self) -> Option<(Self, u64)> {
        let offset = self.size.checked_next_multiple_of(behind.align)?;
        let align = self.align.max(behind.align);
        let size = offset.checked_add(behind.size)?.checked_next_multiple_of(align)?;
        Some((Self { size, align }, offset)).filter(|_| size <= MAX_SIZE)
    }

    /// Returns the layout of an array of `count` elements.
    #[must_use]
    pub fn times(self, count: u64) -> Option<Self> {
        let size = self.size.checked_mul(count).filter(|size| *size <= MAX_SIZE)?;
        Some(Self { size, align: self.align })
    }

    /// Returns the layout of `{ u32 len; T items[count]; }`, and the offset of the items.
    #[must_use]
    pub fn list(self, count: u64) -> Option<(Self, u64)> {
        Self::of_scalar(Scalar::U32, WideAlign::Size).and(self.times(count)?)
    }
}

/// Largest size of a type in Rust, in bytes.
const MAX_SIZE: u64 = i64::MAX.cast_unsigned();
