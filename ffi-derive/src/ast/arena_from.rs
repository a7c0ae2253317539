//! `#[derive(FfiArenaFrom)]`.

use darling::{Error, FromAttributes, Result};
use syn::{Data, DeriveInput, Fields, Ident, Path};

use super::refuse_generics;
use crate::attr::ArenaFromAttrs;

/// An ordinary struct, and the message that it is in an arena.
pub(crate) struct ArenaFrom {
    pub(crate) ident: Ident,
    pub(crate) message: Path,
    pub(crate) krate: Path,
    pub(crate) fields: Vec<Ident>,
}

impl ArenaFrom {
    pub(crate) fn new(input: &DeriveInput) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "what is written into an arena"));
        let fields = errors.handle(fields(input));
        let attrs = errors.handle(ArenaFromAttrs::from_attributes(&input.attrs));
        errors.finish()?;
        let attrs = attrs.expect("without an error there are some");
        let fields = fields.expect("without an error there are some");
        Ok(Self { ident: input.ident.clone(), message: attrs.message.0, krate: attrs.krate.0, fields })
    }
}

fn fields(input: &DeriveInput) -> Result<Vec<Ident>> {
    if let Data::Struct(data) = &input.data
        && let Fields::Named(fields) = &data.fields
    {
        return Ok(fields.named.iter().filter_map(|field| field.ident.clone()).collect());
    }
    let problem = "only a struct with named fields is written into an arena\n\
                   hint: give each field the name that the message has for it";
    Err(Error::custom(problem).with_span(&input.ident))
}
