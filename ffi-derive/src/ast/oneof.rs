//! `#[derive(FfiMessage)]` on an enum that holds data.

use darling::error::Accumulator;
use darling::util::SpannedValue;
use darling::{Error, FromAttributes, Result};
use syn::{DataEnum, DeriveInput, Fields, Ident, Type, Visibility};

use super::{Head, Item, Known, Wire, refuse_generics, types};
use crate::attr::{CaseAttrs, OneofAttrs, ProtoName};
use crate::rustc;
use crate::tags::{Tag, check_tags, no_tag_left, numbers};

/// A `repr(C, u32)` enum whose first case holds nothing, and each other one value or nothing.
pub(crate) struct Oneof {
    pub(crate) head: Head,
    pub(crate) cases: Vec<Case>,
    pub(crate) checked: bool,
    /// The visibility of its view and editor, if it lives in an arena: that of the enum.
    pub(crate) arena: Option<Visibility>,
    /// The message of protobuf whose form in JSON it has.
    pub(crate) known: Option<Known>,
}

/// A case of a [`Oneof`]. Its position is its discriminant.
pub(crate) struct Case {
    pub(crate) ident: Ident,
    pub(crate) item: Item,
    pub(crate) ty: Option<Type>,
    /// The number of the case in .proto; 0 for the first case, which means that no field is there.
    pub(crate) tag: u32,
    pub(crate) wire: Wire,
}

impl Oneof {
    pub(crate) fn new(input: &DeriveInput, data: &DataEnum) -> Result<Self> {
        if data.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit)) {
            let error = Error::custom(
                "this enum holds no data, so it is no oneof\nhint: `#[derive(FfiEnum)]` with `#[repr(u8)]`",
            );
            return Err(error.with_span(&input.ident));
        }
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a oneof"));
        errors.handle(check_repr(input));
        check_unset(data, &mut errors);
        let cases = data.variants.iter().filter_map(|variant| {
            let (case, tag) = errors.handle(Case::new(variant, &input.ident))?;
            Some((&variant.ident, case, tag))
        });
        let cases: Vec<_> = cases.collect();
        let tags: Vec<_> = cases.iter().map(|(.., tag)| *tag).collect();
        check_tags(tags.iter().flatten(), &[], &mut errors);
        let numbers = tags.get(1..).map(|tags| numbers(tags, &[])).unwrap_or_default();
        let numbered = cases.into_iter().zip([Some(0)].into_iter().chain(numbers));
        let cases = numbered.filter_map(|((ident, case, _), tag)| match tag {
            Some(tag) => Some(Case { tag, ..case }),
            None => {
                errors.push(no_tag_left(ident));
                None
            }
        });
        let cases: Vec<Case> = cases.collect();
        let attrs = errors.handle(OneofAttrs::from_attributes(&input.attrs));
        let in_arena = attrs.as_ref().is_some_and(|attrs| attrs.arena.is_present())
            || cases.iter().filter_map(|case| case.ty.as_ref()).any(types::names_handle);
        if let Some(attrs) = attrs.as_ref().filter(|attrs| in_arena && attrs.checked.is_present()) {
            let problem = format!(
                "`{}` lives in an arena, so it can't have `checked`: any bytes would be a handle\n\
                 hint: remove `checked`, or use the bounded `FfiStr`, `FfiBytes`, `FfiVec` and `FfiOption`",
                input.ident
            );
            errors.push(Error::custom(problem).with_span(&attrs.checked.span()));
        }
        let checked = attrs.as_ref().is_some_and(|attrs| attrs.checked.is_present());
        let known = attrs.as_ref().and_then(|attrs| attrs.json.as_ref());
        let known = known.and_then(|known| errors.handle(Known::of_oneof(known)));
        let head = attrs.and_then(|attrs| {
            let proto = errors.handle(ProtoName::of_type(attrs.proto, attrs.json.as_ref())).flatten();
            errors.handle(Head::named(&input.ident, &input.attrs, attrs.common, proto))
        });
        errors.finish()?;
        Ok(Self {
            head: head.expect("without an error there is one"),
            cases,
            checked,
            arena: in_arena.then(|| input.vis.clone()),
            known,
        })
    }
}

impl Oneof {
    /// Returns the cases that hold a value: discriminant, case, type.
    pub(crate) fn payloads(&self) -> impl Iterator<Item = (usize, &Case, &Type)> {
        self.cases.iter().enumerate().filter_map(|(tag, case)| case.ty.as_ref().map(|ty| (tag, case, ty)))
    }
}

impl Case {
    /// Returns the case of the oneof `holder`, and the number that its attribute gives it.
    fn new(variant: &syn::Variant, holder: &Ident) -> Result<(Self, Option<SpannedValue<Tag>>)> {
        let mut errors = Error::accumulator();
        if let Some((_, number)) = &variant.discriminant {
            let error = Error::custom(
                "a case of a oneof can't have a number: its position is its tag\n\
                 hint: remove it; for the number in .proto, `#[ffi(tag = N)]`",
            );
            errors.push(error.with_span(number));
        }
        let ty = match &variant.fields {
            Fields::Unit => None,
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let field = &fields.unnamed[0];
                if let Some(attr) = field.attrs.iter().find(|attr| attr.path().is_ident("ffi")) {
                    let error =
                        Error::custom("attributes of a case stand before its name\nhint: move it there");
                    errors.push(error.with_span(attr));
                }
                errors.handle(types::check_inside(&field.ty, holder, "a oneof"));
                Some(field.ty.clone())
            }
            fields => {
                let problem = format!(
                    "a case of a oneof holds one value\n\
                     hint: put them into a message, and hold that: `{}(..)`",
                    variant.ident
                );
                errors.push(Error::custom(problem).with_span(fields));
                None
            }
        };
        let attrs = errors.handle(CaseAttrs::from_attributes(&variant.attrs));
        errors.finish()?;
        let attrs = attrs.expect("without an error there are some");
        let wire = Wire::of_case(&attrs, ty.as_ref())?;
        let CaseAttrs { rename, tag, json, .. } = attrs;
        let json = json.map(|json| json.into_inner().0).unwrap_or_default();
        let ident = variant.ident.clone();
        let item = Item { json, ..Item::inner(&variant.ident, &variant.attrs, rename)? };
        Ok((Self { ident, item, ty, tag: 0, wire }, tag))
    }
}

fn check_repr(input: &DeriveInput) -> Result<()> {
    let reprs = rustc::reprs(&input.attrs)?;
    let mut errors = Error::accumulator();
    let is = |name| reprs.iter().any(|repr| rustc::is(repr.path(), name));
    if !is("C") || !is("u32") {
        let error = Error::custom(
            "a oneof needs `#[repr(C, u32)]`\n\
             hint: both: a tag of 32 bits, and behind it what a case holds, in all cases at one place",
        );
        errors.push(error.with_span(&input.ident));
    }
    if let Some(align) = reprs.iter().find(|repr| rustc::is(repr.path(), "align")) {
        let error = Error::custom(
            "a oneof can't have an alignment of its own: in Dart it has that of its strictest case\n\
             hint: remove `align`; memory for messages is aligned to 64 bytes anyway",
        );
        errors.push(error.with_span(align));
    }
    errors.finish()
}

/// Checks the first case: zeroed memory must be valid, and its discriminant is that of the first
/// case.
fn check_unset(data: &DataEnum, errors: &mut Accumulator) {
    let Some(first) = data.variants.first() else { return };
    if !matches!(first.fields, Fields::Unit) {
        let error = Error::custom(
            "the first case of a oneof means unset and holds nothing: zeroed memory must be valid\n\
             hint: put one before it, such as `Unset`",
        );
        errors.push(error.with_span(&first.ident));
        return;
    }
    // A mistake in the attributes is reported with the case.
    if let Ok(CaseAttrs { tag: Some(tag), .. }) = CaseAttrs::from_attributes(&first.attrs) {
        let error = Error::custom(
            "the first case of a oneof has no tag: in .proto, unset is that no case is there\nhint: remove `tag`",
        );
        errors.push(error.with_span(&tag.span()));
    }
}
