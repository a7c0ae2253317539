//! Kernels of a message.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use crate::ast::{Field, Message, types};
use crate::record::Object;

/// Returns `FfiSimd` and the function that C calls, and writes its entry in the record.
pub(super) fn simd(message: &Message, record: &mut Object<'_>) -> TokenStream {
    let head = &message.head;
    let (ident, krate) = (&head.ident, &head.krate);
    let symbol = head.prefix.type_symbol(&head.item.name, "simd");
    record.key("simd").object(|simd| {
        simd.key("symbol").string(&symbol);
        simd.key("lanes").size(&quote!(<#ident as __ffi::FfiType>::LANES.count));
    });
    let assertion = quote_spanned! {message.simd.flag.span()=>
        const _: () = __ffi::assert_numeric(<#ident as __ffi::Derived>::PARTS);
    };
    // The answers of rustc about a type go into the parameters of other types: a macro doesn't know
    // them. For rustc each of them is an item with a body. So a type that is called like a number
    // is written as that number, and const evaluation asserts that it is one.
    let numbers = |ty: TokenStream| {
        let lanes = quote!(__ffi::Facts::<#ty>::LANES);
        (quote!(<__ffi::Kind<{ #lanes.kind }> as __ffi::NumberOf>::Number), quote!({ #lanes.count }))
    };
    let (number, count) = numbers(quote!(#ident));
    let fields = message.fields.iter().map(|Field { ident: field, ty, written, item, .. }| {
        let (number, count) = match types::number(written) {
            Some(number) => (quote!(__ffi::#number), quote!(1)),
            None => numbers(quote!(#ty)),
        };
        let doc = item.doc.as_ref().map(|doc| quote!(#[doc = #doc]));
        quote!(#doc pub #field: __ffi::Field<#ident, #number, #count>)
    });
    let handles = message.fields.iter().enumerate().map(|(index, Field { ident: field, written, .. })| {
        let index = Literal::usize_unsuffixed(index);
        match types::number(written) {
            Some(_) => quote!(#field: __ffi::Field::of_number(__ffi_parts, __FFI_FIELDS, #index)),
            None => quote!(#field: __ffi::Field::new(__FFI_FIELDS[#index].offset)),
        }
    });
    let operations = &message.simd.operations;
    let named = (!operations.is_empty()).then(
        || quote!(<{ #(__ffi::sets::#operations |)* __ffi::sets::kinds(<#ident as __ffi::Derived>::PARTS) }>),
    );
    quote! {
        #krate::__simd! {
            #assertion

            /// The fields of the message, as kernels take them.
            pub struct __FfiFields {
                #(#fields,)*
            }

            #[automatically_derived]
            impl __ffi::core::marker::Copy for __FfiFields {}

            #[automatically_derived]
            impl __ffi::core::clone::Clone for __FfiFields {
                #[inline]
                fn clone(&self) -> Self {
                    *self
                }
            }

            #[automatically_derived]
            impl __ffi::core::fmt::Debug for __FfiFields {
                fn fmt(&self, f: &mut __ffi::core::fmt::Formatter<'_>) -> __ffi::core::fmt::Result {
                    __ffi::show_fields(<#ident as __ffi::Derived>::PARTS, __FFI_FIELDS, f)
                }
            }

            // SAFETY: if `LANES` says so, the message is that many consecutive numbers, and any
            // bits are a number.
            #[automatically_derived]
            unsafe impl __ffi::FfiSimd for #ident {
                type Numbers = __ffi::Numbers<#number, #count>;
                type Fields = __FfiFields;
                const FIELDS: __FfiFields = {
                    let __ffi_parts = <#ident as __ffi::Derived>::PARTS;
                    // SAFETY: each field lies at the offset of its member, and is what its part
                    // says.
                    unsafe { __FfiFields { #(#handles,)* } }
                };
            }

            static __FFI_SIMD: __ffi::RecordKernels =
                <<#ident as __ffi::FfiSimd>::Numbers as __ffi::RecordTable #named>::TABLE;

            #[unsafe(export_name = #symbol)]
            extern "C" fn __ffi_simd() -> &'static __ffi::RecordKernels {
                &__FFI_SIMD
            }
        }
    }
}
