//! `#[derive(FfiNewtype)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::formats::{self, Formats};
use super::{arena, block, capacities, exports, fingerprint, identity};
use crate::ast::Newtype;
use crate::record;

pub(crate) fn newtype(item: &Newtype, formats: Formats) -> TokenStream {
    let (layout, implementations) = (layout(item), implementations(item));
    let (fingerprint, symbol) = fingerprint(&item.head);
    let exports = exports(&item.head, &symbol, &fingerprint, &record(item, &fingerprint));
    let arena = arena::newtype(item);
    let formats = formats::newtype(item, formats);
    block(&item.head, &quote! { #layout #implementations #arena #formats #exports })
}

fn layout(item: &Newtype) -> TokenStream {
    let (ident, ty) = (&item.head.ident, &item.ty);
    // The only place at which rustc reports a type that can't be in a newtype.
    let wrapped = quote_spanned!(ty.span()=> __ffi::assert_wrapped::<#ty>(););
    let capacities = capacities(ty);
    // An attribute macro below the derive may have changed the field since.
    // The name has one span, as a type that a macro passed on has another.
    let value = format_ident!("__ffi_newtype", span = ident.span());
    let seen = quote_spanned!(ty.span()=> __ffi::Place(&raw const #value.0).assert_seen::<#ty>(););
    quote_spanned! {ident.span()=>
        const _: () = {
            #wrapped
            #capacities
            __ffi::assert_transparent::<#ident, #ty>();
            __ffi::assert_no_destructor::<#ident>();
        };

        const fn __ffi_seen(#value: &#ident) {
            let #ident(_) = #value;
            #seen
        }
    }
}

fn implementations(item: &Newtype) -> TokenStream {
    let (ident, ty) = (&item.head.ident, &item.ty);
    let id = item.head.prefix.id(&item.head.item.name);
    let reference = format!("{{\"newtype\":\"{id}\"}}");
    quote! {
        // SAFETY: the type in it is an `FfiType`, so zeros are a value.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: a struct whose only field has any bits as values, without padding.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Pod for #ident
        where
            for<'__ffi_any> #ty: __ffi::bytemuck::Pod,
            for<'__ffi_any> #ident: __ffi::core::marker::Copy,
        {
        }

        // SAFETY: the struct consists of one field of a type that is an `FfiType`, by the
        // assertions above; type, fingerprint and check are those of the field.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for #ident {
            type Form = __ffi::Itself;
            const TYPE: __ffi::Fragment = &[__ffi::Piece::Text(#reference)];
            const FINGERPRINT: __ffi::u64 = __ffi::Facts::<#ty>::FINGERPRINT;
            const ANY_BITS: __ffi::bool = __ffi::Facts::<#ty>::ANY_BITS;
            const CAPACITIES_FIT: __ffi::bool = __ffi::Facts::<#ty>::CAPACITIES_FIT;
            const LANES: __ffi::Lanes = __ffi::Facts::<#ty>::LANES;
            const SECRET: __ffi::bool = __ffi::Facts::<#ty>::SECRET;

            #[inline]
            unsafe fn check(
                value: *const Self,
            ) -> __ffi::Result<(), __ffi::InvalidValue> {
                // SAFETY: the field is at the start of the struct, which fulfils the contract of
                // `check`.
                unsafe { __ffi::Facts::<#ty>::check(value.cast::<#ty>()) }
            }
        }

        #[automatically_derived]
        impl __ffi::FfiWrapped for #ident {}

        // SAFETY: the struct is `repr(transparent)`, and C has the type in it.
        #[automatically_derived]
        unsafe impl __ffi::FfiValue for #ident
        where
            for<'__ffi_any> #ty: __ffi::FfiValue,
        {
            type Abi = <#ty as __ffi::FfiValue>::Abi;
            type Param = <#ty as __ffi::FfiValue>::Param;
            type Crossing = __ffi::Itself;

            #[inline]
            fn into_abi(self) -> Self::Abi {
                <#ty as __ffi::FfiValue>::into_abi(self.0)
            }

            #[inline]
            unsafe fn from_param(
                param: Self::Param,
                name: &'static __ffi::str,
            ) -> __ffi::Result<Self, __ffi::Failure> {
                // SAFETY: the callee has the same contract, for a type of the same layout.
                unsafe { <#ty as __ffi::FfiValue>::from_param(param, name) }.map(Self)
            }
        }
    }
}

fn record(item: &Newtype, fingerprint: &TokenStream) -> TokenStream {
    let ty = &item.ty;
    record::write("newtype", &item.head.item, |record| {
        identity(&item.head, record);
        record.key("fingerprint").fingerprint(fingerprint);
        record.key("type").nested(&quote!(__ffi::Facts::<#ty>::TYPE));
        if let Some(dart) = &item.dart {
            record.key("dart").object(|record| {
                record.key("type").string(&dart.name);
                if let Some(import) = &dart.import {
                    record.key("import").string(import);
                }
                record.key("from").string(&dart.from);
                record.key("to").string(&dart.to);
            });
        }
    })
}
