//! Code for protobuf and JSON, which is written only for an `ffi_core` with the feature `proto`.
//!
//! `ffi_core` exports the derive that fits its features, so the code isn't written to be dropped:
//! it is more than half of all that is written for a message.

use proc_macro2::TokenStream;
use quote::quote;

use super::{arena_proto, json, proto};
use crate::ast::{Enum, Message, Newtype, Oneof};
use crate::record::Object;

/// Formats of messages besides their memory, for which code is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formats {
    /// Protobuf and JSON.
    All,
    /// None, as `ffi_core` has none.
    Nothing,
}

/// Returns the formats of a message, and writes their entries in the record.
pub(super) fn message(message: &Message, formats: Formats, record: &mut Object<'_>) -> TokenStream {
    if formats == Formats::Nothing {
        return TokenStream::new();
    }
    let proto = match &message.arena {
        Some(_) => arena_proto::message(message, record),
        None => {
            let (plain, proto) = (arena_proto::plain_message(&message.head), proto::message(message, record));
            quote!(#plain #proto)
        }
    };
    let json = json::message(message, record);
    quote!(#proto #json)
}

pub(super) fn oneof(oneof: &Oneof, formats: Formats) -> TokenStream {
    if formats == Formats::Nothing {
        return TokenStream::new();
    }
    let proto = match &oneof.arena {
        Some(_) => arena_proto::oneof(oneof),
        None => {
            let types = oneof.payloads().map(|(.., ty)| ty);
            let (proto, in_arenas) = (proto::oneof(oneof), arena_proto::plain_oneof(oneof, types));
            quote!(#proto #in_arenas)
        }
    };
    let json = json::oneof(oneof);
    quote!(#proto #json)
}

pub(super) fn newtype(item: &Newtype, formats: Formats) -> TokenStream {
    if formats == Formats::Nothing {
        return TokenStream::new();
    }
    let in_arenas = arena_proto::plain(&item.head, [&item.ty], Some(&item.ty));
    let (proto, json) = (proto::newtype(item), json::newtype(item));
    quote!(#proto #in_arenas #json)
}

pub(super) fn enumeration(item: &Enum, formats: Formats) -> TokenStream {
    if formats == Formats::Nothing {
        return TokenStream::new();
    }
    let (proto, in_arenas) = (proto::enumeration(item), arena_proto::enumeration(&item.head));
    let json = json::enumeration(item);
    quote!(#proto #in_arenas #json)
}
