//! `#[ffi_callback]`: a trait whose implementors are objects of Dart.

use darling::{Error, FromAttributes as _, Result};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{FnArg, Ident, ItemTrait, Pat, Path, ReturnType, TraitItem, TraitItemFn, Type, parse_quote};

use super::callback::Signature;
use super::service::leave_to_implementors;
use super::{Head, Item, refuse_generics, types};
use crate::attr::{BlockAttrs, MemberAttrs};

/// A trait whose implementors are objects of Dart.
pub(crate) struct Listener {
    pub(crate) head: Head,
    /// The trait as it is written again.
    pub(crate) item: ItemTrait,
    pub(crate) methods: Vec<Method>,
}

/// A method of a [`Listener`].
pub(crate) struct Method {
    pub(crate) item: Item,
    pub(crate) ident: Ident,
    /// Names of the parameters.
    pub(crate) params: Vec<String>,
    pub(crate) signature: Signature,
    /// The type `fn(A, ..) -> R`.
    pub(crate) ty: Type,
    /// True if Rust may wait for the result: an async method.
    pub(crate) asks: bool,
    /// True if a method without a result says whether the isolate is there.
    pub(crate) tells: bool,
}

impl Listener {
    pub(crate) fn new(args: TokenStream, input: &ItemTrait) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a trait of Dart's objects"));
        if let Some(token) = &input.unsafety {
            let text =
                "a trait of Dart's objects can't be unsafe: Dart promises nothing\nhint: remove `unsafe`";
            errors.push(Error::custom(text).with_span(token));
        }
        let attrs = errors.handle_in(|| BlockAttrs::parse(args));
        let head = attrs.and_then(|attrs| errors.handle(Head::new(&input.ident, &input.attrs, attrs.common)));
        let mut methods = Vec::new();
        for item in &input.items {
            match item {
                TraitItem::Fn(method) => methods.extend(errors.handle(Method::new(method))),
                other => {
                    let text = "a trait of Dart's objects has methods only\nhint: move it to another trait";
                    errors.push(Error::custom(text).with_span(other));
                }
            }
        }
        if input.items.is_empty() {
            let text = "a trait of Dart's objects needs a method\nhint: add one, or remove the attribute";
            errors.push(Error::custom(text).with_span(&input.ident));
        }
        errors.finish()?;
        let head = head.expect("without an error there is one");
        let item = rewritten(input, &head.krate);
        Ok(Self { head, item, methods })
    }
}

impl Method {
    fn new(method: &TraitItemFn) -> Result<Self> {
        let mut errors = Error::accumulator();
        let signature = &method.sig;
        errors.handle(refuse_generics(&signature.generics, "a method of Dart's"));
        let attrs = errors.handle(MemberAttrs::from_attributes(&method.attrs));
        let receiver = signature.receiver().map(|it| it.to_token_stream().to_string().replace(' ', ""));
        let plain = receiver.is_some_and(|it| it == "&self");
        if !plain {
            let text = "a method of Dart's takes `&self`\nhint: `&self`; Dart changes what it likes";
            errors.push(Error::custom(text).with_span(&signature.ident));
        }
        if let Some(body) = &method.default {
            let text = "a method of Dart's has no body in Rust\nhint: `;`";
            errors.push(Error::custom(text).with_span(body));
        }
        let (mut params, mut arguments) = (Vec::new(), Vec::new());
        for input in &signature.inputs {
            let FnArg::Typed(typed) = input else { continue };
            match &*typed.pat {
                Pat::Ident(pat) => params.push(pat.ident.unraw().to_string()),
                pat => {
                    let text = "a parameter of a method of Dart's needs a name\nhint: give it one";
                    errors.push(Error::custom(text).with_span(pat));
                }
            }
            arguments.push((*typed.ty).clone());
        }
        let asks = signature.asyncness.is_some();
        let result = errors.handle(result(&signature.output, asks, &signature.ident));
        let (answer, tells) = result.unwrap_or_else(|| (parse_quote!(()), false));
        let function = Signature { arguments, answer, kept: true };
        errors.handle(function.check(&signature.ident.to_token_stream()));
        let item =
            errors.handle(Item::inner(&signature.ident, &method.attrs, attrs.and_then(|attrs| attrs.rename)));
        errors.finish()?;
        let ty = function.ty(&signature.ident);
        let item = item.expect("without an error there is one");
        Ok(Self { item, ident: signature.ident.clone(), params, signature: function, ty, asks, tells })
    }
}

/// Returns the type of the result in Dart, and whether the method says that the isolate is there.
fn result(output: &ReturnType, asks: bool, ident: &Ident) -> Result<(Type, bool)> {
    let ty = match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(types::ungrouped(ty)),
    };
    let value = ty.and_then(|ty| types::argument_of("Result", ty));
    let is_unit = |ty: &Type| matches!(types::ungrouped(ty), Type::Tuple(unit) if unit.elems.is_empty());
    match (asks, ty, value) {
        (true, _, Some(value)) => Ok((value.clone(), false)),
        (true, _, None) => {
            let text =
                "an async method of Dart's may throw, so it returns a `Result`\nhint: `Result<R, AskError>`";
            Err(Error::custom(text).with_span(ident))
        }
        (false, None, _) => Ok((parse_quote!(()), false)),
        (false, Some(ty), _) if is_unit(ty) => Ok((parse_quote!(()), false)),
        (false, _, Some(value)) if is_unit(value) => Ok((parse_quote!(()), true)),
        (false, _, _) => {
            let text = "only an async method of Dart's has a result\n\
                        hint: `async fn`, with `Result<R, AskError>`; without a result `Result<(), DartGone>`";
            Err(Error::custom(text).with_span(ident))
        }
    }
}

/// Returns a trait with mistakes in a form in which `dyn` of it is a type, whatever its methods
/// are, so that rustc reports no use of it.
pub(crate) fn listener_with_mistakes(input: &ItemTrait, krate: &Path) -> ItemTrait {
    let mut item = rewritten(input, krate);
    leave_to_implementors(&mut item, krate);
    for method in &mut item.items {
        // A body, which is a mistake, would return no call.
        if let TraitItem::Fn(TraitItemFn { default: body @ Some(_), semi_token, .. }) = method {
            (*body, *semi_token) = (None, Some(Default::default()));
        }
    }
    item
}

/// Returns the trait with async methods that return the call, so that a trait object has them.
fn rewritten(input: &ItemTrait, krate: &Path) -> ItemTrait {
    let mut item = input.clone();
    let core = quote!(#krate::__private::core);
    item.colon_token.get_or_insert_with(Default::default);
    item.supertraits.push(parse_quote!(#core::marker::Send));
    item.supertraits.push(parse_quote!(#core::marker::Sync));
    item.supertraits.push(parse_quote!('static));
    for method in &mut item.items {
        let TraitItem::Fn(method) = method else { continue };
        method.attrs.retain(|attr| !attr.path().is_ident("ffi"));
        if method.sig.asyncness.take().is_none() {
            continue;
        }
        if let ReturnType::Type(_, ty) = &method.sig.output
            && let Some(value) = types::argument_of("Result", types::ungrouped(ty))
        {
            let value = value.clone();
            method.sig.output = parse_quote!(-> #krate::__private::Ask<#value>);
        }
    }
    item
}
