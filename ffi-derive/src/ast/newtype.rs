//! `#[derive(FfiNewtype)]`.

use darling::{Error, FromAttributes, Result};
use syn::{Data, DeriveInput, Fields, Type};

use super::{Head, refuse_generics, types};
use crate::attr::{DartType, NewtypeAttrs};
use crate::rustc;

/// A `repr(transparent)` struct with one field without a name.
pub(crate) struct Newtype {
    pub(crate) head: Head,
    pub(crate) ty: Type,
    pub(crate) dart: Option<DartType>,
}

impl Newtype {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a newtype"));
        errors.handle(check_repr(input));
        let ty = errors.handle(only_field(input));
        let attrs = errors.handle(NewtypeAttrs::from_attributes(&input.attrs));
        let (common, dart) = attrs.map(|attrs| (attrs.common, attrs.dart)).unzip();
        let head = common.and_then(|common| errors.handle(Head::new(&input.ident, &input.attrs, common)));
        errors.finish()?;
        let there = "without an error there is one";
        Ok(Self { head: head.expect(there), ty: ty.expect(there), dart: dart.flatten() })
    }
}

fn check_repr(input: &DeriveInput) -> Result<()> {
    // Of anything else, another error says that it is no newtype.
    let is_struct = matches!(input.data, Data::Struct(_));
    if !is_struct || rustc::reprs(&input.attrs)?.iter().any(|repr| rustc::is(repr.path(), "transparent")) {
        return Ok(());
    }
    let problem = "a newtype needs `#[repr(transparent)]`\n\
                   hint: without it rustc may pass it to functions in another way than the type in it";
    Err(Error::custom(problem).with_span(&input.ident))
}

fn only_field(input: &DeriveInput) -> Result<Type> {
    let problem = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let ty = &fields.unnamed[0].ty;
                types::check_inside(ty, &input.ident, "a newtype")?;
                return Ok(ty.clone());
            }
            Fields::Named(fields) if fields.named.len() == 1 => {
                "the field of a newtype has no name\nhint: `struct UserId(u64);`"
            }
            Fields::Unit => "a newtype holds one value\nhint: `struct UserId(u64);`",
            _ => {
                "a newtype has one field\nhint: `struct UserId(u64);`; for several, `#[derive(FfiMessage)]` and names"
            }
        },
        Data::Enum(_) => {
            "a newtype is a struct with one field\n\
             hint: for an enum, `#[derive(FfiEnum)]`, or `#[derive(FfiMessage)]` if it holds data"
        }
        Data::Union(_) => "a newtype is a struct with one field\nhint: `struct UserId(u64);`",
    };
    Err(Error::custom(problem).with_span(&input.ident))
}
