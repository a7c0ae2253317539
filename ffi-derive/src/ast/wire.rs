//! Forms in protobuf that the attributes of a field or case ask for.

use darling::{Error, Result};
use proc_macro2::Span;
use syn::Type;

use super::types;
use crate::attr::{CaseAttrs, Encoding, Unknown};

/// The form in protobuf of a field or case, if it isn't the usual one.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wire {
    /// The encoding of the integer, of the elements of a list, or of the values of a map.
    pub(crate) encoding: Option<Encoding>,
    /// The encoding of the keys of a map.
    pub(crate) key_encoding: Option<Encoding>,
    /// True if each number of a list has a key of its own.
    pub(crate) unpacked: bool,
    /// True if the cases of the oneof are fields of the message.
    pub(crate) flat: bool,
    /// Set if the field keeps unknown fields.
    pub(crate) unknown: Option<Unknown>,
}

impl Wire {
    pub(crate) fn of_field(attrs: &CaseAttrs) -> Result<Self> {
        let tag = attrs.tag.as_ref().map(|it| ("tag", it.span()));
        let json = attrs.json.as_ref().map(|it| ("json", it.span()));
        if attrs.unknown.is_some() {
            let flatten = attrs.flatten.is_present().then(|| ("flatten", attrs.flatten.span()));
            if let Some((key, span)) = tag.into_iter().chain(json).chain(flatten).chain(keys(attrs)).next() {
                let problem = format!(
                    "what keeps unknown fields is no field in protobuf, so it has no `{key}`\n\
                     hint: remove `{key}`"
                );
                return Err(Error::custom(problem).with_span(&span));
            }
        } else if attrs.flatten.is_present()
            && let Some((key, span)) = tag.into_iter().chain(json).chain(keys(attrs)).next()
        {
            let problem = format!(
                "a flattened oneof is no field in protobuf, so it has no `{key}`\n\
                 hint: write it at the cases of the oneof"
            );
            return Err(Error::custom(problem).with_span(&span));
        }
        Ok(Self::of(attrs))
    }

    /// Returns the form of a case, which is one value.
    pub(crate) fn of_case(attrs: &CaseAttrs, ty: Option<&Type>) -> Result<Self> {
        let flatten = attrs.flatten.is_present().then(|| ("flatten", attrs.flatten.span()));
        if let Some(unknown) = &attrs.unknown {
            let problem = "a oneof keeps no unknown fields: it has the memory of its cases only\n\
                           hint: flatten it into a message with a field that has `unknown`";
            return Err(Error::custom(problem).with_span(&unknown.span()));
        }
        let mut keys = keys(attrs).chain(flatten).filter(|(key, _)| *key != "encoding");
        if let Some((key, span)) = keys.next() {
            let problem = format!(
                "a case of a oneof is one value in protobuf, so it has no `{key}`\n\
                 hint: hold a message, and write it at a field of that"
            );
            return Err(Error::custom(problem).with_span(&span));
        }
        if let Some(encoding) = &attrs.encoding
            && ty.is_none_or(|ty| types::argument_of("ArenaBox", ty).is_some())
        {
            let problem = "this case has no value in place, so it has no `encoding`\n\
                           hint: hold the value itself, or remove `encoding`";
            return Err(Error::custom(problem).with_span(&encoding.span()));
        }
        Ok(Self::of(attrs))
    }

    fn of(attrs: &CaseAttrs) -> Self {
        Self {
            encoding: attrs.encoding.as_ref().map(|it| **it),
            key_encoding: attrs.key_encoding.as_ref().map(|it| **it),
            unpacked: attrs.packed.as_ref().is_some_and(|it| !it.0),
            flat: attrs.flatten.is_present(),
            unknown: attrs.unknown.as_ref().map(|it| **it),
        }
    }

    /// Returns true if protobuf has a field with a number for it.
    pub(crate) fn is_numbered(self) -> bool {
        !self.flat && self.unknown.is_none()
    }
}

/// Returns the keys about numbers that are given, each with its place.
fn keys(attrs: &CaseAttrs) -> impl Iterator<Item = (&'static str, Span)> {
    let keys = [
        ("encoding", attrs.encoding.as_ref().map(|it| it.span())),
        ("key_encoding", attrs.key_encoding.as_ref().map(|it| it.span())),
        ("packed", attrs.packed.as_ref().map(|it| it.span())),
    ];
    keys.into_iter().filter_map(|(key, span)| Some((key, span?)))
}
