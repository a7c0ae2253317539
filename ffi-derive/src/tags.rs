//! Numbers of fields and cases in .proto: given by `tag`, or counted.

use std::collections::HashSet;

use darling::error::Accumulator;
use darling::util::SpannedValue;
use darling::{Error, FromMeta, Result};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprRange, Ident, Meta, RangeLimits, Token};

use crate::meta::{number, refuse, value};

/// The largest field number of .proto.
pub(crate) const MAX_TAG: u32 = (1 << 29) - 1;

/// Value of `tag = 4`, any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u32);

impl FromMeta for Tag {
    fn from_meta(item: &Meta) -> Result<Self> {
        let value = value(item);
        value.and_then(number).map(Self).ok_or_else(|| {
            let problem = format!("this is not a tag\nhint: `tag = 4`, a number from 1 to {MAX_TAG}");
            value.map_or_else(|| refuse(item, &problem), |value| refuse(value, &problem))
        })
    }
}

/// Value of `reserved(4, 7..=9)`: numbers, first and last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reserved(pub(crate) Vec<(u32, u32)>);

impl FromMeta for Reserved {
    fn from_meta(item: &Meta) -> Result<Self> {
        let list = item.require_list().map_err(|_| Self::refuse(item))?;
        let parts = list
            .parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)
            .ok()
            .filter(|parts| !parts.is_empty())
            .ok_or_else(|| Self::refuse(item))?;
        parts
            .iter()
            .map(|part| Self::tags(part).ok_or_else(|| Self::refuse(part)))
            .collect::<Result<_>>()
            .map(Self)
    }
}

impl Reserved {
    fn refuse(tokens: &impl Spanned) -> Error {
        let problem = format!(
            "these are not tags\nhint: `reserved(4, 7..=9)`, numbers and ranges of numbers from 1 to {MAX_TAG}"
        );
        refuse(tokens, problem)
    }

    fn tags(part: &Expr) -> Option<(u32, u32)> {
        let (first, last) = match part {
            Expr::Range(ExprRange {
                start: Some(start),
                limits: RangeLimits::Closed(_),
                end: Some(end),
                ..
            }) => (Self::tag(start)?, Self::tag(end)?),
            single => (Self::tag(single)?, Self::tag(single)?),
        };
        (first <= last).then_some((first, last))
    }

    fn tag(expr: &Expr) -> Option<u32> {
        number(expr).filter(|tag| (1..=MAX_TAG).contains(tag))
    }
}

/// Numbers that protobuf keeps for itself, first and last.
const PROTOBUF_TAGS: (u32, u32) = (19_000, 19_999);

/// Refuses numbers of fields or cases that .proto can't have.
pub(crate) fn check_tags<'a>(
    tags: impl Iterator<Item = &'a SpannedValue<Tag>> + Clone,
    reserved: &[(u32, u32)],
    errors: &mut Accumulator,
) {
    for (index, tag) in tags.clone().enumerate() {
        let Tag(number) = **tag;
        let problem = if number == 0 || number > MAX_TAG {
            format!("tag {number} is out of range\nhint: tags go from 1 to {MAX_TAG}")
        } else if (PROTOBUF_TAGS.0..=PROTOBUF_TAGS.1).contains(&number) {
            format!("tag {number} belongs to protobuf itself\nhint: take one outside 19000 to 19999")
        } else if reserved.iter().any(|(first, last)| (*first..=*last).contains(&number)) {
            format!(
                "tag {number} is reserved\nhint: take another one; `reserved` keeps old numbers from being used again"
            )
        } else if tags.clone().take(index).any(|earlier| **earlier == Tag(number)) {
            format!("tag {number} is used twice\nhint: each field has its own tag")
        } else {
            continue;
        };
        errors.push(Error::custom(problem).with_span(&tag.span()));
    }
}

/// Returns the number in .proto of each field or case: the one that its `tag` gives, else the
/// smallest one that is free. None if no number is left.
///
/// Old messages are read by these numbers, so they follow only from the source: a field that is
/// added at the end, or has a `tag`, moves none.
pub(crate) fn numbers(tags: &[Option<SpannedValue<Tag>>], reserved: &[(u32, u32)]) -> Vec<Option<u32>> {
    let explicit: HashSet<u32> = tags.iter().flatten().map(|tag| tag.0).collect();
    let mut next = 1;
    let mut free = || {
        let inside = |number: u32| {
            let ranges = reserved.iter().chain([&PROTOBUF_TAGS]);
            ranges.filter(|(first, last)| (*first..=*last).contains(&number)).map(|range| range.1).max()
        };
        while next <= MAX_TAG {
            let number = next;
            match inside(number) {
                Some(last) => next = last + 1,
                None => {
                    next += 1;
                    if !explicit.contains(&number) {
                        return Some(number);
                    }
                }
            }
        }
        None
    };
    tags.iter().map(|tag| tag.as_ref().map_or_else(&mut free, |tag| Some(tag.0))).collect()
}

/// Returns the error for a field or case that can't have a number.
pub(crate) fn no_tag_left(ident: &Ident) -> Error {
    Error::custom("no tag is left for this\nhint: reserve fewer, or give this one a tag: `#[ffi(tag = 4)]`")
        .with_span(ident)
}
