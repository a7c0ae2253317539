//! Reasons why bytes or messages are refused.

use std::{error, fmt};

use crate::boundary::Failure;
use crate::pool::{FfiPooled, PoolError};
use crate::types::{InvalidValue, PathStep};

/// Reason why a message is not written as protobuf: a reference leads to a message that is
/// [exposed](crate::Pool::try_take). See
/// [`FfiProto::try_encode_proto`](super::FfiProto::try_encode_proto).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    message: &'static str,
}

impl EncodeError {
    pub(super) fn exposed<T: FfiPooled>() -> Self {
        Self { message: T::NAME }
    }

    /// Returns the type of the message that is exposed.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        self.message
    }
}

/// Returns what reading a field gave, with an error as seen from the message. Without a closure for
/// each field, of which rustc makes a function.
///
/// # Errors
///
/// Returns the error of the field.
#[inline]
pub fn in_field<T>(read: Result<T, DecodeError>, name: &'static str) -> Result<T, DecodeError> {
    match read {
        Ok(read) => Ok(read),
        Err(error) => Err(error.in_field(name)),
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a `{}` that is to be written as protobuf is exposed: code outside of Rust may have its pointer; \
             hint: `unsafe {{ message.encode_proto_exposed() }}`, where no call writes to it",
            self.message
        )
    }
}

impl error::Error for EncodeError {}

/// Reason why bytes are not a message: the path to the field that can't be read, what is wrong with
/// it, and what to do. Its [`source`](error::Error::source) is the [`PoolError`], where that is the
/// reason.
///
/// ```text
/// items[3].name: text of 70 bytes, and the capacity is 64; hint: a larger `FfiStr<N>` here,
/// or a shorter text there
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Box<Refusal>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    kind: DecodeErrorKind,
    report: InvalidValue,
    pool: Option<PoolError>,
}

/// Kind of the mistake in bytes that are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The bytes end inside a field, or a length reaches beyond their end.
    Truncated,
    /// The bytes are not protobuf: a varint without end, a field without number, a group that
    /// doesn't begin or end.
    Malformed,
    /// Text or bytes exceed the capacity of the field.
    TooLong,
    /// Elements or entries exceed the capacity of the field, or an arena would exceed 4 GiB.
    TooMany,
    /// A string that isn't UTF-8.
    Utf8,
    /// A number is out of the range of the field's type.
    OutOfRange,
    /// A number or name has no variant in the enum.
    UnknownVariant,
    /// JSON has a field that the message doesn't have, or an `Any` of a type that isn't known.
    UnknownField,
    /// JSON has a field, a key of a map, or a case of a oneof twice.
    Duplicate,
    /// There is no slot for the message of a reference: its pool is exhausted, has no memory, or
    /// was shut down.
    Pool,
    /// Messages or groups are nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or than an
    /// [arena](crate::arena::MAX_DEPTH) is.
    TooDeep,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, problem: impl fmt::Display) -> Self {
        Self(Box::new(Refusal { kind, report: InvalidValue::new(problem), pool: None }))
    }

    #[cold]
    pub(super) fn truncated() -> Self {
        Self::new(
            DecodeErrorKind::Truncated,
            "the bytes end inside this field; hint: they were cut off, or are not of this message",
        )
    }

    #[cold]
    pub(super) fn malformed(problem: impl fmt::Display) -> Self {
        Self::new(
            DecodeErrorKind::Malformed,
            format_args!("{problem}; hint: the bytes are damaged, or not protobuf at all"),
        )
    }

    #[cold]
    pub(super) fn too_many(what: &str, capacity: usize) -> Self {
        Self::new(
            DecodeErrorKind::TooMany,
            format_args!(
                "more than {capacity} {what}; hint: more room for them here, or fewer of them there"
            ),
        )
    }

    #[cold]
    pub(super) fn too_long(what: &str, len: usize, capacity: usize, larger: &str) -> Self {
        Self::new(
            DecodeErrorKind::TooLong,
            format_args!("{what} of {len} bytes, and the capacity is {capacity}; hint: {larger}"),
        )
    }

    #[cold]
    pub(crate) fn too_deep() -> Self {
        Self::new(
            DecodeErrorKind::TooDeep,
            format_args!(
                "nested in more than {} levels; hint: the bytes are damaged or hostile",
                super::MAX_DEPTH
            ),
        )
    }

    #[cold]
    pub(super) fn pool(error: PoolError) -> Self {
        let mut refused = Self::new(DecodeErrorKind::Pool, &error);
        refused.0.pool = Some(error);
        refused
    }

    /// Returns the error as seen from the message that holds it in field `name`.
    #[doc(hidden)]
    #[cold]
    #[must_use]
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.0.report = self.0.report.in_field(name);
        self
    }

    /// Returns the error as seen from the list that holds it at `index`.
    #[doc(hidden)]
    #[cold]
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.0.report = self.0.report.at_index(index);
        self
    }

    /// Returns the kind of the mistake.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// Returns the steps to the field, from the outermost on.
    #[must_use]
    pub fn path(&self) -> impl ExactSizeIterator<Item = PathStep> + DoubleEndedIterator {
        self.0.report.path()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.report.fmt(f)
    }
}

impl error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.pool.as_ref().map(|it| it as _)
    }
}

/// An argument whose bytes are not a value of its type is an invalid value.
impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        error.0.report.into()
    }
}
