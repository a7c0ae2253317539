//! The pool of a message.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Operation, passed_on};
use crate::ast::Head;
use crate::attr::{Cache, Pool, Reset};
use crate::record::Record;

/// What C may do with a pool.
fn operations() -> [Operation; 8] {
    let (u32, u64, usize) = (
        quote!(__ffi::core::primitive::u32),
        quote!(__ffi::core::primitive::u64),
        quote!(__ffi::core::primitive::usize),
    );
    let slot = || quote!(slot: *mut __FfiMessage);
    let slots = || (quote!(slots: *mut *mut __FfiMessage, count: #usize), quote!(slots, count));
    let (many, many_arguments) = slots();
    [
        ("alloc", quote!(), quote!(), quote!(*mut __FfiMessage)),
        ("alloc_many", many.clone(), many_arguments.clone(), usize.clone()),
        ("free", slot(), quote!(slot), quote!(__ffi::core::primitive::i32)),
        ("free_many", many, many_arguments, usize),
        ("release", quote!(token: *mut __ffi::core::ffi::c_void), quote!(token), quote!(())),
        ("stats", quote!(stats: *mut __ffi::PoolStats), quote!(stats), quote!(())),
        (
            "resolve",
            quote!(index_plus_one: #u32, generation: #u32),
            quote!(index_plus_one, generation),
            quote!(*mut __FfiMessage),
        ),
        ("reference", quote!(slot: *const __FfiMessage), quote!(slot), u64),
    ]
}

fn symbol(head: &Head, operation: &str) -> String {
    head.prefix.type_symbol(&head.item.name, &format!("pool_{operation}"))
}

/// The pool, and the functions that C calls.
pub(super) fn pool(head: &Head, pool: &Pool) -> TokenStream {
    let (ident, name, capacity) = (&head.ident, &head.item.name, &pool.capacity);
    let reset = match pool.reset {
        Reset::Zero => quote!(Zero),
        Reset::Keep => quote!(Keep),
    };
    let cache = match pool.cache {
        Cache::Threads => quote!(Threads),
        Cache::None => quote!(None),
    };
    // Where rustc reports a capacity that is none.
    let definition = quote_spanned! {capacity.span()=>
        const __FFI_CAPACITY: __ffi::core::primitive::u32 = #capacity;
        static __FFI_POOL: __ffi::Pool<#ident> = __ffi::Pool::new(#name, __FFI_CAPACITY);
    };
    let functions = operations()
        .map(|it| passed_on("pool", &it, &symbol(head, it.0), &quote!(::<__FfiMessage>), &quote!()));
    quote! {
        #definition

        // SAFETY: the pool is one static, of this type alone, and is always returned; a message is plain data without a
        // destructor.
        #[automatically_derived]
        unsafe impl __ffi::FfiPooled for #ident {
            const RESET: __ffi::Reset = __ffi::Reset::#reset;
            const CACHE: __ffi::PoolCache = __ffi::PoolCache::#cache;

            #[inline]
            fn pool() -> &'static __ffi::Pool<Self> {
                &__FFI_POOL
            }
        }

        type __FfiMessage = #ident;
        #(#functions)*
    }
}

/// `,"pool":{..}`
pub(super) fn record(head: &Head, pool: &Pool, record: &mut Record) {
    record.text(",\"pool\":{\"capacity\":").number(quote!(__FFI_CAPACITY)).entry(
        "reset",
        match pool.reset {
            Reset::Zero => "zero",
            Reset::Keep => "keep",
        },
    );
    record.symbols(operations().map(|(operation, ..)| (operation, symbol(head, operation)))).text("}");
}
