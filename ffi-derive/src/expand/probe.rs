//! `#[ffi_flag]` and `#[ffi_health]`: one C function each.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{block, exports};
use crate::ast::{Flag, Head, Health};
use crate::{names, record};

pub(crate) fn flag(flag: &Flag) -> TokenStream {
    let Flag { head, cfgs, ty, value } = flag;
    let (ident, symbol) = (&head.ident, symbol(head, "flag"));
    // The attribute saw this type; rustc may see another, such as one that another attribute wrote.
    let seen = quote_spanned!(ty.span()=> static __FFI_FLAG: &__ffi::Flag = &#ident;);
    let on = quote_spanned!(value.span()=> __ffi::Flag::is_on_from_start(&#value));
    let record = record::write("flag", &head.item, |record| {
        record.key("on").flag(&quote!(const { #on }));
        identity(head, "flag", &symbol, record);
    });
    let export = quote_spanned! {ident.span()=>
        #[unsafe(export_name = #symbol)]
        extern "C" fn __ffi_flag(set: __ffi::i32) -> __ffi::i32 {
            __ffi::flag(__FFI_FLAG, set)
        }
    };
    let exports = exports(head, &signature(head, "flag"), &fingerprint(head, "flag"), &record);
    let block = block(head, &quote! { #seen #export #exports });
    quote! { #(#cfgs)* #block }
}

pub(crate) fn health(health: &Health) -> TokenStream {
    let Health { head, cfgs, function, deadline } = health;
    let (name, krate) = (&head.item.name, &head.krate);
    let symbol = symbol(head, "health");
    let record = record::write("health", &head.item, |record| {
        record.key("deadline").number(*deadline);
        identity(head, "health", &symbol, record);
    });
    let run = quote_spanned! {function.span()=>
        || __ffi::Outcome::into_outcome(#function())
    };
    let export = quote_spanned! {function.span()=>
        #[unsafe(export_name = #symbol)]
        extern "C" fn __ffi_health(start: __ffi::i32) -> *mut __ffi::FfiOwned {
            __ffi::health(&__FFI_CHECK, start)
        }
    };
    let exports = exports(head, &signature(head, "health"), &fingerprint(head, "health"), &record);
    let contents = quote! {
        #krate::__production! { library
            static __FFI_CHECK: __ffi::HealthCheck = __ffi::HealthCheck::new(#name, #deadline, #run);
            #export
        }
        #krate::__production! { health }
        #exports
    };
    let block = block(head, &contents);
    quote! { #(#cfgs)* #block }
}

/// Returns the symbol of the C function.
fn symbol(head: &Head, kind: &str) -> String {
    head.prefix.queue_symbol(&head.item.name, kind)
}

/// Returns the symbol of the fingerprint.
fn signature(head: &Head, kind: &str) -> String {
    head.prefix.queue_symbol(&head.item.name, &format!("{kind}_signature"))
}

fn fingerprint(head: &Head, kind: &str) -> TokenStream {
    let kind = format_ident!("{}", kind.to_uppercase());
    let name_hash = names::hash(&head.item.name);
    quote!(__ffi::fingerprint::mix(&[__ffi::fingerprint::#kind, #name_hash]))
}

fn identity(head: &Head, kind: &str, symbol: &str, record: &mut record::Object<'_>) {
    record.key("fingerprint").fingerprint(&fingerprint(head, kind));
    record.key("symbols").object(|symbols| {
        symbols.key("fingerprint").string(&signature(head, kind));
        symbols.key("call").string(symbol);
    });
}
