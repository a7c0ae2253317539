//! `#[derive(FfiObject)]` and `#[ffi_service]`: types of objects.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{FnArg, Signature};

use super::{block, exports, function};
use crate::ast::{Head, Object, Service, boxed_name, item_of};
use crate::{names, record};

pub(crate) fn object(object: &Object) -> TokenStream {
    let head = &object.head;
    let ident = &head.ident;
    let holds = quote! {
        #[automatically_derived]
        impl __ffi::FfiHolds<#ident> for #ident {
            fn hold(value: #ident) -> __ffi::Arc<Self> {
                __ffi::Arc::new(value)
            }
        }
    };
    let contents = [class(head, "object", &quote!(#ident)), holds];
    block(head, &quote!(#(#contents)*))
}

pub(crate) fn service(service: &Service) -> TokenStream {
    let Service { head, item, methods, .. } = service;
    let (ident, name) = (&head.ident, &head.item.name);
    let implementor = format_ident!("__FfiImplementor");
    let holds = quote! {
        #[automatically_derived]
        impl<#implementor: #ident> __ffi::FfiHolds<#implementor> for dyn #ident {
            fn hold(value: #implementor) -> __ffi::Arc<Self> {
                __ffi::Arc::new(value)
            }
        }
    };
    let installed_symbol = symbol(head, "installed");
    let server = format_ident!("{ident}Server", span = ident.span());
    let installed = quote! {
        static __FFI_INSTALLED: __ffi::Installed<dyn #ident> = __ffi::Installed::new();

        impl #server {
            /// Installs the implementor that callers have without asking for one, in Dart a
            /// property of the library.
            ///
            /// # Errors
            ///
            /// Returns an error if one is installed already, which stays.
            pub fn install(
                implementor: impl #ident,
            ) -> __ffi::Result<(), __ffi::AlreadyInstalled> {
                __FFI_INSTALLED.install(__ffi::Arc::new(implementor), #name)
            }

            /// Returns the installed implementor, if there is one.
            #[must_use]
            pub fn installed() -> __ffi::Option<__ffi::FfiObject<dyn #ident>> {
                __FFI_INSTALLED.get().map(__ffi::FfiObject::from)
            }
        }

        #[unsafe(export_name = #installed_symbol)]
        unsafe extern "C" fn __ffi_installed(
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::u64 {
            // SAFETY: the caller passes null, or a status that is zeroed or was written by this
            // library, and that no other code uses.
            unsafe { __ffi::object_installed::<dyn #ident>(&__FFI_INSTALLED, __ffi_status) }
        }
    };
    let class = class(head, "service", &quote!(dyn #ident));
    let block = block(head, &quote!(#class #holds #installed));
    let methods = methods.iter().map(function::function);
    let (boxed, vis) = (boxed(service), &item.vis);
    let server_doc = format!("The place in which an implementor of [`{name}`] is installed.");
    quote! {
        #item
        #boxed
        #[doc = #server_doc]
        #[derive(Clone, Copy, Debug)]
        #vis struct #server;
        #block
        #(#methods)*
    }
}

/// Returns the hidden trait with the async methods and those that return streams, which every
/// implementor has and a trait object can call; none if there are no such methods.
fn boxed(service: &Service) -> Option<TokenStream> {
    if service.started.is_empty() {
        return None;
    }
    let Service { head, item, boxed, started, .. } = service;
    let (ident, krate, vis) = (&head.ident, &head.krate, &item.vis);
    let declared = started.iter().map(|method| boxed_signature(head, method));
    let methods = started.iter().map(|method| {
        let (signature, name) = (boxed_signature(head, method), &method.ident);
        let arguments = names_of(method);
        quote! {
            #signature {
                #krate::__private::Box::pin(<Self as #ident>::#name(self, #(#arguments),*))
            }
        }
    });
    Some(quote! {
        #[doc(hidden)]
        #vis trait #boxed {
            #(#declared;)*
        }

        #[doc(hidden)]
        impl<__FfiImplementor: #ident> #boxed for __FfiImplementor {
            #(#methods)*
        }
    })
}

fn boxed_signature(head: &Head, method: &Signature) -> TokenStream {
    let krate = &head.krate;
    let core = quote!(#krate::__private::core);
    let name = boxed_name(&method.ident);
    let types = method.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&typed.ty),
        FnArg::Receiver(_) => None,
    });
    let names = names_of(method);
    if let Ok(Some(item)) = item_of(method) {
        return quote! {
            fn #name(&self, #(#names: #types),*) -> #core::pin::Pin<#krate::__private::Box<
                dyn #krate::__private::Stream<Item = #item> + #core::marker::Send
            >>
        };
    }
    let output = match &method.output {
        syn::ReturnType::Default => quote!(()),
        syn::ReturnType::Type(_, ty) => quote!(#ty),
    };
    quote! {
        fn #name<'__ffi>(
            &'__ffi self,
            #(#names: #types),*
        ) -> #core::pin::Pin<#krate::__private::Box<
            dyn #core::future::Future<Output = #output> + #core::marker::Send + '__ffi
        >>
    }
}

fn names_of(method: &Signature) -> Vec<syn::Ident> {
    let typed = method.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
    typed.enumerate().map(|(index, _)| format_ident!("__ffi_{index}")).collect()
}

fn symbol(head: &Head, operation: &str) -> String {
    head.prefix.type_symbol(&head.item.name, &format!("object_{operation}"))
}

/// Returns the class of a type of objects, its exported functions and its record.
fn class(head: &Head, kind: &str, ty: &TokenStream) -> TokenStream {
    let ident = &head.ident;
    let name = &head.item.name;
    let (id, name_hash) = (head.prefix.id(name), names::hash(name));
    let fingerprint_symbol = symbol(head, "fingerprint");
    let [free, share, redeem, calls] = ["free", "share", "redeem", "calls"].map(|it| symbol(head, it));
    let fingerprint = quote!(<#ty as __ffi::FfiClass>::FINGERPRINT);
    let record = record::write(kind, &head.item, |record| {
        record.key("id").string(&id);
        record.key("symbols").object(|symbols| {
            symbols.key("fingerprint").string(&fingerprint_symbol);
            symbols.key("free").string(&free);
            symbols.key("share").string(&share);
            symbols.key("redeem").string(&redeem);
            symbols.key("calls").string(&calls);
            if kind == "service" {
                symbols.key("installed").string(&symbol(head, "installed"));
            }
        });
        record.key("fingerprint").fingerprint(&fingerprint);
    });
    let exports = exports(head, &fingerprint_symbol, &fingerprint, &record);
    // The span at which rustc reports a type that isn't `Send` or `Sync`.
    let class = quote_spanned! {ident.span()=>
        // SAFETY: the class is a static of this impl's own, and the constants are those of the
        // record.
        #[automatically_derived]
        unsafe impl __ffi::FfiClass for #ty {
            const TYPE: __ffi::Fragment = &[
                __ffi::Piece::Text("{\"object\":\""),
                __ffi::Piece::Text(#id),
                __ffi::Piece::Text("\"}"),
            ];
            const FINGERPRINT: __ffi::u64 =
                __ffi::fingerprint::mix(&[__ffi::fingerprint::OBJECT, #name_hash]);

            fn class() -> &'static __ffi::Class {
                static CLASS: __ffi::Class = __ffi::Class::new(#name);
                &CLASS
            }
        }
    };
    quote! {
        #class

        #[unsafe(export_name = #free)]
        extern "C" fn __ffi_free(__ffi_handle: __ffi::u64) -> __ffi::i32 {
            __ffi::object_free(__ffi_handle)
        }

        #[unsafe(export_name = #share)]
        unsafe extern "C" fn __ffi_share(
            __ffi_handle: __ffi::u64,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::u64 {
            // SAFETY: the caller passes null, or a status that is zeroed or was written by this
            // library, and no other thread ends the handle meanwhile.
            unsafe { __ffi::object_share::<#ty>(__ffi_handle, __ffi_status) }
        }

        #[unsafe(export_name = #redeem)]
        unsafe extern "C" fn __ffi_redeem(
            __ffi_token: __ffi::u64,
            __ffi_status: *mut __ffi::FfiStatus,
        ) -> __ffi::u64 {
            // SAFETY: the caller passes null, or a status that is zeroed or was written by this
            // library.
            unsafe { __ffi::object_redeem::<#ty>(__ffi_token, __ffi_status) }
        }

        #[unsafe(export_name = #calls)]
        extern "C" fn __ffi_calls() -> *const __ffi::FfiObjectCalls {
            __ffi::object_calls()
        }

        #exports
    }
}
