//! Kernels of a message.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ast::{Field, Message};
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
        const _: () = __ffi::assert_numeric(&<#ident as __ffi::Derived>::PARTS);
    };
    // The answers of rustc about a type go into the parameters of other types: a macro doesn't know
    // them.
    let numbers = |ty: TokenStream| {
        let lanes = quote!(__ffi::Facts::<#ty>::LANES);
        (quote!(<__ffi::Kind<{ #lanes.kind }> as __ffi::NumberOf>::Number), quote!({ #lanes.count }))
    };
    let (number, count) = numbers(quote!(#ident));
    let fields = message.fields.iter().map(|Field { ident: field, ty, item, .. }| {
        let (number, count) = numbers(quote!(#ty));
        let doc = item.doc.as_ref().map(|doc| quote!(#[doc = #doc]));
        quote!(#doc pub #field: __ffi::Field<#ident, #number, #count>)
    });
    let handles = message.fields.iter().map(|Field { ident: field, .. }| {
        quote! {
            // SAFETY: the field lies at that offset, and is what `LANES` of its type says.
            #field: unsafe { __ffi::Field::new(__ffi::offset_of!(#ident, #field)) }
        }
    });
    let operations = &message.simd.operations;
    let named = (!operations.is_empty()).then(|| {
        quote!(<{ #(__ffi::sets::#operations |)* __ffi::sets::kinds(&<#ident as __ffi::Derived>::PARTS) }>)
    });
    quote! {
        #krate::__simd! {
            #assertion

            /// The fields of the message, as kernels take them.
            #[derive(__ffi::core::clone::Clone, __ffi::core::marker::Copy, __ffi::core::fmt::Debug)]
            pub struct __FfiFields {
                #(#fields,)*
            }

            // SAFETY: if `LANES` says so, the message is that many consecutive numbers, and any
            // bits are a number.
            #[automatically_derived]
            unsafe impl __ffi::FfiSimd for #ident {
                type Numbers = __ffi::Numbers<#number, #count>;
                type Fields = __FfiFields;
                const FIELDS: __FfiFields = __FfiFields { #(#handles,)* };
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
