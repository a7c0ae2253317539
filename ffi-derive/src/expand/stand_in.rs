//! Stand-ins for items with mistakes.
//!
//! An item that was refused gets no code of its own, so rustc would also report every function,
//! field and `dyn` that uses it: many errors, of which only the first is the cause. A stand-in has
//! the traits that those ask for, with constants that mean nothing. No program ever has one, as
//! the item's own `compile_error!` is beside it. What lives in an arena has none: uses of it call
//! functions that only the fields give names to.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{DeriveInput, Ident, ItemTrait, Path, TraitItem};

use super::{Formats, allowed, fields};
use crate::ast;
use crate::attr::CommonAttrs;

pub(crate) fn message(input: &DeriveInput, formats: Formats) -> TokenStream {
    let (ident, bound) = (&input.ident, bound(input));
    let pooled = CommonAttrs::has_key(&input.attrs, "pool").then(|| {
        quote! {
            // SAFETY: no program has it: see the module.
            unsafe impl __ffi::FfiPooled for #ident #bound {
                fn pool() -> &'static __ffi::Pool<Self> {
                    __ffi::core::unreachable!()
                }
            }
        }
    });
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::Derived for #ident #bound {
            const ABOUT: __ffi::About = __ffi::About::NONE;
            const PARTS: &'static __ffi::PartList = &__ffi::PartList::NONE;

            unsafe fn check_message(_: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                __ffi::core::unreachable!()
            }
        }

        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiMessage for #ident #bound {}
        #pooled
    };
    shared(input, formats, &own)
}

pub(crate) fn oneof(input: &DeriveInput, formats: Formats) -> TokenStream {
    let (ident, bound) = (&input.ident, bound(input));
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiOneof for #ident #bound {
            const NAME: &'static __ffi::str = "";
            const ID: &'static __ffi::str = "";
            const PAYLOAD: __ffi::usize = 0;
        }
    };
    shared(input, formats, &own)
}

pub(crate) fn enumeration(input: &DeriveInput, formats: Formats) -> TokenStream {
    let (ident, bound) = (&input.ident, bound(input));
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiEnum for #ident
        #bound
            for<'__ffi_any> #ident: __ffi::core::marker::Copy,
        {
            type Repr = __ffi::u32;
            const NAME: &'static __ffi::str = "";
            const ID: &'static __ffi::str = "";

            fn from_repr(_: __ffi::u32) -> __ffi::Option<Self> {
                __ffi::Option::None
            }

            fn to_repr(self) -> __ffi::u32 {
                0
            }
        }
    };
    shared(input, formats, &own)
}

pub(crate) fn newtype(input: &DeriveInput, formats: Formats) -> TokenStream {
    let (ident, bound) = (&input.ident, bound(input));
    shared(input, formats, &quote!(impl __ffi::FfiWrapped for #ident #bound {}))
}

pub(crate) fn error(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let implementation = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiError for #ident {
            const ID: &'static __ffi::str = "";
            const FINGERPRINT: __ffi::u64 = 0;

            fn into_failure(self) -> __ffi::Failure {
                __ffi::core::unreachable!()
            }
        }
    };
    of_type(input, &implementation)
}

pub(crate) fn object(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let class = class(&quote!(#ident));
    let holds = quote! {
        impl __ffi::FfiHolds<#ident> for #ident {
            fn hold(value: #ident) -> __ffi::Arc<Self> {
                __ffi::Arc::new(value)
            }
        }
    };
    of_type(input, &quote!(#class #holds))
}

/// Returns a service with mistakes: the trait, in a form in which `dyn` of it is a type, and its
/// stand-in.
pub(crate) fn service(input: &ItemTrait, krate: &Path) -> TokenStream {
    let item = ast::service_with_mistakes(input, krate);
    if has_no_dyn(input) {
        return quote!(#item);
    }
    let (ident, vis) = (&input.ident, &input.vis);
    let server = format_ident!("{ident}Server");
    let class = class(&quote!(dyn #ident));
    let contents = quote! {
        #class

        impl<__FfiImplementor: #ident> __ffi::FfiHolds<__FfiImplementor> for dyn #ident {
            fn hold(value: __FfiImplementor) -> __ffi::Arc<Self> {
                __ffi::Arc::new(value)
            }
        }

        impl #server {
            pub fn install(_: impl #ident) -> __ffi::Result<(), __ffi::AlreadyInstalled> {
                __ffi::Result::Ok(())
            }

            pub fn installed() -> __ffi::Option<__ffi::FfiObject<dyn #ident>> {
                __ffi::Option::None
            }
        }
    };
    let block = block(krate, &contents);
    quote! {
        #item
        #[allow(dead_code)]
        #vis struct #server;
        #block
    }
}

/// Returns a trait of Dart's objects with mistakes, in a form in which `dyn` of it is a type, and
/// its stand-in.
pub(crate) fn listener(input: &ItemTrait, krate: &Path) -> TokenStream {
    let item = ast::listener_with_mistakes(input, krate);
    if has_no_dyn(input) {
        return quote!(#krate::__async! { library #item });
    }
    let ident = &input.ident;
    let contents = quote! {
        impl __ffi::FfiListener for dyn #ident {
            const ID: &'static __ffi::str = "";
            const FINGERPRINT: __ffi::u64 = 0;

            fn of(_: __ffi::DartObject) -> __ffi::Arc<Self> {
                __ffi::core::unreachable!()
            }
        }
    };
    let block = block(krate, &contents);
    // Without the feature `async` a trait without mistakes isn't there either.
    quote!(#krate::__async! { library #item #block })
}

/// Returns the bounds of traits of shared types, which rustc takes for true by their lifetime: a
/// field that was refused may be neither.
fn bound(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    quote!(where for<'__ffi_any> #ident: __ffi::core::marker::Send + __ffi::core::marker::Sync,)
}

/// Returns what every type in shared memory has, and `own`.
fn shared(input: &DeriveInput, formats: Formats, own: &TokenStream) -> TokenStream {
    let (ident, bound) = (&input.ident, bound(input));
    let in_formats = (formats == Formats::All).then(|| in_formats(input));
    let implementations = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiType for #ident #bound {
            type Form = __ffi::Itself;
            const TYPE: __ffi::Fragment = &[];
            const FINGERPRINT: __ffi::u64 = 0;
            const ANY_BITS: __ffi::bool = true;

            unsafe fn check(_: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                __ffi::core::unreachable!()
            }
        }

        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiValue for #ident #bound {
            type Abi = __ffi::core::mem::MaybeUninit<#ident>;
            type Param = *const #ident;
            type Crossing = __ffi::Copied;
        }

        #in_formats
        #own
    };
    of_type(input, &implementations)
}

/// Returns what a type has in protobuf and JSON.
fn in_formats(input: &DeriveInput) -> TokenStream {
    let (ident, bound, krate) = (&input.ident, bound(input), CommonAttrs::krate(&input.attrs));
    quote! {
        #krate::__proto! {
            // SAFETY: no program has it: see the module.
            unsafe impl __ffi::proto::ProtoType for #ident #bound {
                const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::Varint;
                type State = ();

                fn init(_: &mut __ffi::core::mem::MaybeUninit<#ident>) -> &mut #ident {
                    __ffi::core::unreachable!()
                }

                fn is_default(&self) -> __ffi::bool {
                    __ffi::core::unreachable!()
                }
            }

            impl __ffi::proto::FfiProto for #ident #bound {}
        }

        #krate::__json! {
            // SAFETY: no program has it: see the module.
            unsafe impl __ffi::json::shape::JsonType for #ident #bound {
                const SHAPE: __ffi::json::shape::Shape =
                    <__ffi::u32 as __ffi::json::shape::JsonType>::SHAPE;

                unsafe fn write_field(
                    &self,
                    _: &mut __ffi::json::Printer<'_>,
                ) -> __ffi::Result<__ffi::json::Written, __ffi::proto::DecodeError> {
                    __ffi::core::unreachable!()
                }
            }

            // SAFETY: no program has it: see the module.
            unsafe impl __ffi::json::shape::JsonMessage for #ident #bound {
                const TABLE: __ffi::json::shape::Table =
                    <#krate::FfiEmpty as __ffi::json::shape::JsonMessage>::TABLE;
            }
        }
    }
}

/// Returns the block around the stand-in of a type. One with generics, one that holds itself, and
/// one whose name is of generated code has none: rustc would say more of it, not less.
fn of_type(input: &DeriveInput, contents: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let holds_itself = fields(input).into_iter().any(|field| names(field.ty.to_token_stream(), ident));
    let is_ours = ident.unraw().to_string().to_lowercase().starts_with("__ffi");
    if !input.generics.params.is_empty() || holds_itself || is_ours {
        return TokenStream::new();
    }
    block(&CommonAttrs::krate(&input.attrs), contents)
}

/// Returns true if the name is somewhere in the tokens.
fn names(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => names(group.stream(), name),
        _ => false,
    })
}

/// Returns true if rustc has no `dyn` of a trait: it has generics, or constants or types.
fn has_no_dyn(input: &ItemTrait) -> bool {
    !input.generics.params.is_empty() || input.items.iter().any(|it| !matches!(it, TraitItem::Fn(_)))
}

fn class(ty: &TokenStream) -> TokenStream {
    quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiClass for #ty {
            const TYPE: __ffi::Fragment = &[];
            const FINGERPRINT: __ffi::u64 = 0;

            fn class() -> &'static __ffi::Class {
                __ffi::core::unreachable!()
            }
        }
    }
}

fn block(krate: &Path, contents: &TokenStream) -> TokenStream {
    let allowed = allowed();
    quote! {
        #[doc(hidden)]
        #allowed
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private as __ffi;
            #contents
        };
    }
}
