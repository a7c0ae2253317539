//! `#[ffi_flag]` and `#[ffi_health]`: what Dart asks a library for by name.

use darling::ast::NestedMeta;
use darling::{Error, FromMeta, Result};
use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, ItemFn, ItemStatic, StaticMutability, Type};

use super::{Head, refuse_generics, types};
use crate::attr::{HealthAttrs, QueueAttrs};

/// A static that Dart can switch.
pub(crate) struct Flag {
    pub(crate) head: Head,
    /// The static's `#[cfg]`s, which also hold for its function.
    pub(crate) cfgs: Vec<Attribute>,
    /// The type as the user wrote it.
    pub(crate) ty: Type,
    /// The flag that the static begins as.
    pub(crate) value: Expr,
}

impl Flag {
    pub(crate) fn new(args: TokenStream, item: &ItemStatic) -> Result<Self> {
        let mut errors = Error::accumulator();
        if let StaticMutability::Mut(token) = &item.mutability {
            let error =
                Error::custom("a flag can't be `mut`\nhint: remove it: all threads share a flag as it is");
            errors.push(error.with_span(token));
        }
        let args = errors.handle_in(|| QueueAttrs::from_list(&NestedMeta::parse_meta_list(args)?));
        let head = args.and_then(|args| errors.handle(Head::new(&item.ident, &item.attrs, args.common)));
        errors.finish()?;
        Ok(Self {
            head: head.expect("without an error there is one"),
            cfgs: cfgs(&item.attrs),
            ty: types::ungrouped(&item.ty).clone(),
            value: (*item.expr).clone(),
        })
    }
}

/// A function that says whether a part of the library works.
pub(crate) struct Health {
    pub(crate) head: Head,
    /// The function's `#[cfg]`s, which also hold for its check.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) function: Ident,
    /// Time in milliseconds that it may take.
    pub(crate) deadline: u32,
}

/// Deadline in milliseconds of a check that names none.
const DEADLINE: u32 = 1000;

impl Health {
    pub(crate) fn new(args: TokenStream, item: &ItemFn) -> Result<Self> {
        let mut errors = Error::accumulator();
        let signature = &item.sig;
        errors.handle(refuse_generics(&signature.generics, "a health check"));
        if let Some(token) = &signature.asyncness {
            let error = Error::custom(
                "a health check can't be `async`\nhint: remove it: a check has a thread of its own, and may block it",
            );
            errors.push(error.with_span(token));
        }
        if !signature.inputs.is_empty() {
            let error =
                Error::custom("a health check has no parameters\nhint: keep what it looks at in a static");
            errors.push(error.with_span(&signature.inputs));
        }
        let args = errors.handle_in(|| HealthAttrs::from_list(&NestedMeta::parse_meta_list(args)?));
        let deadline = args.as_ref().and_then(|args| args.deadline.as_ref()).map_or(DEADLINE, |it| it.0);
        let head = args.and_then(|args| errors.handle(Head::new(&signature.ident, &item.attrs, args.common)));
        errors.finish()?;
        Ok(Self {
            head: head.expect("without an error there is one"),
            cfgs: cfgs(&item.attrs),
            function: signature.ident.clone(),
            deadline,
        })
    }
}

fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect()
}

/// Returns the error for an attribute on another item.
pub(crate) fn misplaced(item: &impl Spanned, problem: &str) -> Error {
    Error::custom(problem).with_span(&item.span())
}
