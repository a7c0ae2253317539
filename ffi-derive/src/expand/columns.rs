//! The columns of a message.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Visibility};

use super::allowed;
use crate::ast::{Field, Message};
use crate::record::Object;

/// Expansion of a message's columns.
pub(super) struct Columns<'a> {
    message: &'a Message,
    visibility: &'a Visibility,
    /// `ParticleColumns`.
    name: Ident,
    /// `ParticleColumnsRef`.
    shared: Ident,
    /// `ParticleColumnsMut`.
    mutable: Ident,
}

impl<'a> Columns<'a> {
    pub(super) fn new(message: &'a Message, visibility: &'a Visibility) -> Self {
        let ident = &message.head.ident;
        Self {
            message,
            visibility,
            name: format_ident!("{ident}Columns"),
            shared: format_ident!("{ident}ColumnsRef"),
            mutable: format_ident!("{ident}ColumnsMut"),
        }
    }

    /// Returns the items that users name: they are written beside the message, as visible as it is,
    /// and each column as visible as its field.
    pub(super) fn items(&self) -> TokenStream {
        let Self { message: Message { head, fields, .. }, visibility, name, shared, mutable } = self;
        let (ident, krate) = (&head.ident, &head.krate);
        let allowed = allowed();
        let about = |what: &str| format!("{what} of many [`{ident}`]s, field by field.");
        let (about_all, about_shared, about_mutable) =
            (about("Columns"), about("The columns"), about("The columns, which can be changed,"));
        let columns = |mutable: TokenStream| {
            let columns = fields.iter().map(move |field| {
                let Field { ident, written: ty, visibility, docs, item, .. } = field;
                let doc = docs.is_empty().then(|| {
                    let doc = format!("The column of `{}`.", item.name);
                    quote!(#[doc = #doc])
                });
                quote!(#(#docs)* #doc #visibility #ident: &'columns #mutable [#ty])
            });
            columns.collect::<Vec<_>>()
        };
        let (shared_columns, mutable_columns) = (columns(quote!()), columns(quote!(mut)));
        let lints = quote!(#[allow(dead_code, missing_debug_implementations, unreachable_pub)]);
        quote! {
            #[doc = #about_all]
            #allowed
            #lints
            #visibility type #name = #krate::FfiColumns<#ident>;

            #[doc = #about_shared]
            #allowed
            #lints
            #visibility struct #shared<'columns> {
                #(#shared_columns,)*
            }

            #[doc = #about_mutable]
            #allowed
            #lints
            #visibility struct #mutable<'columns> {
                #(#mutable_columns,)*
            }
        }
    }

    /// Returns the trait and the functions that C calls, and writes their entries in the record.
    pub(super) fn implementation(&self, record: &mut Object<'_>) -> TokenStream {
        let Self { message: Message { head, fields, .. }, shared, mutable, .. } = self;
        let ident = &head.ident;
        let count = Literal::usize_unsuffixed(fields.len());
        let slices = |function: &str| {
            let function = format_ident!("{function}");
            let slices = fields.iter().enumerate().map(move |(index, Field { ident, ty, .. })| {
                let index = Literal::usize_unsuffixed(index);
                // The parameter names the type, as the slice's is that of the same tokens beside
                // the message.
                quote!(#ident: __ffi::#function::<#ty>(pointers, #index, len))
            });
            slices.collect::<Vec<_>>()
        };
        let (shared_slices, mutable_slices) = (slices("column"), slices("column_mut"));
        let krate = &head.krate;
        let prefix = head.prefix.type_symbol(&head.item.name, "columns_");
        record.key("columns").object(|record| {
            record.key("symbols").object(|symbols| {
                symbols.entries(&quote!(#krate::__columns_operations!(__symbols!, #prefix, #ident)));
            });
        });
        let usize = quote!(__ffi::usize);
        quote! {
            // SAFETY: the columns are the fields in order, and there are as many pointers; each is
            // used for its field.
            #[automatically_derived]
            unsafe impl __ffi::FfiColumnar for #ident {
                const COLUMNS: &'static [__ffi::Column] =
                    &__ffi::Facts::<__FfiFieldTypes>::COLUMNS.of_members::<#count>(__FFI_FIELDS);
                type Pointers = [*mut __ffi::u8; #count];
                const NOWHERE: Self::Pointers = [__ffi::core::ptr::null_mut(); #count];
                type Ref<'columns> = #shared<'columns>;
                type Mut<'columns> = #mutable<'columns>;

                #[inline]
                unsafe fn columns<'columns>(pointers: &Self::Pointers, len: #usize) -> #shared<'columns> {
                    // SAFETY: the pointers are those of the columns, so there are `len` values of
                    // each field; the caller vouches that they are valid, and that no conflicting
                    // borrow of them exists.
                    unsafe { #shared { #(#shared_slices),* } }
                }

                #[inline]
                unsafe fn columns_mut<'columns>(pointers: &Self::Pointers, len: #usize) -> #mutable<'columns> {
                    // SAFETY: the pointers are those of the columns, so there are `len` values of
                    // each field; the caller vouches that they are valid, and that no conflicting
                    // borrow of them exists.
                    unsafe { #mutable { #(#mutable_slices),* } }
                }
            }

            #[automatically_derived]
            impl __ffi::core::marker::Copy for #shared<'_> {}

            #[automatically_derived]
            impl __ffi::core::clone::Clone for #shared<'_> {
                #[inline]
                fn clone(&self) -> Self {
                    *self
                }
            }

            #krate::__columns_operations!(__functions!, #prefix, #ident);
        }
    }
}
