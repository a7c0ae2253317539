//! `#[derive(FfiError)]`.

use darling::{Error, FromAttributes, Result};
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Ident, Member, Type};

use super::{Head, Item, refuse_generics, types};
use crate::attr::{ErrorAttrs, ErrorFieldAttrs, ErrorVariantAttrs};

/// An error: an enum with at least one variant, or a struct.
pub(crate) struct FfiError {
    pub(crate) head: Head,
    /// True if it is a struct, whose only variant has its name.
    pub(crate) is_struct: bool,
    pub(crate) variants: Vec<ErrorVariant>,
}

/// A variant of an [`FfiError`]. Its position counted from 1 is its number.
pub(crate) struct ErrorVariant {
    pub(crate) ident: Ident,
    pub(crate) item: Item,
    /// Fields that Dart has; `None` if the variant stays in Rust.
    pub(crate) fields: Option<Vec<ErrorField>>,
}

/// A field of an [`ErrorVariant`].
pub(crate) struct ErrorField {
    pub(crate) member: Member,
    pub(crate) item: Item,
    pub(crate) ty: Type,
    /// True if Dart has its text.
    pub(crate) displayed: bool,
}

impl FfiError {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "an error"));
        let attrs = errors.handle(ErrorAttrs::from_attributes(&input.attrs));
        let head = attrs.and_then(|attrs| errors.handle(Head::new(&input.ident, &input.attrs, attrs.common)));
        let (is_struct, variants) = match &input.data {
            Data::Enum(data) if data.variants.is_empty() => {
                let error = Error::custom(
                    "an error needs a variant\nhint: a function that can't fail returns no `Result`",
                );
                errors.push(error.with_span(&input.ident));
                (false, Vec::new())
            }
            Data::Enum(data) => {
                (false, data.variants.iter().filter_map(|it| errors.handle(ErrorVariant::new(it))).collect())
            }
            Data::Struct(data) => {
                let fields = errors.handle(fields(&data.fields)).unwrap_or_default();
                let item = Item::new(&input.ident, &[], None);
                (true, vec![ErrorVariant { ident: input.ident.clone(), item, fields: Some(fields) }])
            }
            Data::Union(_) => {
                let error =
                    Error::custom("a union can't be an error\nhint: an enum, with a variant for each reason");
                errors.push(error.with_span(&input.ident));
                (false, Vec::new())
            }
        };
        errors.finish()?;
        Ok(Self { head: head.expect("without an error there is one"), is_struct, variants })
    }
}

impl ErrorVariant {
    fn new(variant: &syn::Variant) -> Result<Self> {
        let mut errors = Error::accumulator();
        let attrs = errors.handle(ErrorVariantAttrs::from_attributes(&variant.attrs));
        let internal = attrs.as_ref().is_some_and(|attrs| attrs.internal.is_present());
        let fields = if internal {
            errors.handle(refuse_keys(&variant.fields));
            None
        } else {
            errors.handle(fields(&variant.fields))
        };
        errors.finish()?;
        let rename = attrs.and_then(|attrs| attrs.rename);
        let item = Item::inner(&variant.ident, &variant.attrs, rename)?;
        Ok(Self { ident: variant.ident.clone(), item, fields })
    }
}

/// Refuses keys on fields that stay in Rust.
fn refuse_keys(fields: &Fields) -> Result<()> {
    let mut errors = Error::accumulator();
    for attr in fields.iter().flat_map(|field| &field.attrs).filter(|attr| attr.path().is_ident("ffi")) {
        let problem = "fields of an internal variant stay in Rust\nhint: remove the key, or `internal`";
        errors.push(Error::custom(problem).with_span(attr));
    }
    errors.finish()
}

fn fields(fields: &Fields) -> Result<Vec<ErrorField>> {
    let mut errors = Error::accumulator();
    let count = fields.len();
    let all = fields.iter().enumerate().filter_map(|(index, field)| {
        let attrs = errors.handle(ErrorFieldAttrs::from_attributes(&field.attrs))?;
        errors.handle(types::check_tokens(field.ty.to_token_stream()));
        // Names in Dart of fields that have none.
        let unnamed = || match count {
            1 => Ident::new("value", Span::call_site()),
            _ => Ident::new(&format!("value{index}"), Span::call_site()),
        };
        let ident = field.ident.clone().unwrap_or_else(unnamed);
        let item = errors.handle(Item::inner(&ident, &field.attrs, attrs.rename))?;
        let member = field.ident.clone().map_or_else(|| index.into(), Member::from);
        Some(ErrorField { member, item, ty: field.ty.clone(), displayed: attrs.display.is_present() })
    });
    let all = all.collect();
    errors.finish_with(all)
}
