//! Stand-ins for items with mistakes.
//!
//! An item that was refused gets no code of its own, so rustc would also report every function,
//! field and `dyn` that uses it: many errors, of which the first alone is the cause. A stand-in has
//! the traits that those ask for, with constants that mean nothing. No program ever has one, as
//! the item's own `compile_error!` is beside it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Ident, ItemTrait, Path};

use super::{allowed, by_value};
use crate::ast;
use crate::attr::CommonAttrs;

pub(crate) fn message(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let pooled = CommonAttrs::has_key(&input.attrs, "pool").then(|| {
        quote! {
            // SAFETY: no program has it: see the module.
            unsafe impl __ffi::FfiPooled for #ident {
                fn pool() -> &'static __ffi::Pool<Self> {
                    __ffi::core::unreachable!()
                }
            }
        }
    });
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiMessage for #ident {
            const NAME: &'static __ffi::str = "";
            const ID: &'static __ffi::str = "";
            const ID_HASH: __ffi::u64 = 0;
        }
        #pooled
    };
    shared(input, &own)
}

pub(crate) fn oneof(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiOneof for #ident {
            const NAME: &'static __ffi::str = "";
            const ID: &'static __ffi::str = "";
            const PAYLOAD: __ffi::usize = 0;
        }
    };
    shared(input, &own)
}

pub(crate) fn enumeration(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let own = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiEnum for #ident
        where
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
    shared(input, &own)
}

pub(crate) fn newtype(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    shared(input, &quote!(impl __ffi::FfiWrapped for #ident {}))
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
    if !input.generics.params.is_empty() {
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
    if !input.generics.params.is_empty() {
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

/// Returns what every type in shared memory has, and `own`.
fn shared(input: &DeriveInput, own: &TokenStream) -> TokenStream {
    let ident: &Ident = &input.ident;
    let by_value = by_value(ident);
    let implementations = quote! {
        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: no program has it: see the module.
        unsafe impl __ffi::FfiType for #ident
        where
            for<'__ffi_any> #ident: __ffi::core::marker::Send + __ffi::core::marker::Sync,
        {
            const TYPE: __ffi::Fragment = &[];
            const FINGERPRINT: __ffi::u64 = 0;
            const ANY_BITS: __ffi::bool = true;

            unsafe fn check(_: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                __ffi::Result::Ok(())
            }
        }

        #by_value
        #own
    };
    of_type(input, &implementations)
}

/// Returns the block around the stand-in of a type. One with generics has none.
fn of_type(input: &DeriveInput, contents: &TokenStream) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    block(&CommonAttrs::krate(&input.attrs), contents)
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
