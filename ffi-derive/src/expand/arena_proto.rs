//! Protobuf's wire format of messages and oneofs that live in arenas.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::distinct;
use super::proto::{in_order, of_flat, own_numbers, unless_read, with_proto};
use super::wire::marker;
use crate::ast::{Case, Field, Head, Message, Oneof, types};
use crate::attr::Encoding;
use crate::record::Object;

/// Returns the protobuf of a type without handles, inside of messages that live in arenas.
/// `wrapped` is the type in a newtype.
pub(super) fn plain<'a>(
    head: &Head,
    parts: impl IntoIterator<Item = &'a Type>,
    wrapped: Option<&Type>,
) -> TokenStream {
    let (ident, parts) = (&head.ident, distinct(parts));
    let wrapped = wrapped.map(|ty| quote!(for<'__ffi_any> #ty: __ffi::proto::ProtoType,));
    // The bounds are those of `ArenaType`, and of the `ProtoType` of a newtype.
    let bounds = quote!(#(for<'__ffi_any> #parts: __ffi::ArenaType,)* #wrapped);
    with_proto(head, &plain_proto(ident, &bounds))
}

/// Returns the protobuf of a message without handles, inside of messages that live in arenas.
pub(super) fn plain_message(head: &Head) -> TokenStream {
    // The bound is that of `ArenaType`.
    with_proto(
        head,
        &plain_proto(
            &head.ident,
            &quote!(for<'__ffi_any> __ffi::core::marker::PhantomData<__FfiFieldTypes>: __ffi::ArenaParts),
        ),
    )
}

/// Returns the protobuf of a oneof without handles, inside of messages that live in arenas.
pub(super) fn plain_oneof<'a>(oneof: &Oneof, parts: impl IntoIterator<Item = &'a Type>) -> TokenStream {
    let ident = &oneof.head.ident;
    let parts: Vec<_> = parts.into_iter().collect();
    let flat = quote! {
        #[automatically_derived]
        impl __ffi::proto::ArenaOneof for #ident
        where
            #(for<'__ffi_any> #parts: __ffi::ArenaType,)*
        {
            const TAGS: &'static [__ffi::u32] =
                <#ident as __ffi::proto::ProtoOneof>::TAGS;

            fn read_case(
                __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_tag: __ffi::u32,
                __ffi_wire_type: __ffi::proto::WireType,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<__ffi::bool, __ffi::proto::DecodeError> {
                __ffi::proto::read_plain(__ffi_place, |__ffi_oneof: &mut #ident| {
                    __ffi::proto::ProtoOneof::read_case(
                        __ffi_oneof, __ffi_tag, __ffi_wire_type, __ffi_input,
                    )
                })
            }
        }
    };
    let flat = with_proto(&oneof.head, &flat);
    let plain = plain(&oneof.head, parts, None);
    quote!(#plain #flat)
}

/// Returns the protobuf of an enum, inside of messages that live in arenas.
pub(super) fn enumeration(head: &Head) -> TokenStream {
    let ident = &head.ident;
    let copy = quote!(for<'__ffi_any> #ident: __ffi::core::marker::Copy,);
    with_proto(head, &plain_proto(ident, &copy))
}

fn plain_proto(ident: &Ident, bounds: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __ffi::proto::PlainProto for #ident where #bounds {}
    }
}

pub(super) fn message(message: &Message, record: &mut Object<'_>) -> TokenStream {
    let ident = &message.head.ident;
    let exports = exports(message, record);
    let view = quote!(<Self as __ffi::ArenaType>::View<'_>);
    let written = in_order(message);
    let defaults = written.iter().map(|field| {
        let (of, view) = (field_of(&field.wire.ty(&field.ty)), view_of(field));
        quote!(#of::is_default(#view))
    });
    let lens = written.iter().map(|field| {
        let (view, tag) = (view_of(field), field.tag);
        if !field.wire.is_numbered() {
            let value_len = of_flat(field, "ArenaProto", "value_len");
            return quote!(#value_len(#view));
        }
        let field_len = list_or_field(field, "unpacked_len", "field_len");
        quote!(#field_len(#view, #tag))
    });
    let writes = written.iter().map(|field| {
        let (view, tag) = (view_of(field), field.tag);
        if !field.wire.is_numbered() {
            let write_value = of_flat(field, "ArenaProto", "write_value");
            return quote!(#write_value(#view, __ffi_out););
        }
        let write_field = list_or_field(field, "write_unpacked", "write_field");
        quote!(#write_field(#view, #tag, __ffi_out);)
    });
    let states: Vec<_> =
        (0..message.fields.len()).map(|index| format_ident!("__ffi_state_{index}")).collect();
    let all_fields = || message.fields.iter().zip(&states).enumerate();
    let flat = all_fields().filter(|(_, (field, _))| field.wire.flat).map(|(index, (field, _))| {
        let (index, ty, name) = (Literal::usize_unsuffixed(index), &field.ty, &field.item.name);
        let read_case = of_flat(field, "ArenaOneof", "read_case");
        quote!({
            // SAFETY: the field of that type lies at that offset.
            let __ffi_field =
                unsafe { __ffi::ArenaPlace::part::<#ty>(&mut __ffi_place, __FFI_FIELDS[#index].offset) };
            #read_case(__ffi_field, __ffi_tag, __ffi_wire_type, __ffi_input)
                .map_err(|__ffi_error| __ffi_error.in_field(#name))?
        })
    });
    let keep =
        all_fields().find(|(_, (field, _))| field.wire.unknown.is_some()).map(|(index, (field, _))| {
            let (index, ty, name) = (Literal::usize_unsuffixed(index), &field.ty, &field.item.name);
            let (keep, limit) = (of_flat(field, "ArenaKeepsUnknown", "keep"), field.wire.limit());
            quote!({
                // SAFETY: the field of that type lies at that offset.
                let __ffi_field =
                    unsafe { __ffi::ArenaPlace::part::<#ty>(&mut __ffi_place, __FFI_FIELDS[#index].offset) };
                __ffi::proto::in_field(
                    #keep(__ffi_field, #limit, __ffi_tag, __ffi_wire_type, __ffi_input),
                    #name,
                )?
            })
        });
    let other = unless_read(flat, keep);
    let own_numbers = own_numbers(message, &quote!(ArenaOneof));
    let numbered = all_fields().filter(|(_, (field, _))| field.wire.is_numbered());
    let reads = numbered.map(|(index, (field, state))| {
        let (index, ty, tag) = (Literal::usize_unsuffixed(index), field.wire.ty(&field.ty), field.tag);
        let (of, name) = (field_of(&ty), &field.item.name);
        quote! {
            #tag if #of::accepts(__ffi_wire_type) => {
                // SAFETY: the field of that type lies at that offset.
                let __ffi_field =
                    unsafe { __ffi::ArenaPlace::part::<#ty>(&mut __ffi_place, __FFI_FIELDS[#index].offset) };
                let __ffi_read = #of::read_field(__ffi_field, &mut #state, #tag, __ffi_wire_type, __ffi_input);
                __ffi::proto::in_field(__ffi_read, #name)?;
            }
        }
    });
    // The order of keys is that of their type, whatever their encoding.
    let settled = message.fields.iter().enumerate().map(|(index, Field { ty, .. })| {
        let (index, of) = (Literal::usize_unsuffixed(index), field_of(&quote!(#ty)));
        quote! {
            if __ffi::Facts::<#ty>::ARENA {
                // SAFETY: the field of that type lies at that offset.
                let __ffi_field =
                    unsafe { __ffi::ArenaPlace::part::<#ty>(&mut __ffi_place, __FFI_FIELDS[#index].offset) };
                #of::settle(__ffi_field);
            }
        }
    });
    let all = message.fields.iter().map(|field| field_of(&field.wire.ty(&field.ty)));
    let items = quote! {
        #exports
        #own_numbers

        #[automatically_derived]
        impl __ffi::proto::ArenaProto for #ident {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            type State = ();

            fn is_default(__ffi_view: #view) -> __ffi::bool {
                #(#defaults)&&*
            }

            fn value_len(__ffi_view: #view) -> __ffi::usize {
                #(#lens)+*
            }

            fn write_value(__ffi_view: #view, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                #(#writes)*
            }

            fn read_value(
                mut __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                #(let mut #states = <#all::State as __ffi::core::default::Default>::default();)*
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input.key()? {
                    match __ffi_tag {
                        #(#reads)*
                        _ => #other,
                    }
                }
                __ffi::Result::Ok(())
            }

            fn settle(mut __ffi_place: __ffi::ArenaPlace<'_, Self>) {
                #(#settled)*
            }
        }
    };
    with_proto(&message.head, &items)
}

/// Returns the functions that C calls for arenas with this root, and writes their names in the
/// record.
fn exports(message: &Message, record: &mut Object<'_>) -> TokenStream {
    let Head { ident, item, prefix, .. } = &message.head;
    let [encode, decode] = ["encode_proto", "decode_proto"].map(|it| prefix.type_symbol(&item.name, it));
    record.with_proto("proto", |record| {
        record.key("encode").string(&encode);
        record.key("decode").string(&decode);
    });
    // The span at which rustc reports a symbol that another item has.
    quote_spanned! {ident.span()=>
        #[unsafe(export_name = #encode)]
        unsafe extern "C" fn __ffi_encode_proto(
            __ffi_arena: *const __ffi::FfiArena<#ident>,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            // SAFETY: the caller passes an arena, or a pointer that is refused, and null or a
            // status that is zeroed or was written by this library; nobody writes to them
            // meanwhile.
            unsafe { __ffi::proto::encode_arena(__ffi_arena, __ffi_status) }
        }

        #[unsafe(export_name = #decode)]
        unsafe extern "C" fn __ffi_decode_proto(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiArena<#ident> {
            // SAFETY: the caller passes bytes, or a pointer that is refused, and null or a status
            // that is zeroed or was written by this library; nobody writes to them meanwhile.
            unsafe { __ffi::proto::decode_arena(__ffi_bytes, __ffi_len, __ffi_status) }
        }
    }
}

fn field_of(ty: &TokenStream) -> TokenStream {
    quote!(<#ty as __ffi::proto::ArenaProto>)
}

/// Returns a function for a field: `unpacked` for a list of numbers, each of which has a key, and
/// `usual` otherwise.
fn list_or_field(field: &Field, unpacked: &str, usual: &str) -> TokenStream {
    let ty = field.wire.ty(&field.ty);
    let [unpacked, usual] = [unpacked, usual].map(|it| format_ident!("{it}"));
    match field.wire.unpacked {
        true => quote_spanned!(field.ty.span()=> <#ty as __ffi::proto::ArenaUnpacked>::#unpacked),
        false => quote!(<#ty as __ffi::proto::ArenaProto>::#usual),
    }
}

/// Returns the view of a field, as the type as which protobuf has it.
fn view_of(field: &Field) -> TokenStream {
    let ident = &field.ident;
    if field.wire.is_plain() {
        return quote!(__ffi_view.#ident());
    }
    let place = quote!(&__ffi::ArenaView::value(__ffi_view.0).#ident);
    let place = field.wire.reference(&field.ty, place, false);
    quote!({
        let __ffi_field = #place;
        // SAFETY: the field is inside of the message.
        unsafe { __ffi::ArenaView::field(__ffi_view.0, __ffi_field) }
    })
}

pub(super) fn oneof(oneof: &Oneof) -> TokenStream {
    let ident = &oneof.head.ident;
    let view = format_ident!("{}View", syn::ext::IdentExt::unraw(ident), span = ident.span());
    let unset = &oneof.cases[0].ident;
    let set = || oneof.cases.iter().enumerate().skip(1);
    // The view of what a wrapper is around is that of the wrapper.
    let coded = |case: &Case| match case.wire.encoding.filter(|it| *it != Encoding::Wrapper).map(marker) {
        Some(encoding) => quote!(__ffi::proto::recoded_view::<#encoding, _>(__ffi_value)),
        None => quote!(__ffi_value),
    };
    let lens = set().map(|(_, it @ Case { ident: case, ty, tag, wire, .. })| match ty {
        Some(ty) => {
            let (value, wire_ty) = (coded(it), wire.ty(ty));
            let len = match types::argument_of("ArenaBox", ty) {
                Some(of) => quote!(__ffi::proto::case_len::<#of>),
                None => quote!(__ffi::proto::arena_member_len::<#wire_ty>),
            };
            quote!(#view::#case { 0: __ffi_value } => #len(#value, #tag),)
        }
        None => quote!(#view::#case {} => __ffi::proto::unit_len(#tag),),
    });
    let writes = set().map(|(_, it @ Case { ident: case, ty, tag, wire, .. })| match ty {
        Some(ty) => {
            let (value, wire_ty) = (coded(it), wire.ty(ty));
            let write = match types::argument_of("ArenaBox", ty) {
                Some(of) => quote!(__ffi::proto::write_case::<#of>),
                None => quote!(__ffi::proto::write_arena_member::<#wire_ty>),
            };
            quote!(#view::#case { 0: __ffi_value } => #write(#value, #tag, __ffi_out),)
        }
        None => quote!(#view::#case {} => __ffi::proto::write_unit(#tag, __ffi_out),),
    });
    let reads = set().map(|(position, Case { item, ty, tag, wire, .. })| {
        let (position, name) = (Literal::usize_unsuffixed(position), &item.name);
        let read = match ty {
            Some(ty) => {
                let read = match types::argument_of("ArenaBox", ty) {
                    Some(of) => quote!(__ffi::proto::read_case::<#of>),
                    None => quote!(__ffi::proto::read_arena_item),
                };
                let ty = wire.ty(ty);
                quote! {
                    // SAFETY: the case of that discriminant holds a value of that type.
                    let __ffi_value =
                        unsafe { __ffi::ArenaPlace::activate::<#ty>(&mut __ffi_place, #position) };
                    #read(__ffi_value, __ffi_input)
                }
            }
            None => quote! {
                // SAFETY: the case of that discriminant holds nothing.
                unsafe { __ffi::ArenaPlace::activate_unit(&mut __ffi_place, #position) };
                __ffi::proto::read_unit(__ffi_input)
            },
        };
        let wire = match ty.as_ref().map(|it| types::argument_of("ArenaBox", it).unwrap_or(it)) {
            Some(of) => {
                let of = field_of(&wire.ty(of));
                quote!(#of::WIRE)
            }
            None => quote!(__ffi::proto::WireType::LengthDelimited),
        };
        quote!(#tag if __ffi_wire_type == #wire => __ffi::proto::in_field({ #read }, #name)?,)
    });
    let settled = oneof.payloads().map(|(tag, Case { ident: case, .. }, ty)| {
        let (tag, of) = (Literal::usize_unsuffixed(tag), field_of(&quote!(#ty)));
        quote! {
            #ident::#case { 0: _ } if __ffi::Facts::<#ty>::ARENA => {
                // SAFETY: the case of that discriminant holds a value of that type.
                #of::settle(unsafe { __ffi::ArenaPlace::activate::<#ty>(&mut __ffi_place, #tag) });
            }
        }
    });
    let items = quote! {
        #[automatically_derived]
        impl __ffi::proto::ArenaProto for #ident {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            type State = ();

            fn is_default(__ffi_view: #view<'_>) -> __ffi::bool {
                match __ffi_view {
                    #view::#unset => true,
                    _ => false,
                }
            }

            fn value_len(__ffi_view: #view<'_>) -> __ffi::usize {
                match __ffi_view {
                    #view::#unset => 0,
                    #(#lens)*
                }
            }

            fn write_value(__ffi_view: #view<'_>, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                match __ffi_view {
                    #view::#unset => {}
                    #(#writes)*
                }
            }

            fn read_value(
                mut __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input.key()? {
                    // SAFETY: the oneof is at the start of itself.
                    let __ffi_oneof = unsafe { __ffi::ArenaPlace::part::<Self>(&mut __ffi_place, 0) };
                    let __ffi_read = <Self as __ffi::proto::ArenaOneof>::read_case(
                        __ffi_oneof, __ffi_tag, __ffi_wire_type, __ffi_input,
                    )?;
                    if !__ffi_read {
                        __ffi_input.skip(__ffi_tag, __ffi_wire_type)?;
                    }
                }
                __ffi::Result::Ok(())
            }

            fn settle(mut __ffi_place: __ffi::ArenaPlace<'_, Self>) {
                match *__ffi_place {
                    #(#settled)*
                    _ => {}
                }
            }
        }
    };
    let tags = set().map(|(_, case)| case.tag);
    let items = quote! {
        #items

        #[automatically_derived]
        impl __ffi::proto::ArenaOneof for #ident {
            const TAGS: &'static [__ffi::u32] = &[#(#tags),*];

            fn read_case(
                mut __ffi_place: __ffi::ArenaPlace<'_, Self>,
                __ffi_tag: __ffi::u32,
                __ffi_wire_type: __ffi::proto::WireType,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<__ffi::bool, __ffi::proto::DecodeError> {
                match __ffi_tag {
                    #(#reads)*
                    _ => return __ffi::Result::Ok(false),
                }
                __ffi::Result::Ok(true)
            }
        }
    };
    with_proto(&oneof.head, &items)
}
