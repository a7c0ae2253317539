//! Writes Rust for checked items.
//!
//! All code is written in one `const _: () = { .. }`, in which `__ffi` is `ffi_core::__private`: no
//! path depends on the user's imports, and no name is left behind but those of a message's columns,
//! which are for users. Names of the derive that user tokens could meet begin with `__ffi`.

mod arena;
mod arena_oneof;
mod arena_proto;
mod columns;
mod enumeration;
mod error;
mod formats;
mod function;
mod json;
mod listener;
mod message;
mod newtype;
mod object;
mod oneof;
mod pool;
mod probe;
mod proto;
mod queue;
mod rules;
mod shape;
mod simd;
pub(crate) mod stand_in;
mod wire;

pub(crate) use arena::arena_from;
pub(crate) use enumeration::enumeration;
pub(crate) use error::error;
pub(crate) use formats::Formats;
pub(crate) use function::function;
pub(crate) use listener::listener;
pub(crate) use message::message;
pub(crate) use newtype::newtype;
pub(crate) use object::{object, service};
pub(crate) use oneof::oneof;
pub(crate) use probe::{flag, health};
use std::collections::HashSet;

use proc_macro2::TokenStream;
pub(crate) use queue::{enter, queue};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Ident, Type};

use crate::ast::{Container, Head, types};
use crate::attr::CommonAttrs;
use crate::record::Object;

/// Returns the types without those that were written before: rustc looks at each bound of an impl
/// for each of its functions.
fn distinct<'a>(types: impl IntoIterator<Item = &'a Type>) -> Vec<&'a Type> {
    let mut written = HashSet::new();
    types.into_iter().filter(|ty| written.insert(ty.to_token_stream().to_string())).collect()
}

/// Number of types that a tuple of `ffi_core` has at most.
const LONGEST_TUPLE: usize = 16;

/// Returns a list of types: a tuple, or two lists of half the types.
fn list(types: &[&Type]) -> TokenStream {
    if types.len() <= LONGEST_TUPLE {
        return quote!((#(#types,)*));
    }
    let (first, second) = types.split_at(types.len() / 2);
    let (first, second) = (list(first), list(second));
    quote!(__ffi::Both<#first, #second>)
}

/// Returns the block around all code that is written for an item.
fn block(head: &Head, contents: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    let allowed = allowed();
    quote! {
        #[doc(hidden)]
        #allowed
        const _: () = {
            use #krate::__private as __ffi;
            use __ffi::NoFacts as _;
            #contents
        };
    }
}

/// Returns the assertions of fields and cases whose type is called `String`, for an item with
/// mistakes. The type may be the user's, so only rustc can refuse it, and it would not see the type
/// otherwise.
pub(crate) fn strings(input: &DeriveInput) -> TokenStream {
    let types = fields(input).into_iter().map(|field| &field.ty);
    let assertions = types.filter(|ty| types::holds_string(ty)).map(shared);
    let krate = CommonAttrs::krate(&input.attrs);
    quote! {
        const _: () = {
            use #krate::__private as __ffi;
            #(#assertions)*
        };
    }
}

/// Returns the fields of a struct, and those of all variants.
fn fields(input: &DeriveInput) -> Vec<&Field> {
    match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|it| &it.fields).collect(),
        Data::Union(_) => Vec::new(),
    }
}

/// Returns `#[allow]`s of lints that users may have enabled, as users didn't write the code.
fn allowed() -> TokenStream {
    quote! {
        #[allow(
            deprecated,
            non_upper_case_globals,
            private_interfaces,
            trivial_bounds,
            unsafe_code,
            unused_qualifications,
            unused_unsafe,
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction
        )]
    }
}

/// Returns the record, and the `static` that holds a fingerprint in the library and keeps the
/// record there.
fn exports(head: &Head, symbol: &str, fingerprint: &TokenStream, record: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    // The span at which rustc reports a symbol that another item has.
    let export = quote_spanned! {head.ident.span()=>
        #[unsafe(export_name = #symbol)]
        static __FFI_EXPORT: __ffi::Export = __ffi::Export::new(#fingerprint, &__FFI_RECORD);
    };
    let unique = unique(head, symbol);
    quote! {
        #unique
        #krate::__record!(#record);
        #export
    }
}

/// Returns the fingerprint of a type, and the symbol under which a library exports it.
fn fingerprint(head: &Head) -> (TokenStream, String) {
    let ident = &head.ident;
    let symbol = head.prefix.type_symbol(&head.item.name, "fingerprint");
    (quote!(<#ident as __ffi::FfiType>::FINGERPRINT), symbol)
}

/// Writes the first entries of a type's record.
fn identity(head: &Head, record: &mut Object<'_>) {
    let (_, symbol) = fingerprint(head);
    record.key("id").string(&head.prefix.id(&head.item.name));
    record.key("symbols").object(|symbols| symbols.key("fingerprint").string(&symbol));
}

/// Writes the layout of a message or oneof into its record.
fn size_and_align(head: &Head, record: &mut Object<'_>) {
    let ident = &head.ident;
    record.key("size").size(&quote!(__ffi::core::mem::size_of::<#ident>()));
    record.key("align").size(&quote!(__ffi::core::mem::align_of::<#ident>()));
}

/// Returns a macro that is called after a symbol, for nobody to use. Exported macros are side by
/// side in the crate's root, wherever they are written, so rustc finds two items with one symbol
/// when it resolves names, and reports both places. Symbols themselves it compares later, and then
/// its error names one place and no way out.
fn unique(head: &Head, symbol: &str) -> TokenStream {
    let name = format_ident!(
        "__ffi_two_items_have_the_symbol__{symbol}__hint__rename_one_or_give_it_a_prefix",
        span = head.ident.span()
    );
    quote! {
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        #[macro_export]
        macro_rules! #name {
            () => {};
        }
    }
}

/// Returns the bounds of the containers in these types, which rustc checks at the user's own code.
/// The lifetime makes rustc accept bounds that don't hold.
fn container_bounds<'a>(types: impl IntoIterator<Item = &'a Type>) -> TokenStream {
    let bounds = types.into_iter().flat_map(types::containers).map(|(container, ty)| {
        let holds = match container {
            Container::PoolBox | Container::FfiQueue => quote!(FfiPooled),
            Container::FfiColumns => quote!(FfiColumnar),
            Container::FfiInput => quote!(FfiInputItem),
        };
        quote!(for<'__ffi_any> #ty: __ffi::#holds,)
    });
    quote!(#(#bounds)*)
}

/// Returns the assertion that each `N` in the type of a field or case is one that a length can
/// count to.
fn capacities(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> __ffi::assert_capacities(__ffi::Facts::<#ty>::CAPACITIES_FIT);)
}

/// Returns the only place at which rustc reports a field or case whose type isn't an `FfiType`: all
/// other code asks `Facts`.
fn shared(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> let _: __ffi::bool = <#ty as __ffi::FfiType>::ANY_BITS;)
}

/// Returns the `FfiValue` impl of a message or oneof, which is returned by value, and passed as a
/// pointer that is copied.
fn by_value(ident: &Ident) -> TokenStream {
    quote! {
        // SAFETY: the form gives both functions.
        #[automatically_derived]
        unsafe impl __ffi::FfiValue for #ident {
            type Abi = __ffi::core::mem::MaybeUninit<#ident>;
            type Param = *const #ident;
            type Crossing = __ffi::Copied;
        }
    }
}

/// Returns the `bytemuck::CheckedBitPattern` impl of a message or oneof.
fn checked(ident: &Ident) -> TokenStream {
    // The bound makes rustc report a missing `Copy` once, at this span.
    let copy = quote_spanned!(ident.span()=> where #ident: __ffi::core::marker::Copy);
    quote! {
        // SAFETY: `Bits` has the layout of the type and any bits; the check accepts only valid
        // values.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::CheckedBitPattern for #ident #copy {
            type Bits = __ffi::Bits<#ident>;

            #[inline]
            fn is_valid_bit_pattern(bits: &__ffi::Bits<#ident>) -> __ffi::bool {
                bits.is_valid()
            }
        }
    }
}
