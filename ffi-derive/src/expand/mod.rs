//! Checked items to Rust.
//!
//! Everything stands in one `const _: () = { .. }`, where `__ffi` is `ffi_core::__private`: no path depends on what the user
//! has imported, and no name is left behind. Names of ours that user tokens could meet begin with `__ffi`.

mod enumeration;
mod function;
mod message;

pub(crate) use enumeration::enumeration;
pub(crate) use function::function;
pub(crate) use message::message;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ast::Head;

/// The block around all that is written for an item.
fn block(head: &Head, contents: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    quote! {
        #[doc(hidden)]
        #[allow(
            deprecated,
            non_upper_case_globals,
            trivial_bounds,
            unsafe_code,
            unused_qualifications,
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction
        )]
        const _: () = {
            use #krate::__private as __ffi;
            #contents
        };
    }
}

/// The `static` that holds a fingerprint in the library, and the record.
fn exports(head: &Head, symbol: &str, fingerprint: &TokenStream, record: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    // Where rustc reports a symbol that another item has, too.
    let fingerprint = quote_spanned! {head.ident.span()=>
        #[unsafe(export_name = #symbol)]
        static __FFI_FINGERPRINT: __ffi::core::primitive::u64 = #fingerprint;
    };
    quote! {
        #fingerprint
        #krate::__record!(#record);
    }
}
