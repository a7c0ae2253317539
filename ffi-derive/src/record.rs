//! Schema records as `ffi_core` pieces: JSON text as far as possible, and expressions if only rustc
//! knows the value. Only this module writes JSON; others name keys and give values.

use std::fmt::Write as _;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::ast::Item;

/// Writes a record, whose first keys are the kind and those of the item: an expression of type
/// `Fragment`.
pub(crate) fn write(kind: &str, item: &Item, rest: impl FnOnce(&mut Object<'_>)) -> TokenStream {
    let mut pieces = Pieces::default();
    Value(&mut pieces).object(|record| {
        record.key("kind").string(kind);
        record.item(item);
        rest(record);
    });
    pieces.flush();
    let pieces = &pieces.done;
    quote!(&[#(#pieces),*])
}

/// Writes a record that begins with kind, id and name: an expression of type `Fragment`.
pub(crate) fn cut(kind: &str, id: &str, name: &str, rest: impl FnOnce(&mut Object<'_>)) -> TokenStream {
    let mut pieces = Pieces::default();
    Value(&mut pieces).object(|record| {
        record.key("kind").string(kind);
        record.key("id").string(id);
        record.key("name").string(name);
        rest(record);
    });
    pieces.flush();
    let pieces = &pieces.done;
    quote!(const { &[#(#pieces),*] })
}

/// Pieces of a record. Text that follows text becomes one piece.
#[derive(Default)]
struct Pieces {
    done: Vec<TokenStream>,
    text: String,
}

impl Pieces {
    /// Adds a piece that rustc works out: `variant` of `Piece`, with its value.
    fn expression(&mut self, variant: &TokenStream, value: &TokenStream) {
        self.flush();
        self.done.push(quote!(__ffi::Piece::#variant(#value)));
    }

    fn string(&mut self, value: &str) {
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
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.done.push(quote!(__ffi::Piece::Text(#text)));
        }
    }
}

/// Place of one JSON value, which one of the functions writes.
#[must_use = "a key needs a value"]
pub(crate) struct Value<'a>(&'a mut Pieces);

impl Value<'_> {
    pub(crate) fn string(self, value: &str) {
        self.0.string(value);
    }

    pub(crate) fn number(self, value: u32) {
        self.0.text.push_str(&value.to_string());
    }

    pub(crate) fn yes(self) {
        self.0.text.push_str("true");
    }

    /// Writes a number of type `usize` that rustc works out.
    pub(crate) fn size(self, value: &TokenStream) {
        self.0.expression(&quote!(size), value);
    }

    /// Writes a number of type `i64` that rustc works out.
    pub(crate) fn signed(self, value: &TokenStream) {
        self.0.expression(&quote!(Signed), value);
    }

    /// Writes a `bool` that rustc works out.
    pub(crate) fn flag(self, value: &TokenStream) {
        self.0.expression(&quote!(Flag), value);
    }

    /// Writes a fingerprint that rustc works out.
    pub(crate) fn fingerprint(self, value: &TokenStream) {
        self.0.expression(&quote!(Fingerprint), value);
    }

    /// Writes a `&str` that rustc works out, which has nothing to escape.
    pub(crate) fn text(self, value: &TokenStream) {
        self.0.text.push('"');
        self.0.expression(&quote!(Text), value);
        self.0.text.push('"');
    }

    /// Writes the offset of a field that rustc works out, and the entry `type` behind it.
    pub(crate) fn field(self, offset: &TokenStream, ty: &TokenStream) {
        self.0.expression(&quote!(Field), &quote!(#offset, #ty));
    }

    /// Writes the contents of another `Fragment`.
    pub(crate) fn nested(self, fragment: &TokenStream) {
        self.0.expression(&quote!(Nested), fragment);
    }

    /// Writes an array of the fields of a message: objects of text that `write` begins, each of
    /// which ends in the offset and the type of the field. `parts` are the facts about the types.
    pub(crate) fn fields<T>(
        self,
        items: impl IntoIterator<Item = T>,
        parts: &TokenStream,
        mut write: impl FnMut(&mut Object<'_>, T),
    ) {
        let mut texts = Pieces::default();
        let ends: Vec<_> = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                texts.text.push_str(if index == 0 { "[{" } else { "},{" });
                let mut object = Object { pieces: &mut texts, is_empty: true };
                write(&mut object, item);
                let _ = object.key("offset");
                Literal::usize_unsuffixed(texts.text.len())
            })
            .collect();
        assert!(texts.done.is_empty(), "a field's text ends in its offset");
        let text = texts.text;
        self.0.expression(&quote!(Fields), &quote!(#text, &[#(#ends),*], __FFI_FIELDS, #parts));
        self.0.text.push_str("}]");
    }

    pub(crate) fn object(self, write: impl FnOnce(&mut Object<'_>)) {
        self.0.text.push('{');
        write(&mut Object { pieces: self.0, is_empty: true });
        self.0.text.push('}');
    }

    pub(crate) fn array<T>(self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(Value<'_>, T)) {
        self.0.text.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.0.text.push(',');
            }
            write(Value(self.0), item);
        }
        self.0.text.push(']');
    }

    /// Writes an array with a line for each item.
    pub(crate) fn lines<T>(self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(Value<'_>, T)) {
        self.0.text.push_str("[\n");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.0.text.push_str(",\n");
            }
            write(Value(self.0), item);
        }
        self.0.text.push_str("\n]");
    }
}

/// A JSON object under construction.
pub(crate) struct Object<'a> {
    pieces: &'a mut Pieces,
    is_empty: bool,
}

impl Object<'_> {
    /// Begins the next entry.
    pub(crate) fn key(&mut self, key: &str) -> Value<'_> {
        self.separate();
        self.pieces.string(key);
        self.pieces.text.push(':');
        Value(self.pieces)
    }

    /// Adds an object of text that is there only if `ffi_core` has the feature `proto`.
    pub(crate) fn with_proto(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.pieces.flush();
        self.key(key).object(write);
        let text = std::mem::take(&mut self.pieces.text);
        self.pieces.done.push(quote!(__ffi::with_proto(#text)));
    }

    /// Adds an object of text that is there only if `ffi_core` has the feature `json`.
    pub(crate) fn with_json(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        self.pieces.flush();
        self.key(key).object(write);
        let text = std::mem::take(&mut self.pieces.text);
        self.pieces.done.push(quote!(__ffi::with_json(#text)));
    }

    /// Adds entries that a macro of `ffi_core` writes, a `&str`.
    pub(crate) fn entries(&mut self, entries: &TokenStream) {
        self.separate();
        self.pieces.expression(&quote!(Text), entries);
    }

    /// Adds the entries that every item with a name has.
    pub(crate) fn item(&mut self, item: &Item) {
        self.key("name").string(&item.name);
        for (key, value) in [("rename", &item.rename), ("doc", &item.doc), ("deprecated", &item.deprecated)] {
            if let Some(value) = value {
                self.key(key).string(value);
            }
        }
        if !item.json.is_empty() {
            self.key("json_names").array(&item.json, |value, name| value.string(name));
        }
        if let Some(proto) = &item.proto {
            self.key("proto_name").object(|name| {
                for (key, text) in proto.parts() {
                    name.key(key).string(text);
                }
            });
        }
    }

    fn separate(&mut self) {
        if !self.is_empty {
            self.pieces.text.push(',');
        }
        self.is_empty = false;
    }
}
