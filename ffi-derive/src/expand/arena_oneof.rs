//! Oneofs in arenas.

use heck::ToSnakeCase;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, Visibility};

use super::arena::Held;
use super::{allowed, arena, shape};
use crate::ast::{Case, Head, Oneof, types};
use crate::names;

/// Returns what a oneof without handles needs to be inside of an arena message.
pub(super) fn plain(oneof: &Oneof) -> TokenStream {
    let types: Vec<_> = oneof.payloads().map(|(.., ty)| ty).collect();
    let held = held(oneof, &oneof.head.ident, &quote!(__ffi::in_place)).in_place();
    let functions = [store(oneof), held.functions(&oneof.head)];
    arena::plain(&oneof.head, &types, &functions, &shape::oneof(oneof))
}

/// Returns what compares, hashes and serializes oneofs by their active case. `cases` is the enum of
/// the views, and `view` makes the view of a payload from a reference to it.
fn held(oneof: &Oneof, cases: &Ident, view: &TokenStream) -> Held {
    let pairs = oneof.cases.iter().map(|Case { ident: case, ty, .. }| match ty {
        Some(ty) => quote! {
            (#cases::#case { 0: a }, #cases::#case { 0: b }) => {
                <#ty as __ffi::ArenaType>::views_equal(#view(a), #view(b))
            }
        },
        None => quote!((#cases::#case {}, #cases::#case {}) => true,),
    });
    let hashes = oneof.cases.iter().enumerate().map(|(tag, Case { ident: case, ty, .. })| {
        let tag = Literal::u32_suffixed(tag as u32);
        let value = ty.as_ref().map(|ty| quote!(<#ty as __ffi::ArenaType>::hash_view(#view(value), state);));
        let binding = ty.as_ref().map(|_| quote!(0: value));
        quote! {
            #cases::#case { #binding } => {
                __ffi::core::hash::Hash::hash(&#tag, state);
                #value
            }
        }
    });
    let name = &oneof.head.item.name;
    let written = oneof.cases.iter().enumerate().map(|(tag, Case { ident: case, item, ty, .. })| {
        let (tag, case_name) = (Literal::usize_unsuffixed(tag), &item.name);
        match ty {
            Some(ty) => quote! {
                #cases::#case { 0: value } => {
                    let value = &__ffi::Written::<#ty>(#view(value));
                    serializer.serialize_newtype_variant(#name, #tag, #case_name, value)
                }
            },
            None => quote!(#cases::#case {} => serializer.serialize_unit_variant(#name, #tag, #case_name),),
        }
    });
    Held {
        equal: quote! {
            match (&a, &b) {
                #(#pairs)*
                _ => false,
            }
        },
        hash: quote! {
            match &view {
                #(#hashes)*
            }
        },
        serialize: quote! {
            match &view {
                #(#written)*
            }
        },
    }
}

/// Returns the function that stores a oneof by its active case, as its padding is not initialised.
fn store(oneof: &Oneof) -> TokenStream {
    let arms = oneof.payloads().map(|(tag, _, ty)| {
        let tag = Literal::usize_unsuffixed(tag);
        quote! {
            // SAFETY: both are oneofs with that case, which hold a value of that type there.
            #tag => unsafe { __ffi::store_field::<#ty, _>(value, place, __FFI_PAYLOAD) },
        }
    });
    quote! {
        #[inline]
        unsafe fn store(value: *const Self, place: *mut Self) {
            // SAFETY: the place is writable, by this function's contract.
            unsafe { __ffi::zero(place) };
            // SAFETY: the value is valid, by this function's contract.
            let tag = unsafe { __ffi::oneof_tag(value) };
            // SAFETY: a oneof begins with its discriminant, and the place is writable.
            unsafe { place.cast::<__ffi::u32>().write(tag) };
            match tag {
                #(#arms)*
                _ => {}
            }
        }
    }
}

/// The view and the editor of a oneof that lives in an arena.
pub(super) struct ArenaOneof<'a> {
    oneof: &'a Oneof,
    visibility: &'a Visibility,
    view: Ident,
    edit: Ident,
}

impl<'a> ArenaOneof<'a> {
    pub(super) fn new(oneof: &'a Oneof, visibility: &'a Visibility) -> Self {
        let ident = &oneof.head.ident;
        let name = |what| format_ident!("{}{what}", ident.unraw(), span = ident.span());
        Self { oneof, visibility, view: name("View"), edit: name("Edit") }
    }

    /// Returns the types that users name.
    pub(super) fn items(&self) -> TokenStream {
        let Self { oneof, visibility, view, edit } = self;
        let Head { ident, item, krate, .. } = &oneof.head;
        let name = &item.name;
        let cases = oneof.cases.iter().map(|Case { ident: case, ty, .. }| match ty {
            Some(ty) => quote!(#case(<#ty as #krate::arena::ArenaType>::View<'arena>),),
            None => quote!(#case,),
        });
        let about_view = format!("A `{name}` of an arena, for reading.");
        let about_edit = format!(
            "The editor of a `{name}` of an arena: it derefs to the oneof, which says the active case, and has \
             methods for each case, which make that one active."
        );
        let allowed = allowed();
        let lints = quote!(#[allow(dead_code, missing_debug_implementations, missing_docs, unreachable_pub)]);
        quote! {
            #[doc = #about_view]
            #allowed
            #lints
            #visibility enum #view<'arena> {
                #(#cases)*
            }

            #[doc = #about_edit]
            #allowed
            #lints
            #visibility struct #edit<'arena>(#krate::arena::ArenaPlace<'arena, #ident>);
        }
    }

    /// Returns the methods of view and editor, and the traits.
    pub(super) fn implementation(&self) -> TokenStream {
        let (views, edits, types) = (self.views(), self.edits(), self.types());
        let traits = arena::view_traits(&self.oneof.head, &self.view);
        quote!(#views #traits #edits #types)
    }

    fn views(&self) -> TokenStream {
        let Self { oneof, view, .. } = self;
        let shown = oneof.cases.iter().map(|Case { ident: case, item, ty, .. }| {
            let name = &item.name;
            match ty {
                Some(_) => quote! {
                    #view::#case { 0: value } => {
                        f.debug_tuple(#name).field(__ffi::Shown(*value).shown()).finish()
                    }
                },
                None => quote!(#view::#case {} => f.write_str(#name),),
            }
        });
        quote! {
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
            impl __ffi::core::fmt::Debug for #view<'_> {
                fn fmt(&self, f: &mut __ffi::core::fmt::Formatter<'_>) -> __ffi::core::fmt::Result {
                    use __ffi::NotShown as _;
                    match self {
                        #(#shown)*
                    }
                }
            }
        }
    }

    fn edits(&self) -> TokenStream {
        let Self { oneof, visibility, edit, .. } = self;
        let ident = &oneof.head.ident;
        let methods = oneof.cases.iter().enumerate().map(|(tag, Case { ident: case, ty, .. })| {
            let tag = Literal::usize_unsuffixed(tag);
            let name = case.unraw().to_string().to_snake_case();
            let setter = format_ident!("set_{name}", span = case.span());
            let Some(ty) = ty else {
                let about = format!("Makes `{}` the active case.", case.unraw());
                return quote! {
                    #[doc = #about]
                    #visibility fn #setter(&mut self) {
                        // SAFETY: the case of that discriminant holds nothing.
                        unsafe { __ffi::ArenaPlace::activate_unit(&mut self.0, #tag) }
                    }
                };
            };
            let place = quote! {
                // SAFETY: the case of that discriminant holds a value of that type.
                unsafe { __ffi::ArenaPlace::activate::<#ty>(&mut self.0, #tag) }
            };
            let method = snake_ident(&name, case);
            let about = format!(
                "Makes `{}` the active case, unless it is, whose value then is zeros, and returns the editor of the \
                 value.",
                case.unraw()
            );
            if types::is_growing(ty) {
                return quote! {
                    #[doc = #about]
                    #[inline]
                    #[track_caller]
                    #visibility fn #method(
                        &mut self,
                        room: __ffi::usize,
                    ) -> <#ty as __ffi::ArenaType>::Edit<'_> {
                        let mut editor = <#ty as __ffi::ArenaType>::edit(#place);
                        editor.reserve(room);
                        editor
                    }
                };
            }
            let about_setter = format!("Makes `{}` the active case, with that value.", case.unraw());
            quote! {
                #[doc = #about]
                #[inline]
                #visibility fn #method(&mut self) -> <#ty as __ffi::ArenaType>::Edit<'_> {
                    <#ty as __ffi::ArenaType>::edit(#place)
                }

                #[doc = #about_setter]
                #[inline]
                #[track_caller]
                #visibility fn #setter(&mut self, value: <#ty as __ffi::ArenaType>::Value<'_>) {
                    let mut place = #place;
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
        let Self { oneof, view, edit, .. } = self;
        let ident = &oneof.head.ident;
        let id = oneof.head.prefix.id(&oneof.head.item.name);
        let id_hash = names::hash(&id);
        let payloads: Vec<_> = oneof.payloads().map(|(.., ty)| ty).collect();
        let seen = oneof.cases.iter().map(|Case { ident: case, ty, .. }| match ty {
            Some(ty) => quote! {
                #ident::#case { 0: value } => {
                    // SAFETY: the value is in the oneof, which is in the arena.
                    #view::#case(unsafe { <#ty as __ffi::ArenaType>::view(arena, value) })
                }
            },
            None => quote!(#ident::#case {} => #view::#case,),
        });
        let units = oneof.cases.iter().enumerate().filter(|(_, case)| case.ty.is_none());
        let units = units.map(|(tag, _)| Literal::usize_unsuffixed(tag));
        let checks = oneof.payloads().map(|(tag, case, ty)| {
            let (tag, name) = (Literal::usize_unsuffixed(tag), &case.item.name);
            quote! {
                // SAFETY: a case of that discriminant holds a value of that type there, and the
                // oneof fulfils the contract of `check_in`.
                #tag => unsafe {
                    __ffi::check_field_in::<#ty>(oneof.cast(), __FFI_PAYLOAD, #name, check)
                },
            }
        });
        let copies = oneof.payloads().map(|(_, Case { ident: case, .. }, _)| {
            quote! {
                // SAFETY: the case holds a value of that type there, and the oneof fulfils the
                // contract of `copy_in`.
                #ident::#case { 0: value } => unsafe {
                    __ffi::copy_field_in(value, __FFI_PAYLOAD, &mut place, from)
                },
            }
        });
        let (store, shape) = (store(oneof), shape::oneof(oneof));
        let held = held(oneof, view, &quote!(*)).functions(&oneof.head);
        // Editors make cases by their numbers, which rustc doesn't see: it would call them dead
        // code.
        let made = oneof.cases.iter().map(|Case { ident: case, ty, .. }| match ty {
            Some(ty) => quote!(const _: fn(#ty) -> #ident = #ident::#case;),
            None => quote!(const _: #ident = #ident::#case;),
        });
        quote! {
            #(#made)*

            // Some types refuse what lives in an arena.
            const _: &[__ffi::bool] = &[#(__ffi::Facts::<#payloads>::ARENA),*];

            // SAFETY: check, store and copy cover the active case; view and editor hold no more
            // than the argument.
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
                    oneof: &'__ffi_arena Self,
                ) -> #view<'__ffi_arena> {
                    match oneof {
                        #(#seen)*
                    }
                }

                #[inline]
                fn edit(place: __ffi::ArenaPlace<'_, Self>) -> #edit<'_> {
                    #edit(place)
                }

                #[inline]
                fn put(
                    mut place: __ffi::ArenaPlace<'_, Self>,
                    oneof: Self,
                ) -> __ffi::Result<(), __ffi::ArenaFull> {
                    __ffi::ArenaPlace::store(&mut place, &oneof);
                    __ffi::Result::Ok(())
                }

                #[inline]
                unsafe fn check_in(
                    oneof: *const Self,
                    check: &mut __ffi::ArenaCheck<'_>,
                ) -> __ffi::Result<(), __ffi::InvalidValue> {
                    // SAFETY: by this function's contract the oneof is aligned and initialised, and
                    // nobody writes to it.
                    match unsafe { __ffi::oneof_tag(oneof) } {
                        #(#units)|* => __ffi::Result::Ok(()),
                        #(#checks)*
                        tag => __ffi::Result::Err(__ffi::unknown_case::<#ident>(tag)),
                    }
                }

                #store

                #[inline]
                unsafe fn copy_in(
                    oneof: &Self,
                    mut place: __ffi::ArenaPlace<'_, Self>,
                    from: __ffi::ArenaRef<'_>,
                ) -> __ffi::Result<(), __ffi::ArenaFull> {
                    match oneof {
                        #(#copies)*
                        _ => __ffi::Result::Ok(()),
                    }
                }

                #held

                #[inline]
                fn reach(reached: &mut __ffi::Reached) {
                    let layout = <Self as __ffi::FfiType>::FINGERPRINT;
                    if __ffi::Reached::enter(reached, #id, layout, #shape) {
                        #(<#payloads as __ffi::ArenaType>::reach(reached);)*
                    }
                }
            }
        }
    }
}

/// Returns the name of the method for a case.
fn snake_ident(name: &str, case: &Ident) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, case.span()),
        // These can't be raw.
        Err(_) if matches!(name, "self" | "super" | "crate") => format_ident!("{name}_", span = case.span()),
        Err(_) => Ident::new_raw(name, case.span()),
    }
}
