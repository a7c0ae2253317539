//! Reason why a message has no JSON.

use std::{error, fmt};

use crate::boundary::Failure;
use crate::proto::{DecodeError, EncodeError};
use crate::types::PathStep;

/// Reason why a message is not written as JSON: the path to the field, and what is wrong with it.
///
/// Most messages always have JSON. What hasn't is: an `Any` whose type is not
/// [known](super::JsonOptions::any) or whose bytes are none of it, a `Value` that is not set or no
/// finite number, a `FieldMask` with a path that has no lowerCamelCase, and a message nested in
/// more than [`MAX_DEPTH`](crate::proto::MAX_DEPTH) levels. A reference to a message that is
/// exposed is refused as [`try_encode_proto`](crate::FfiProto::try_encode_proto) refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeJsonError(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Exposed(EncodeError),
    Value(DecodeError),
}

impl EncodeJsonError {
    /// Returns the steps to the field, from the outermost on. There are none for a reference to a
    /// message that is exposed.
    #[must_use]
    pub fn path(&self) -> Vec<PathStep> {
        match &self.0 {
            Reason::Exposed(_) => Vec::new(),
            Reason::Value(error) => error.path().collect(),
        }
    }
}

impl From<EncodeError> for EncodeJsonError {
    fn from(error: EncodeError) -> Self {
        Self(Reason::Exposed(error))
    }
}

impl From<DecodeError> for EncodeJsonError {
    fn from(error: DecodeError) -> Self {
        Self(Reason::Value(error))
    }
}

impl fmt::Display for EncodeJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Exposed(error) => error.fmt(f),
            Reason::Value(error) => error.fmt(f),
        }
    }
}

impl error::Error for EncodeJsonError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.0 {
            Reason::Exposed(error) => Some(error),
            Reason::Value(_) => None,
        }
    }
}

/// A message that has no JSON is an invalid value.
impl From<EncodeJsonError> for Failure {
    fn from(error: EncodeJsonError) -> Self {
        match error.0 {
            Reason::Exposed(error) => crate::types::InvalidValue::new(error).into(),
            Reason::Value(error) => error.into(),
        }
    }
}
