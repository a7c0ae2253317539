//! Streams: a result `impl Stream<Item = T>`.

use darling::{Error, Result};
use syn::{AngleBracketedGenericArguments, GenericArgument, PathArguments, Type, TypeParamBound};

use super::types;

/// Returns the type of the items, if the result type is `impl Stream<Item = T>`.
pub(crate) fn item(ty: &Type) -> Result<Option<&Type>> {
    let Type::ImplTrait(result) = types::ungrouped(ty) else { return Ok(None) };
    let stream = result.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|last| last.ident == "Stream"),
        _ => None,
    });
    let Some(stream) = stream else { return Ok(None) };
    if let PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) = &stream.arguments {
        for argument in args {
            if let GenericArgument::AssocType(item) = argument
                && item.ident == "Item"
            {
                return Ok(Some(&item.ty));
            }
        }
    }
    let text = "a stream says what its items are\nhint: `impl Stream<Item = T>`";
    Err(Error::custom(text).with_span(stream))
}
