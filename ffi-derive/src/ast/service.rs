//! `#[ffi_service]`.

use darling::{Error, Result};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ItemTrait, Path, Signature, TraitItem, parse_quote};

use super::function::Function;
use super::member::member;
use super::owner::Owner;
use super::{Head, refuse_generics, stream};
use crate::attr::ServiceAttrs;

/// A trait whose implementors callers refer to by handles.
pub(crate) struct Service {
    pub(crate) head: Head,
    /// The trait without the keys, as it is written again.
    pub(crate) item: ItemTrait,
    /// Name of the hidden trait with the async methods, which return boxed futures and streams
    /// there.
    pub(crate) boxed: Ident,
    /// Signatures of the async methods, and of those that return streams.
    pub(crate) started: Vec<Signature>,
    pub(crate) methods: Vec<Function>,
}

impl Service {
    pub(crate) fn new(args: TokenStream, input: &ItemTrait) -> Result<Self> {
        let mut errors = Error::accumulator();
        errors.handle(refuse_generics(&input.generics, "a service"));
        if let Some(token) = &input.unsafety {
            let error = Error::custom(
                "a service can't be unsafe: Dart can't promise what it asks for\nhint: remove `unsafe`",
            );
            errors.push(error.with_span(token));
        }
        let attrs = errors.handle_in(|| ServiceAttrs::parse(args));
        let krate = attrs.as_ref().map(|attrs| attrs.common.krate.clone()).unwrap_or_default();
        let (common, guard, limit) = match attrs {
            Some(ServiceAttrs { common, guard, limit }) => (Some(common), guard, limit),
            None => (None, None, None),
        };
        let head = common.and_then(|common| errors.handle(Head::new(&input.ident, &input.attrs, common)));
        let ident = &input.ident;
        let owner = Owner {
            ty: parse_quote!(dyn #ident),
            name: ident.to_string(),
            prefix: head.as_ref().map(|head| head.prefix.text().to_owned()).unwrap_or_default(),
            krate,
        };
        let boxed = format_ident!("__Ffi{ident}");
        let (mut methods, mut started) = (Vec::new(), Vec::new());
        for item in &input.items {
            let TraitItem::Fn(method) = item else {
                let error = Error::custom(
                    "a service has methods only\nhint: move it to another trait, or to the implementors",
                );
                errors.push(error.with_span(item));
                continue;
            };
            let signature = &method.sig;
            if signature.receiver().is_none() {
                let error = Error::custom(
                    "a method of a service takes `&self`\n\
                     hint: `&self`; what makes an object is a function that returns `FfiObject<dyn ..>`",
                );
                errors.push(error.with_span(&signature.ident));
                continue;
            }
            let (ty, name) = (&owner.ty, &signature.ident);
            let is_stream = errors.handle(item_of(signature)).flatten().is_some();
            let callee = if signature.asyncness.is_some() || is_stream {
                let boxed_name = boxed_name(name);
                quote_spanned!(name.span()=> <#ty as #boxed>::#boxed_name)
            } else {
                quote_spanned!(name.span()=> <#ty as #ident>::#name)
            };
            if let Some(mut function) = errors.handle(member(&owner, &method.attrs, signature, callee)) {
                function.limit = function.limit.or_else(|| limit.clone());
                function.guard = guard.as_ref().map(|guard| guard.0.clone());
                errors.handle(function.check_key());
                methods.push(function);
            }
            if signature.asyncness.is_some() || is_stream {
                let mut signature = signature.clone();
                remove_keys(&mut signature);
                started.push(signature);
            }
        }
        if input.items.is_empty() {
            let error = Error::custom("a service needs a method\nhint: add one, or remove the attribute");
            errors.push(error.with_span(ident));
        }
        errors.finish()?;
        let head = head.expect("without an error there is one");
        let item = rewritten(input, &head.krate, (!started.is_empty()).then_some(&boxed));
        Ok(Self { head, item, boxed, started, methods })
    }
}

/// Removes the keys of the parameters of a function that is written again, and returns true if it
/// had some.
pub(crate) fn remove_keys(signature: &mut Signature) -> bool {
    let mut removed = false;
    for input in &mut signature.inputs {
        let (syn::FnArg::Typed(syn::PatType { attrs, .. })
        | syn::FnArg::Receiver(syn::Receiver { attrs, .. })) = input;
        let count = attrs.len();
        attrs.retain(|attr| !attr.path().is_ident("ffi"));
        removed |= attrs.len() < count;
    }
    removed
}

/// Returns a trait with mistakes in a form in which `dyn` of it is a type, whatever its methods
/// are, so that rustc reports no use of it.
pub(crate) fn service_with_mistakes(input: &ItemTrait, krate: &Path) -> ItemTrait {
    let mut item = rewritten(input, krate, None);
    leave_to_implementors(&mut item, krate);
    item
}

/// Takes the methods from trait objects that these can't have.
pub(super) fn leave_to_implementors(item: &mut ItemTrait, krate: &Path) {
    for method in &mut item.items {
        let TraitItem::Fn(method) = method else { continue };
        if method.sig.receiver().is_none() || method.sig.generics.type_params().next().is_some() {
            let sized = parse_quote!(Self: #krate::__private::core::marker::Sized);
            method.sig.generics.make_where_clause().predicates.push(sized);
        }
    }
}

/// Returns the name of an async method in the hidden trait.
pub(crate) fn boxed_name(method: &Ident) -> Ident {
    format_ident!("__ffi_{method}", span = method.span())
}

/// Returns the type of the items, if a method returns a stream.
pub(crate) fn item_of(method: &Signature) -> Result<Option<&syn::Type>> {
    match &method.output {
        syn::ReturnType::Default => Ok(None),
        syn::ReturnType::Type(_, ty) => stream::item(ty),
    }
}

/// Has a method return a stream that is `Send` and borrows nothing, for implementors only.
fn own_stream(method: &mut Signature, core: &TokenStream) {
    if let syn::ReturnType::Type(_, ty) = &mut method.output
        && let syn::Type::ImplTrait(stream) = &mut **ty
    {
        stream.bounds.push(parse_quote!(#core::marker::Send));
        stream.bounds.push(parse_quote!('static));
    }
    method.generics.make_where_clause().predicates.push(parse_quote!(Self: #core::marker::Sized));
}

/// Returns the trait with what every service demands. An async method returns a future that is
/// `Send`, and only implementors have it: a trait object has the hidden trait's method instead. So
/// does a method that returns a stream.
fn rewritten(input: &ItemTrait, krate: &Path, boxed: Option<&Ident>) -> ItemTrait {
    let mut item = input.clone();
    let core = quote!(#krate::__private::core);
    item.colon_token.get_or_insert_with(Default::default);
    item.supertraits.push(parse_quote!(#core::marker::Send));
    item.supertraits.push(parse_quote!(#core::marker::Sync));
    item.supertraits.push(parse_quote!('static));
    if let Some(boxed) = boxed {
        item.supertraits.push(parse_quote!(#boxed));
    }
    for method in &mut item.items {
        let TraitItem::Fn(method) = method else { continue };
        method.attrs.retain(|attr| !attr.path().is_ident("ffi"));
        remove_keys(&mut method.sig);
        if method.sig.asyncness.take().is_none() {
            if item_of(&method.sig).is_ok_and(|item| item.is_some()) {
                own_stream(&mut method.sig, &core);
            }
            continue;
        }
        let output = match &method.sig.output {
            syn::ReturnType::Default => quote!(()),
            syn::ReturnType::Type(_, ty) => quote!(#ty),
        };
        method.sig.output =
            parse_quote!(-> impl #core::future::Future<Output = #output> + #core::marker::Send);
        method.sig.generics.make_where_clause().predicates.push(parse_quote!(Self: #core::marker::Sized));
        if let Some(body) = &mut method.default {
            *body = parse_quote!({ async move #body });
            method.attrs.push(parse_quote!(#[allow(clippy::manual_async_fn)]));
        }
    }
    item
}
