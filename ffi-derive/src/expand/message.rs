//! `#[derive(FfiMessage)]`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::arena::Arena;
use super::columns::Columns;
use super::formats::{self, Formats};
use super::{
    block, by_value, checked, exports, fingerprint, identity, list, pool, rules, simd, size_and_align,
};
use crate::ast::{Alias, Field, Head, Message};
use crate::names;
use crate::record::{self, Object};

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
            let (plain, value) = (plain(head), by_value(&head.ident));
            quote!(#plain #value)
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
        fields(message, record);
    });
    let exports = exports(head, &symbol, &fingerprint, &record);
    let block = block(head, &quote! { #layout #implementations #value #byte_traits #parts #exports });
    let arena = arena.map(|arena| arena.items());
    quote! { #columns #arena #block }
}

/// Writes the entries of all fields.
fn fields(message: &Message, record: &mut Object<'_>) {
    let fields = record.key("fields");
    let begin = |record: &mut Object<'_>, field: &Field| {
        record.item(&field.item);
        record.key("tag").number(field.tag);
        field.wire.record(record);
    };
    if message.fields.iter().all(|field| field.rules.is_empty()) {
        let ident = &message.head.ident;
        return fields.fields(&message.fields, &quote!(<#ident as __ffi::Derived>::PARTS), begin);
    }
    // Rustc works out the rules.
    fields.array(message.fields.iter().enumerate(), |value, (index, field)| {
        let (index, ty) = (Literal::usize_unsuffixed(index), &field.ty);
        value.object(|record| {
            begin(record, field);
            let offset = quote!(__FFI_FIELDS[#index].offset);
            record.key("offset").field(&offset, &quote!(__ffi::Facts::<#ty>::TYPE));
            rules::record(&field.rules, record);
        });
    });
}

/// Returns the fields with the offsets that rustc gave them, and the assertion that `repr(C)` gives
/// them the same offsets.
fn layout(message: &Message) -> TokenStream {
    let ident = &message.head.ident;
    let members = message.fields.iter().map(|Field { ident: field, item, tag, .. }| {
        let (name, hash) = (&item.name, names::hash(&item.name));
        let tag = Literal::u32_unsuffixed(*tag);
        let hash = Literal::u64_unsuffixed(hash);
        quote! {
            __ffi::Member {
                name: #name, hash: #hash, number: #tag, offset: __ffi::core::mem::offset_of!(#ident, #field)
            }
        }
    });
    let aliases = message.aliases.iter().map(|Alias { ident, ty }| quote!(type #ident = #ty;));
    let types = list(&message.fields.iter().map(|field| &field.ty).collect::<Vec<_>>());
    let assertion = format_ident!("assert_field{}", if message.arena.is_some() { "_in_arena" } else { "" });
    // The only places at which rustc reports a field whose type isn't an `FfiType`: all other code
    // asks `Facts`.
    let fields = message.fields.iter().map(|Field { written: ty, .. }| {
        quote_spanned!(ty.span()=> __ffi::#assertion(<#ty as __ffi::FfiType>::PART);)
    });
    let seen = seen(message);
    let in_arena = message.arena.is_some();
    let assertions = quote_spanned! {ident.span()=>
        const _: () = {
            // It takes longer to look at each field.
            if !<#ident as __ffi::Derived>::PARTS.fit(#in_arena) {
                #(#fields)*
            }
            __ffi::assert_repr_c(
                __ffi::core::mem::size_of::<#ident>(),
                __ffi::core::mem::align_of::<#ident>(),
                __FFI_FIELDS,
                <#ident as __ffi::Derived>::PARTS,
            );
            __ffi::assert_no_destructor::<#ident>();
            #seen
        };
    };
    quote! {
        #(#aliases)*
        type __FfiFieldTypes = #types;
        const __FFI_FIELDS: &[__ffi::Member] = &[#(#members),*];
        #assertions
    }
}

/// Returns a statement that compiles only if the fields that rustc has are those of the derive's
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
        if let __ffi::Option::Some(#value) = __ffi::Option::None::<&#ident> {
            let #ident { #(#fields: _),* } = #value;
            #(#types)*
        }
    }
}

fn implementations(message: &Message) -> TokenStream {
    let Head { ident, .. } = &message.head;
    let name = &message.head.item.name;
    let id = message.head.prefix.id(name);
    let (hash, id_hash) = (names::hash(name), names::hash(&id));
    let ruled = message.fields.iter().any(|field| !field.rules.is_empty());
    let (pooled, in_arena) = (message.pool.is_some(), message.arena.is_some());
    let check = if ruled {
        checks(message)
    } else {
        quote! {
            // SAFETY: a field of each type lies at the offset of its member, and the message
            // fulfils the contract of `check`.
            unsafe { __ffi::Facts::<__FfiFieldTypes>::check_fields(message, __FFI_FIELDS) }
        }
    };
    quote! {
        // SAFETY: every field is an `FfiType`, and these are.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: the struct is `repr(C)` with at least one field, each an `FfiType`; it has no
        // destructor, by the assertion above; types and members are those of all fields, and the
        // check covers each.
        #[automatically_derived]
        unsafe impl __ffi::Derived for #ident {
            const ABOUT: __ffi::About = __ffi::About {
                name: #name,
                hash: #hash,
                id: #id,
                id_hash: #id_hash,
                members: __FFI_FIELDS,
                pooled: #pooled,
                in_arena: #in_arena,
                ruled: #ruled,
            };
            const PARTS: &'static __ffi::PartList = __ffi::Facts::<__FfiFieldTypes>::PARTS;

            #[inline]
            unsafe fn check_message(message: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                #check
            }
        }

        // SAFETY: the message is a `repr(C)` struct of `FfiType`s; the form gives all other items.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for #ident {
            type Form = __ffi::FromFields;
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint_of::<#ident>();
        }

        // SAFETY: the message is a `repr(C)` struct of `FfiType`s.
        #[automatically_derived]
        unsafe impl __ffi::FfiMessage for #ident {}
    }
}

/// Returns what a message has that doesn't live in an arena: arenas hold it as it is.
fn plain(head: &Head) -> TokenStream {
    let Head { ident, krate, .. } = head;
    quote! {
        // SAFETY: it refers to nothing, as no field lives in an arena, by an assertion; these are
        // the types of the fields, and the form gives all functions. The lifetime makes rustc
        // accept bounds that don't hold.
        #[automatically_derived]
        unsafe impl __ffi::ArenaType for #ident
        where
            for<'__ffi_any> __ffi::core::marker::PhantomData<__FfiFieldTypes>: __ffi::ArenaParts,
        {
            type View<'__ffi_arena> = &'__ffi_arena #ident;
            type Value<'__ffi_arena> = #ident;
            type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, #ident>;
            type InArena = __ffi::FromFields;

            #[inline]
            fn fields() -> impl __ffi::ArenaParts {
                __ffi::core::marker::PhantomData::<__FfiFieldTypes>
            }

            #krate::__serde! {
                #[inline]
                fn serialize_view<S: __ffi::serde::Serializer>(
                    message: &#ident,
                    serializer: S,
                ) -> __ffi::Result<S::Ok, S::Error> {
                    use __ffi::ByFields as _;
                    __ffi::WrittenItself(message)
                        .write(serializer, |serializer| __ffi::serialize_message(message, serializer))
                }
            }
        }
    }
}

/// Returns what checks each field and its rules, in their order.
fn checks(message: &Message) -> TokenStream {
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
        #(#checks)*
        __ffi::Result::Ok(())
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
                { __ffi::padding::<#ident>() },
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
