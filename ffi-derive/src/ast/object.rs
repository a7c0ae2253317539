//! `#[derive(FfiObject)]`.

use darling::{Error, FromAttributes, Result};
use syn::DeriveInput;

use super::{Head, refuse_generics};
use crate::attr::EnumAttrs;

/// A type of objects: any struct or enum.
pub(crate) struct Object {
    pub(crate) head: Head,
}

impl Object {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a type of objects"));
        let attrs = errors.handle(EnumAttrs::from_attributes(&input.attrs));
        let head = attrs.and_then(|attrs| errors.handle(Head::new(&input.ident, &input.attrs, attrs.common)));
        errors.finish()?;
        Ok(Self { head: head.expect("without an error there is one") })
    }
}
