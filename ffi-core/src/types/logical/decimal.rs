//! `FfiDecimal`.

use std::fmt;
use std::str::FromStr;

use super::{LogicalError, logical};
use crate::types::InvalidValue;

/// A decimal number: an `i128` divided by a power of ten, `string` in .proto and `FfiDecimal` in
/// Dart.
///
/// The scale is the number of digits behind the point, up to 38. It is part of the value, as in
/// `java.math.BigDecimal`: 1.5 and 1.50 are not equal. In memory the integer is two halves, the
/// lower one first, because Dart has no integer of 128 bits.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiDecimal;
///
/// let price: FfiDecimal = "-12.50".parse()?;
/// assert_eq!((price.mantissa(), price.scale()), (-1250, 2));
/// assert_eq!(FfiDecimal::new(5, 3)?.to_string(), "0.005");
/// assert!(FfiDecimal::new(1, 39).is_err());
/// # Ok::<(), ffi_core::LogicalError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct FfiDecimal {
    low: u64,
    high: i64,
    scale: u32,
}

logical!(FfiDecimal, "decimal", any_bits = false);

impl FfiDecimal {
    /// Largest scale: with more, an `i128` has no digit before the point.
    pub const MAX_SCALE: u32 = 38;

    /// Returns `mantissa` divided by ten to the power of `scale`.
    ///
    /// # Errors
    ///
    /// Returns an error for a scale above [`MAX_SCALE`](Self::MAX_SCALE).
    pub fn new(mantissa: i128, scale: u32) -> Result<Self, LogicalError> {
        if scale > Self::MAX_SCALE {
            let why = format_args!("a decimal of scale {scale}; the scale goes from 0 to 38");
            return Err(LogicalError::new(why));
        }
        Ok(Self { low: mantissa as u64, high: (mantissa >> 64) as i64, scale })
    }

    /// Returns the integer, all digits without the point.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        (self.high as i128) << 64 | self.low as i128
    }

    /// Returns the number of digits behind the point.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.scale
    }

    fn check_parts(self) -> Result<(), InvalidValue> {
        let checked = Self::new(self.mantissa(), self.scale);
        checked.map(drop).map_err(|error| InvalidValue::new(format_args!("{error}")))
    }
}

/// All digits, with as many behind the point as the scale says.
impl fmt::Display for FfiDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u128.pow(self.scale);
        let (digits, width) = (self.mantissa().unsigned_abs(), self.scale as usize);
        let sign = if self.mantissa() < 0 { "-" } else { "" };
        match width {
            0 => write!(f, "{sign}{digits}"),
            _ => write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit),
        }
    }
}

/// The text of the number.
impl fmt::Debug for FfiDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FfiDecimal {
    type Err = LogicalError;

    /// Reads a sign or none, digits, and a point with digits or none.
    fn from_str(text: &str) -> Result<Self, LogicalError> {
        let error = || LogicalError::new(format_args!("`{}` is not a decimal", text.escape_debug()));
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let (sign, whole) = match whole.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, whole),
        };
        let pointed = text.contains('.');
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = !whole.is_empty() && pointed != behind.is_empty();
        if !is_number || !all_digits(whole) || !all_digits(behind) {
            return Err(error());
        }
        let mut mantissa = 0_i128;
        for digit in whole.bytes().chain(behind.bytes()) {
            let digit = sign * i128::from(digit - b'0');
            mantissa = mantissa.checked_mul(10).and_then(|it| it.checked_add(digit)).ok_or_else(error)?;
        }
        Self::new(mantissa, u32::try_from(behind.len()).map_err(|_| error())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_a_limit_in_memory_as_well() {
        use crate::types::FfiType;

        let price = FfiDecimal::new(-1250, 2).unwrap();
        assert_eq!((price.scale(), format!("{price:?}").as_str()), (2, "-12.50"));
        let check = |scale| {
            let value = FfiDecimal { scale, ..price };
            // SAFETY: a reference is aligned, and all fields are initialised.
            unsafe { FfiDecimal::check(&value) }.map_err(|invalid| invalid.to_string())
        };
        assert_eq!(check(38), Ok(()));
        assert_eq!(check(39), Err("a decimal of scale 39; the scale goes from 0 to 38".to_owned()));
    }

    #[test]
    fn text_is_read_as_it_is_written() {
        for text in [
            "0",
            "0.00",
            "-0.5",
            "12345678901234567890.123",
            "170141183460469231731687303715884105727",
            "-170141183460469231731687303715884105728",
            "-1.70141183460469231731687303715884105728",
        ] {
            assert_eq!(text.parse::<FfiDecimal>().unwrap().to_string(), text);
        }
        for text in ["", "-", ".5", "5.", "1.2.3", "+1", "1e5", "170141183460469231731687303715884105728"] {
            assert!(text.parse::<FfiDecimal>().is_err(), "{text}");
        }
        assert!(format!("0.{}", "1".repeat(39)).parse::<FfiDecimal>().is_err());
    }
}
