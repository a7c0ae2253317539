//! Timestamps as RFC 3339 has them, and durations as seconds: `"1972-01-01T10:00:20.021Z"`,
//! `"1.5s"`.
//!
//! Days become dates by the algorithms of Howard Hinnant ("chrono-Compatible Low-Level Date
//! Algorithms"), which count years from March on, so that the leap day is the last one of a year.

use std::io::Write as _;

const DAY: i64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// Returns the number of days from 1970-01-01 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
}

/// Returns the date that is so many days after 1970-01-01: year, month, day.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Reads a text of ASCII from its start.
struct Parts<'a>(&'a [u8]);

impl Parts<'_> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let valid = number.iter().all(u8::is_ascii_digit);
        self.0 = rest;
        valid.then(|| number.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0')))
    }

    fn is(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == byte).then_some(())
    }

    /// Reads a fraction of a second, if there is a point: up to nine digits.
    fn nanos(&mut self) -> Option<i32> {
        if self.0.first() != Some(&b'.') {
            return Some(0);
        }
        self.0 = &self.0[1..];
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let nanos = self.number(digits)? * 10_i64.pow(9 - digits as u32);
        i32::try_from(nanos).ok()
    }
}

/// Returns the seconds since 1970 and nanoseconds of a time in RFC 3339. Ranges are for the type.
pub(super) fn timestamp(text: &[u8]) -> Option<(i64, i32)> {
    let mut parts = Parts(text);
    let year = parts.number(4)?;
    parts.is(b'-')?;
    let month = parts.number(2)?;
    parts.is(b'-')?;
    let day = parts.number(2)?;
    parts.is(b'T')?;
    let hour = parts.number(2)?;
    parts.is(b':')?;
    let minute = parts.number(2)?;
    parts.is(b':')?;
    let second = parts.number(2)?;
    let nanos = parts.nanos()?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && date(days(year, month, day)) == (year, month, day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return None;
    }
    let offset = match parts.0 {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            parts.0 = rest;
            let hours = parts.number(2)?;
            parts.is(b':')?;
            let minutes = parts.number(2)?;
            if hours > 23 || minutes > 59 || !parts.0.is_empty() {
                return None;
            }
            let offset = hours * 3_600 + minutes * 60;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    Some((days(year, month, day) * DAY + hour * 3_600 + minute * 60 + second - offset, nanos))
}

/// Appends a time as RFC 3339, in UTC.
pub(super) fn write_timestamp(seconds: i64, nanos: i32, out: &mut Vec<u8>) {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let of_day = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let mut text = *b"0000-00-00T00:00:00";
    for (at, number) in
        [(0, year / 100), (2, year % 100), (5, month), (8, day), (11, hour), (14, minute), (17, second)]
    {
        text[at] += (number / 10) as u8;
        text[at + 1] += (number % 10) as u8;
    }
    out.extend_from_slice(&text);
    write_nanos(nanos, out);
    out.push(b'Z');
}

/// Appends a fraction of a second: of no, three, six or nine digits.
fn write_nanos(nanos: i32, out: &mut Vec<u8>) {
    if nanos == 0 {
        return;
    }
    let mut text = *b".000000000";
    let mut rest = nanos;
    for digit in text[1..].iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    let digits = match nanos {
        _ if nanos % 1_000_000 == 0 => 3,
        _ if nanos % 1_000 == 0 => 6,
        _ => 9,
    };
    out.extend_from_slice(&text[..=digits]);
}

/// Returns the seconds and nanoseconds of a text such as `-1.5s`. Ranges are for the type.
pub(super) fn duration(text: &[u8]) -> Option<(i64, i32)> {
    let mut parts = Parts(text.strip_suffix(b"s")?);
    let sign = if parts.0.first() == Some(&b'-') { -1 } else { 1 };
    if sign < 0 {
        parts.0 = &parts.0[1..];
    }
    let digits = parts.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // The longest duration has 12.
    if !(1..=18).contains(&digits) {
        return None;
    }
    let seconds = parts.number(digits)?;
    let nanos = parts.nanos()?;
    parts.0.is_empty().then_some((sign * seconds, sign as i32 * nanos))
}

/// Appends a duration, such as `-1.500s`.
pub(super) fn write_duration(seconds: i64, nanos: i32, out: &mut Vec<u8>) {
    if seconds < 0 || nanos < 0 {
        out.push(b'-');
    }
    write!(out, "{}", seconds.unsigned_abs()).expect("memory takes all");
    write_nanos(nanos.abs(), out);
    out.push(b's');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::logical::FfiTimestamp;

    fn written(seconds: i64, nanos: i32) -> String {
        let mut out = Vec::new();
        write_timestamp(seconds, nanos, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_day_is_a_date_of_its_own() {
        let (first, last) = (FfiTimestamp::MIN.seconds() / DAY, FfiTimestamp::MAX.seconds() / DAY);
        let mut before = date(first - 1);
        assert_eq!(before, (0, 12, 31));
        for day in first..=last {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            let next_day = (year, month, of_month) == (before.0, before.1, before.2 + 1);
            let next_month = of_month == 1 && (year * 12 + month) == (before.0 * 12 + before.1 + 1);
            assert!(
                next_day || (next_month && before.2 >= 28),
                "{before:?} before {year}-{month}-{of_month}"
            );
            before = (year, month, of_month);
        }
        assert_eq!(before, (9999, 12, 31));
    }

    #[test]
    fn timestamps_are_those_of_rfc_3339() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1972-01-01T10:00:20.021Z", 63_108_020, 21_000_000),
            ("0001-01-01T00:00:00Z", FfiTimestamp::MIN.seconds(), 0),
            ("9999-12-31T23:59:59.999999999Z", FfiTimestamp::MAX.seconds(), 999_999_999),
            ("2000-02-29T00:00:00.000010Z", 951_782_400, 10_000),
        ] {
            assert_eq!(timestamp(text.as_bytes()), Some((seconds, nanos)), "{text}");
            assert_eq!(written(seconds, nanos), text);
        }
        assert_eq!(timestamp(b"1970-01-01T00:00:00+01:30"), Some((-5_400, 0)));
        assert_eq!(timestamp(b"1969-12-31T23:59:59.5-08:00"), Some((28_799, 500_000_000)));
        for text in [
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-13-01T00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1970-00-01T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.0123456789Z",
            "1970-01-01T00:00:00+1:00",
            "1970-01-01T00:00:00+01:00Z",
            "+970-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(timestamp(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn durations_are_seconds() {
        for (text, seconds, nanos) in [
            ("0s", 0, 0),
            ("1.500s", 1, 500_000_000),
            ("-1.500s", -1, -500_000_000),
            ("-0.000001s", 0, -1_000),
            ("315576000000.999999999s", 315_576_000_000, 999_999_999),
        ] {
            assert_eq!(duration(text.as_bytes()), Some((seconds, nanos)), "{text}");
            let mut out = Vec::new();
            write_duration(seconds, nanos, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        assert_eq!(duration(b"1.5s"), Some((1, 500_000_000)));
        for text in ["1", "s", "1.s", ".5s", "+1s", "1 s", "1s ", "--1s", "1.-5s", "1.0123456789s", "1e3s"] {
            assert_eq!(duration(text.as_bytes()), None, "{text}");
        }
    }
}
