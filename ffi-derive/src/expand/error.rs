//! `#[derive(FfiError)]`.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{block, exports, identity};
use crate::ast::{ErrorField, ErrorVariant, FfiError};
use crate::{names, record};

pub(crate) fn error(error: &FfiError) -> TokenStream {
    let head = &error.head;
    let ident = &head.ident;
    let assertions = assertions(error);
    let layouts = error.variants.iter().enumerate().filter_map(|(index, it)| layout(index, it));
    let implementation = implementation(error);
    let fingerprint = quote!(<#ident as __ffi::FfiError>::FINGERPRINT);
    let symbol = head.prefix.type_symbol(&head.item.name, "fingerprint");
    let exports = exports(head, &symbol, &fingerprint, &record(error, &fingerprint));
    let contents = quote! {
        use __ffi::{NoErrorFacts as _, NoTexts as _};
        #assertions
        #(#layouts)*
        #implementation
        #exports
    };
    block(head, &contents)
}

fn all_fields(error: &FfiError) -> impl Iterator<Item = &ErrorField> {
    error.variants.iter().filter_map(|it| it.fields.as_ref()).flatten()
}

/// Returns the type that the payload has for a field.
fn sent(field: &ErrorField) -> TokenStream {
    let ty = &field.ty;
    if field.displayed { quote!(__ffi::String) } else { quote!(#ty) }
}

/// Returns the only places at which rustc reports a field that can't be sent, and an error that is
/// none.
fn assertions(error: &FfiError) -> TokenStream {
    let ident = &error.head.ident;
    let fields = all_fields(error).filter(|field| !field.displayed).map(|ErrorField { ty, .. }| {
        quote_spanned! {ty.span()=>
            const _: __ffi::usize = <#ty as __ffi::FfiErrorField>::SIZE;
        }
    });
    let is_error = quote_spanned!(ident.span()=> const _: () = __ffi::assert_error::<#ident>(););
    quote!(#is_error #(#fields)*)
}

fn layout_name(index: usize) -> proc_macro2::Ident {
    format_ident!("__FFI_LAYOUT_{index}")
}

/// Returns the layout of a variant's payload, which rustc works out; none for an internal one.
fn layout(index: usize, variant: &ErrorVariant) -> Option<TokenStream> {
    let fields = variant.fields.as_ref()?;
    let (name, count) = (layout_name(index), Literal::usize_unsuffixed(fields.len()));
    let parts = fields.iter().map(|field| {
        let ty = sent(field);
        quote!((__ffi::ErrorFacts::<#ty>::SIZE, __ffi::ErrorFacts::<#ty>::ALIGN))
    });
    Some(quote! {
        const #name: __ffi::ErrorLayout<#count> = __ffi::error_layout([#(#parts),*]);
    })
}

fn layout_of(index: usize, variant: &ErrorVariant) -> TokenStream {
    let name = layout_name(index);
    if variant.fields.is_some() { quote!(#name) } else { quote!(__ffi::INTERNAL) }
}

/// Returns the number of a variant: 0 for that of a struct.
fn number(error: &FfiError, index: usize) -> u32 {
    if error.is_struct { 0 } else { u32::try_from(index + 1).expect("rustc takes fewer variants") }
}

fn implementation(error: &FfiError) -> TokenStream {
    let ident = &error.head.ident;
    let name = &error.head.item.name;
    let id = error.head.prefix.id(name);
    let name_hash = names::hash(name);
    let is_struct = u64::from(error.is_struct);
    let facts = error.variants.iter().enumerate().map(|(index, variant)| {
        let layout = layout_of(index, variant);
        let hash = names::hash(&variant.item.name);
        let internal = u64::from(variant.fields.is_none());
        let count = variant.fields.as_ref().map_or(0, Vec::len) as u64;
        let fields = variant.fields.iter().flatten().enumerate().map(|(field_index, field)| {
            let (hash, ty) = (names::hash(&field.item.name), sent(field));
            let field_index = Literal::usize_unsuffixed(field_index);
            quote! {
                #hash,
                #layout.offsets[#field_index] as __ffi::u64,
                __ffi::ErrorFacts::<#ty>::FINGERPRINT,
            }
        });
        quote! {
            #hash,
            #internal,
            #layout.size as __ffi::u64,
            #layout.align as __ffi::u64,
            #count,
            #(#fields)*
        }
    });
    let arms = error.variants.iter().enumerate().map(|(index, variant)| arm(error, index, variant));
    let text = text(error);
    quote! {
        // SAFETY: the payload of each variant is written by the layout that its record has.
        #[automatically_derived]
        unsafe impl __ffi::FfiError for #ident {
            const ID: &'static __ffi::str = #id;
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(&[
                __ffi::fingerprint::ERROR,
                #name_hash,
                #is_struct,
                #(#facts)*
            ]);

            fn into_failure(self) -> __ffi::Failure {
                let __ffi_text = #text;
                match self {
                    #(#arms)*
                }
            }
        }
    }
}

/// Returns the text of the error, which is taken before its fields are. That of an internal variant
/// stays in Rust, so it is not made: `Display` may be slow, or panic.
fn text(error: &FfiError) -> TokenStream {
    let ident = &error.head.ident;
    let made = quote!(__ffi::Texts::<#ident>::of(&self));
    let (sent, internal): (Vec<_>, Vec<_>) = error.variants.iter().partition(|it| it.fields.is_some());
    if internal.is_empty() {
        return made;
    }
    let arm = |variants: Vec<&ErrorVariant>, value| {
        let paths: Vec<_> = variants.into_iter().map(|it| path(error, it)).collect();
        (!paths.is_empty()).then(|| quote!(#(#paths { .. })|* => #value,))
    };
    let (internal, sent) = (arm(internal, quote!(__ffi::ErrorText::NONE)), arm(sent, made));
    quote!(match &self { #internal #sent })
}

fn path(error: &FfiError, variant: &ErrorVariant) -> TokenStream {
    let ident = &variant.ident;
    if error.is_struct { quote!(Self) } else { quote!(Self::#ident) }
}

/// Returns the arm of a variant. It has every field, so that it compiles only if rustc sees the
/// fields that the derive saw.
fn arm(error: &FfiError, index: usize, variant: &ErrorVariant) -> TokenStream {
    let (path, number) = (path(error, variant), number(error, index));
    let Some(fields) = &variant.fields else {
        let error = &error.head.ident;
        return quote!(#path { .. } => __ffi::Texts::<#error>::internal(#number, &self),);
    };
    let layout = layout_name(index);
    let locals: Vec<_> = (0..fields.len()).map(|it| format_ident!("__ffi_field_{it}")).collect();
    let members = fields.iter().map(|field| &field.member);
    let writes = fields.iter().zip(&locals).enumerate().map(|(field_index, (field, local))| {
        let (ty, field_index) = (&field.ty, Literal::usize_unsuffixed(field_index));
        let sent = sent(field);
        let value = if field.displayed {
            quote_spanned!(ty.span()=> __ffi::displayed::<#ty>(&#local))
        } else {
            quote!(#local)
        };
        quote! {
            __ffi::ErrorFacts::<#sent>::write(#value, __ffi_writer, #layout.offsets[#field_index]);
        }
    });
    quote! {
        #path { #(#members: #locals),* } => __ffi_text.failure(#number, &#layout, |__ffi_writer| {
            #(#writes)*
        }),
    }
}

fn record(error: &FfiError, fingerprint: &TokenStream) -> TokenStream {
    record::write("error", &error.head.item, |record| {
        identity(&error.head, record);
        record.key("fingerprint").fingerprint(fingerprint);
        if error.is_struct {
            record.key("struct").yes();
        }
        record.key("variants").array(error.variants.iter().enumerate(), |value, (index, variant)| {
            let layout = layout_of(index, variant);
            value.object(|record| {
                record.item(&variant.item);
                if variant.fields.is_none() {
                    record.key("internal").yes();
                }
                record.key("size").size(&quote!(#layout.size));
                record.key("align").size(&quote!(#layout.align));
                let fields = variant.fields.iter().flatten().enumerate();
                record.key("fields").array(fields, |value, (field_index, field)| {
                    let (ty, field_index) = (sent(field), Literal::usize_unsuffixed(field_index));
                    value.object(|record| {
                        record.item(&field.item);
                        record.key("offset").size(&quote!(#layout.offsets[#field_index]));
                        record.key("type").nested(&quote!(__ffi::ErrorFacts::<#ty>::TYPE));
                    });
                });
            });
        });
    })
}
