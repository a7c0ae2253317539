//! `#[derive(FfiMessage)]` on an enum that holds data.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::arena_oneof::{self, ArenaOneof};
use super::formats::{self, Formats};
use super::{
    block, by_value, capacities, checked, distinct, exports, fingerprint, identity, shared, size_and_align,
};
use crate::ast::{Case, Oneof};
use crate::{names, record};

pub(crate) fn oneof(oneof: &Oneof, formats: Formats) -> TokenStream {
    let ident = &oneof.head.ident;
    let layout = layout(oneof);
    let implementations = implementations(oneof);
    let arena = oneof.arena.as_ref().map(|visibility| ArenaOneof::new(oneof, visibility));
    // A oneof that lives in an arena is not passed by itself.
    let parts = match &arena {
        Some(arena) => arena.implementation(),
        None => {
            let (value, plain) = (by_value(ident), arena_oneof::plain(oneof));
            quote!(#value #plain)
        }
    };
    let formats = formats::oneof(oneof, formats);
    let checked = oneof.checked.then(|| checked(ident));
    let (fingerprint, symbol) = fingerprint(&oneof.head);
    let exports = exports(&oneof.head, &symbol, &fingerprint, &record(oneof, &fingerprint));
    let block = block(&oneof.head, &quote! { #layout #implementations #parts #formats #checked #exports });
    let items = arena.map(|arena| arena.items());
    quote! { #items #block }
}

/// Returns the layout of `repr(C, u32)`, written out as structs: `offset_of!` of a case is not
/// stable.
fn layout(oneof: &Oneof) -> TokenStream {
    let ident = &oneof.head.ident;
    let members = oneof.payloads().map(|(tag, _, ty)| {
        let member = format_ident!("__ffi_case_{tag}");
        quote!(#member: __ffi::core::mem::ManuallyDrop<#ty>)
    });
    let not_empty =
        oneof.payloads().map(|(_, _, ty)| quote_spanned!(ty.span()=> __ffi::assert_not_empty::<#ty>();));
    let shared = oneof.payloads().map(|(_, _, ty)| shared(ty));
    let capacities = oneof.payloads().map(|(_, _, ty)| capacities(ty));
    let seen = seen(oneof);
    let count = Literal::usize_unsuffixed(oneof.cases.len());
    let assertions = quote_spanned! {ident.span()=>
        const _: () = {
            #(#shared)*
            #(#not_empty)*
            #(#capacities)*
            __ffi::assert_oneof::<#ident, __FfiShadow>();
            __ffi::assert_no_destructor::<#ident>();
            // Only the discriminant of the memory is ever touched, so a large oneof costs nothing.
            let mut memory = __ffi::core::mem::MaybeUninit::<#ident>::uninit();
            let mut tag = 0;
            while tag < #count {
                // SAFETY: the memory belongs to this function, and has at least four bytes that are
                // aligned to four, as the shadow's.
                unsafe { memory.as_mut_ptr().cast::<__ffi::u32>().write(tag) };
                // SAFETY: a oneof has its discriminant there, which is all that the function reads;
                // if there is no such case, or rustc has the discriminant elsewhere, const
                // evaluation says so.
                let case = unsafe { __ffi_seen(memory.as_ptr()) };
                // SAFETY: the value of the case is in the oneof's memory.
                unsafe { __ffi::assert_case(tag, memory.as_ptr(), case, __FFI_PAYLOAD) };
                tag += 1;
            }
        };
    };
    quote! {
        #[allow(dead_code)]
        #[repr(C)]
        union __FfiPayload {
            #(#members,)*
        }

        #[allow(dead_code)]
        #[repr(C)]
        struct __FfiShadow {
            __ffi_tag: __ffi::u32,
            __ffi_payload: __FfiPayload,
        }

        const __FFI_PAYLOAD: __ffi::usize = __ffi::offset_of!(__FfiShadow, __ffi_payload);
        #seen
        #assertions
    }
}

/// Returns a function that compiles only if the cases that rustc has are those of the derive's
/// tokens, and no others. It returns the position of the active case, and the address of its value.
fn seen(oneof: &Oneof) -> TokenStream {
    let ident = &oneof.head.ident;
    // They are written as structs, which can't be constants of these names.
    let cases = oneof.cases.iter().enumerate().map(|(position, Case { ident: case, ty, .. })| {
        let position = Literal::usize_unsuffixed(position);
        match ty {
            Some(ty) => quote_spanned! {ty.span()=>
                #ident::#case { 0: __ffi_value } => {
                    let __ffi_value = &raw const *__ffi_value;
                    __ffi::Place(__ffi_value).assert_seen::<#ty>();
                    (#position, __ffi::Option::Some(__ffi_value.cast()))
                }
            },
            None => quote!(#ident::#case {} => (#position, __ffi::Option::None),),
        }
    });
    quote_spanned! {ident.span()=>
        const unsafe fn __ffi_seen(
            __ffi_oneof: *const #ident,
        ) -> (
            __ffi::u32,
            __ffi::Option<*const __ffi::u8>,
        ) {
            // SAFETY: the caller vouches for the discriminant; no more is read.
            match unsafe { &*__ffi_oneof } {
                #(#cases)*
            }
        }
    }
}

fn implementations(oneof: &Oneof) -> TokenStream {
    let ident = &oneof.head.ident;
    let name = &oneof.head.item.name;
    let id = oneof.head.prefix.id(name);
    let reference = format!("{{\"oneof\":\"{id}\"}}");
    let name_hash = names::hash(name);
    let facts = oneof.cases.iter().map(|case| {
        let hash = names::hash(&case.item.name);
        let ty = case.ty.as_ref().map_or_else(
            || quote!(__ffi::fingerprint::NOTHING),
            |ty| quote!(__ffi::Facts::<#ty>::FINGERPRINT),
        );
        quote!(#hash, #ty)
    });
    let checks = oneof.payloads().map(|(tag, case, ty)| {
        let (tag, name) = (Literal::usize_unsuffixed(tag), &case.item.name);
        quote! {
            // SAFETY: a case of that discriminant holds a value of that type there, and the oneof
            // fulfils the contract of `check`.
            #tag => unsafe { __ffi::Facts::<#ty>::check_field(oneof, __FFI_PAYLOAD, #name) },
        }
    });
    let units = oneof.cases.iter().enumerate().filter(|(_, case)| case.ty.is_none());
    let units = units.map(|(tag, _)| Literal::usize_unsuffixed(tag));
    let types = distinct(oneof.payloads().map(|(_, _, ty)| ty));
    let in_arena = oneof.arena.as_ref().map(|_| {
        quote!(
            const ARENA: __ffi::bool = true;
        )
    });
    quote! {
        // SAFETY: zero is the discriminant of the first case, which holds nothing.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: the enum is `repr(C, u32)`, and the value of each case is an `FfiType`; it has no
        // destructor, by the assertion above; type, fingerprint and check cover every case.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for #ident {
            type Form = __ffi::Itself;
            const TYPE: __ffi::Fragment = &[__ffi::Piece::Text(#reference)];
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(&[
                __ffi::fingerprint::ONEOF,
                #name_hash,
                __ffi::core::mem::size_of::<#ident>() as __ffi::u64,
                __ffi::core::mem::align_of::<#ident>() as __ffi::u64,
                __FFI_PAYLOAD as __ffi::u64,
                #(#facts,)*
            ]);
            const ANY_BITS: __ffi::bool = false;
            const SECRET: __ffi::bool = false #(|| __ffi::Facts::<#types>::SECRET)*;
            #in_arena

            #[inline]
            unsafe fn check(oneof: *const #ident) -> __ffi::Result<(), __ffi::InvalidValue> {
                // SAFETY: by this function's contract `oneof` is aligned and initialised, and
                // nobody writes to it.
                match unsafe { __ffi::oneof_tag(oneof) } {
                    #(#units)|* => __ffi::Result::Ok(()),
                    #(#checks)*
                    tag => __ffi::Result::Err(__ffi::unknown_case::<#ident>(tag)),
                }
            }
        }

        // SAFETY: the enum is `repr(C, u32)`, and the union of its cases lies where the shadow has
        // it.
        #[automatically_derived]
        unsafe impl __ffi::FfiOneof for #ident {
            const NAME: &'static __ffi::str = #name;
            const ID: &'static __ffi::str = #id;
            const PAYLOAD: __ffi::usize = __FFI_PAYLOAD;
        }
    }
}

fn record(oneof: &Oneof, fingerprint: &TokenStream) -> TokenStream {
    record::write("oneof", &oneof.head.item, |record| {
        identity(&oneof.head, record);
        size_and_align(&oneof.head, record);
        record.key("payload").size(&quote!(__FFI_PAYLOAD));
        record.key("fingerprint").fingerprint(fingerprint);
        if oneof.arena.is_some() {
            record.key("in_arena").yes();
        }
        record.key("cases").array(&oneof.cases, |value, case| {
            value.object(|record| {
                record.item(&case.item);
                record.key("tag").number(case.tag);
                case.wire.record(record);
                if let Some(ty) = &case.ty {
                    record.key("type").nested(&quote!(__ffi::Facts::<#ty>::TYPE));
                }
            });
        });
    })
}
