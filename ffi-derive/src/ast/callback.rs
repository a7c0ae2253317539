//! Functions of Dart: a parameter `&dyn Fn(A) -> Result<R, DartError>`.

use darling::{Error, Result};
use syn::{ParenthesizedGenericArguments, PathArguments, ReturnType, Type, TypeParamBound, TypeReference};

use super::types;

const HINT: &str = "hint: `&dyn Fn(A) -> Result<R, DartError>`";

/// Returns the types of the argument and of the result, if the type is that of a function.
pub(crate) fn types(ty: &Type) -> Result<Option<(&Type, &Type)>> {
    let (bounds, borrowed) = match types::ungrouped(ty) {
        Type::ImplTrait(it) => (&it.bounds, false),
        Type::Reference(TypeReference { elem, mutability, .. }) => match types::ungrouped(elem) {
            Type::TraitObject(it) => (&it.bounds, mutability.is_none()),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let refuse = |text: &str| Err(Error::custom(format!("{text}\n{HINT}")).with_span(ty));
    let function = bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|last| last.ident == "Fn"),
        _ => None,
    });
    let Some(function) = function else {
        return refuse("a function of Dart can be called any number of times, and changes nothing in Rust");
    };
    if !borrowed || bounds.len() > 1 {
        return refuse("a function of Dart is lent for the call, on its thread");
    }
    let PathArguments::Parenthesized(ParenthesizedGenericArguments { inputs, output, .. }) =
        &function.arguments
    else {
        return refuse("a function of Dart has the type of a function");
    };
    let (Some(argument), 1) = (inputs.first(), inputs.len()) else {
        return refuse("a function of Dart has one argument: put several into a message");
    };
    let answer = match output {
        ReturnType::Type(_, output) => types::argument_of("Result", types::ungrouped(output)),
        ReturnType::Default => None,
    };
    let Some(answer) = answer else {
        return refuse("a function of Dart may throw, so it returns a `Result`");
    };
    let argument = &argument.ty;
    types::check_param(argument)?;
    if !matches!(types::ungrouped(answer), Type::Tuple(unit) if unit.elems.is_empty()) {
        types::check_param(answer)?;
    }
    Ok(Some((argument, answer)))
}
