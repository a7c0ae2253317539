//! The columns of a message.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Visibility};

use super::{Operation, allowed, passed_on};
use crate::ast::{Field, Head, Message};
use crate::record::Record;

/// What C may do with columns.
fn operations() -> [Operation; 8] {
    let usize = quote!(__ffi::core::primitive::usize);
    let code = || quote!(__ffi::core::primitive::i32);
    let columns = || quote!(*mut __ffi::FfiColumns<__FfiRow>);
    let (all, from, to) = (columns(), quote!(*const __FfiRow), quote!(*mut __FfiRow));
    [
        (
            "new",
            quote!(capacity: #usize, fixed: __ffi::core::primitive::u8),
            quote!(capacity, fixed),
            columns(),
        ),
        ("free", quote!(columns: #all), quote!(columns), code()),
        ("reserve", quote!(columns: #all, additional: #usize), quote!(columns, additional), code()),
        ("resize", quote!(columns: #all, len: #usize), quote!(columns, len), code()),
        (
            "append",
            quote!(columns: #all, messages: #from, count: #usize),
            quote!(columns, messages, count),
            code(),
        ),
        (
            "read",
            quote!(columns: #all, first: #usize, messages: #to, count: #usize),
            quote!(columns, first, messages, count),
            code(),
        ),
        (
            "write",
            quote!(columns: #all, first: #usize, messages: #from, count: #usize),
            quote!(columns, first, messages, count),
            code(),
        ),
        (
            "swap_remove",
            quote!(columns: #all, row: #usize, removed: #to),
            quote!(columns, row, removed),
            code(),
        ),
    ]
}

fn symbol(head: &Head, operation: &str) -> String {
    head.prefix.type_symbol(&head.item.name, &format!("columns_{operation}"))
}

/// What is written for the columns of a message.
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

    /// The items that users name: they stand beside the message, as visible as it is, and each column as visible as its field.
    pub(super) fn items(&self) -> TokenStream {
        let Self { message: Message { head, fields, .. }, visibility, name, shared, mutable } = self;
        let (ident, krate) = (&head.ident, &head.krate);
        let allowed = allowed();
        let about = |what: &str| format!("{what} of many [`{ident}`]s, field by field.");
        let (about_all, about_shared, about_mutable) =
            (about("Columns"), about("The columns"), about("The columns, which can be changed,"));
        let columns = |mutable: TokenStream| {
            let columns = fields.iter().map(move |field| {
                let Field { ident, ty, visibility, docs, item, .. } = field;
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

    /// The trait, and the functions that C calls.
    pub(super) fn implementation(&self) -> TokenStream {
        let Self { message: Message { head, fields, .. }, shared, mutable, .. } = self;
        let ident = &head.ident;
        let count = Literal::usize_unsuffixed(fields.len());
        let columns = fields.iter().enumerate().map(|(index, Field { item, ty, .. })| {
            let (name, index) = (&item.name, Literal::usize_unsuffixed(index));
            quote!(__ffi::Column::of::<#ty>(#name, __FFI_FIELDS[#index].offset))
        });
        let slices = |function: &str| {
            let function = format_ident!("{function}");
            let slices = fields.iter().enumerate().map(move |(index, Field { ident, ty, .. })| {
                let index = Literal::usize_unsuffixed(index);
                // The cast names the type, as the slice's is that of the same tokens beside the message.
                quote! {
                    // SAFETY: the pointers are those of the columns, so there are `len` values of that field; the caller
                    // vouches that they are valid and lent to nobody who conflicts.
                    #ident: unsafe { __ffi::core::slice::#function(pointers[#index].cast::<#ty>(), len) }
                }
            });
            slices.collect::<Vec<_>>()
        };
        let (shared_slices, mutable_slices) = (slices("from_raw_parts"), slices("from_raw_parts_mut"));
        let functions = operations()
            .map(|it| passed_on("columns", &it, &symbol(head, it.0), &quote!(::<__FfiRow>), &quote!()));
        let usize = quote!(__ffi::core::primitive::usize);
        quote! {
            // SAFETY: the columns are the fields in order, and there are as many pointers; each is used for its field.
            #[automatically_derived]
            unsafe impl __ffi::FfiColumnar for #ident {
                const COLUMNS: &'static [__ffi::Column] = &[#(#columns),*];
                type Pointers = [*mut __ffi::core::primitive::u8; #count];
                const NOWHERE: Self::Pointers = [__ffi::core::ptr::null_mut(); #count];
                type Ref<'columns> = #shared<'columns>;
                type Mut<'columns> = #mutable<'columns>;

                #[inline]
                unsafe fn columns<'columns>(pointers: &Self::Pointers, len: #usize) -> #shared<'columns> {
                    #shared { #(#shared_slices),* }
                }

                #[inline]
                unsafe fn columns_mut<'columns>(pointers: &Self::Pointers, len: #usize) -> #mutable<'columns> {
                    #mutable { #(#mutable_slices),* }
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

            type __FfiRow = #ident;
            #(#functions)*
        }
    }
}

/// `,"columns":{..}`
pub(super) fn record(head: &Head, record: &mut Record) {
    let symbols = operations().map(|(operation, ..)| (operation, symbol(head, operation)));
    record.text(",\"columns\":{\"symbols\":").object(symbols).text("}");
}
