//! `#[ffi_export]` on a static.

use darling::ast::NestedMeta;
use darling::{Error, FromMeta, Result};
use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Attribute, ItemStatic, StaticMutability, Type};

use super::{Head, types};
use crate::attr::QueueAttrs;

/// A queue that C can reach.
pub(crate) struct Queue {
    pub(crate) head: Head,
    /// The static's `#[cfg]`s, which also hold for its functions.
    pub(crate) cfgs: Vec<Attribute>,
    /// The type as the user wrote it.
    pub(crate) ty: Type,
}

impl Queue {
    /// Returns false if the name of the type says that it is no queue, so that rustc reports that
    /// once: names of primitive types are in small letters.
    pub(crate) fn may_be_queue(&self) -> bool {
        let Type::Path(path) = &self.ty else { return false };
        let last = path.path.segments.last().map(|it| it.ident.to_string());
        last.is_some_and(|name| !name.starts_with(|it: char| it.is_ascii_lowercase()))
    }
}

impl Queue {
    pub(crate) fn new(args: TokenStream, item: &ItemStatic) -> Result<Self> {
        let mut errors = Error::accumulator();
        if let StaticMutability::Mut(token) = &item.mutability {
            let error = Error::custom(
                "an exported queue can't be `mut`\nhint: remove it: all threads share a queue as it is",
            );
            errors.push(error.with_span(token));
        }
        let ty = types::ungrouped(&item.ty);
        if let Type::Path(_) = ty {
            // The name of the type proves nothing, so rustc checks it.
        } else {
            let error = Error::custom(
                "only a queue can be exported\nhint: `static FRAMES: FfiQueue<Frame, 8> = FfiQueue::new();`",
            );
            errors.push(error.with_span(&ty.span()));
        }
        let args = errors.handle_in(|| QueueAttrs::from_list(&NestedMeta::parse_meta_list(args)?));
        let head = args.and_then(|args| errors.handle(Head::new(&item.ident, &item.attrs, args.common)));
        errors.finish()?;
        Ok(Self {
            head: head.expect("without an error there is one"),
            cfgs: item.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect(),
            ty: ty.clone(),
        })
    }
}
