//! `#[ffi_export]` on a static.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Operation, block, exports, passed_on};
use crate::ast::Queue;
use crate::names;
use crate::record::Record;

pub(crate) fn queue(queue: &Queue) -> TokenStream {
    let (ident, ty) = (&queue.head.ident, &queue.ty);
    let functions = operations()
        .map(|it| passed_on("queue", &it, &symbol(queue, it.0), &quote!(), &quote!(__FFI_QUEUE,)));
    let name_hash = names::hash(&queue.head.item.name);
    // Where rustc reports a type that is no queue.
    let message = quote_spanned!(ty.span()=> <#ty as __ffi::ExportedQueue>::Message);
    let fingerprint = quote! {
        __ffi::fingerprint::mix(&[
            __ffi::fingerprint::QUEUE,
            #name_hash,
            <__FfiMessage as __ffi::FfiType>::FINGERPRINT,
            __FFI_CAPACITY as __ffi::core::primitive::u64,
        ])
    };
    let exports = exports(&queue.head, &symbol(queue, "signature"), &fingerprint, &record(queue));
    let capacity = quote_spanned!(ty.span()=> <#ty as __ffi::ExportedQueue>::CAPACITY);
    let contents = quote! {
        type __FfiMessage = #message;
        const __FFI_CAPACITY: __ffi::core::primitive::usize = #capacity;
        static __FFI_QUEUE: &__ffi::FfiQueue<__FfiMessage, __FFI_CAPACITY> = &#ident;
        #(#functions)*
        #exports
    };
    let (block, cfgs) = (block(&queue.head, &contents), &queue.cfgs);
    quote! { #(#cfgs)* #block }
}

/// What C may do with a queue.
fn operations() -> [Operation; 6] {
    let usize = quote!(__ffi::core::primitive::usize);
    [
        ("push", quote!(slot: *mut __FfiMessage), quote!(slot), quote!(__ffi::core::primitive::i32)),
        ("pop", quote!(code: *mut __ffi::core::primitive::i32), quote!(code), quote!(*mut __FfiMessage)),
        (
            "pop_many",
            quote!(slots: *mut *mut __FfiMessage, count: #usize),
            quote!(slots, count),
            usize.clone(),
        ),
        ("len", quote!(), quote!(), usize),
        ("close", quote!(), quote!(), quote!(())),
        ("is_closed", quote!(), quote!(), quote!(__ffi::core::primitive::u8)),
    ]
}

fn symbol(queue: &Queue, operation: &str) -> String {
    queue.head.prefix.queue_symbol(&queue.head.item.name, operation)
}

fn record(queue: &Queue) -> TokenStream {
    let mut record = Record::new("queue", &queue.head.item);
    record
        .text(",\"message\":\"")
        .piece(quote!(Text), quote!(<__FfiMessage as __ffi::FfiMessage>::ID))
        .text("\",\"capacity\":")
        .number(quote!(__FFI_CAPACITY))
        .text(",\"fingerprint\":")
        .piece(quote!(Fingerprint), quote!(__FFI_FINGERPRINT));
    let symbols = operations().map(|(operation, ..)| (operation, symbol(queue, operation)));
    record.symbols([("fingerprint", symbol(queue, "signature"))].into_iter().chain(symbols)).finish()
}
