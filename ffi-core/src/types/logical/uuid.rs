//! `FfiUuid`.

use std::fmt;
use std::str::FromStr;

use super::{LogicalError, logical};
use crate::types::InvalidValue;

/// A UUID (RFC 9562): 16 bytes in the order in which its text has them, `bytes` in .proto and
/// `FfiUuid` in Dart. Any 16 bytes are one.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiUuid;
///
/// let id: FfiUuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse()?;
/// assert_eq!(id.as_bytes()[0], 0xf8);
/// assert_eq!(id.to_string(), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
/// assert!("f81d4fae".parse::<FfiUuid>().is_err());
/// # Ok::<(), ffi_core::LogicalError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct FfiUuid {
    bytes: [u8; 16],
}

logical!(FfiUuid, "uuid", any_bits = true);

// SAFETY: 16 bytes without padding, for which any bits are valid.
unsafe impl bytemuck::Pod for FfiUuid {}

impl FfiUuid {
    /// Returns the UUID of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { bytes }
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as the other logical types")]
    fn check_parts(self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

impl fmt::Display for FfiUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.bytes.iter().enumerate() {
            let hyphen = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

/// The text of the UUID.
impl fmt::Debug for FfiUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FfiUuid {
    type Err = LogicalError;

    /// Reads 32 hexadecimal digits with hyphens after the 8th, 12th, 16th and 20th, or without any.
    fn from_str(text: &str) -> Result<Self, LogicalError> {
        let error = || LogicalError::new(format_args!("`{}` is not a UUID", text.escape_debug()));
        let hyphens: &[usize] = if text.len() == 36 { &[8, 13, 18, 23] } else { &[] };
        let digits: Vec<_> = text.bytes().enumerate().filter(|(at, _)| !hyphens.contains(at)).collect();
        let hyphens_hold = hyphens.iter().all(|at| text.as_bytes()[*at] == b'-');
        let nibble = |(_, digit): &(usize, u8)| char::from(*digit).to_digit(16).ok_or_else(error);
        if digits.len() != 32 || !hyphens_hold {
            return Err(error());
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = (nibble(&pair[0])? << 4 | nibble(&pair[1])?) as u8;
        }
        Ok(Self { bytes })
    }
}

impl From<u128> for FfiUuid {
    /// Returns the UUID whose first byte is the highest of the number.
    fn from(number: u128) -> Self {
        Self { bytes: number.to_be_bytes() }
    }
}

impl From<FfiUuid> for u128 {
    fn from(uuid: FfiUuid) -> Self {
        Self::from_be_bytes(uuid.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_it_is_written() {
        let uuid = FfiUuid::from(0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF);
        assert_eq!(uuid.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        for text in ["01234567-89ab-cdef-0123-456789abcdef", "0123456789ABCDEF0123456789ABCDEF"] {
            assert_eq!(text.parse(), Ok(uuid));
        }
        for text in [
            "",
            "01234567-89ab-cdef-0123-456789abcde",
            "01234567-89ab-cdef-0123-456789abcdeg",
            "0123456789ab-cdef-0123-456789abcdef--",
            "01234567+89ab-cdef-0123-456789abcdef",
            "\u{e9}1234567-89ab-cdef-0123-456789abcde",
        ] {
            assert!(text.parse::<FfiUuid>().is_err(), "{text}");
        }
    }
}
