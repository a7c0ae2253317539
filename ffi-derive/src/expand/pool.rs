//! Pool of a message.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::ast::Head;
use crate::attr::{Cache, Pool, Reset};
use crate::record::Object;

/// Returns the pool and the functions that C calls, and writes their entries in the record.
pub(super) fn pool(head: &Head, pool: &Pool, record: &mut Object<'_>) -> TokenStream {
    let (ident, name, capacity) = (&head.ident, &head.item.name, &pool.capacity);
    let (reset, reset_name) = match pool.reset {
        Reset::Zero => (quote!(Zero), "zero"),
        Reset::Keep => (quote!(Keep), "keep"),
    };
    let cache = match pool.cache {
        Cache::Threads => quote!(Threads),
        Cache::None => quote!(None),
    };
    // The span at which rustc reports an invalid capacity.
    let definition = quote_spanned! {capacity.span()=>
        const __FFI_CAPACITY: __ffi::u32 = #capacity;
        static __FFI_POOL: __ffi::Pool<#ident> = __ffi::Pool::new(#name, __FFI_CAPACITY);
    };
    let krate = &head.krate;
    let prefix = head.prefix.type_symbol(&head.item.name, "pool_");
    record.key("pool").object(|record| {
        record.key("capacity").size(&quote!(__FFI_CAPACITY as __ffi::usize));
        record.key("reset").string(reset_name);
        record.key("symbols").object(|symbols| {
            symbols.entries(&quote!(#krate::__pool_operations!(__symbols!, #prefix, #ident)));
        });
    });
    quote! {
        #definition

        // SAFETY: the pool is one static, only of this type, and is always returned; a message is
        // plain data without a destructor.
        #[automatically_derived]
        unsafe impl __ffi::FfiPooled for #ident {
            const RESET: __ffi::Reset = __ffi::Reset::#reset;
            const CACHE: __ffi::PoolCache = __ffi::PoolCache::#cache;

            #[inline]
            fn pool() -> &'static __ffi::Pool<Self> {
                &__FFI_POOL
            }
        }

        #krate::__pool_operations!(__functions!, #prefix, #ident);
    }
}
