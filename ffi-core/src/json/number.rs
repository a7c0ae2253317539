//! Numbers and bytes of JSON, as protobuf has them.

use std::mem::MaybeUninit;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::scan::{Decimal, Number};

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

/// Returns the integer of a number, if there is no point and it is one of that range.
#[inline]
pub(super) fn within(number: Decimal, min: i64, max: u64) -> Option<u64> {
    let Decimal { is_negative, digits, places, .. } = number;
    let limit = if is_negative { min.unsigned_abs() } else { max };
    (places == 0 && digits <= limit).then(|| if is_negative { digits.wrapping_neg() } else { digits })
}

/// Powers of ten that each float has exactly: the last one of an `f64`, and before it of an `f32`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Returns the value of a number if one division gives it: both its sides are exact, so the result
/// is rounded once (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
#[inline]
pub(super) fn double(number: Decimal) -> Option<f64> {
    let Decimal { is_negative, digits, places, .. } = number;
    let power = POWERS.get(places).filter(|_| digits >> f64::MANTISSA_DIGITS == 0)?;
    let value = digits as f64 / power;
    Some(if is_negative { -value } else { value })
}

/// Returns the value of a number if one division gives it, like [`double`].
#[inline]
pub(super) fn single(number: Decimal) -> Option<f32> {
    let Decimal { is_negative, digits, places, .. } = number;
    let power = POWERS[..=10].get(places).filter(|_| digits >> f32::MANTISSA_DIGITS == 0)?;
    let value = digits as f32 / *power as f32;
    Some(if is_negative { -value } else { value })
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

/// Room for the digits of any integer of 64 bits, or of a [`Short`].
pub(super) type Room = [MaybeUninit<u8>; 20];

/// The two digits of each number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
};

/// Writes the digits of an integer, and returns their number: so many bytes at the start of the
/// room are initialised.
#[inline]
pub(super) fn write_digits(mut value: u64, room: &mut Room) -> usize {
    let len = value.checked_ilog10().map_or(1, |log| log as usize + 1);
    let mut at = len;
    while value >= 100 {
        at -= 2;
        room[at..at + 2].write_copy_of_slice(&PAIRS[(value % 100) as usize]);
        value /= 100;
    }
    if value >= 10 {
        room[..2].write_copy_of_slice(&PAIRS[value as usize]);
    } else {
        room[0].write(b'0' + value as u8);
    }
    len
}

/// The absolute value of a float, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Short(u64);

/// A float that may be a short decimal.
///
/// Most floats in JSON are. One of at most three places and so few digits that no two of them are
/// one float (`FLT_DIG` and `DBL_DIG` of C) is the shortest decimal of its float, so no search for
/// it is needed: one division tells, which is rounded once, as both its sides are exact.
pub(super) trait MaybeShort: zmij::Float + Into<f64> + Copy {
    /// Returns the value, if it is a short decimal.
    fn short(self) -> Option<Short>;
}

impl MaybeShort for f32 {
    #[inline(always)]
    fn short(self) -> Option<Short> {
        let thousandths = (self.abs() * 1e3 + 0.5) as u32;
        let is_it = thousandths < 1_000_000 && thousandths as f32 / 1e3 == self.abs();
        is_it.then_some(Short(thousandths.into()))
    }
}

impl MaybeShort for f64 {
    #[inline(always)]
    fn short(self) -> Option<Short> {
        let thousandths = (self.abs() * 1e3 + 0.5) as u64;
        let is_it = thousandths < 1_000_000_000_000_000 && thousandths as f64 / 1e3 == self.abs();
        is_it.then_some(Short(thousandths))
    }
}

/// Writes a decimal, and returns the number of its bytes: so many at the start of the room are
/// initialised.
#[inline]
pub(super) fn write_short(Short(thousandths): Short, room: &mut Room) -> usize {
    let (whole, places) = (thousandths / 1000, (thousandths % 1000) as usize);
    let len = write_digits(whole, room);
    let [tens, ones] = PAIRS[places % 100];
    room[len..len + 4].write_copy_of_slice(&[b'.', b'0' + (places / 100) as u8, tens, ones]);
    let zeros = usize::from(ones == b'0') + usize::from(places % 100 == 0);
    len + 4 - zeros
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
    use crate::json::scan::{Scanner, number_len};

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

    fn text(write: impl FnOnce(&mut Room) -> usize) -> String {
        let mut room = [MaybeUninit::uninit(); 20];
        let len = write(&mut room);
        // SAFETY: the function has initialised so many bytes.
        room[..len].iter().map(|byte| char::from(unsafe { byte.assume_init() })).collect()
    }

    #[test]
    fn integers_are_written_as_std_writes_them() {
        let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power / 10 * 17]);
        for value in near.chain(0..2_000).chain([u64::MAX, u64::MAX - 1, u32::MAX.into()]) {
            assert_eq!(text(|room| write_digits(value, room)), value.to_string());
        }
    }

    #[test]
    fn short_floats_are_written_as_the_shortest_decimal() {
        let mut shorts = 0;
        let mut check = |single: f32, double: f64| {
            let shortest = |text: &str| text.trim_start_matches('-').to_owned();
            if let Some(short) = single.short() {
                shorts += 1;
                let expected = shortest(zmij::Buffer::new().format_finite(single));
                assert_eq!(text(|room| write_short(short, room)), expected);
            }
            if let Some(short) = double.short() {
                shorts += 1;
                let expected = shortest(zmij::Buffer::new().format_finite(double));
                assert_eq!(text(|room| write_short(short, room)), expected);
            }
        };
        for index in 0..100_000_u32 {
            check(index as f32 / 1e3, f64::from(index) / 1e3);
            check(-(index as f32) / 8.0, f64::from(index) * 123_456.789);
        }
        let mut bits = 7_u64;
        for _ in 0..50_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (single, double) = (f32::from_bits((bits >> 32) as u32), f64::from_bits(bits));
            check(single, double);
            // Neighbours of short ones.
            let near = ((bits >> 40) as f32 / 1e3, (bits >> 20) as f64 / 1e3);
            check(near.0.next_up(), near.1.next_down());
            check(near.0, near.1);
        }
        assert!(shorts > 250_000, "{shorts}");
        for (value, expected) in
            [(0.0, "0.0"), (0.001, "0.001"), (12.5, "12.5"), (0.25, "0.25"), (100.0, "100.0")]
        {
            assert_eq!(text(|room| write_short(f64::short(value).unwrap(), room)), expected);
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e12, 0.0005, 1e-5, f64::MIN_POSITIVE] {
            assert_eq!(value.short(), None, "{value}");
        }
        for value in [f32::NAN, f32::INFINITY, 1000.0, 0.0005, f32::MIN_POSITIVE] {
            assert_eq!(value.short(), None, "{value}");
        }
    }

    #[test]
    fn short_decimals_are_the_floats_that_std_reads() {
        let mut state = 7_u64;
        for round in 0..50_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (digits, places) = (state >> (round % 60), (state % 25) as usize);
            let sign = if round % 2 == 0 { "" } else { "-" };
            let whole = format!("{digits:0width$}", width = places + 1);
            let (before, behind) = whole.split_at(whole.len() - places);
            let text = format!("{sign}{before}{}{behind}", if places == 0 { "" } else { "." });
            let json = format!("{text},");
            let Some(decimal) = Scanner::new(json.as_bytes()).unwrap().decimal() else {
                assert!(before.len() + places > 19, "{text}");
                continue;
            };
            if let Some(value) = double(decimal) {
                assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            }
            if let Some(value) = single(decimal) {
                assert_eq!(value.to_bits(), text.parse::<f32>().unwrap().to_bits(), "{text}");
            }
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
