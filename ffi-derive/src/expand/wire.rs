//! Fields and cases whose numbers have another form in protobuf: `#[ffi(encoding = "..")]`,
//! `#[ffi(packed = false)]`. `ffi-core/src/proto/coding.rs` has the idea.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::ast::Wire;
use crate::attr::Encoding;
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

    /// Returns a reference to the type as which protobuf has it, given one to the value of the
    /// field.
    pub(super) fn reference(self, reference: TokenStream, mutable: bool) -> TokenStream {
        let suffix = if mutable { "_mut" } else { "" };
        let [recoded, recoded_keys] = ["recoded", "recoded_keys"].map(|it| format_ident!("{it}{suffix}"));
        let reference = match self.encoding.map(marker) {
            Some(encoding) => quote!(__ffi::proto::#recoded::<#encoding, _>(#reference)),
            None => reference,
        };
        match self.key_encoding.map(marker) {
            Some(encoding) => quote!(__ffi::proto::#recoded_keys::<#encoding, _>(#reference)),
            None => reference,
        }
    }

    /// Returns true if protobuf has the field as its own type.
    pub(super) fn is_plain(self) -> bool {
        self.encoding.is_none() && self.key_encoding.is_none()
    }

    /// Writes the keys of the record that are not as usual.
    pub(super) fn record(self, record: &mut Object<'_>) {
        for (key, encoding) in [("encoding", self.encoding), ("key_encoding", self.key_encoding)] {
            if let Some(encoding) = encoding {
                record.key(key).string(encoding.name());
            }
        }
        if self.unpacked {
            record.key("unpacked").yes();
        }
    }
}

/// Returns the type that stands for an encoding.
pub(super) fn marker(encoding: Encoding) -> TokenStream {
    match encoding {
        Encoding::ZigZag => quote!(__ffi::proto::ZigZag),
        Encoding::Fixed => quote!(__ffi::proto::Fixed),
    }
}
