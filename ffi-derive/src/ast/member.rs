//! Functions that belong to a type of objects: those of an exported `impl` block, and the methods
//! of a service.

use darling::{Error, FromAttributes, Result};
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, ItemImpl, ReturnType, Signature, Type, Visibility, parse2};

use super::function::{Function, Keys};
use super::owner::{Made, Member, Owner, Role};
use super::{Head, refuse_generics, types};
use crate::attr::{BlockAttrs, CommonAttrs, Identifier, MemberAttrs};
use crate::names::Prefix;

/// Reads the functions of `#[ffi_export] impl Image { .. }`: those that are `pub`.
pub(crate) fn block(args: TokenStream, block: &ItemImpl) -> Result<Vec<Function>> {
    let mut errors = Error::accumulator();
    errors.handle(refuse_generics(&block.generics, "an exported `impl` block"));
    if let Some((path, _)) = &block.trait_ {
        let error = Error::custom(
            "the methods of a trait are exported by the trait\n\
             hint: `#[ffi_service]` on the trait, or an `impl` block without a trait",
        );
        errors.push(error.with_span(path));
    }
    let attrs = errors.handle_in(|| BlockAttrs::parse(args));
    let name = match types::ungrouped(&block.self_ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|it| it.ident.clone()),
        _ => None,
    };
    if name.is_none() {
        let error = Error::custom("only the functions of a struct or enum are exported\nhint: `impl Image`");
        errors.push(error.with_span(&block.self_ty));
    }
    let Some((name, attrs)) = name.zip(attrs) else { return errors.finish_with(Vec::new()) };
    let prefix = errors.handle(Prefix::new(attrs.common.prefix.map(|prefix| prefix.0)));
    let owner = Owner {
        ty: (*block.self_ty).clone(),
        name: name.to_string(),
        prefix: prefix.map(|it| it.text().to_owned()).unwrap_or_default(),
        krate: attrs.common.krate,
    };
    let (mut functions, mut exported) = (Vec::new(), 0);
    for item in &block.items {
        match item {
            ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                exported += 1;
                let ident = &function.sig.ident;
                let ty = &owner.ty;
                let callee = quote::quote_spanned!(ident.span()=> <#ty>::#ident);
                if let Some(function) = errors.handle(member(&owner, &function.attrs, &function.sig, callee))
                {
                    errors.handle(function.check_key());
                    functions.push(function);
                }
            }
            ImplItem::Fn(function) => {
                for attr in function.attrs.iter().filter(|attr| attr.path().is_ident("ffi")) {
                    let error =
                        Error::custom("only a `pub` function is exported\nhint: `pub fn`, or remove the key");
                    errors.push(error.with_span(attr));
                }
            }
            _ => {}
        }
    }
    if exported == 0 && block.trait_.is_none() {
        let error =
            Error::custom("there is no `pub` function to export\nhint: `pub fn`, or remove the attribute");
        errors.push(error.with_span(&block.self_ty));
    }
    errors.finish_with(functions)
}

/// Reads a function of `owner`, which Rust code calls as `callee`.
pub(super) fn member(
    owner: &Owner,
    attrs: &[syn::Attribute],
    signature: &Signature,
    callee: TokenStream,
) -> Result<Function> {
    let mut errors = Error::accumulator();
    let keys = errors.handle(MemberAttrs::from_attributes(attrs));
    let receiver = errors.handle(has_receiver(signature)).unwrap_or_default();
    let made = if receiver { None } else { makes_self(&signature.output) };
    let getter = keys.as_ref().is_some_and(|keys| keys.getter.is_present());
    if let Some(keys) = keys.as_ref().filter(|_| getter) {
        let text = if !receiver || signature.inputs.len() > 1 {
            "a getter is a method without parameters\nhint: remove `getter`, or the parameters"
        } else if signature.asyncness.is_some() || keys.blocking.is_present() {
            "a getter has its result at once\nhint: remove `getter`: a method returns a future"
        } else {
            ""
        };
        if !text.is_empty() {
            errors.push(Error::custom(text).with_span(&keys.getter.span()));
        }
    }
    let role = match (receiver, getter, made) {
        (true, true, _) => Role::Getter,
        (true, false, _) => Role::Method,
        (false, _, Some(_)) => Role::Constructor,
        (false, _, None) => Role::Associated,
    };
    let own = without_self(signature.to_token_stream(), &owner.ty.to_token_stream());
    let mut own: Signature = parse2(own)?;
    let written = output(&own);
    if made.is_some() {
        let object = format!("__ffi::FfiObject<{}>", owner.ty.to_token_stream());
        let object: TokenStream = object.parse().expect("a type in a path is a path");
        let wrapped = match made {
            Some(Made::Inside) => first_argument_replaced(&signature.output, &object, &owner.ty),
            _ => object,
        };
        own.output = parse2(quote::quote!(-> #wrapped))?;
    }
    let (common, keys) = match keys {
        Some(keys) => {
            let prefix = Some(Identifier(owner.prefix.clone()));
            let common = CommonAttrs { prefix, rename: keys.rename, krate: owner.krate.clone() };
            (
                Some(common),
                Keys {
                    leaf: keys.leaf,
                    blocking: keys.blocking,
                    inline: keys.inline,
                    window: keys.window,
                    arguments: keys.arguments,
                    limit: keys.limit,
                },
            )
        }
        None => (None, Keys::default()),
    };
    let head = common.and_then(|common| errors.handle(Head::new(&signature.ident, attrs, common)));
    let member = Member { owner: owner.clone(), role, callee, made, written };
    let function = errors.handle(Function::read(head, keys, attrs, &own, Some(member)));
    errors.finish()?;
    Ok(function.flatten().expect("without an error there is one"))
}

fn output(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    }
}

/// Returns true for `&self`, false for no receiver; refuses others.
fn has_receiver(signature: &Signature) -> Result<bool> {
    let Some(receiver) = signature.receiver() else { return Ok(false) };
    let text = receiver.to_token_stream().to_string().replace(' ', "");
    if text == "&self" {
        return Ok(true);
    }
    let error = Error::custom(
        "a method of an object takes `&self`: tasks and isolates may use one object at the same time\n\
         hint: `&self`, and what changes in a `Mutex` or an atomic",
    );
    Err(error.with_span(receiver))
}

fn is_self(ty: &Type) -> bool {
    matches!(types::ungrouped(ty), Type::Path(path) if path.path.is_ident("Self"))
}

/// Returns how a function without receiver makes an object, if its result is `Self`, or a `Result`
/// or `Option` of it.
fn makes_self(output: &ReturnType) -> Option<Made> {
    let ReturnType::Type(_, ty) = output else { return None };
    let ty = types::ungrouped(ty);
    if is_self(ty) {
        return Some(Made::Whole);
    }
    let inner = ["Result", "Option"].iter().find_map(|name| types::argument_of(name, ty))?;
    is_self(inner).then_some(Made::Inside)
}

/// Returns the type after `->` with its first `Self` replaced by `object`, and all others by
/// `owner`.
fn first_argument_replaced(output: &ReturnType, object: &TokenStream, owner: &Type) -> TokenStream {
    let ReturnType::Type(_, ty) = output else { return TokenStream::new() };
    let mut replaced = false;
    let mut once = TokenStream::new();
    for token in ty.to_token_stream() {
        match &token {
            TokenTree::Ident(ident) if ident == "Self" && !replaced => {
                replaced = true;
                once.extend(object.clone());
            }
            _ => once.extend([token]),
        }
    }
    without_self(once, &owner.to_token_stream())
}

/// Returns tokens with `owner` in the place of each `Self`.
fn without_self(tokens: TokenStream, owner: &TokenStream) -> TokenStream {
    let mut output = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                output.extend(owner.clone().into_iter().map(|mut token| {
                    token.set_span(ident.span());
                    token
                }));
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), owner));
                inner.set_span(group.span());
                output.extend([TokenTree::Group(inner)]);
            }
            other => output.extend([other]),
        }
    }
    output
}
