//! The JSON of protobuf: constants that say which names, numbers and kinds fields and cases have.
//!
//! Like protobuf, the derive always writes it, and `ffi_core` drops it without the feature `json`.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::distinct;
use super::proto::in_order;
use crate::ast::{Case, Enum, Field, Head, Item, Known, Message, Newtype, Oneof, Wire, types};
use crate::record::Object;

/// Returns items that `ffi_core` keeps only with its feature `json`.
fn with_json(head: &Head, items: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    quote!(#krate::__json! { #items })
}

/// Returns the name of a field or case in .proto, as the export has it.
fn original(item: &Item) -> String {
    item.rename.as_ref().unwrap_or(&item.name).to_snake_case()
}

/// Returns the name in JSON of a name in .proto, as protobuf has it: without underscores, and each
/// letter behind one is large.
fn camel(name: &str) -> String {
    let mut after_underscore = false;
    let mut camel = String::new();
    for letter in name.chars() {
        if letter == '_' {
            after_underscore = true;
        } else {
            camel.push(if after_underscore { letter.to_ascii_uppercase() } else { letter });
            after_underscore = false;
        }
    }
    camel
}

/// Returns the description of a field or case. `shape` is its form, `at` its offset or
/// discriminant, and `write` the function that writes it.
fn member(
    item: &Item,
    number: u32,
    shape: &TokenStream,
    at: &TokenStream,
    write: &TokenStream,
) -> TokenStream {
    let original = original(item);
    let (json, original, aliases) = match &item.json[..] {
        [] => (camel(&original), original, &[][..]),
        [json] => (json.clone(), json.clone(), &[][..]),
        [json, original, aliases @ ..] => (json.clone(), original.clone(), aliases),
    };
    // As it is written; no name has a character that JSON has an escape for.
    let [json, original] = [json, original].map(|name| format!(",\"{name}\":"));
    let name = &item.name;
    quote! {
        __ffi::json::shape::Member {
            name: #name,
            json: #json,
            original: #original,
            aliases: &[#(#aliases),*],
            number: #number,
            shape: #shape,
            place: __ffi::Option::Some(__ffi::json::shape::Place { at: #at, write: #write }),
        }
    }
}

/// Members of a message or oneof, as its table has them.
#[derive(Default)]
struct Members<'a> {
    types: Vec<&'a Type>,
    members: Vec<TokenStream>,
    flat: Vec<TokenStream>,
    /// Offset of the values of all cases of a oneof.
    payload: Option<TokenStream>,
}

/// Returns the impls of a message or oneof with these members.
fn table(head: &Head, of: &Members<'_>, known: Option<Known>) -> TokenStream {
    let (ident, name) = (&head.ident, &head.item.name);
    let known = format_ident!("{}", known.map_or("No", Known::name));
    let Members { types, members, flat, payload } = of;
    let assertions = distinct(types.iter().copied())
        .into_iter()
        .map(|ty| quote_spanned!(ty.span()=> __ffi::json::shape::JsonFacts::<#ty>::assert_json();));
    let payload = match payload {
        Some(offset) => quote!(__ffi::Option::Some(#offset)),
        None => quote!(__ffi::Option::None),
    };
    let written = quote!(__ffi::Result<__ffi::json::Written, __ffi::proto::DecodeError>);
    quote! {
        fn __ffi_json() {
            use __ffi::json::shape::NoJsonFacts as _;
            #(#assertions)*
        }

        // SAFETY: it is no byte.
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for #ident {
            const SHAPE: __ffi::json::shape::Shape = __ffi::json::shape::Shape::One(
                __ffi::json::shape::Kind::Message(<#ident as __ffi::json::shape::JsonMessage>::table),
            );

            unsafe fn write_field(&self, __ffi_out: &mut __ffi::json::Printer<'_>) -> #written {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { __ffi::json::write_message_field(self, __ffi_out) }
            }

            unsafe fn write_value(
                &self,
                __ffi_out: &mut __ffi::json::Printer<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { __ffi::json::write_message(self, __ffi_out) }
            }
        }

        // SAFETY: each place is that of the field or case of that type.
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonMessage for #ident {
            const TABLE: __ffi::json::shape::Table = {
                use __ffi::json::shape::NoJsonFacts as _;
                __ffi::json::shape::Table {
                    name: #name,
                    members: &[#(#members),*],
                    flat: &[#(#flat),*],
                    payload: #payload,
                    known: __ffi::json::shape::Known::#known,
                }
            };
        }
    }
}

/// Returns a constant about the type of a field or case.
fn of(ty: &Type, wire: Wire, constant: &str) -> TokenStream {
    let (ty, constant) = (wire.ty(ty), format_ident!("{constant}"));
    quote!(__ffi::json::shape::JsonFacts::<#ty>::#constant)
}

pub(super) fn message(message: &Message, record: &mut Object<'_>) -> TokenStream {
    let head = &message.head;
    let ident = &head.ident;
    let [encode, decode] =
        ["encode_json", "decode_json"].map(|it| head.prefix.type_symbol(&head.item.name, it));
    record.with_json("json", |record| {
        record.key("encode").string(&encode);
        record.key("decode").string(&decode);
    });
    let mut of_message = Members::default();
    for field @ Field { item, tag, ty, wire, .. } in in_order(message) {
        if wire.unknown.is_some() {
            continue;
        }
        of_message.types.push(ty);
        let index = message.fields.iter().position(|it| std::ptr::eq(it, field));
        let index = Literal::usize_unsuffixed(index.expect("it is one of them"));
        let offset = quote!(__FFI_FIELDS[#index].offset);
        if wire.flat {
            let name = &item.name;
            of_message.flat.push(quote! {
                __ffi::json::shape::Flat {
                    name: #name,
                    offset: #offset,
                    table: __ffi::json::shape::JsonFacts::<#ty>::TABLE,
                }
            });
        } else {
            let (shape, write) = (of(ty, *wire, "SHAPE"), of(ty, *wire, "FIELD"));
            of_message.members.push(member(item, *tag, &shape, &offset, &write));
        }
    }
    let table = table(head, &of_message, message.known);
    // The span at which rustc reports a symbol that another item has.
    let exports = match &message.arena {
        Some(_) => quote_spanned! {ident.span()=>
            #[unsafe(export_name = #encode)]
            unsafe extern "C" fn __ffi_encode_json(
                __ffi_arena: *const __ffi::FfiArena<#ident>,
                __ffi_options: __ffi::u32,
                __ffi_status: *mut __ffi::FfiStatus,
            ) -> *mut __ffi::FfiOwned {
                // SAFETY: the caller passes an arena, or a pointer that is refused, and null or a
                // status that is zeroed or was written by this library; nobody writes to them
                // meanwhile.
                unsafe { __ffi::json::encode_arena(__ffi_arena, __ffi_options, __ffi_status) }
            }

            #[unsafe(export_name = #decode)]
            unsafe extern "C" fn __ffi_decode_json(
                __ffi_bytes: *const __ffi::u8,
                __ffi_len: __ffi::usize,
                __ffi_options: __ffi::u32,
                __ffi_status: *mut __ffi::FfiStatus,
            ) -> *mut __ffi::FfiArena<#ident> {
                // SAFETY: the caller passes bytes, or a pointer that is refused, and null or a
                // status that is zeroed or was written by this library; nobody writes to them
                // meanwhile.
                unsafe { __ffi::json::decode_arena(__ffi_bytes, __ffi_len, __ffi_options, __ffi_status) }
            }
        },
        None => quote_spanned! {ident.span()=>
            #[automatically_derived]
            impl __ffi::json::FfiJson for #ident {}

            #[unsafe(export_name = #encode)]
            unsafe extern "C" fn __ffi_encode_json(
                __ffi_message: *const #ident,
                __ffi_options: __ffi::u32,
                __ffi_status: *mut __ffi::FfiStatus,
            ) -> *mut __ffi::FfiOwned {
                // SAFETY: the caller passes a message, or a pointer that is refused, and null or a
                // status that is zeroed or was written by this library; nobody writes to them
                // meanwhile.
                unsafe { __ffi::json::encode(__ffi_message, __ffi_options, __ffi_status) }
            }

            #[unsafe(export_name = #decode)]
            unsafe extern "C" fn __ffi_decode_json(
                __ffi_bytes: *const __ffi::u8,
                __ffi_len: __ffi::usize,
                __ffi_options: __ffi::u32,
                __ffi_message: *mut #ident,
                __ffi_status: *mut __ffi::FfiStatus,
            ) {
                // SAFETY: the caller passes bytes, memory for a message, or pointers that are
                // refused, and null or a status that is zeroed or was written by this library;
                // nobody else uses them meanwhile.
                unsafe {
                    __ffi::json::decode(__ffi_bytes, __ffi_len, __ffi_options, __ffi_message, __ffi_status)
                }
            }
        },
    };
    with_json(head, &quote!(#table #exports))
}

pub(super) fn oneof(oneof: &Oneof) -> TokenStream {
    let mut cases: Vec<_> = oneof.cases.iter().enumerate().skip(1).collect();
    cases.sort_by_key(|(_, case)| case.tag);
    let mut of_oneof = Members { payload: Some(quote!(__FFI_PAYLOAD)), ..Members::default() };
    for (discriminant, Case { item, tag, ty, wire, .. }) in cases {
        let discriminant = Literal::usize_unsuffixed(discriminant);
        of_oneof.types.extend(ty);
        let (shape, write) = match ty {
            // The case says that there is a value.
            Some(ty) => match types::argument_of("ArenaBox", ty) {
                Some(boxed) => (of(boxed, *wire, "ELEMENT"), of(boxed, *wire, "BOXED")),
                None => (of(ty, *wire, "ELEMENT"), of(ty, *wire, "CASE")),
            },
            None => (quote!(__ffi::json::shape::Shape::EMPTY), quote!(__ffi::json::shape::UNIT)),
        };
        of_oneof.members.push(member(item, *tag, &shape, &quote!(#discriminant), &write));
    }
    let table = table(&oneof.head, &of_oneof, oneof.known);
    let ident = &oneof.head.ident;
    let plain = oneof.arena.is_none().then(|| {
        quote! {
            #[automatically_derived]
            impl __ffi::json::FfiJson for #ident {}
        }
    });
    with_json(&oneof.head, &quote!(#table #plain))
}

pub(super) fn newtype(item: &Newtype) -> TokenStream {
    let (ident, ty) = (&item.head.ident, &item.ty);
    let inner = quote!(<#ty as __ffi::json::shape::JsonType>);
    let kind = quote!(__ffi::json::shape::Kind);
    let (out, error) = (quote!(&mut __ffi::json::Printer<'_>), quote!(__ffi::proto::DecodeError));
    let items = quote! {
        // SAFETY: the struct has the layout of the type in it.
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for #ident
        where
            for<'__ffi_any> #ty: __ffi::json::shape::JsonType,
        {
            const SHAPE: __ffi::json::shape::Shape = #inner::SHAPE;
            const BYTE: __ffi::bool = #inner::BYTE;
            const KIND: #kind = #inner::KIND;
            const ELEMENT: #kind = #inner::ELEMENT;
            const ITEM: #kind = #inner::ITEM;

            #[inline]
            unsafe fn write_field(&self, __ffi_out: #out) -> __ffi::Result<__ffi::json::Written, #error> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { #inner::write_field(&self.0, __ffi_out) }
            }

            #[inline]
            unsafe fn write_value(&self, __ffi_out: #out) -> __ffi::Result<(), #error> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { #inner::write_value(&self.0, __ffi_out) }
            }

            #[inline]
            unsafe fn write_element(&self, __ffi_out: #out) -> __ffi::Result<__ffi::bool, #error> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { #inner::write_element(&self.0, __ffi_out) }
            }

            #[inline]
            unsafe fn write_items(
                &self,
                __ffi_index: &mut __ffi::usize,
                __ffi_out: #out,
            ) -> __ffi::Result<(), #error> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { #inner::write_items(&self.0, __ffi_index, __ffi_out) }
            }

            #[inline]
            unsafe fn write_key(&self, __ffi_out: #out) -> __ffi::Result<(), #error> {
                // SAFETY: the caller's value has no handles but of the printer's arena.
                unsafe { #inner::write_key(&self.0, __ffi_out) }
            }
        }
    };
    with_json(&item.head, &items)
}

pub(super) fn enumeration(item: &Enum) -> TokenStream {
    let (ident, name) = (&item.head.ident, &item.head.item.name);
    let own = &item.head.item;
    let prefix = type_name(own.rename.as_ref().unwrap_or(&own.name)).to_shouty_snake_case();
    let values = item.variants.iter().flat_map(|variant| {
        let value = &variant.ident;
        let own = variant.item.rename.as_ref().unwrap_or(&variant.item.name);
        let names = match &variant.item.json[..] {
            [] => vec![format!("{prefix}_{}", own.to_shouty_snake_case())],
            given => given.to_vec(),
        };
        names.into_iter().map(move |name| quote!((#name, #ident::#value as _)))
    });
    let (repr, is_null) = (&item.repr, item.is_null);
    let (out, error) = (quote!(&mut __ffi::json::Printer<'_>), quote!(__ffi::proto::DecodeError));
    let integer = quote!(<#ident as __ffi::FfiEnum>::to_repr(*self));
    let items = quote! {
        // SAFETY: it is no byte, as its bits have names.
        #[automatically_derived]
        unsafe impl __ffi::json::shape::JsonType for #ident
        where
            for<'__ffi_any> #ident: __ffi::core::marker::Copy,
        {
            const SHAPE: __ffi::json::shape::Shape = {
                const TABLE: &__ffi::json::shape::EnumTable = &__ffi::json::shape::EnumTable {
                    name: #name,
                    values: &[#(#values),*],
                    is_null: #is_null,
                };
                __ffi::json::shape::Shape::One(__ffi::json::shape::Kind::of_enum(
                    TABLE,
                    __ffi::json::shape::Kind::Enum(|| TABLE),
                    <__ffi::#repr as __ffi::json::shape::JsonType>::KIND,
                ))
            };

            #[inline]
            unsafe fn write_field(&self, __ffi_out: #out) -> __ffi::Result<__ffi::json::Written, #error> {
                __ffi::json::write_enum_field::<Self>(#integer, __ffi_out)
            }

            #[inline]
            unsafe fn write_value(&self, __ffi_out: #out) -> __ffi::Result<(), #error> {
                __ffi::json::write_enum::<Self>(#integer, __ffi_out)
            }

            #[inline]
            unsafe fn write_key(&self, __ffi_out: #out) -> __ffi::Result<(), #error> {
                __ffi::json::write_enum_key::<Self>(#integer, __ffi_out)
            }
        }
    };
    with_json(&item.head, &items)
}

/// Returns the name of a type in .proto, as the export has it: unchanged if it is in PascalCase.
fn type_name(name: &str) -> String {
    let keep = name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_');
    if keep { name.to_owned() } else { name.to_upper_camel_case() }
}
