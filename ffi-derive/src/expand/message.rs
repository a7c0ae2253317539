//! `#[derive(FfiMessage)]`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::arena::{self, Arena};
use super::columns::Columns;
use super::formats::{self, Formats};
use super::{
    block, by_value, capacities, checked, distinct, exports, fingerprint, identity, pool, rules, shared,
    simd, size_and_align,
};
use crate::ast::{Alias, Field, Message};
use crate::{names, record};

pub(crate) fn message(message: &Message, formats: Formats) -> TokenStream {
    let head = &message.head;
    let layout = layout(message);
    let implementations = implementations(message);
    let byte_traits = byte_traits(message);
    let arena = message.arena.as_ref().map(|visibility| Arena::new(message, visibility));
    // A message that lives in an arena is not passed by itself.
    let value = match &arena {
        Some(arena) => arena.implementation(),
        None => {
            let (value, plain) = (by_value(&head.ident), arena::plain_message(message));
            quote!(#value #plain)
        }
    };
    let (fingerprint, symbol) = fingerprint(head);
    // `parts` is the code for the message's attributes, and `columns` the items that users name.
    let (mut parts, mut columns) = (TokenStream::new(), None);
    let record = record::write("message", &head.item, |record| {
        identity(head, record);
        size_and_align(head, record);
        record.key("fingerprint").fingerprint(&fingerprint);
        parts.extend(formats::message(message, formats, record));
        if !message.reserved.is_empty() {
            record.key("reserved").array(&message.reserved, |range, (first, last)| {
                range.array([*first, *last], |value, number| value.number(number));
            });
        }
        if let Some(arena) = &arena {
            parts.extend(arena.operations(record));
        }
        parts.extend(message.pool.as_ref().map(|it| pool::pool(head, it, record)));
        if let Some(visibility) = &message.columns {
            let all = Columns::new(message, visibility);
            parts.extend(all.implementation(record));
            columns = Some(all.items());
        }
        if message.simd.flag.is_present() {
            parts.extend(simd::simd(message, record));
        }
        record.key("fields").array(message.fields.iter().enumerate(), |value, (index, field)| {
            let (index, ty) = (Literal::usize_unsuffixed(index), &field.ty);
            value.object(|record| {
                record.item(&field.item);
                record.key("tag").number(field.tag);
                field.wire.record(record);
                let offset = quote!(__FFI_FIELDS[#index].offset);
                record.key("offset").field(&offset, &quote!(__ffi::Facts::<#ty>::TYPE));
                rules::record(&field.rules, record);
            });
        });
    });
    let exports = exports(head, &symbol, &fingerprint, &record);
    let block = block(head, &quote! { #layout #implementations #value #byte_traits #parts #exports });
    let arena = arena.map(|arena| arena.items());
    quote! { #columns #arena #block }
}

/// Returns the offsets that rustc gave the fields, and the assertion that `repr(C)` gives them the
/// same offsets.
fn layout(message: &Message) -> TokenStream {
    let ident = &message.head.ident;
    let fields = message.fields.iter().map(|Field { ident: field, ty, .. }| {
        quote!(__ffi::FieldLayout::of::<#ty>(__ffi::offset_of!(#ident, #field)))
    });
    let aliases = message.aliases.iter().map(|Alias { ident, ty }| quote!(type #ident = #ty;));
    let shared = message.fields.iter().map(|field| shared(&field.written));
    let capacities = message.fields.iter().map(|field| capacities(&field.written));
    let not_empty = message
        .fields
        .iter()
        .map(|Field { written: ty, .. }| quote_spanned!(ty.span()=> __ffi::assert_not_empty::<#ty>();));
    let assertions = quote_spanned! {ident.span()=>
        const _: () = {
            #(#shared)*
            #(#not_empty)*
            #(#capacities)*
            __ffi::assert_repr_c(
                __ffi::core::mem::size_of::<#ident>(),
                __ffi::core::mem::align_of::<#ident>(),
                __FFI_FIELDS,
            );
            __ffi::assert_no_destructor::<#ident>();
        };
    };
    let seen = seen(message);
    quote! {
        #(#aliases)*
        const __FFI_FIELDS: &[__ffi::FieldLayout] = &[#(#fields),*];
        #assertions
        #seen
    }
}

/// Returns a function that compiles only if the fields that rustc has are those of the derive's
/// tokens, and no others. An attribute macro below the derive may have changed them since, and a
/// name may mean something else inside the block.
fn seen(message: &Message) -> TokenStream {
    let ident = &message.head.ident;
    let value = format_ident!("__ffi_message", span = ident.span());
    let fields = message.fields.iter().map(|Field { ident: field, .. }| field);
    let types = message.fields.iter().map(|Field { ident: field, written: ty, .. }| {
        // It is a raw pointer, as a reference to a field of a packed struct is an error of its own.
        quote_spanned!(ty.span()=> __ffi::Place(&raw const #value.#field).assert_seen::<#ty>();)
    });
    quote_spanned! {ident.span()=>
        const fn __ffi_seen(#value: &#ident) {
            let #ident { #(#fields: _),* } = #value;
            #(#types)*
        }
    }
}

fn any_bits(message: &Message) -> impl Iterator<Item = TokenStream> {
    let ruled = message.fields.iter().any(|field| !field.rules.is_empty());
    distinct(message.fields.iter().map(|field| &field.ty))
        .into_iter()
        .map(|ty| quote!(__ffi::Facts::<#ty>::ANY_BITS))
        .chain(ruled.then(|| quote!(false)))
}

fn implementations(message: &Message) -> TokenStream {
    let ident = &message.head.ident;
    let name = &message.head.item.name;
    let id = message.head.prefix.id(name);
    let id_hash = names::hash(&id);
    let reference = format!("{{\"message\":\"{id}\"}}");
    let name_hash = names::hash(name);
    let facts = message.fields.iter().enumerate().map(|(index, field)| {
        let (hash, index, ty) = (names::hash(&field.item.name), Literal::usize_unsuffixed(index), &field.ty);
        quote!(#hash, __FFI_FIELDS[#index].offset as __ffi::u64, __ffi::Facts::<#ty>::FINGERPRINT)
    });
    let pooled = message.pool.as_ref().map(|_| quote!(__ffi::fingerprint::POOL,));
    let any_bits = any_bits(message);
    let lanes = simd::lanes(message);
    let types = distinct(message.fields.iter().map(|field| &field.ty));
    let in_arena = message.arena.as_ref().map(|_| {
        quote!(
            const ARENA: __ffi::bool = true;
        )
    });
    let checks = message.fields.iter().enumerate().map(|(index, field)| {
        let (name, index, ty) = (&field.item.name, Literal::usize_unsuffixed(index), &field.ty);
        let rules = (!field.rules.is_empty()).then(|| {
            let span = ty.span().resolved_at(Span::call_site());
            let checked =
                rules::check(&field.rules, &message.head.krate, ty, &quote_spanned!(span=> __ffi_field));
            quote! {
                // SAFETY: the field of that type lies at that offset, and holds a value, as the
                // check above has passed.
                let __ffi_field = unsafe { __ffi::field::<#ty>(message.cast(), __FFI_FIELDS[#index].offset) };
                __ffi::checked(#checked, #name)?;
            }
        });
        quote! {
            // SAFETY: the field of that type lies at that offset, and the message fulfils the
            // contract of `check`.
            unsafe {
                __ffi::Facts::<#ty>::check_field(message, __FFI_FIELDS[#index].offset, #name)
            }?;
            #rules
        }
    });
    quote! {
        // SAFETY: every field is an `FfiType`, and these are.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: the struct is `repr(C)` with at least one field, each an `FfiType`; it has no
        // destructor, by the assertion above; type, fingerprint and check cover every field.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for #ident {
            const TYPE: __ffi::Fragment = &[__ffi::Piece::Text(#reference)];
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(&[
                __ffi::fingerprint::MESSAGE,
                #name_hash,
                __ffi::core::mem::size_of::<Self>() as __ffi::u64,
                __ffi::core::mem::align_of::<Self>() as __ffi::u64,
                #(#facts,)*
                #pooled
            ]);
            const ANY_BITS: __ffi::bool = #(#any_bits)&&*;
            const SECRET: __ffi::bool = #(__ffi::Facts::<#types>::SECRET)||*;
            #lanes
            #in_arena

            #[inline]
            unsafe fn check(message: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                #(#checks)*
                __ffi::Result::Ok(())
            }
        }

        // SAFETY: the struct is `repr(C)`, and every field is an `FfiType`.
        #[automatically_derived]
        unsafe impl __ffi::FfiMessage for #ident {
            const NAME: &'static __ffi::str = #name;
            const ID: &'static __ffi::str = #id;
            const ID_HASH: __ffi::u64 = #id_hash;
        }
    }
}

/// Returns the traits of `bytemuck` that the user asks for.
fn byte_traits(message: &Message) -> TokenStream {
    let ident = &message.head.ident;
    let span = ident.span();
    // The bound makes rustc report a missing `Copy` once, at this span.
    let copy = quote_spanned!(span=> where #ident: __ffi::core::marker::Copy);
    let pod = message.pod.then(|| {
        let fields = message.fields.iter().map(|field| {
            let ty = &field.ty;
            quote_spanned!(ty.span()=> __ffi::Facts::<#ty>::assert_pod_field();)
        });
        let padding_free = quote_spanned! {span=>
            __ffi::assert_padding_free::<
                #ident,
                { __ffi::padding(__ffi::core::mem::size_of::<#ident>(), __FFI_FIELDS) },
            >()
        };
        quote! {
            const _: () = #padding_free;

            fn __ffi_pod() {
                #(#fields)*
            }

            // SAFETY: `repr(C)`, every field is `Pod`, and there is no padding: all asserted above.
            #[automatically_derived]
            unsafe impl __ffi::bytemuck::Pod for #ident #copy {}
        }
    });
    let checked = message.checked.then(|| checked(ident));
    quote! { #pod #checked }
}
