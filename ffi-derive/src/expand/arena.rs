//! Types in arenas: views and editors of messages that live there, and what others need to be
//! inside of such messages.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Type, Visibility};

use super::{allowed, distinct, shape};
use crate::ast::{ArenaFrom, Enum, Field, Head, Message, Newtype, Variant, types};
use crate::names;
use crate::record::Object;

/// Bodies of the functions that compare, hash and serialize the views of a type.
pub(super) struct Held {
    /// Compares the views `a` and `b`.
    pub(super) equal: TokenStream,
    /// Writes `view` to `state`.
    pub(super) hash: TokenStream,
    /// Writes `view` to `serializer`.
    pub(super) serialize: TokenStream,
}

impl Held {
    /// Returns the functions of `ArenaType`.
    pub(super) fn functions(&self, head: &Head) -> TokenStream {
        let Self { equal, hash, serialize } = self;
        let krate = &head.krate;
        quote! {
            #[inline]
            fn views_equal(
                a: <Self as __ffi::ArenaType>::View<'_>,
                b: <Self as __ffi::ArenaType>::View<'_>,
            ) -> __ffi::bool {
                #equal
            }

            #[inline]
            fn hash_view<__FfiHasher: __ffi::core::hash::Hasher>(
                view: <Self as __ffi::ArenaType>::View<'_>,
                state: &mut __FfiHasher,
            ) {
                #hash
            }

            #krate::__serde! {
                #[inline]
                fn serialize_view<__FfiSerializer: __ffi::serde::Serializer>(
                    view: <Self as __ffi::ArenaType>::View<'_>,
                    serializer: __FfiSerializer,
                ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                    #serialize
                }
            }
        }
    }

    /// Returns what compares, hashes and serializes views field by field.
    fn of_views(message: &Message, view: &Ident) -> Self {
        let all: Vec<_> = message.fields.iter().map(|field| &field.ident).collect();
        let types: Vec<_> = message.fields.iter().map(|field| &field.ty).collect();
        Self {
            equal: quote!(#(<#types as __ffi::ArenaType>::views_equal(#view::#all(a), #view::#all(b)))&&*),
            hash: quote!(#(<#types as __ffi::ArenaType>::hash_view(#view::#all(view), state);)*),
            serialize: serialized(message, |field| quote!(#view::#field(view))),
        }
    }

    /// Returns the same for a type without handles, whose own `Serialize` comes first.
    pub(super) fn in_place(self) -> Self {
        let Self { equal, hash, serialize } = self;
        let serialize = quote! {
            use __ffi::ByFields as _;
            __ffi::WrittenItself(view).write(serializer, |serializer| { #serialize })
        };
        Self { equal, hash, serialize }
    }
}

/// Returns what serializes a message field by field. `field` is the view of a field.
fn serialized(message: &Message, field: impl Fn(&Ident) -> TokenStream) -> TokenStream {
    let name = &message.head.item.name;
    let count = Literal::usize_unsuffixed(message.fields.len());
    let fields = message.fields.iter().map(|Field { ident, item, ty, .. }| {
        let (name, view) = (&item.name, field(ident));
        quote!(message.serialize_field(#name, &__ffi::Written::<#ty>(#view))?;)
    });
    quote! {
        use __ffi::serde::ser::SerializeStruct as _;
        let mut message = serializer.serialize_struct(#name, #count)?;
        #(#fields)*
        message.end()
    }
}

/// Returns the traits of views.
pub(super) fn view_traits(head: &Head, view: &Ident) -> TokenStream {
    let Head { ident, krate, .. } = head;
    quote! {
        #[automatically_derived]
        impl __ffi::core::cmp::PartialEq for #view<'_> {
            #[inline]
            fn eq(&self, other: &Self) -> __ffi::bool {
                <#ident as __ffi::ArenaType>::views_equal(*self, *other)
            }
        }

        #[automatically_derived]
        impl __ffi::core::cmp::Eq for #view<'_> {}

        #[automatically_derived]
        impl __ffi::core::hash::Hash for #view<'_> {
            #[inline]
            fn hash<__FfiHasher: __ffi::core::hash::Hasher>(&self, state: &mut __FfiHasher) {
                <#ident as __ffi::ArenaType>::hash_view(*self, state);
            }
        }

        #krate::__serde! {
            #[automatically_derived]
            impl __ffi::serde::Serialize for #view<'_> {
                #[inline]
                fn serialize<__FfiSerializer: __ffi::serde::Serializer>(
                    &self,
                    serializer: __FfiSerializer,
                ) -> __ffi::Result<__FfiSerializer::Ok, __FfiSerializer::Error> {
                    <#ident as __ffi::ArenaType>::serialize_view(*self, serializer)
                }
            }
        }
    }
}

/// The view and the editor of a message that lives in an arena.
pub(super) struct Arena<'a> {
    message: &'a Message,
    visibility: &'a Visibility,
    view: Ident,
    edit: Ident,
}

impl<'a> Arena<'a> {
    pub(super) fn new(message: &'a Message, visibility: &'a Visibility) -> Self {
        let ident = &message.head.ident;
        let name = |what| format_ident!("{}{what}", ident.unraw(), span = ident.span());
        Self { message, visibility, view: name("View"), edit: name("Edit") }
    }

    /// Returns the types that users name.
    pub(super) fn items(&self) -> TokenStream {
        let Self { message, visibility, view, edit } = self;
        let Head { ident, item, krate, .. } = &message.head;
        let name = &item.name;
        let about_view = format!(
            "A `{name}` of an arena, for reading: it derefs to the message, and has a method for each field."
        );
        let about_edit = format!(
            "The editor of a `{name}` of an arena: it derefs to the message, and has methods for each field."
        );
        let allowed = allowed();
        let lints = quote!(#[allow(dead_code, missing_debug_implementations, unreachable_pub)]);
        quote! {
            #[doc = #about_view]
            #allowed
            #lints
            #visibility struct #view<'arena>(#krate::arena::ArenaView<'arena, #ident>);

            #[doc = #about_edit]
            #allowed
            #lints
            #visibility struct #edit<'arena>(#krate::arena::ArenaPlace<'arena, #ident>);
        }
    }

    /// Returns the methods of view and editor, and the traits.
    pub(super) fn implementation(&self) -> TokenStream {
        let (views, edits, types) = (self.views(), self.edits(), self.types());
        let traits = view_traits(&self.message.head, &self.view);
        quote!(#views #traits #edits #types)
    }

    /// Returns the functions that C calls for arenas with this root, and writes their entries in
    /// the record.
    pub(super) fn operations(&self, record: &mut Object<'_>) -> TokenStream {
        let Head { ident, item, krate, prefix, .. } = &self.message.head;
        let prefix = prefix.type_symbol(&item.name, "arena_");
        record.key("arena").object(|record| {
            record.key("symbols").object(|symbols| {
                symbols.entries(&quote!(#krate::__arena_operations!(__symbols!, #prefix, #ident)));
            });
        });
        quote!(#krate::__arena_operations!(__functions!, #prefix, #ident);)
    }

    fn views(&self) -> TokenStream {
        let Self { message, view, .. } = self;
        let ident = &message.head.ident;
        let methods =
            message.fields.iter().map(|Field { ident: field, written: ty, visibility, docs, .. }| {
                quote! {
                    #(#docs)*
                    #[inline]
                    #visibility fn #field(self) -> <#ty as __ffi::ArenaType>::View<'arena> {
                        // SAFETY: the field is inside of the message.
                        unsafe { __ffi::ArenaView::field(self.0, &__ffi::ArenaView::value(self.0).#field) }
                    }
                }
            });
        let shown = message.fields.iter().map(|Field { ident: field, item, .. }| {
            let name = &item.name;
            quote!(.field(#name, __ffi::Shown(#view::#field(*self)).shown()))
        });
        let name = &message.head.item.name;
        quote! {
            #[allow(dead_code, missing_docs, unreachable_pub)]
            impl<'arena> #view<'arena> {
                #(#methods)*
            }

            #[automatically_derived]
            impl __ffi::core::marker::Copy for #view<'_> {}

            #[automatically_derived]
            impl __ffi::core::clone::Clone for #view<'_> {
                #[inline]
                fn clone(&self) -> Self {
                    *self
                }
            }

            #[automatically_derived]
            impl __ffi::core::ops::Deref for #view<'_> {
                type Target = #ident;

                #[inline]
                fn deref(&self) -> &#ident {
                    __ffi::ArenaView::value(self.0)
                }
            }

            #[automatically_derived]
            impl __ffi::core::fmt::Debug for #view<'_> {
                fn fmt(&self, f: &mut __ffi::core::fmt::Formatter<'_>) -> __ffi::core::fmt::Result {
                    use __ffi::NotShown as _;
                    f.debug_struct(#name)#(#shown)*.finish()
                }
            }
        }
    }

    fn edits(&self) -> TokenStream {
        let Self { message, edit, .. } = self;
        let ident = &message.head.ident;
        let methods = message.fields.iter().enumerate().map(|(index, field)| {
            let Field { ident: field, written: ty, visibility, docs, .. } = field;
            let index = Literal::usize_unsuffixed(index);
            let setter = format_ident!("set_{}", field.unraw(), span = field.span());
            let editor = quote! {
                // SAFETY: the field of that type lies at that offset.
                unsafe { __ffi::ArenaPlace::field::<#ty>(&mut self.0, __FFI_FIELDS[#index].offset) }
            };
            if types::is_growing(ty) {
                return quote! {
                    #(#docs)*
                    #[inline]
                    #[track_caller]
                    #visibility fn #field(
                        &mut self,
                        room: __ffi::usize,
                    ) -> <#ty as __ffi::ArenaType>::Edit<'_> {
                        let mut editor = #editor;
                        editor.reserve(room);
                        editor
                    }
                };
            }
            quote! {
                #(#docs)*
                #[inline]
                #visibility fn #field(&mut self) -> <#ty as __ffi::ArenaType>::Edit<'_> {
                    #editor
                }

                #(#docs)*
                #[inline]
                #[track_caller]
                #visibility fn #setter(&mut self, value: <#ty as __ffi::ArenaType>::Value<'_>) {
                    // SAFETY: the field of that type lies at that offset.
                    let mut place =
                        unsafe { __ffi::ArenaPlace::part::<#ty>(&mut self.0, __FFI_FIELDS[#index].offset) };
                    __ffi::ArenaPlace::set(&mut place, value);
                }
            }
        });
        quote! {
            #[allow(dead_code, missing_docs, unreachable_pub)]
            impl #edit<'_> {
                #(#methods)*
            }

            #[automatically_derived]
            impl __ffi::core::ops::Deref for #edit<'_> {
                type Target = #ident;

                #[inline]
                fn deref(&self) -> &#ident {
                    &self.0
                }
            }

            #[automatically_derived]
            impl __ffi::core::fmt::Debug for #edit<'_> {
                fn fmt(&self, f: &mut __ffi::core::fmt::Formatter<'_>) -> __ffi::core::fmt::Result {
                    __ffi::core::fmt::Debug::fmt(&__ffi::ArenaPlace::view(&self.0), f)
                }
            }
        }
    }

    fn types(&self) -> TokenStream {
        let Self { message, view, edit, .. } = self;
        let ident = &message.head.ident;
        let id_hash = names::hash(&message.head.prefix.id(&message.head.item.name));
        let fields: Vec<_> = message.fields.iter().map(|field| &field.ty).collect();
        let checks = message.fields.iter().enumerate().map(|(index, field)| {
            let (name, index, ty) = (&field.item.name, Literal::usize_unsuffixed(index), &field.ty);
            quote! {
                // SAFETY: the field of that type lies at that offset, and the message fulfils the
                // contract of `check_in`.
                unsafe {
                    __ffi::check_field_in::<#ty>(message.cast(), __FFI_FIELDS[#index].offset, #name, check)
                }?;
            }
        });
        let copies = message.fields.iter().enumerate().map(|(index, field)| {
            let (name, index) = (&field.ident, Literal::usize_unsuffixed(index));
            quote! {
                // SAFETY: the field of that type lies at that offset, and the message fulfils the
                // contract of `copy_in`.
                unsafe {
                    __ffi::copy_field_in(&message.#name, __FFI_FIELDS[#index].offset, &mut place, from)
                }?;
            }
        });
        let store = store(ident, &fields);
        let held = Held::of_views(message, view);
        let held = held.functions(&message.head);
        let once = quote!(__ffi::OnceLock<__ffi::u64>);
        quote! {
            // SAFETY: check, store and copy cover every field; view and editor hold the argument.
            #[automatically_derived]
            unsafe impl __ffi::ArenaType for #ident {
                type View<'__ffi_arena> = #view<'__ffi_arena>;
                type Value<'__ffi_arena> = Self;
                type Edit<'__ffi_arena> = #edit<'__ffi_arena>;
                type InArena = __ffi::Itself;
                const IDENTITY: __ffi::u64 =
                    __ffi::fingerprint::mix(&[__ffi::fingerprint::REF, #id_hash]);

                #[inline]
                unsafe fn view<'__ffi_arena>(
                    arena: __ffi::ArenaRef<'__ffi_arena>,
                    message: &'__ffi_arena Self,
                ) -> #view<'__ffi_arena> {
                    // SAFETY: the message is in the arena, by this function's contract.
                    #view(unsafe { __ffi::ArenaView::new(arena, message) })
                }

                #[inline]
                fn edit(place: __ffi::ArenaPlace<'_, Self>) -> #edit<'_> {
                    #edit(place)
                }

                #[inline]
                fn put(
                    mut place: __ffi::ArenaPlace<'_, Self>,
                    message: Self,
                ) -> __ffi::Result<(), __ffi::ArenaFull> {
                    __ffi::ArenaPlace::store(&mut place, &message);
                    __ffi::Result::Ok(())
                }

                #[inline]
                unsafe fn check_in(
                    message: *const Self,
                    check: &mut __ffi::ArenaCheck<'_>,
                ) -> __ffi::Result<(), __ffi::InvalidValue> {
                    #(#checks)*
                    __ffi::Result::Ok(())
                }

                #store

                #[inline]
                unsafe fn copy_in(
                    message: &Self,
                    mut place: __ffi::ArenaPlace<'_, Self>,
                    from: __ffi::ArenaRef<'_>,
                ) -> __ffi::Result<(), __ffi::ArenaFull> {
                    #(#copies)*
                    __ffi::Result::Ok(())
                }

                #held

                #[inline]
                fn reach(reached: &mut __ffi::Reached) {
                    if __ffi::Reached::note_message::<Self>(reached) {
                        #(<#fields as __ffi::ArenaType>::reach(reached);)*
                    }
                }
            }

            // SAFETY: the layout is that of all that `reach` notes.
            #[automatically_derived]
            unsafe impl __ffi::ArenaMessage for #ident {
                fn layout() -> __ffi::u64 {
                    static __FFI_LAYOUT: #once = __ffi::OnceLock::new();
                    __ffi::message_layout(&__FFI_LAYOUT, <Self as __ffi::ArenaType>::reach)
                }
            }
        }
    }
}

/// Returns what a newtype needs to be inside of an arena message.
pub(super) fn newtype(item: &Newtype) -> TokenStream {
    let ty = &item.ty;
    let store = quote! {
        #[inline]
        unsafe fn store(value: *const Self, place: *mut Self) {
            // SAFETY: both consist of a value of that type.
            unsafe { __ffi::store_field::<#ty, _>(value, place, 0) };
        }
    };
    let view = |value: TokenStream| quote!(__ffi::in_place(&#value.0));
    let (a, b, view) = (view(quote!(a)), view(quote!(b)), view(quote!(view)));
    let held = Held {
        equal: quote!(<#ty as __ffi::ArenaType>::views_equal(#a, #b)),
        hash: quote!(<#ty as __ffi::ArenaType>::hash_view(#view, state)),
        serialize: quote!(<#ty as __ffi::ArenaType>::serialize_view(#view, serializer)),
    };
    let functions = [store, held.in_place().functions(&item.head)];
    plain(&item.head, &[ty], &functions, &shape::newtype(item))
}

/// Returns what an enum needs to be inside of an arena message, also as the key of a map.
pub(super) fn enumeration(item: &Enum) -> TokenStream {
    let (ident, id, shape) = (&item.head.ident, id(&item.head), shape::enumeration(item));
    // Without `Copy`, which `FfiEnum` asks for, rustc shall not report these as well.
    let copy = quote!(where for<'__ffi_any> #ident: __ffi::core::marker::Copy);
    let name = &item.head.item.name;
    let variants = item.variants.iter().enumerate().map(|(index, Variant { ident: variant, item, .. })| {
        let (index, variant_name) = (Literal::usize_unsuffixed(index), &item.name);
        // It is written as a struct, which can't be a constant of that name.
        quote!(#ident::#variant {} => serializer.serialize_unit_variant(#name, #index, #variant_name),)
    });
    let number = |value: &str| {
        let value = format_ident!("{value}");
        quote!(__ffi::FfiEnum::to_repr(#value))
    };
    let (a, b, view) = (number("a"), number("b"), number("view"));
    let held = Held {
        equal: quote!(#a == #b),
        hash: quote!(__ffi::core::hash::Hash::hash(&#view, state)),
        serialize: quote! {
            use __ffi::ByFields as _;
            __ffi::WrittenItself(&view).write(serializer, |serializer| match view {
                #(#variants)*
            })
        },
    };
    let held = held.functions(&item.head);
    quote! {
        // SAFETY: an enum refers to nothing and has no padding.
        #[automatically_derived]
        unsafe impl __ffi::ArenaType for #ident #copy {
            type View<'__ffi_arena> = Self;
            type Value<'__ffi_arena> = Self;
            type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, Self>;
            type InArena = __ffi::Itself;

            #[inline]
            unsafe fn view<'__ffi_arena>(_: __ffi::ArenaRef<'__ffi_arena>, value: &'__ffi_arena Self) -> Self {
                *value
            }

            #[inline]
            fn edit(place: __ffi::ArenaPlace<'_, Self>) -> __ffi::ArenaPlace<'_, Self> {
                place
            }

            #[inline]
            fn put(
                mut place: __ffi::ArenaPlace<'_, Self>,
                value: Self,
            ) -> __ffi::Result<(), __ffi::ArenaFull> {
                __ffi::ArenaPlace::store(&mut place, &value);
                __ffi::Result::Ok(())
            }

            #[inline]
            unsafe fn store(value: *const Self, place: *mut Self) {
                // SAFETY: by this function's contract the value is valid.
                let value = unsafe { value.read() };
                // SAFETY: by this function's contract the place is aligned and writable.
                unsafe { place.write(value) };
            }

            #held

            #[inline]
            fn reach(reached: &mut __ffi::Reached) {
                __ffi::Reached::note(reached, #id, #shape);
            }
        }

        #[automatically_derived]
        impl __ffi::FfiArenaFrom<#ident> for #ident #copy {
            fn write(
                &self,
                mut place: __ffi::ArenaPlace<'_, #ident>,
            ) -> __ffi::Result<(), __ffi::ArenaFull> {
                __ffi::ArenaPlace::store(&mut place, self);
                __ffi::Result::Ok(())
            }

            fn read(view: #ident) -> #ident {
                view
            }
        }

        #[automatically_derived]
        impl __ffi::ArenaKey for #ident #copy {
            #[inline]
            fn order(a: Self, b: Self) -> __ffi::core::cmp::Ordering {
                __ffi::core::cmp::Ord::cmp(&__ffi::FfiEnum::to_repr(a), &__ffi::FfiEnum::to_repr(b))
            }

            #[inline]
            fn order_value(key: Self, value: &Self) -> __ffi::core::cmp::Ordering {
                <Self as __ffi::ArenaKey>::order(key, *value)
            }
        }
    }
}

/// `#[derive(FfiArenaFrom)]`.
pub(crate) fn arena_from(item: &ArenaFrom) -> TokenStream {
    let ArenaFrom { ident, message, krate, fields } = item;
    let parts: Vec<_> = fields
        .iter()
        .map(|field| {
            quote_spanned! {field.span()=>
                // SAFETY: the function returns the field of that name, which is at that offset.
                unsafe {
                    __ffi::PartOf::<#message, _>::new(
                        __ffi::core::mem::offset_of!(#message, #field),
                        |message: &#message| &message.#field,
                    )
                }
            }
        })
        .collect();
    let allowed = allowed();
    quote! {
        #[doc(hidden)]
        #allowed
        const _: () = {
            use #krate::__private as __ffi;

            #[automatically_derived]
            impl __ffi::FfiArenaFrom<#message> for #ident {
                fn write(
                    &self,
                    mut place: __ffi::ArenaPlace<'_, #message>,
                ) -> __ffi::Result<(), __ffi::ArenaFull> {
                    #(__ffi::PartOf::write(#parts, &self.#fields, &mut place)?;)*
                    __ffi::Result::Ok(())
                }

                fn read(view: <#message as __ffi::ArenaType>::View<'_>) -> Self {
                    Self { #(#fields: __ffi::PartOf::read(#parts, view.#fields()),)* }
                }
            }
        };
    }
}

/// Returns `ArenaType` of a type that is read and stored as itself.
pub(super) fn plain(
    head: &Head,
    parts: &[&Type],
    functions: &[TokenStream],
    shape: &TokenStream,
) -> TokenStream {
    let (ident, id) = (&head.ident, id(head));
    let distinct = distinct(parts.iter().copied());
    quote! {
        const _: () = {
            #(__ffi::assert_in_place(__ffi::Facts::<#distinct>::ARENA);)*
        };

        // SAFETY: it refers to nothing, as the assertions above say; all parts are stored.
        #[automatically_derived]
        unsafe impl __ffi::ArenaType for #ident
        where
            #(for<'__ffi_any> #distinct: __ffi::ArenaType,)*
        {
            type View<'__ffi_arena> = &'__ffi_arena Self;
            type Value<'__ffi_arena> = Self;
            type Edit<'__ffi_arena> = __ffi::ArenaPlace<'__ffi_arena, Self>;
            type InArena = __ffi::Itself;

            #[inline]
            unsafe fn view<'__ffi_arena>(
                _: __ffi::ArenaRef<'__ffi_arena>,
                value: &'__ffi_arena Self,
            ) -> &'__ffi_arena Self {
                value
            }

            #[inline]
            fn edit(place: __ffi::ArenaPlace<'_, Self>) -> __ffi::ArenaPlace<'_, Self> {
                place
            }

            #[inline]
            fn put(
                mut place: __ffi::ArenaPlace<'_, Self>,
                value: Self,
            ) -> __ffi::Result<(), __ffi::ArenaFull> {
                __ffi::ArenaPlace::store(&mut place, &value);
                __ffi::Result::Ok(())
            }

            #(#functions)*

            #[inline]
            fn reach(reached: &mut __ffi::Reached) {
                if __ffi::Reached::note(reached, #id, #shape) {
                    #(<#distinct as __ffi::ArenaType>::reach(reached);)*
                }
            }
        }
    }
}

/// Returns the id of a type in records.
fn id(head: &Head) -> String {
    head.prefix.id(&head.item.name)
}

/// Returns the function that stores a message field by field, as its padding is not initialised.
fn store(ident: &Ident, fields: &[&Type]) -> TokenStream {
    let fields = fields.iter().enumerate().map(|(index, ty)| {
        let index = Literal::usize_unsuffixed(index);
        quote! {
            // SAFETY: both messages have a field of that type at that offset.
            unsafe { __ffi::store_field::<#ty, _>(value, place, __FFI_FIELDS[#index].offset) };
        }
    });
    quote! {
        #[inline]
        unsafe fn store(value: *const Self, place: *mut Self) {
            if __ffi::padding::<#ident>() > 0 {
                // SAFETY: the place is writable, by this function's contract.
                unsafe { __ffi::zero(place) };
            }
            #(#fields)*
        }
    }
}
