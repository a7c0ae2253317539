//! `#[ffi_callback]`: an implementor of the trait that calls an object of Dart.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{block, exports};
use crate::ast::{Listener, ListenerMethod};
use crate::{names, record};

pub(crate) fn listener(listener: &Listener) -> TokenStream {
    let Listener { head, item, methods } = listener;
    let (ident, krate) = (&head.ident, &head.krate);
    let implementations = methods.iter().enumerate().map(|(index, it)| method(index, it));
    let (id, name_hash) = (head.prefix.id(&head.item.name), names::hash(&head.item.name));
    let facts = methods.iter().map(|it| {
        let (name_hash, ty, asks) = (names::hash(&it.item.name), &it.ty, u64::from(it.asks));
        quote!(#name_hash, <#ty as __ffi::FfiSignature>::FINGERPRINT, #asks)
    });
    let symbol = head.prefix.type_symbol(&head.item.name, "callback_fingerprint");
    let fingerprint = quote!(<dyn #ident as __ffi::FfiListener>::FINGERPRINT);
    let record = record::write("callback", &head.item, |record| {
        record.key("id").string(&id);
        record.key("fingerprint_symbol").string(&symbol);
        record.key("methods").array(methods, |value, it| {
            let ty = &it.ty;
            value.object(|record| {
                record.item(&it.item);
                record.key("params").array(&it.params, |value, name| value.string(name));
                if it.asks {
                    record.key("asks").yes();
                }
                record.key("function").nested(&quote!(<#ty as __ffi::FfiSignature>::FUNCTION));
            });
        });
        record.key("fingerprint").fingerprint(&fingerprint);
    });
    let exports = exports(head, &symbol, &fingerprint, &record);
    let assertions = methods.iter().map(|it| {
        let arguments = it.signature.arguments.iter();
        let arguments = arguments.map(|ty| quote_spanned!(ty.span()=> __ffi::assert_sent::<#ty>();));
        let answer = &it.signature.answer;
        let answer = quote_spanned!(answer.span()=> __ffi::assert_answer::<#answer>(););
        quote!(#(#arguments)* #answer)
    });
    let by_value = methods.iter().flat_map(|it| it.signature.arguments.iter().chain([&it.signature.answer]));
    let by_value = by_value.map(|ty| {
        quote_spanned! {ty.span()=>
            const _: () = __ffi::assert_called_by_value(
                __ffi::core::mem::size_of::<#ty>(),
                __ffi::Facts::<#ty>::SECRET,
            );
        }
    });
    let contents = quote! {
        #(#by_value)*

        fn __ffi_assertions() {
            #(#assertions)*
        }

        struct __FfiDart(__ffi::DartObject);

        #[automatically_derived]
        impl #ident for __FfiDart {
            #(#implementations)*
        }

        #[automatically_derived]
        impl __ffi::FfiListener for dyn #ident {
            const ID: &'static __ffi::str = #id;
            const FINGERPRINT: __ffi::u64 =
                __ffi::fingerprint::mix(&[__ffi::fingerprint::LISTENER, #name_hash, #(#facts),*]);

            fn of(object: __ffi::DartObject) -> __ffi::Arc<Self> {
                __ffi::Arc::new(__FfiDart(object))
            }
        }

        #exports
    };
    let block = block(head, &contents);
    quote!(#krate::__async! { function #item #block })
}

/// Returns the method that calls that of the object.
fn method(index: usize, it: &ListenerMethod) -> TokenStream {
    let (ident, answer, types) = (&it.ident, &it.signature.answer, &it.signature.arguments);
    let names: Vec<_> = (0..types.len()).map(|index| format_ident!("__ffi_{index}")).collect();
    let index = u32::try_from(index).expect("a trait has fewer methods");
    let arguments = quote!(#index, (#(#names,)*));
    let (output, body) = match (it.asks, it.tells) {
        (true, _) => (quote!(-> __ffi::Ask<#answer>), quote!(self.0.ask(#arguments))),
        (false, true) => (quote!(-> __ffi::Result<(), __ffi::DartGone>), quote!(self.0.notify(#arguments))),
        // Nobody is told that the isolate is gone.
        (false, false) => (quote!(), quote!(let _ = self.0.notify(#arguments);)),
    };
    quote_spanned!(ident.span()=> fn #ident(&self, #(#names: #types),*) #output { #body })
}
