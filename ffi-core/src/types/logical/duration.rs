//! `FfiDuration`.

use std::time::Duration;

use super::{LogicalError, logical};
use crate::types::InvalidValue;

/// Nanoseconds in a second.
const NANOS: i32 = 1_000_000_000;

/// A signed span of time, in nanoseconds: `google.protobuf.Duration` in .proto, `Duration` in Dart.
///
/// Seconds and nanoseconds have one sign, and seconds go to 315,576,000,000 (10,000 years) in each
/// direction, as in protobuf; anything else is refused.
///
/// Dart's `Duration` has microseconds: a field `timeout` has `timeoutNanos` beside it there, the
/// nanoseconds of the second. The features `chrono` and `time` convert it from and to the types of
/// these crates.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use ffi_core::FfiDuration;
///
/// let span = FfiDuration::try_from(Duration::from_millis(1_500))?;
/// assert_eq!((span.seconds(), span.nanos()), (1, 500_000_000));
/// assert_eq!(FfiDuration::new(-1, -500_000_000)?.to_string(), "-1.500000000s");
/// assert!(FfiDuration::new(-1, 500_000_000).is_err(), "two signs");
/// # Ok::<(), ffi_core::LogicalError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct FfiDuration {
    seconds: i64,
    nanos: i32,
}

logical!(FfiDuration, "duration", any_bits = false);

impl FfiDuration {
    /// The longest negative span.
    pub const MIN: Self = Self { seconds: -Self::MAX.seconds, nanos: -Self::MAX.nanos };

    /// The longest span.
    pub const MAX: Self = Self { seconds: 315_576_000_000, nanos: NANOS - 1 };

    /// Returns the span of that many seconds and nanoseconds.
    ///
    /// # Errors
    ///
    /// Returns an error for more than 315,576,000,000 seconds or 999,999,999 nanoseconds in either
    /// direction, and if one is positive and the other negative.
    pub fn new(seconds: i64, nanos: i32) -> Result<Self, LogicalError> {
        let what = format_args!("a duration of {seconds} seconds and {nanos} nanoseconds");
        if nanos.unsigned_abs() >= NANOS.unsigned_abs() {
            let why = format_args!("{what}; nanoseconds go from -999999999 to 999999999");
            return Err(LogicalError::new(why));
        }
        if seconds.unsigned_abs() > Self::MAX.seconds.unsigned_abs() {
            return Err(LogicalError::new(format_args!("{what}; it is longer than 10000 years")));
        }
        if seconds.signum() * i64::from(nanos.signum()) < 0 {
            return Err(LogicalError::new(format_args!("{what}; both have one sign")));
        }
        Ok(Self { seconds, nanos })
    }

    /// Returns the whole seconds.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds beside [`seconds`](Self::seconds), -999,999,999 to 999,999,999.
    #[must_use]
    pub const fn nanos(self) -> i32 {
        self.nanos
    }

    fn check_parts(self) -> Result<(), InvalidValue> {
        let checked = Self::new(self.seconds, self.nanos);
        checked.map(drop).map_err(|error| InvalidValue::new(format_args!("{error}")))
    }
}

/// Seconds, as protobuf's JSON has them.
impl std::fmt::Display for FfiDuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.seconds < 0 || self.nanos < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:09}s", self.seconds.unsigned_abs(), self.nanos.unsigned_abs())
    }
}

impl TryFrom<Duration> for FfiDuration {
    type Error = LogicalError;

    fn try_from(span: Duration) -> Result<Self, LogicalError> {
        Self::new(i64::try_from(span.as_secs()).unwrap_or(i64::MAX), span.subsec_nanos().cast_signed())
    }
}

impl TryFrom<FfiDuration> for Duration {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error for a negative span.
    fn try_from(span: FfiDuration) -> Result<Self, LogicalError> {
        match (u64::try_from(span.seconds), u32::try_from(span.nanos)) {
            (Ok(seconds), Ok(nanos)) => Ok(Self::new(seconds, nanos)),
            _ => Err(LogicalError::new(format_args!("{span} is negative"))),
        }
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<chrono::TimeDelta> for FfiDuration {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error for more than 10,000 years.
    fn try_from(span: chrono::TimeDelta) -> Result<Self, LogicalError> {
        Self::new(span.num_seconds(), span.subsec_nanos())
    }
}

#[cfg(feature = "chrono")]
impl From<FfiDuration> for chrono::TimeDelta {
    fn from(span: FfiDuration) -> Self {
        let seconds = Self::seconds(span.seconds);
        seconds + Self::nanoseconds(span.nanos.into())
    }
}

#[cfg(feature = "time")]
impl TryFrom<time::Duration> for FfiDuration {
    type Error = LogicalError;

    /// # Errors
    ///
    /// Returns an error for more than 10,000 years.
    fn try_from(span: time::Duration) -> Result<Self, LogicalError> {
        Self::new(span.whole_seconds(), span.subsec_nanoseconds())
    }
}

#[cfg(feature = "time")]
impl From<FfiDuration> for time::Duration {
    fn from(span: FfiDuration) -> Self {
        Self::new(span.seconds, span.nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    #[test]
    fn what_is_out_of_range_is_an_error_that_says_so() {
        let most = FfiDuration::MAX.seconds;
        assert_eq!(FfiDuration::new(most, NANOS - 1), Ok(FfiDuration::MAX));
        assert_eq!(FfiDuration::new(-most, 1 - NANOS), Ok(FfiDuration::MIN));
        assert!(FfiDuration::new(0, -1).is_ok());
        for (seconds, nanos, why) in [
            (0, NANOS, "nanoseconds go from -999999999 to 999999999"),
            (0, i32::MIN, "nanoseconds go from -999999999 to 999999999"),
            (most + 1, 0, "longer than 10000 years"),
            (i64::MIN, 0, "longer than 10000 years"),
            (1, -1, "both have one sign"),
            (-1, 1, "both have one sign"),
        ] {
            let error = FfiDuration::new(seconds, nanos).unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
            let bytes = FfiDuration { seconds, nanos };
            // SAFETY: it is a reference to integers.
            let error = unsafe { FfiDuration::check(&raw const bytes) }.unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
        }
    }

    #[test]
    fn spans_of_std_come_back() {
        let span = Duration::new(7, 5);
        assert_eq!(Duration::try_from(FfiDuration::try_from(span).unwrap()), Ok(span));
        assert!(FfiDuration::try_from(Duration::MAX).is_err());
        let negative = FfiDuration::new(0, -5).unwrap();
        assert_eq!(Duration::try_from(negative).unwrap_err().to_string(), "-0.000000005s is negative");
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_has_each_span() {
        use chrono::TimeDelta;
        for span in [FfiDuration::MIN, FfiDuration::MAX, FfiDuration::new(-5, -7).unwrap()] {
            assert_eq!(FfiDuration::try_from(TimeDelta::from(span)), Ok(span));
        }
        assert!(FfiDuration::try_from(TimeDelta::MAX).is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_has_each_span() {
        for span in [FfiDuration::MIN, FfiDuration::MAX, FfiDuration::new(-5, -7).unwrap()] {
            assert_eq!(FfiDuration::try_from(time::Duration::from(span)), Ok(span));
        }
        assert!(FfiDuration::try_from(time::Duration::MAX).is_err());
    }
}
