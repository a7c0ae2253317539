//! Fields and cases that have another form in protobuf: `#[ffi(encoding = "..")]`, whose idea is in
//! `ffi-core/src/proto/coding.rs`, `#[ffi(packed = false)]`, `#[ffi(flatten)]`, and
//! `#[ffi(unknown)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::ast::Wire;
use crate::attr::{Encoding, Unknown};
use crate::record::Object;

impl Wire {
    /// Returns the type as which protobuf has a field of type `ty`.
    pub(super) fn ty(self, ty: &Type) -> TokenStream {
        let keys = |ty: TokenStream, span| match self.key_encoding {
            Some(encoding) => {
                let encoding = marker(encoding);
                quote_spanned!(span=> <#ty as __ffi::proto::RecodeKey<#encoding>>::As)
            }
            None => ty,
        };
        match self.encoding {
            Some(encoding) => {
                let encoding = marker(encoding);
                keys(quote_spanned!(ty.span()=> <#ty as __ffi::proto::Recode<#encoding>>::As), ty.span())
            }
            None => keys(quote!(#ty), ty.span()),
        }
    }

    /// Returns a reference to the type as which protobuf has a field of type `ty`, given one to its
    /// value.
    pub(super) fn reference(self, ty: &Type, reference: TokenStream, mutable: bool) -> TokenStream {
        if self.is_plain() {
            return reference;
        }
        let recoded = format_ident!("{}", if mutable { "recoded_mut" } else { "recoded" });
        let wire_ty = self.ty(ty);
        quote! {
            // SAFETY: the type is the one that the traits have for that of the field.
            unsafe { __ffi::proto::#recoded::<#ty, #wire_ty>(#reference) }
        }
    }

    /// Returns true if protobuf has the field as its own type.
    pub(super) fn is_plain(self) -> bool {
        self.encoding.is_none() && self.key_encoding.is_none()
    }

    /// Returns the largest number of bytes of unknown fields that the field keeps: a `usize`.
    pub(super) fn limit(self) -> TokenStream {
        match self.unknown {
            Some(Unknown(Some(limit))) => quote!(#limit as __ffi::usize),
            _ => quote!(__ffi::usize::MAX),
        }
    }

    /// Writes the keys of the record that are not as usual.
    pub(super) fn record(self, record: &mut Object<'_>) {
        for (key, encoding) in [("encoding", self.encoding), ("key_encoding", self.key_encoding)] {
            if let Some(encoding) = encoding {
                record.key(key).string(encoding.name());
            }
        }
        for (key, is_set) in [("unpacked", self.unpacked), ("flat", self.flat)] {
            if is_set {
                record.key(key).yes();
            }
        }
        if let Some(Unknown(limit)) = self.unknown {
            record.key("unknown").number(limit.unwrap_or(0));
        }
    }
}

/// Returns the type that stands for an encoding.
pub(super) fn marker(encoding: Encoding) -> TokenStream {
    match encoding {
        Encoding::ZigZag => quote!(__ffi::proto::ZigZag),
        Encoding::Fixed => quote!(__ffi::proto::Fixed),
        Encoding::Wrapper => quote!(__ffi::proto::Wrapper),
    }
}
