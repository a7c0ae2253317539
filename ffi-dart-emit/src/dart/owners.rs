//! Classes that own messages and oneofs, and lend them to functions: the array and the box.

use askama::Template;

use crate::model::{JsonSymbols, Model, ProtoSymbols, Returns, Value};

/// The array and the box of a message or oneof.
#[derive(Template)]
#[template(path = "dart/owners.dart.jinja", escape = "none")]
pub struct Owners<'a> {
    pub name: &'a str,
    /// Article of the name.
    pub article: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// True if a function returns an array of it.
    pub returned: bool,
    /// True if it has a pool.
    pub pooled: bool,
    /// True if only what is used of a message is copied.
    pub roomy: bool,
    /// True if it holds a secret, so that its memory is zeroed when it is freed.
    pub secret: bool,
    /// Lists of the fields that are numbers.
    pub fields: Vec<ListField<'a>>,
    /// Members for protobuf, if the message has them.
    pub proto: Option<ProtoMembers<'a>>,
}

/// A list of one field of all messages in an array.
pub struct ListField<'a> {
    pub doc: String,
    pub notes: String,
    pub name: &'a str,
    /// Class of the list.
    pub list: &'static str,
    /// Offset in the message.
    pub offset: u64,
    /// True if what is written is checked.
    pub checked: bool,
    /// The list as one of newtypes, if the field is one.
    pub newtype: Option<NewtypeList>,
}

impl ListField<'_> {
    /// Returns the list over an array of messages of `size` bytes each.
    fn over(&self, size: &u64) -> String {
        let name = if self.checked { format!(", '{}'", self.name) } else { String::new() };
        format!("{}(_array.bytes, _array.length, {size}, {}{name})", self.list, self.offset)
    }
}

/// A list of newtypes over one of numbers.
pub struct NewtypeList {
    /// Type of the newtype.
    pub element: String,
    /// The statement that returns a `ColumnList` over the numbers `at`, if a conversion stands
    /// between both. Otherwise the lists are one, as an extension type is the number.
    pub converted: Option<String>,
}

/// Returns true if a function returns a list of values that `is_it` accepts.
pub fn list_returned(model: &Model, is_it: impl Fn(Value) -> bool) -> bool {
    let mut received = model.received();
    received.any(|it| matches!(it, Returns::Vec(value) if is_it(value)))
}

/// Members for protobuf of a message's box.
#[derive(Clone, Copy, Template)]
#[template(path = "dart/proto_members.dart.jinja", escape = "none")]
pub struct ProtoMembers<'a> {
    pub name: &'a str,
    pub symbols: &'a ProtoSymbols,
    /// Functions for JSON, if the library has them.
    pub json: Option<&'a JsonSymbols>,
    /// True if the message holds references.
    pub refers: bool,
    /// True if the message holds a secret.
    pub secret: bool,
}
