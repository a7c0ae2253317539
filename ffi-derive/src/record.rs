//! Schema records as `ffi_core` pieces: text as far as possible, expressions where rustc must be asked.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Item;

/// A record under construction. Text that follows text becomes one piece.
#[derive(Default)]
pub(crate) struct Record {
    pieces: Vec<TokenStream>,
    text: String,
}

impl Record {
    /// `{"kind":"..","name":"..",..`: what every record starts with. The brace stays open.
    pub(crate) fn new(kind: &str, item: &Item) -> Self {
        let mut record = Self::default();
        record.text("{\"kind\":").string(kind).text(",").item(item);
        record
    }

    /// JSON text as it is.
    pub(crate) fn text(&mut self, json: &str) -> &mut Self {
        self.text.push_str(json);
        self
    }

    /// A JSON string.
    pub(crate) fn string(&mut self, value: &str) -> &mut Self {
        self.text.push('"');
        for char in value.chars() {
            match char {
                '"' | '\\' => self.text.extend(['\\', char]),
                '\n' => self.text.push_str("\\n"),
                control if control < ' ' => {
                    write!(self.text, "\\u{:04x}", u32::from(control)).expect("a String takes all");
                }
                char => self.text.push(char),
            }
        }
        self.text.push('"');
        self
    }

    /// `,"key":` and a JSON string.
    pub(crate) fn entry(&mut self, key: &str, value: &str) -> &mut Self {
        self.text(",").string(key).text(":").string(value)
    }

    /// `,"symbols":{"operation":"symbol",..}`
    pub(crate) fn symbols<'a>(&mut self, symbols: impl IntoIterator<Item = (&'a str, String)>) -> &mut Self {
        self.text(",\"symbols\":").object(symbols)
    }

    /// `{"key":"value",..}`
    pub(crate) fn object<'a>(&mut self, entries: impl IntoIterator<Item = (&'a str, String)>) -> &mut Self {
        self.text("{");
        for (index, (key, value)) in entries.into_iter().enumerate() {
            self.text(if index > 0 { "," } else { "" }).string(key).text(":").string(&value);
        }
        self.text("}")
    }

    /// `"name":"..","doc":"..",..`: the keys of an item.
    pub(crate) fn item(&mut self, item: &Item) -> &mut Self {
        self.text("\"name\":").string(&item.name);
        for (key, value) in [("rename", &item.rename), ("doc", &item.doc), ("deprecated", &item.deprecated)] {
            if let Some(value) = value {
                self.entry(key, value);
            }
        }
        self
    }

    /// A piece that rustc works out: `variant` of `Piece`, with its value.
    pub(crate) fn piece(&mut self, variant: TokenStream, value: TokenStream) -> &mut Self {
        self.flush();
        self.pieces.push(quote!(__ffi::Piece::#variant(#value)));
        self
    }

    /// A number of type `usize`.
    pub(crate) fn number(&mut self, value: TokenStream) -> &mut Self {
        self.piece(quote!(Number), quote!(#value as __ffi::core::primitive::u64))
    }

    /// The pieces of another `Fragment`.
    pub(crate) fn nested(&mut self, fragment: TokenStream) -> &mut Self {
        self.piece(quote!(Nested), fragment)
    }

    /// JSON text that is there only where `ffi_core` has the feature `proto`.
    pub(crate) fn with_proto(&mut self, json: &str) -> &mut Self {
        self.flush();
        self.pieces.push(quote!(__ffi::with_proto(#json)));
        self
    }

    /// Items of a JSON array.
    pub(crate) fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.text(",").string(key).text(":[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text(",");
            }
            write(self, item);
        }
        self.text("]")
    }

    /// Closes the record: an expression of type `Fragment`.
    pub(crate) fn finish(&mut self) -> TokenStream {
        self.text("}").flush();
        let pieces = &self.pieces;
        quote!(&[#(#pieces),*])
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.pieces.push(quote!(__ffi::Piece::Text(#text)));
        }
    }
}
