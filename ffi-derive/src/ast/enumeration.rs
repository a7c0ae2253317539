//! `#[derive(FfiEnum)]`.

use darling::{Error, FromAttributes, Result};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident};

use super::{Head, Item, refuse_generics};
use crate::attr::{EnumAttrs, ProtoName, VariantAttrs};
use crate::rustc;

/// A C-like enum with an integer repr.
pub(crate) struct Enum {
    pub(crate) head: Head,
    /// Name of the integer: `u8`, ..
    pub(crate) repr: Ident,
    pub(crate) variants: Vec<Variant>,
    /// True for `google.protobuf.NullValue`.
    pub(crate) is_null: bool,
}

/// A variant of an [`Enum`].
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) item: Item,
}

impl Enum {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a shared enum"));
        let repr = match &input.data {
            Data::Enum(_) => errors.handle(integer_repr(input)),
            _ => None,
        };
        let variants = errors.handle(variants(input));
        let attrs = errors.handle(EnumAttrs::from_attributes(&input.attrs));
        let known = attrs.as_ref().and_then(|attrs| attrs.json.as_ref());
        if let Some(known) = known.filter(|known| known.name != NULL) {
            let problem = format!("no enum is `{}`\nhint: `json = \"{NULL}\"`", known.name);
            errors.push(Error::custom(problem).with_span(&known.span));
        }
        let is_null = known.is_some();
        let head = attrs.and_then(|attrs| {
            let proto = ProtoName::of_type(attrs.proto, attrs.json.as_ref());
            let proto = errors.handle(proto.and_then(ProtoName::without_oneof)).flatten();
            errors.handle(Head::named(&input.ident, &input.attrs, attrs.common, proto))
        });
        errors.finish()?;
        let there = "without an error there is one";
        Ok(Self {
            head: head.expect(there),
            repr: repr.expect(there),
            variants: variants.expect(there),
            is_null,
        })
    }
}

/// The enum of protobuf whose value is `null` in JSON.
const NULL: &str = "google.protobuf.NullValue";

const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

fn integer_repr(input: &DeriveInput) -> Result<Ident> {
    let reprs = rustc::reprs(&input.attrs)?;
    let mut errors = Error::accumulator();
    for repr in reprs.iter().filter(|repr| rustc::is(repr.path(), "align")) {
        let error = Error::custom(
            "a shared enum can't have an alignment of its own: in C and Dart it is the integer of its repr\n\
             hint: remove `align`; memory for messages is aligned to 64 bytes anyway",
        );
        errors.push(error.with_span(repr));
    }
    let integer = reprs
        .iter()
        .filter_map(|repr| repr.path().get_ident())
        .map(Ident::unraw)
        .find(|repr| INTEGERS.iter().any(|it| repr == it));
    if integer.is_none() {
        let error = Error::custom(
            "a shared enum needs an integer repr\n\
             hint: `#[repr(u8)]`, or another of i8 to i64, u8 to u64; C leaves the size of an enum open",
        );
        errors.push(error.with_span(&input.ident));
    }
    errors.finish()?;
    Ok(integer.expect("without an error there is one"))
}

fn variants(input: &DeriveInput) -> Result<Vec<Variant>> {
    let Data::Enum(data) = &input.data else {
        let error = Error::custom("this is not an enum\nhint: for a struct, `#[derive(FfiMessage)]`");
        return Err(error.with_span(&input.ident));
    };
    let mut errors = Error::accumulator();
    if data.variants.is_empty() {
        let error =
            Error::custom("a shared enum needs a variant with value 0\nhint: zeroed memory must be valid");
        errors.push(error.with_span(&input.ident));
    }
    let variants = data.variants.iter().filter_map(|variant| errors.handle(Variant::new(variant))).collect();
    errors.finish_with(variants)
}

impl Variant {
    fn new(variant: &syn::Variant) -> Result<Self> {
        let mut errors = Error::accumulator();
        if !matches!(variant.fields, Fields::Unit) {
            let error = Error::custom(
                "a variant of a shared enum can't hold data\n\
                 hint: an enum that holds data is a oneof: `#[derive(FfiMessage)]` and `#[repr(C, u32)]`",
            );
            errors.push(error.with_span(&variant.fields));
        }
        let attrs = errors.handle(VariantAttrs::from_attributes(&variant.attrs));
        errors.finish()?;
        let attrs = attrs.expect("without an error there are some");
        Ok(Self {
            ident: variant.ident.clone(),
            item: Item {
                json: attrs.json.unwrap_or_default().0,
                ..Item::inner(&variant.ident, &variant.attrs, attrs.rename)?
            },
        })
    }
}
