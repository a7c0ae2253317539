//! `#[derive(FfiEnum)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::formats::{self, Formats};
use super::shape::value;
use super::{arena, block, exports, fingerprint, identity};
use crate::ast::{Enum, Variant};
use crate::{names, record};

pub(crate) fn enumeration(item: &Enum, formats: Formats) -> TokenStream {
    let implementations = implementations(item);
    let (fingerprint, symbol) = fingerprint(&item.head);
    let exports = exports(&item.head, &symbol, &fingerprint, &record(item, &fingerprint));
    let (arena, formats) = (arena::enumeration(item), formats::enumeration(item, formats));
    block(&item.head, &quote! { #implementations #arena #formats #exports })
}

fn implementations(item: &Enum) -> TokenStream {
    let (ident, repr) = (&item.head.ident, &item.repr);
    let name = &item.head.item.name;
    let id = item.head.prefix.id(name);
    let reference = format!("{{\"enum\":\"{id}\"}}");
    let name_hash = names::hash(name);
    // `Self::Repr` and the like would not do, as a variant may have that name.
    let integer = quote!(__ffi::#repr);
    let repr_hash = names::hash(&repr.to_string());
    let variants: Vec<_> = item.variants.iter().map(|variant| &variant.ident).collect();
    let constants: Vec<_> = (0..variants.len()).map(|index| format_ident!("__FFI_VALUE_{index}")).collect();
    let values: Vec<_> = item.variants.iter().map(|variant| value(item, variant)).collect();
    let hashes = item.variants.iter().map(|variant| names::hash(&variant.item.name));
    let no_zero = format!(
        "`{name}` has no variant with value 0, and zeroed memory must be valid; hint: add one, such as `Unknown = 0`"
    );
    let has_zero = quote_spanned! {ident.span()=>
        const _: () = __ffi::assert_has_zero(&[#(#values),*], #no_zero);
    };
    let variants_seen = item.variants.iter().map(|Variant { ident: variant, .. }| {
        quote_spanned! {variant.span()=>
            // It is written as a struct, which can't be a constant of that name.
            #ident::#variant {} => {
                // SAFETY: an enum without data that is as large as an integer consists of its
                // number.
                let __ffi_bits = unsafe { __ffi::bits::<#ident, #integer>(&#ident::#variant) };
                __ffi_bits == #ident::#variant as #integer
                    && __ffi_bits as __ffi::i64 == #ident::#variant as __ffi::i64
            }
        }
    });
    // `FfiEnum` has the supertrait, at which rustc reports a missing `Copy`; the lifetime makes
    // rustc accept the bound on this impl all the same.
    let copy = quote_spanned!(ident.span()=> where for<'__ffi_any> #ident: __ffi::core::marker::Copy);
    quote_spanned! {ident.span()=>
        #has_zero

        const _: () = {
            // An attribute macro below the derive may have changed the enum since.
            const fn __ffi_seen(__ffi_variant: &#ident) -> __ffi::bool {
                match __ffi_variant {
                    #(#variants_seen)*
                }
            }
            __ffi::assert_repr::<#ident, #integer>();
            #(__ffi::assert_variant(__ffi_seen(&#ident::#variants));)*
        };

        // SAFETY: zero is a discriminant, by the assertion above.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::Zeroable for #ident {}

        // SAFETY: the enum has the layout of its repr; the check accepts only its discriminants.
        #[automatically_derived]
        unsafe impl __ffi::FfiType for #ident {
            type Form = __ffi::Itself;
            const TYPE: __ffi::Fragment = &[__ffi::Piece::Text(#reference)];
            const FINGERPRINT: __ffi::u64 = __ffi::fingerprint::mix(&[
                __ffi::fingerprint::ENUM,
                #name_hash,
                __ffi::fingerprint::mix(&[__ffi::fingerprint::SCALAR, #repr_hash]),
                #(#hashes, (#values) as __ffi::u64,)*
            ]);
            const ANY_BITS: __ffi::bool = false;

            #[inline]
            unsafe fn check(value: *const Self) -> __ffi::Result<(), __ffi::InvalidValue> {
                // SAFETY: by this function's contract `value` is aligned and initialised, and
                // nobody writes to it.
                unsafe { __ffi::check_enum(value) }
            }

            #[inline]
            unsafe fn check_all(
                first: *const Self,
                len: __ffi::usize,
            ) -> __ffi::Result<(), __ffi::InvalidValue> {
                // SAFETY: by this function's contract there are `len` values from `first` on,
                // aligned and initialised, and nobody writes to them.
                unsafe { __ffi::check_enums(first, len) }
            }
        }

        // SAFETY: the enum has that repr, and only its discriminants are mapped to a variant.
        #[automatically_derived]
        unsafe impl __ffi::FfiEnum for #ident {
            type Repr = #integer;
            const NAME: &'static __ffi::str = #name;
            const ID: &'static __ffi::str = #id;

            #[inline]
            fn from_repr(repr: #integer) -> __ffi::Option<Self> {
                #(const #constants: #integer = #ident::#variants as #integer;)*
                match repr {
                    #(#constants => __ffi::Option::Some(Self::#variants),)*
                    #[allow(unreachable_patterns)]
                    _ => __ffi::Option::None,
                }
            }

            #[inline]
            fn to_repr(self) -> #integer {
                self as #integer
            }
        }

        // SAFETY: the repr has the layout of the enum; only the discriminants are valid.
        #[automatically_derived]
        unsafe impl __ffi::bytemuck::CheckedBitPattern for #ident #copy {
            type Bits = #integer;

            #[inline]
            fn is_valid_bit_pattern(bits: &#integer) -> __ffi::bool {
                <Self as __ffi::FfiEnum>::from_repr(*bits).is_some()
            }
        }

        // SAFETY: the enum is passed as the integer it is stored as, and `from_param` accepts only
        // discriminants.
        #[automatically_derived]
        unsafe impl __ffi::FfiValue for #ident {
            type Abi = #integer;
            type Param = #integer;
            type Crossing = __ffi::Itself;

            #[inline]
            fn into_abi(self) -> #integer {
                self as #integer
            }

            #[inline]
            unsafe fn from_param(
                param: #integer,
                name: &'static __ffi::str,
            ) -> __ffi::Result<Self, __ffi::Failure> {
                __ffi::enum_from_param(param, name)
            }
        }
    }
}

fn record(item: &Enum, fingerprint: &TokenStream) -> TokenStream {
    record::write("enum", &item.head.item, |record| {
        identity(&item.head, record);
        record.key("repr").string(&item.repr.to_string());
        record.key("fingerprint").fingerprint(fingerprint);
        record.key("variants").array(&item.variants, |it, variant| {
            it.object(|record| {
                record.item(&variant.item);
                record.key("value").signed(&value(item, variant));
            });
        });
    })
}
