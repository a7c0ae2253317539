//! Numbers and bytes of JSON, as protobuf has them.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::scan::Number;

/// Returns the integer of a number, which may be written with a point or an exponent if that leaves
/// an integer.
#[inline]
pub(super) fn integer(number: Number<'_>) -> Option<i128> {
    if number.is_integer {
        let (sign, digits) = match number.text.as_bytes() {
            [b'-', digits @ ..] => (-1, digits),
            digits => (1, digits),
        };
        // No integer of 64 bits has more.
        if digits.len() > 20 {
            return None;
        }
        if let ..=18 = digits.len() {
            let value = digits.iter().fold(0_u64, |all, digit| all * 10 + u64::from(digit - b'0'));
            return Some(i128::from(value) * sign);
        }
        return Some(digits.iter().fold(0, |all, digit| all * 10 + i128::from(digit - b'0')) * sign);
    }
    exact(number.text)
}

/// Returns the integer of a number with a point or an exponent, if it is one of at most 20 digits.
fn exact(text: &str) -> Option<i128> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits = [whole, fraction].concat();
    if digits.bytes().all(|digit| digit == b'0') {
        return Some(0);
    }
    let mut exponent = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    while exponent < 0 && digits.ends_with('0') {
        digits.pop();
        exponent += 1;
    }
    let digits = digits.trim_start_matches('0');
    let zeros = u32::try_from(exponent).ok().filter(|zeros| digits.len() as u64 + u64::from(*zeros) <= 20)?;
    Some(sign * digits.parse::<i128>().ok()? * 10_i128.pow(zeros))
}

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// Appends the bytes that base64 stands for, in either alphabet, with or without padding.
pub(super) fn from_base64(text: &[u8], out: &mut Vec<u8>) -> Result<(), base64::DecodeError> {
    if memchr::memchr2(b'-', b'_', text).is_some() {
        BASE64_URL.decode_vec(text, out)
    } else {
        BASE64.decode_vec(text, out)
    }
}

/// Appends bytes as base64.
pub(super) fn to_base64(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let len = base64::encoded_len(bytes.len(), true).expect("the bytes are in memory, and of them 4 for 3");
    out.resize(start + len, 0);
    BASE64.encode_slice(bytes, &mut out[start..]).expect("there is room for all");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::scan::number_len;

    fn of(text: &str) -> Option<i128> {
        let (_, is_integer) = number_len(text.as_bytes()).unwrap();
        integer(Number { text, is_integer })
    }

    #[test]
    fn integers_may_have_a_point_or_an_exponent() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0", 0),
            ("0e999999999999999999", 0),
            ("12", 12),
            ("1.0", 1),
            ("-1.50e1", -15),
            ("1e5", 100_000),
            ("120e-1", 12),
            ("0.00012e5", 12),
            ("18446744073709551615", i128::from(u64::MAX)),
            ("1.8446744073709551615E19", i128::from(u64::MAX)),
            ("-9223372036854775808", i128::from(i64::MIN)),
        ] {
            assert_eq!(of(text), Some(value), "{text}");
        }
        for text in ["1.5", "1e-1", "12e-2", "1e21", "100000000000000000000000", "1e99999999999999999999"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn base64_has_two_alphabets_and_padding_is_optional() {
        for text in ["+/8=", "+/8", "-_8", "-_8="] {
            let mut bytes = vec![1];
            from_base64(text.as_bytes(), &mut bytes).unwrap();
            assert_eq!(bytes, [1, 0xFB, 0xFF], "{text}");
        }
        for text in ["+_8=", "a", "a b=", "====", "\u{e9}AAA"] {
            assert!(from_base64(text.as_bytes(), &mut Vec::new()).is_err(), "{text}");
        }
        let mut text = b"x".to_vec();
        to_base64(&[0xFB, 0xFF], &mut text);
        assert_eq!(text, b"x+/8=");
    }
}
