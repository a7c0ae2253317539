//! Functions of Dart: a parameter `&dyn Fn(A, ..) -> Result<R, DartError>`, for the time of the
//! call, or `DartFn<fn(A, ..) -> R>`.

use darling::{Error, Result};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{
    ParenthesizedGenericArguments, PathArguments, ReturnType, Type, TypeParamBound, TypeReference,
    parse_quote, parse_quote_spanned,
};

use super::types::{self, Given, Taken};

const HINT: &str = "hint: `&dyn Fn(A) -> Result<R, DartError>`, or `DartFn<fn(A) -> R>` for calls later on";

/// Largest number of arguments of a function of Dart.
const MOST: usize = 6;

/// A function of Dart.
pub(crate) struct Signature {
    pub(crate) arguments: Vec<Type>,
    pub(crate) answer: Type,
    /// True if it is a `DartFn`, which Rust keeps.
    pub(crate) kept: bool,
}

impl Signature {
    /// Returns the function, if the type is that of one.
    pub(super) fn of(ty: &Type) -> Result<Option<Self>> {
        if let Some(inner) = types::argument_of("DartFn", ty) {
            return Self::kept(ty, inner).map(Some);
        }
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
            return refuse(
                "a function of Dart can be called any number of times, and changes nothing in Rust",
            );
        };
        if !borrowed || bounds.len() > 1 {
            return refuse("a function of Dart is lent for the call, on its thread");
        }
        let PathArguments::Parenthesized(ParenthesizedGenericArguments { inputs, output, .. }) =
            &function.arguments
        else {
            return refuse("a function of Dart has the type of a function");
        };
        let answer = match output {
            ReturnType::Type(_, output) => types::argument_of("Result", types::ungrouped(output)),
            ReturnType::Default => None,
        };
        let Some(answer) = answer else {
            return refuse("a function of Dart may throw, so it returns a `Result`");
        };
        let arguments: Vec<_> = inputs.iter().map(|argument| argument.ty.clone()).collect();
        let function = Self { arguments, answer: answer.clone(), kept: false };
        function.check(&ty.to_token_stream())?;
        Ok(Some(function))
    }

    /// Returns the function in a `DartFn`.
    fn kept(ty: &Type, inner: &Type) -> Result<Self> {
        let Type::FnPtr(function) = types::ungrouped(inner) else {
            let text = "a `DartFn` has the type of a function\nhint: `DartFn<fn(A) -> R>`";
            return Err(Error::custom(text).with_span(inner));
        };
        let answer: Type = match &function.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, answer) => (**answer).clone(),
        };
        if let Some(value) = types::argument_of("Result", types::ungrouped(&answer)) {
            let text = "what a `DartFn` throws is an `AskError` of the call\nhint: name the value only, as in `DartFn<fn(A) -> R>`";
            return Err(Error::custom(text).with_span(value));
        }
        let arguments: Vec<_> = function.inputs.iter().map(|argument| argument.ty.clone()).collect();
        let function = Self { arguments, answer, kept: true };
        function.check(&ty.to_token_stream())?;
        Ok(function)
    }

    /// Checks the types of the function `of`.
    pub(super) fn check(&self, of: &TokenStream) -> Result<()> {
        let mut errors = Error::accumulator();
        if self.arguments.len() > MOST {
            let text =
                format!("a function of Dart has up to {MOST} arguments\nhint: put several into a message");
            errors.push(Error::custom(text).with_span(of));
        }
        for argument in &self.arguments {
            errors.handle(if self.kept {
                types::check_given(Given::Argument, argument)
            } else if is_arena(argument) {
                let text = "an arena can't be passed to a function that is lent for the call\n\
                            hint: `DartFn<fn(FfiArena<T>)>`, which then owns it";
                Err(Error::custom(text).with_span(argument))
            } else {
                types::check_taken(Taken::Argument, argument)
            });
        }
        let answer = types::ungrouped(&self.answer);
        let is_unit = matches!(answer, Type::Tuple(unit) if unit.elems.is_empty());
        if is_arena(answer) {
            let text = "a function of Dart can't return an arena\n\
                        hint: it passes the arena to an exported function that takes `FfiArena<T>`";
            errors.push(Error::custom(text).with_span(answer));
        } else if !is_unit && !types::is_string(answer) {
            errors.handle(types::check_taken(Taken::Answer, answer));
        }
        errors.finish()
    }

    /// Returns the type `fn(A, ..) -> R`, with the span of `of`.
    pub(super) fn ty(&self, of: &impl ToTokens) -> Type {
        let Self { arguments, answer, .. } = self;
        parse_quote_spanned!(of.span()=> fn(#(#arguments),*) -> #answer)
    }
}

/// Returns true for an arena, which may be borrowed or optional.
fn is_arena(ty: &Type) -> bool {
    let ty = match types::ungrouped(ty) {
        Type::Reference(it) => types::ungrouped(&it.elem),
        ty => types::std_argument("Option", ty).map_or(ty, types::ungrouped),
    };
    ["FfiArena", "FrozenArena"].into_iter().any(|name| types::argument_of(name, ty).is_some())
}
