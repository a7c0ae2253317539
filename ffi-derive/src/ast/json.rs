//! Messages of `google.protobuf` whose form in JSON a type has: `#[ffi(json = "..")]`.

use darling::{Error, Result};

use crate::attr::WellKnown;

/// A form in JSON: `Known` of `ffi-core`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Bare,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Any,
}

const NAMES: [(&str, Known); 14] = [
    ("BoolValue", Known::Bare),
    ("BytesValue", Known::Bare),
    ("DoubleValue", Known::Bare),
    ("FloatValue", Known::Bare),
    ("Int32Value", Known::Bare),
    ("Int64Value", Known::Bare),
    ("StringValue", Known::Bare),
    ("UInt32Value", Known::Bare),
    ("UInt64Value", Known::Bare),
    ("FieldMask", Known::FieldMask),
    ("Struct", Known::Struct),
    ("Value", Known::Value),
    ("ListValue", Known::ListValue),
    ("Any", Known::Any),
];

impl Known {
    /// Returns its name in `ffi-core`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "Bare",
            Self::FieldMask => "FieldMask",
            Self::Struct => "Struct",
            Self::Value => "Value",
            Self::ListValue => "ListValue",
            Self::Any => "Any",
        }
    }

    fn new(known: &WellKnown) -> Result<Self> {
        let name = known.name.strip_prefix("google.protobuf.").unwrap_or_default();
        let found = NAMES.iter().find(|(it, _)| *it == name);
        found.map(|(_, known)| *known).ok_or_else(|| {
            let problem = format!(
                "`{}` has no form of its own in JSON\n\
                 hint: one of `google.protobuf`: `Struct`, `Value`, `ListValue`, `FieldMask`, `Any`, `BoolValue`, \
                 `Int32Value` and their kin; `FfiTimestamp` and `FfiDuration` have theirs",
                known.name
            );
            Error::custom(problem).with_span(&known.span)
        })
    }

    /// Returns the form of a struct; `has` tells if a field of it has a number.
    pub(super) fn of_message(known: &WellKnown, has: impl Fn(u32) -> bool) -> Result<Self> {
        let form = Self::new(known)?;
        let numbers: &[u32] = match form {
            Self::Value => {
                let problem = "`google.protobuf.Value` is a oneof\nhint: an enum that holds data";
                return Err(Error::custom(problem).with_span(&known.span));
            }
            Self::Any => &[1, 2],
            _ => &[1],
        };
        if numbers.iter().all(|number| has(*number)) {
            return Ok(form);
        }
        let problem = format!(
            "`{}` has other fields\nhint: those of its .proto file, with the numbers {numbers:?}",
            known.name
        );
        Err(Error::custom(problem).with_span(&known.span))
    }

    /// Returns the form of a oneof.
    pub(super) fn of_oneof(known: &WellKnown) -> Result<Self> {
        let form = Self::new(known)?;
        if form == Self::Value {
            return Ok(form);
        }
        let problem = format!("`{}` is no oneof\nhint: a struct", known.name);
        Err(Error::custom(problem).with_span(&known.span))
    }
}
