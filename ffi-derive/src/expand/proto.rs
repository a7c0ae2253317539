//! Protobuf's wire format of messages, oneofs and enums, in terms of their fields and cases.
//!
//! `ffi_core` without the feature `proto` exports a derive that doesn't write it, but one that
//! another crate exports may: `ffi_core` drops it then.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::{distinct, list};
use crate::ast::{Case, Enum, Field, Head, Message, Newtype, Oneof, Wire};
use crate::record::Object;

/// Returns items that `ffi_core` keeps only with its feature `proto`.
pub(super) fn with_proto(head: &Head, items: &TokenStream) -> TokenStream {
    let krate = &head.krate;
    quote!(#krate::__proto! { #items })
}

/// Returns the only place at which rustc reports a type that has no place in protobuf, though it is
/// an `FfiType`: all other code asks `ProtoFacts`.
fn assertions<'a>(types: impl IntoIterator<Item = &'a Type>) -> TokenStream {
    let types = types.into_iter();
    let assertions = types.map(|ty| quote_spanned!(ty.span()=> __ffi::Facts::<#ty>::assert_proto();));
    quote! {
        use __ffi::proto::NoProtoFacts as _;

        fn __ffi_proto() {
            #(#assertions)*
        }
    }
}

/// Returns a function of `ProtoType` for the type of a field or case.
fn of(ty: &Type, wire: Wire, function: &str) -> TokenStream {
    let (function, ty) = (format_ident!("{function}"), wire.ty(ty));
    quote!(__ffi::proto::ProtoFacts::<#ty>::#function)
}

/// Returns a function for the list of numbers in a field, each of which has a key.
fn of_unpacked(field: &Field, function: &str) -> TokenStream {
    let (function, ty) = (format_ident!("{function}"), field.wire.ty(&field.ty));
    quote_spanned!(field.ty.span()=> <#ty as __ffi::proto::Unpacked>::#function)
}

/// Returns a function of a trait for the oneof in a flattened field, or for the bytes in one that
/// keeps unknown fields.
pub(super) fn of_flat(field: &Field, of: &str, function: &str) -> TokenStream {
    let (ty, of, function) = (&field.ty, format_ident!("{of}"), format_ident!("{function}"));
    quote_spanned!(ty.span()=> <#ty as __ffi::proto::#of>::#function)
}

/// Returns what is done with a field that has none of the message's numbers: `flat` are the
/// flattened oneofs, each an expression that reads one of its cases and is true if it has; `keep`
/// keeps one that none of them has.
pub(super) fn unless_read(flat: impl Iterator<Item = TokenStream>, keep: Option<TokenStream>) -> TokenStream {
    let mut flat = flat.peekable();
    let skip = keep.unwrap_or_else(|| quote!(__ffi_input.skip(__ffi_tag, __ffi_wire_type)?));
    match flat.peek() {
        None => skip,
        Some(_) => quote! {
            if !(#(#flat)||*) {
                #skip;
            }
        },
    }
}

/// Returns the fields in the order in which they are written: that of their numbers, as other
/// writers have it, so that equal values are equal bytes. Flattened oneofs are behind them, and
/// unknown fields are last.
pub(super) fn in_order(message: &Message) -> Vec<&Field> {
    let mut written: Vec<_> = message.fields.iter().collect();
    written.sort_by_key(|field| (field.wire.unknown.is_some(), field.wire.flat, field.tag));
    written
}

/// Returns the assertion that flattened oneofs, of the trait `oneof`, have numbers of their own.
pub(super) fn own_numbers(message: &Message, oneof: &TokenStream) -> TokenStream {
    let fields = message.fields.iter().filter(|field| field.wire.unknown.is_none());
    let (flat, numbered): (Vec<_>, Vec<_>) = fields.partition(|field| field.wire.flat);
    let Some(first) = flat.first() else { return TokenStream::new() };
    let numbers = numbered.iter().map(|field| field.tag);
    let reserved = message.reserved.iter().map(|(first, last)| quote!((#first, #last)));
    let tags =
        flat.iter().map(|Field { ty, .. }| quote_spanned!(ty.span()=> <#ty as __ffi::proto::#oneof>::TAGS));
    quote_spanned! {first.ty.span()=>
        const _: () = __ffi::proto::assert_own_numbers(&[#(#numbers),*], &[#(#reserved),*], &[#(#tags),*]);
    }
}

pub(super) fn message(message: &Message, record: &mut Object<'_>) -> TokenStream {
    let symbol = |operation| message.head.prefix.type_symbol(&message.head.item.name, operation);
    let [encode, decode, release] = ["encode_proto", "decode_proto", "release_proto"].map(symbol);
    record.with_proto("proto", |record| {
        record.key("encode").string(&encode);
        record.key("decode").string(&decode);
        record.key("release").string(&release);
    });
    let head = &message.head.ident;
    let types = message.fields.iter().map(|field| &field.ty);
    let assertions = assertions(types);
    let usual = message.fields.iter().all(|field| field.wire == Wire::default());
    let implementation = if usual { by_types(message) } else { by_fields(message) };
    // The span at which rustc reports a symbol that another item has.
    let exports = quote_spanned! {head.span()=>
        #[unsafe(export_name = #encode)]
        unsafe extern "C" fn __ffi_encode_proto(
            __ffi_message: *const #head,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> *mut __ffi::FfiOwned {
            // SAFETY: the caller passes a message, or a pointer that is refused, and null or a
            // status that is zeroed or was written by this library; nobody writes to them
            // meanwhile.
            unsafe { __ffi::proto::encode(__ffi_message, __ffi_status) }
        }

        #[unsafe(export_name = #decode)]
        unsafe extern "C" fn __ffi_decode_proto(
            __ffi_bytes: *const __ffi::u8,
            __ffi_len: __ffi::usize,
            __ffi_message: *mut #head,
            __ffi_status: *mut __ffi::FfiStatus,
        ) {
            // SAFETY: the caller passes bytes, memory for a message, or pointers that are refused,
            // and null or a status that is zeroed or was written by this library; nobody else uses
            // them meanwhile.
            unsafe { __ffi::proto::decode(__ffi_bytes, __ffi_len, __ffi_message, __ffi_status) }
        }

        #[unsafe(export_name = #release)]
        unsafe extern "C" fn __ffi_release_proto(
            __ffi_message: *mut #head,
            __ffi_status: *mut __ffi::FfiStatus,
        ) {
            // SAFETY: the caller passes a message, or a pointer that is refused, and null or a
            // status that is zeroed or was written by this library; nobody else uses the message,
            // nor those that it refers to.
            unsafe { __ffi::proto::release(__ffi_message, __ffi_status) }
        }
    };
    let items = quote! {
        #assertions
        #implementation

        #[automatically_derived]
        impl __ffi::proto::FfiProto for #head {}

        #exports
    };
    with_proto(&message.head, &items)
}

/// Returns `begin` of a message, if it is in a pool.
fn begin(message: &Message) -> Option<TokenStream> {
    message.pool.as_ref().map(|_| {
        quote! {
            fn begin(&self, __ffi_followed: &mut __ffi::proto::Followed) {
                __ffi::proto::begin(self, __ffi_followed);
            }
        }
    })
}

/// Returns the implementation of a message whose fields have no attributes about protobuf: their
/// types and members, in the order of their numbers.
fn by_types(message: &Message) -> TokenStream {
    let Head { ident, krate, .. } = &message.head;
    let begin = begin(message);
    let mut order: Vec<_> = message.fields.iter().enumerate().collect();
    if order.is_sorted_by_key(|(_, field)| field.tag) {
        return quote!(#krate::__proto_message!(#ident, __FfiFieldTypes, __FFI_FIELDS, { #begin }););
    }
    order.sort_by_key(|(_, field)| field.tag);
    let types = list(&order.iter().map(|(_, field)| &field.ty).collect::<Vec<_>>());
    let members = order.iter().map(|(index, _)| Literal::usize_unsuffixed(*index));
    quote! {
        type __FfiProtoTypes = #types;
        const __FFI_PROTO_FIELDS: &[__ffi::Member] = &[#(__FFI_FIELDS[#members]),*];
        #krate::__proto_message!(#ident, __FfiProtoTypes, __FFI_PROTO_FIELDS, { #begin });
    }
}

/// Returns the implementation of a message, field by field, as their attributes ask.
fn by_fields(message: &Message) -> TokenStream {
    let head = &message.head.ident;
    let value = |field: &Field, mutable: bool| {
        let ident = &field.ident;
        let place = if mutable { quote!(&mut self.#ident) } else { quote!(&self.#ident) };
        field.wire.reference(&field.ty, place, mutable)
    };
    let inits = message.fields.iter().enumerate().map(|(index, field)| {
        let (index, ty) = (Literal::usize_unsuffixed(index), field.wire.ty(&field.ty));
        let init = of(&field.ty, field.wire, "init");
        quote! {
            // SAFETY: the slot is memory for the message, in which the field lies at that offset.
            unsafe {
                __ffi::proto::init_field::<#ty>(__ffi_message, __FFI_FIELDS[#index].offset, #init)
            };
        }
    });
    let written = in_order(message);
    let defaults = written.iter().map(|field| {
        let (value, is_default) = (value(field, false), of(&field.ty, field.wire, "is_default"));
        quote!(#is_default(#value))
    });
    let lens = written.iter().map(|field| {
        let (value, tag) = (value(field, false), field.tag);
        let field_len = match field.wire {
            Wire { unpacked: true, .. } => of_unpacked(field, "unpacked_len"),
            Wire { flat: true, .. } | Wire { unknown: Some(_), .. } => {
                let value_len = of_flat(field, "ProtoType", "value_len");
                return quote!(#value_len(#value));
            }
            _ => of(&field.ty, field.wire, "field_len"),
        };
        quote!(#field_len(#value, #tag))
    });
    let writes = written.iter().map(|field| {
        let (value, tag) = (value(field, false), field.tag);
        let write_field = match field.wire {
            Wire { unpacked: true, .. } => of_unpacked(field, "write_unpacked"),
            Wire { flat: true, .. } | Wire { unknown: Some(_), .. } => {
                let write_value = of_flat(field, "ProtoType", "write_value");
                return quote!(#write_value(#value, __ffi_out););
            }
            _ => of(&field.ty, field.wire, "write_field"),
        };
        quote!(#write_field(#value, #tag, __ffi_out);)
    });
    let states: Vec<_> =
        (0..message.fields.len()).map(|index| format_ident!("__ffi_state_{index}")).collect();
    let types: Vec<_> = message.fields.iter().map(|field| &field.ty).collect();
    let wire_types = message.fields.iter().map(|field| field.wire.ty(&field.ty));
    let releases = message.fields.iter().map(|field| {
        let (ident, release) = (&field.ident, of(&field.ty, Wire::default(), "release"));
        quote!(#release(&mut self.#ident, __ffi_by);)
    });
    let (begin, distinct) = (begin(message), distinct(types.iter().copied()));
    let numbered = message.fields.iter().zip(&states).filter(|(field, _)| field.wire.is_numbered());
    let flat = message.fields.iter().filter(|field| field.wire.flat).map(|field| {
        let (ident, name) = (&field.ident, &field.item.name);
        let read_case = of_flat(field, "ProtoOneof", "read_case");
        quote! {
            __ffi::proto::in_field(
                #read_case(&mut self.#ident, __ffi_tag, __ffi_wire_type, __ffi_input),
                #name,
            )?
        }
    });
    let keep = message.fields.iter().find(|field| field.wire.unknown.is_some()).map(|field| {
        let (ident, name, limit) = (&field.ident, &field.item.name, field.wire.limit());
        let keep = of_flat(field, "KeepsUnknown", "keep");
        quote! {
            __ffi::proto::in_field(
                #keep(&mut self.#ident, #limit, __ffi_tag, __ffi_wire_type, __ffi_input),
                #name,
            )?
        }
    });
    let other = unless_read(flat, keep);
    let own_numbers = own_numbers(message, &quote!(ProtoOneof));
    let reads = numbered.map(|(field, state)| {
        let (value, tag, name) = (value(field, true), field.tag, &field.item.name);
        let [accepts, read_field] = ["accepts", "read_field"].map(|it| of(&field.ty, field.wire, it));
        quote! {
            #tag if #accepts(__ffi_wire_type) => __ffi::proto::in_field(
                #read_field(#value, &mut #state, __ffi_wire_type, __ffi_input),
                #name,
            )?,
        }
    });
    quote! {
        #own_numbers

        // SAFETY: `init` makes every field a value.
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for #head {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            const HAS_REFS: __ffi::bool =
                false #(|| __ffi::proto::ProtoFacts::<#distinct>::HAS_REFS)*;
            type State = ();

            fn init(__ffi_slot: &mut __ffi::core::mem::MaybeUninit<Self>) -> &mut Self {
                let __ffi_message = __ffi_slot.as_mut_ptr().cast();
                #(#inits)*
                // SAFETY: every field is a value now.
                unsafe { __ffi_slot.assume_init_mut() }
            }

            fn is_default(&self) -> __ffi::bool {
                #(#defaults)&&*
            }

            fn value_len(&self) -> __ffi::usize {
                #(#lens)+*
            }

            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                #(#writes)*
            }

            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                #(let mut #states = __ffi::proto::ProtoFacts::<#wire_types>::state();)*
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input.key()? {
                    match __ffi_tag {
                        #(#reads)*
                        _ => #other,
                    }
                }
                __ffi::Result::Ok(())
            }

            fn release(&mut self, __ffi_by: __ffi::proto::Releaser) {
                if Self::HAS_REFS {
                    #(#releases)*
                }
            }

            #begin
        }
    }
}

pub(super) fn oneof(oneof: &Oneof) -> TokenStream {
    let head = &oneof.head.ident;
    let unset = &oneof.cases[0].ident;
    let types: Vec<_> = oneof.cases.iter().filter_map(|case| case.ty.as_ref()).collect();
    let releases = oneof.cases.iter().filter_map(|Case { ident, ty, .. }| {
        let release = of(ty.as_ref()?, Wire::default(), "release");
        Some(quote!(#head::#ident(__ffi_value) => #release(__ffi_value, __ffi_by),))
    });
    let set = || oneof.cases.iter().enumerate().skip(1);
    let value = |ty: &Type, wire: Wire| wire.reference(ty, quote!(__ffi_value), false);
    let lens = set().map(|(_, Case { ident, ty, tag, wire, .. })| match ty {
        Some(ty) => {
            let (member_len, value) = (of(ty, *wire, "member_len"), value(ty, *wire));
            quote!(#head::#ident(__ffi_value) => #member_len(#value, #tag),)
        }
        None => quote!(#head::#ident => __ffi::proto::unit_len(#tag),),
    });
    let writes = set().map(|(_, Case { ident, ty, tag, wire, .. })| match ty {
        Some(ty) => {
            let (write_element, value) = (of(ty, *wire, "write_element"), value(ty, *wire));
            quote!(#head::#ident(__ffi_value) => #write_element(#value, #tag, __ffi_out),)
        }
        None => quote!(#head::#ident => __ffi::proto::write_unit(#tag, __ffi_out),),
    });
    let reads = set().map(|(position, Case { item, ty, tag, wire, .. })| {
        let (position, name) = (Literal::usize_unsuffixed(position), &item.name);
        let read = match ty {
            Some(ty) => {
                let (init, read_element) = (of(ty, *wire, "init"), of(ty, *wire, "read_element"));
                let ty = wire.ty(ty);
                quote! {
                    // SAFETY: the case of that discriminant holds a value of that type.
                    let __ffi_value =
                        unsafe { __ffi::proto::active_case::<#head, #ty>(self, #position, #init) };
                    #read_element(__ffi_value, __ffi_input)
                }
            }
            None => quote! {
                // SAFETY: the case of that discriminant holds nothing.
                unsafe { __ffi::proto::activate_unit::<#head>(self, #position) };
                __ffi::proto::read_unit(__ffi_input)
            },
        };
        let wire = match ty {
            Some(ty) => of(ty, *wire, "WIRE"),
            None => quote!(__ffi::proto::WireType::LengthDelimited),
        };
        quote!(#tag if __ffi_wire_type == #wire => __ffi::proto::in_field({ #read }, #name)?,)
    });
    let tags = set().map(|(_, case)| case.tag);
    let (assertions, distinct) = (assertions(types.iter().copied()), distinct(types.iter().copied()));
    let items = quote! {
        #assertions

        // SAFETY: `init` makes the first case the active one, which holds nothing.
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for #head {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            const HAS_REFS: __ffi::bool =
                false #(|| __ffi::proto::ProtoFacts::<#distinct>::HAS_REFS)*;
            type State = ();

            fn init(__ffi_slot: &mut __ffi::core::mem::MaybeUninit<#head>) -> &mut #head {
                // SAFETY: the slot is memory for the oneof, whose first case has discriminant 0 and
                // holds nothing.
                unsafe { __ffi::proto::set_unit::<#head>(__ffi_slot.as_mut_ptr(), 0) };
                // SAFETY: the first case needs no more than its discriminant.
                unsafe { __ffi_slot.assume_init_mut() }
            }

            fn is_default(&self) -> __ffi::bool {
                match self {
                    #head::#unset => true,
                    _ => false,
                }
            }

            fn value_len(&self) -> __ffi::usize {
                match self {
                    #head::#unset => 0,
                    #(#lens)*
                }
            }

            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                match self {
                    #head::#unset => {}
                    #(#writes)*
                }
            }

            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                while let __ffi::Option::Some((__ffi_tag, __ffi_wire_type)) = __ffi_input.key()? {
                    if !__ffi::proto::ProtoOneof::read_case(self, __ffi_tag, __ffi_wire_type, __ffi_input)? {
                        __ffi_input.skip(__ffi_tag, __ffi_wire_type)?;
                    }
                }
                __ffi::Result::Ok(())
            }

            fn release(&mut self, __ffi_by: __ffi::proto::Releaser) {
                if Self::HAS_REFS {
                    match self {
                        #(#releases)*
                        _ => {}
                    }
                }
            }
        }

        #[automatically_derived]
        impl __ffi::proto::ProtoOneof for #head {
            const TAGS: &'static [__ffi::u32] = &[#(#tags),*];

            fn read_case(
                &mut self,
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

        #[automatically_derived]
        impl __ffi::proto::FfiProto for #head {}
    };
    with_proto(&oneof.head, &items)
}

pub(super) fn newtype(item: &Newtype) -> TokenStream {
    let (ident, ty) = (&item.head.ident, &item.ty);
    let inner = quote!(<#ty as __ffi::proto::ProtoType>);
    let (bool, u32, usize, u8) =
        (quote!(__ffi::bool), quote!(__ffi::u32), quote!(__ffi::usize), quote!(__ffi::u8));
    let wire_type = quote!(__ffi::proto::WireType);
    let (writer, reader) = (quote!(&mut __ffi::proto::Writer<'_>), quote!(&mut __ffi::proto::Reader<'_>));
    let read = quote!(__ffi::Result<(), __ffi::proto::DecodeError>);
    // An array has forms of its own for a field and for elements, so all are those of the type.
    let items = quote! {
        // SAFETY: the struct has the layout of the type in it, whose `init` makes that a value.
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for #ident
        where
            for<'__ffi_any> #ty: __ffi::proto::ProtoType,
        {
            const WIRE: #wire_type = #inner::WIRE;
            const NESTED: #bool = #inner::NESTED;
            const BYTE: #bool = #inner::BYTE;
            const ITEMS: #usize = #inner::ITEMS;
            const ITEM_WIRE: #wire_type = #inner::ITEM_WIRE;
            type State = #inner::State;

            #[inline]
            fn init(__ffi_slot: &mut __ffi::core::mem::MaybeUninit<#ident>) -> &mut #ident {
                // SAFETY: the slot is memory for a type of the same layout, and a `MaybeUninit`
                // needs no value.
                #inner::init(unsafe { &mut *__ffi_slot.as_mut_ptr().cast() });
                // SAFETY: `init` has made the type in it a value.
                unsafe { __ffi_slot.assume_init_mut() }
            }

            #[inline]
            fn accepts(__ffi_wire_type: #wire_type) -> #bool {
                #inner::accepts(__ffi_wire_type)
            }

            #[inline]
            fn is_default(&self) -> #bool {
                #inner::is_default(&self.0)
            }

            #[inline]
            fn value_len(&self) -> #usize {
                #inner::value_len(&self.0)
            }

            #[inline]
            fn write_value(&self, __ffi_out: #writer) {
                #inner::write_value(&self.0, __ffi_out);
            }

            #[inline]
            fn read_value(&mut self, __ffi_input: #reader) -> #read {
                #inner::read_value(&mut self.0, __ffi_input)
            }

            #[inline]
            fn field_len(&self, __ffi_tag: #u32) -> #usize {
                #inner::field_len(&self.0, __ffi_tag)
            }

            #[inline]
            fn write_field(&self, __ffi_tag: #u32, __ffi_out: #writer) {
                #inner::write_field(&self.0, __ffi_tag, __ffi_out);
            }

            #[inline]
            fn read_field(
                &mut self,
                __ffi_state: &mut Self::State,
                __ffi_wire: #wire_type,
                __ffi_input: #reader,
            ) -> #read {
                #inner::read_field(&mut self.0, __ffi_state, __ffi_wire, __ffi_input)
            }

            #[inline]
            fn items_len(&self, __ffi_key: #usize) -> #usize {
                #inner::items_len(&self.0, __ffi_key)
            }

            #[inline]
            fn write_items(&self, __ffi_key: __ffi::Option<#u32>, __ffi_out: #writer) {
                #inner::write_items(&self.0, __ffi_key, __ffi_out);
            }

            #[inline]
            fn read_nth_item(
                &mut self,
                __ffi_index: #usize,
                __ffi_input: #reader,
            ) -> #read {
                #inner::read_nth_item(&mut self.0, __ffi_index, __ffi_input)
            }

            #[inline]
            fn as_bytes(__ffi_values: &[#ident]) -> &[#u8] {
                // SAFETY: the elements have the layout of the type in them, and are values of it.
                let __ffi_values = unsafe {
                    __ffi::core::slice::from_raw_parts(__ffi_values.as_ptr().cast(), __ffi_values.len())
                };
                #inner::as_bytes(__ffi_values)
            }

            #[inline]
            fn as_bytes_mut(__ffi_values: &mut [#ident]) -> &mut [#u8] {
                let __ffi_len = __ffi_values.len();
                // SAFETY: the elements have the layout of the type in them, and are values of it;
                // each value of that is one of theirs.
                let __ffi_values = unsafe {
                    __ffi::core::slice::from_raw_parts_mut(__ffi_values.as_mut_ptr().cast(), __ffi_len)
                };
                #inner::as_bytes_mut(__ffi_values)
            }
        }

        // SAFETY: the struct is `repr(transparent)` around that type, and each value of one is a
        // value of the other.
        #[automatically_derived]
        unsafe impl<__FfiCoding> __ffi::proto::Recode<__FfiCoding> for #ident
        where
            #ty: __ffi::proto::Recode<__FfiCoding>,
        {
            type As = <#ty as __ffi::proto::Recode<__FfiCoding>>::As;
        }
    };
    with_proto(&item.head, &items)
}

pub(super) fn enumeration(item: &Enum) -> TokenStream {
    let ident = &item.head.ident;
    let items = quote_spanned! {ident.span()=>
        // SAFETY: `init` writes zeros, which are a variant.
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for #ident
        where
            for<'__ffi_any> #ident: __ffi::core::marker::Copy,
        {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::Varint;
            type State = ();

            #[inline]
            fn init(__ffi_slot: &mut __ffi::core::mem::MaybeUninit<#ident>) -> &mut #ident {
                __ffi_slot.write(__ffi::bytemuck::Zeroable::zeroed())
            }

            #[inline]
            fn is_default(&self) -> __ffi::bool {
                __ffi::proto::enum_is_default(*self)
            }

            #[inline]
            fn value_len(&self) -> __ffi::usize {
                __ffi::proto::enum_len(*self)
            }

            #[inline]
            fn write_value(&self, __ffi_out: &mut __ffi::proto::Writer<'_>) {
                __ffi::proto::write_enum(*self, __ffi_out);
            }

            #[inline]
            fn read_value(
                &mut self,
                __ffi_input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                *self = __ffi::proto::read_enum(__ffi_input)?;
                __ffi::Result::Ok(())
            }
        }
    };
    with_proto(&item.head, &items)
}
