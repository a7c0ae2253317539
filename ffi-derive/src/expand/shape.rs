//! Records of types as files of arenas have them: cut to what their bytes mean.
//!
//! `ffi-core/src/arena/schema.rs` compares them by lines, so each field, case and variant is one.

use proc_macro2::TokenStream;
use quote::quote;

use super::size_and_align;
use crate::ast::{Enum, Head, Newtype, Oneof, Variant};
use crate::record::{self, Object};

pub(super) fn oneof(oneof: &Oneof) -> TokenStream {
    shape("oneof", &oneof.head, |record| {
        size_and_align(&oneof.head, record);
        record.key("payload").size(&quote!(__FFI_PAYLOAD));
        fingerprint(&oneof.head, record);
        if oneof.arena.is_some() {
            record.key("in_arena").yes();
        }
        record.key("cases").lines(&oneof.cases, |value, case| {
            value.object(|record| {
                record.key("name").string(&case.item.name);
                record.key("tag").number(case.tag);
                if let Some(ty) = &case.ty {
                    record.key("type").nested(&quote!(__ffi::Facts::<#ty>::TYPE));
                }
            });
        });
    })
}

pub(super) fn enumeration(item: &Enum) -> TokenStream {
    shape("enum", &item.head, |record| {
        record.key("repr").string(&item.repr.to_string());
        fingerprint(&item.head, record);
        record.key("variants").lines(&item.variants, |line, variant| {
            line.object(|record| {
                record.key("name").string(&variant.item.name);
                record.key("value").signed(&value(item, variant));
            });
        });
    })
}

/// Returns a variant's value, of the record's type.
pub(super) fn value(item: &Enum, Variant { ident: variant, .. }: &Variant) -> TokenStream {
    let ident = &item.head.ident;
    quote!(#ident::#variant as __ffi::i64)
}

pub(super) fn newtype(item: &Newtype) -> TokenStream {
    let ty = &item.ty;
    shape("newtype", &item.head, |record| {
        fingerprint(&item.head, record);
        record.key("type").nested(&quote!(__ffi::Facts::<#ty>::TYPE));
    })
}

fn shape(kind: &str, head: &Head, rest: impl FnOnce(&mut Object<'_>)) -> TokenStream {
    record::cut(kind, &head.prefix.id(&head.item.name), &head.item.name, rest)
}

fn fingerprint(head: &Head, record: &mut Object<'_>) {
    let (fingerprint, _) = super::fingerprint(head);
    record.key("fingerprint").fingerprint(&fingerprint);
}
