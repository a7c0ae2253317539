//! `FfiTimestamp`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{LogicalError, logical};
use crate::types::InvalidValue;

/// Nanoseconds in a second.
const NANOS: i32 = 1_000_000_000;

/// A point in time, in nanoseconds: `google.protobuf.Timestamp` in .proto, `DateTime` in Dart.
///
/// It is a number of seconds since 1970-01-01T00:00:00Z, and the nanoseconds from there on, which
/// count forwards in time. It goes from the beginning of the year 1 to the end of the year 9999, as
/// in protobuf; anything else is refused. Zeros are the beginning of 1970.
///
/// Dart's `DateTime` has microseconds: a field `created` has `createdNanos` beside it there, the
/// nanoseconds of the second. The features `chrono` and `time` convert it from and to the types of
/// these crates.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
///
/// use ffi_core::{FfiMessage, FfiTimestamp};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Event {
///     at: FfiTimestamp,
/// }
///
/// let event = Event { at: FfiTimestamp::new(1_000_000_000, 5)? };
/// assert_eq!(event.at.to_string(), "1000000000.000000005");
/// let now = FfiTimestamp::try_from(SystemTime::now())?;
/// assert!(event.at < now);
/// assert!(FfiTimestamp::new(253_402_300_800, 0).is_err(), "the year 10000");
/// # Ok::<(), ffi_core::LogicalError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct FfiTimestamp {
    seconds: i64,
    nanos: i32,
}

logical!(FfiTimestamp, "timestamp", any_bits = false);

impl FfiTimestamp {
    /// The first timestamp: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self { seconds: -62_135_596_800, nanos: 0 };

    /// The last timestamp: a nanosecond before 10000-01-01T00:00:00Z.
    pub const MAX: Self = Self { seconds: 253_402_300_799, nanos: NANOS - 1 };

    /// Returns the timestamp at that many seconds since 1970-01-01T00:00:00Z, and nanoseconds after
    /// them.
    ///
    /// # Errors
    ///
    /// Returns an error for a time before [`MIN`](Self::MIN) or after [`MAX`](Self::MAX), and for
    /// nanoseconds that are negative or a second and more.
    pub fn new(seconds: i64, nanos: i32) -> Result<Self, LogicalError> {
        let what = format_args!("a timestamp of {seconds} seconds and {nanos} nanoseconds");
        if !(0..NANOS).contains(&nanos) {
            return Err(LogicalError::new(format_args!("{what}; nanoseconds go from 0 to 999999999")));
        }
        if !(Self::MIN.seconds..=Self::MAX.seconds).contains(&seconds) {
            return Err(LogicalError::new(format_args!("{what}; it is not in the years 1 to 9999")));
        }
        Ok(Self { seconds, nanos })
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z; negative before.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after [`seconds`](Self::seconds), 0 to 999,999,999.
    #[must_use]
    pub const fn nanos(self) -> i32 {
        self.nanos
    }

    fn check_parts(self) -> Result<(), InvalidValue> {
        let checked = Self::new(self.seconds, self.nanos);
        checked.map(drop).map_err(|error| InvalidValue::new(format_args!("{error}")))
    }
}

/// Seconds and nanoseconds, as `date +%s.%N` prints them.
impl std::fmt::Display for FfiTimestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:09}", self.seconds, self.nanos)
    }
}

impl TryFrom<SystemTime> for FfiTimestamp {
    type Error = LogicalError;

    fn try_from(time: SystemTime) -> Result<Self, LogicalError> {
        let (since, is_before) = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => (since, false),
            Err(before) => (before.duration(), true),
        };
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        let nanos = since.subsec_nanos().cast_signed();
        match (is_before, nanos) {
            (false, _) => Self::new(seconds, nanos),
            (true, 0) => Self::new(-seconds, 0),
            (true, _) => Self::new(-seconds - 1, NANOS - nanos),
        }
    }
}

impl TryFrom<FfiTimestamp> for SystemTime {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error if the platform's clock has no such time: that of Windows begins in 1601.
    fn try_from(time: FfiTimestamp) -> Result<Self, LogicalError> {
        let seconds = Duration::from_secs(time.seconds.unsigned_abs());
        let whole =
            if time.seconds < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
        let nanos = Duration::from_nanos(u64::from(time.nanos.unsigned_abs()));
        whole
            .and_then(|whole| whole.checked_add(nanos))
            .ok_or_else(|| LogicalError::new(format_args!("the clock of this platform has no time {time}")))
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<chrono::DateTime<chrono::Utc>> for FfiTimestamp {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error outside of the years 1 to 9999, and in a leap second.
    fn try_from(time: chrono::DateTime<chrono::Utc>) -> Result<Self, LogicalError> {
        Self::new(time.timestamp(), time.timestamp_subsec_nanos().cast_signed())
    }
}

#[cfg(feature = "chrono")]
impl From<FfiTimestamp> for chrono::DateTime<chrono::Utc> {
    fn from(time: FfiTimestamp) -> Self {
        Self::from_timestamp(time.seconds, time.nanos.unsigned_abs()).expect("chrono has more years")
    }
}

#[cfg(feature = "time")]
impl TryFrom<time::OffsetDateTime> for FfiTimestamp {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error outside of the years 1 to 9999.
    fn try_from(time: time::OffsetDateTime) -> Result<Self, LogicalError> {
        Self::new(time.unix_timestamp(), time.nanosecond().cast_signed())
    }
}

#[cfg(feature = "time")]
impl From<FfiTimestamp> for time::OffsetDateTime {
    /// Returns the time in UTC.
    fn from(time: FfiTimestamp) -> Self {
        let nanos = i128::from(time.seconds) * i128::from(NANOS) + i128::from(time.nanos);
        Self::from_unix_timestamp_nanos(nanos).expect("time has the years -9999 to 9999")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    #[test]
    fn what_is_out_of_range_is_an_error_that_says_so() {
        assert_eq!(FfiTimestamp::new(FfiTimestamp::MAX.seconds, NANOS - 1), Ok(FfiTimestamp::MAX));
        assert_eq!(FfiTimestamp::new(FfiTimestamp::MIN.seconds, 0), Ok(FfiTimestamp::MIN));
        for (seconds, nanos, why) in [
            (0, -1, "nanoseconds go from 0 to 999999999"),
            (0, NANOS, "nanoseconds go from 0 to 999999999"),
            (FfiTimestamp::MIN.seconds - 1, NANOS - 1, "not in the years 1 to 9999"),
            (FfiTimestamp::MAX.seconds + 1, 0, "not in the years 1 to 9999"),
            (i64::MIN, 0, "not in the years 1 to 9999"),
        ] {
            let error = FfiTimestamp::new(seconds, nanos).unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
            let bytes = FfiTimestamp { seconds, nanos };
            // SAFETY: it is a reference to integers.
            let error = unsafe { FfiTimestamp::check(&raw const bytes) }.unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
        }
    }

    #[test]
    fn the_time_of_the_system_comes_back() {
        for (seconds, nanos) in [(0, 0), (1, 1), (-1, 0), (-1, 999_999_999), (-2, 1), (1 << 33, 500)] {
            let time = FfiTimestamp::new(seconds, nanos).unwrap();
            assert_eq!(FfiTimestamp::try_from(SystemTime::try_from(time).unwrap()), Ok(time));
        }
        let before = UNIX_EPOCH.checked_sub(Duration::from_millis(500)).unwrap();
        assert_eq!(FfiTimestamp::try_from(before), FfiTimestamp::new(-1, 500_000_000));
        let late = UNIX_EPOCH.checked_add(Duration::from_secs(1 << 40)).unwrap();
        assert!(FfiTimestamp::try_from(late).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_has_each_time() {
        use chrono::{DateTime, TimeZone, Utc};
        for time in [FfiTimestamp::MIN, FfiTimestamp::MAX, FfiTimestamp::new(-5, 7).unwrap()] {
            assert_eq!(FfiTimestamp::try_from(DateTime::<Utc>::from(time)), Ok(time));
        }
        let date = Utc.with_ymd_and_hms(2001, 9, 9, 1, 46, 40).unwrap();
        assert_eq!(FfiTimestamp::try_from(date), FfiTimestamp::new(1_000_000_000, 0));
        assert!(FfiTimestamp::try_from(DateTime::<Utc>::MAX_UTC).is_err());
        let leap = chrono::NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert!(FfiTimestamp::try_from(date.date_naive().and_time(leap).and_utc()).is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_has_each_time() {
        use time::OffsetDateTime;
        for stamp in [FfiTimestamp::MIN, FfiTimestamp::MAX, FfiTimestamp::new(-5, 7).unwrap()] {
            assert_eq!(FfiTimestamp::try_from(OffsetDateTime::from(stamp)), Ok(stamp));
        }
        let date = OffsetDateTime::from_unix_timestamp(1_000_000_000).unwrap();
        let elsewhere = date.to_offset(time::UtcOffset::from_hms(5, 30, 0).unwrap());
        assert_eq!(FfiTimestamp::try_from(elsewhere), FfiTimestamp::new(1_000_000_000, 0));
        let early = OffsetDateTime::from_unix_timestamp(FfiTimestamp::MIN.seconds() - 1).unwrap();
        assert!(FfiTimestamp::try_from(early).is_err());
    }
}
