//! `#[ffi_export]` on a static.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ItemStatic};

use super::{block, container_bounds, exports};
use crate::ast::Queue;
use crate::{names, record};

pub(crate) fn queue(queue: &Queue) -> TokenStream {
    let (ident, ty, facts) = (&queue.head.ident, &queue.ty, facts(queue));
    // The attribute saw this type; rustc may see another, such as one that another attribute wrote.
    let seen = quote_spanned!(ty.span()=> static __FFI_QUEUE: &#ty = &#ident;);
    let containers = container_bounds([ty]);
    let functions = operations(queue, &quote!(__functions!));
    let assertion = quote_spanned!(ty.span()=> __ffi::assert_queue::<#ty>(););
    let (fingerprint, record) = (quote!(__FfiFacts::FINGERPRINT), quote!(__FfiFacts::RECORD));
    let exports = exports(&queue.head, &symbol(queue, "signature"), &fingerprint, &record);
    let contents = quote! {
        fn __ffi_assertions()
        where
            #containers
        {
            #assertion
        }

        #seen
        #facts
        #functions;
        #exports
    };
    let (block, cfgs) = (block(&queue.head, &contents), &queue.cfgs);
    quote! { #(#cfgs)* #block }
}

/// Writes the queue's entry among those that were used into its initial value. Returns false if the
/// static stays as it is.
pub(crate) fn enter(queue: &Queue, item: &mut ItemStatic) -> bool {
    if !queue.may_be_queue() {
        return false;
    }
    let (ident, value, krate) = (&queue.head.ident, &item.expr, &queue.head.krate);
    let name = &queue.head.item.name;
    *item.expr = Expr::Verbatim(quote_spanned! {value.span()=>
        {
            static __FFI_ENTRY: #krate::__private::QueueEntry =
                #krate::__private::QueueEntry::new(#name, &#ident);
            #krate::__private::FfiQueue::known(#value, &__FFI_ENTRY)
        }
    });
    true
}

/// Returns the bounds under which the functions and the facts compile. An assertion reports those
/// that don't hold, once each; the lifetime makes rustc accept them in the functions.
fn bounds(queue: &Queue) -> TokenStream {
    let (ty, containers) = (&queue.ty, container_bounds([&queue.ty]));
    quote!(for<'__ffi_any> #ty: __ffi::ExportedQueue, #containers)
}

/// Returns the facts that rustc works out about the queue.
fn facts(queue: &Queue) -> TokenStream {
    let (ty, bounds, record) = (&queue.ty, bounds(queue), record(queue));
    let name_hash = names::hash(&queue.head.item.name);
    quote! {
        struct __FfiFacts;

        impl __FfiFacts
        where
            #bounds
        {
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(&[
                __ffi::fingerprint::QUEUE,
                #name_hash,
                <<#ty as __ffi::ExportedQueue>::Message as __ffi::FfiType>::FINGERPRINT,
                <#ty as __ffi::ExportedQueue>::CAPACITY as __ffi::u64,
            ]);
            const RECORD: __ffi::Fragment = #record;
        }

        impl __ffi::NoFacts for __FfiFacts {}
    }
}

/// Returns the call of the macro of `ffi_core` that writes the list of C functions.
fn operations(queue: &Queue, then: &TokenStream) -> TokenStream {
    let (ty, bounds, krate) = (&queue.ty, bounds(queue), &queue.head.krate);
    let prefix = symbol(queue, "");
    quote!(#krate::__queue_operations!(#then, #prefix, __FFI_QUEUE: #ty, where [#bounds]))
}

fn symbol(queue: &Queue, operation: &str) -> String {
    queue.head.prefix.queue_symbol(&queue.head.item.name, operation)
}

fn record(queue: &Queue) -> TokenStream {
    let ty = &queue.ty;
    record::write("queue", &queue.head.item, |record| {
        let message = quote!(<#ty as __ffi::ExportedQueue>::Message);
        record.key("message").text(&quote!(<#message as __ffi::FfiMessage>::ID));
        record.key("capacity").size(&quote!(<#ty as __ffi::ExportedQueue>::CAPACITY));
        record.key("fingerprint").fingerprint(&quote!(Self::FINGERPRINT));
        record.key("symbols").object(|symbols| {
            symbols.key("fingerprint").string(&symbol(queue, "signature"));
            symbols.entries(&operations(queue, &quote!(__symbols!)));
        });
    })
}
