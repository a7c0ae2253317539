//! Columns: a class for each message that has columns.
//!
//! A column whose type has an array class is shown as such an array, and a scalar one also as typed
//! data. Any other is a list whose elements are read and written in place. The parts shared by all
//! messages are in the runtime's `NativeColumns`.

use askama::Template;

use crate::model::{Field, Message, Model, Returns, Type, Value};

use super::layout;
use super::lead::{Lead, annotations};
use super::names::{beside, columns_class, is_unsigned};
use super::types::{self, Place, Types, flattened, has_array};

/// Returns the types of all columns.
pub fn types(model: &Model) -> impl Iterator<Item = &Type> {
    let messages = model.messages.iter().filter(|it| it.columns.is_some());
    messages.flat_map(|it| &it.fields).map(|field| &field.ty)
}

/// The class of a message's columns.
#[derive(Template)]
#[template(path = "dart/columns.dart.jinja", escape = "none")]
pub struct Columns<'a> {
    /// Class of the message.
    name: &'a str,
    class: String,
    notes: String,
    /// Name of the message in Rust, as a literal.
    title: String,
    /// Size of a message in bytes.
    size: u64,
    /// Bytes of a row in all columns.
    row_size: u64,
    /// Bytes of a row in the last column.
    last_size: u64,
    symbols: Vec<&'a str>,
    /// True if a function returns them.
    returned: bool,
    /// True if the message holds a secret.
    secret: bool,
    columns: Vec<Column<'a>>,
}

/// A column.
struct Column<'a> {
    name: &'a str,
    index: usize,
    doc: String,
    notes: String,
    /// Sentence about what it shows.
    about: String,
    shape: Shape,
}

/// Form in which a column is shown.
enum Shape {
    /// Typed data, and an array.
    Numbers { list: &'static str, array: String, length: String, unsigned: bool },
    /// An array.
    Array { array: String, length: String },
    /// A newtype: its values as a list, and an array that is another one in extension types.
    Newtype { element: String, array: String, inner: String, storage: String, end: String, list: String },
    /// Enums that may have any number.
    Open { element: String, array: &'static str, list: String },
    /// A list of what is in places.
    Places { element: String, class: String, size: u64, list: String },
}

impl<'a> Columns<'a> {
    /// Returns the class of the columns of `message`, if it has columns.
    pub fn new(types: &Types<'a>, message: &'a Message) -> Option<Self> {
        let symbols = &message.columns.as_ref()?.symbols;
        let own = types.names.of(&message.id);
        let mut received = types.model.received();
        let returned = received
            .any(|it| matches!(it, Returns::Columns(index) if types.model.message(index).id == message.id));
        let columns = message.fields.iter().zip(&own.columns).enumerate();
        Some(Self {
            name: &own.name,
            class: columns_class(&own.name),
            notes: annotations(0, &message.item),
            title: layout::string(&message.item.name),
            size: message.size,
            row_size: message.fields.iter().map(|it| it.size).sum(),
            last_size: message.fields.last().map_or(0, |it| it.size),
            symbols: symbols.all().into_iter().map(|it| &**it).collect(),
            returned,
            secret: types.model.is_secret(message),
            columns: columns
                .map(|(index, (field, name))| Column::new(types, &message.item.name, field, name, index))
                .collect(),
        })
    }
}

impl<'a> Column<'a> {
    fn new(types: &Types<'a>, own: &str, field: &'a Field, name: &'a str, index: usize) -> Self {
        let Lead { doc, notes } =
            Lead::new(types.names, 2, own, &field.item, &format!("The column of `{}`.", field.item.name));
        let (of, count) = flattened(&field.ty);
        let about = match (has_array(&field.ty), count) {
            (false, _) => "**borrowed** from these columns: read and written in place.".to_owned(),
            (true, 1) => "**borrowed** from these columns.".to_owned(),
            (true, _) => format!("{count} elements a row, row behind row, **borrowed** from these columns."),
        };
        let shape = if let Some(value @ Value::Newtype(_)) = field.ty.value() {
            Shape::newtype(types, field, name, value)
        } else if has_array(&field.ty) {
            let value = match of {
                Type::Scalar(it) => Value::Scalar(*it),
                Type::Enum(it) => Value::Enum(*it),
                Type::Message(it) => Value::Message(*it),
                Type::Oneof(it) => Value::Oneof(*it),
                _ => unreachable!("no other type has an array"),
            };
            let array = types::array(types.names, types.model, value);
            let length = if count == 1 { "length".to_owned() } else { format!("length * {count}") };
            match of {
                Type::Scalar(it) if types::scalar(*it).dart != "bool" => {
                    let list = types::scalar(*it).list;
                    Shape::Numbers { list, array, length, unsigned: is_unsigned(&field.ty) }
                }
                _ => Shape::Array { array, length },
            }
        } else {
            Shape::in_place(types, field, name)
        };
        Self { name, index, doc, notes, about, shape }
    }

    fn array_name(&self) -> String {
        beside(self.name, "Array")
    }

    fn unsigned_name(&self) -> String {
        beside(self.name, "Big")
    }
}

impl Shape {
    /// Returns the form of a column of the newtype `value`.
    fn newtype(types: &Types<'_>, field: &Field, name: &str, value: Value) -> Self {
        let array = |value| types::array(types.names, types.model, value);
        let (mut inner, mut end, mut ty) = (String::new(), String::new(), &field.ty);
        while let Type::Newtype { index, of } = ty {
            inner += &format!("{}.wrap(", array(Value::Newtype(*index)));
            end.push(')');
            ty = of;
        }
        let storage = array(types.model.physical(value));
        let own = ["(row, name) => array[row]", "(row, it, name) => array[row] = it"].map(str::to_owned);
        let list = column_list(name, "length", own.into_iter().chain(more(types, &field.ty)));
        Self::Newtype { element: types.element(&field.ty), array: array(value), inner, storage, end, list }
    }

    fn in_place(types: &Types<'_>, field: &Field, name: &str) -> Self {
        let ty = &field.ty;
        let element = types.element(ty);
        match ty {
            Type::Open(it) => {
                let array = types::scalar(types.repr(*it)).array;
                Self::Open {
                    element,
                    array,
                    list: column_list(name, "length", in_place(types, ty, "at[row]")),
                }
            }
            _ => {
                let list = column_list(name, "length", in_place(types, ty, "at(row)"));
                Self::Places { element, class: types.class(ty), size: field.size, list }
            }
        }
    }
}

/// A value of a column in a function that a `ColumnList` is given.
const ROW: Place<'_> = Place { name: "name", index: Some("row") };

/// Returns the statement that returns the list `name` of `length` values, with `functions` that
/// read and write them.
pub fn column_list(name: &str, length: &str, functions: impl IntoIterator<Item = String>) -> String {
    let arguments: Vec<_> = [layout::string(name), length.to_owned()].into_iter().chain(functions).collect();
    layout::call(4, "return ", "$.ColumnList", &arguments, ";")
}

/// Returns the functions that a `ColumnList` is given, for values of the type `ty` in the places
/// `at`.
pub fn in_place(types: &Types<'_>, ty: &Type, at: &str) -> Vec<String> {
    let write = types.write(0, ty, at, "it", ROW);
    let [read, write] = [types.read(ty, at, ROW), write.trim_end_matches(';').to_owned()];
    let own = [format!("(row, name) => {read}"), format!("(row, it, name) => {write}")];
    own.into_iter().chain(more(types, ty)).collect()
}

/// Returns the named arguments of a `ColumnList` for values of the type `ty`: how they are checked
/// and copied before any is written.
fn more(types: &Types<'_>, ty: &Type) -> Vec<String> {
    let check = types.check(ty, "it", ROW).map(|check| {
        let place = check.place.map(|place| format!("final place = $.Struct.create<{place}>(); "));
        format!("check: (it, row, name) {{ {}{} }}", place.unwrap_or_default(), check.statement)
    });
    let detach = types.detach(ty, "it", ROW).map(|statements| {
        let statements: Vec<_> = statements.lines().map(str::trim).collect();
        format!("detach: (it, row, name) {{ {} }}", statements.join(" "))
    });
    [check, detach].into_iter().flatten().collect()
}
