//! Columns: a class for each message that has columns.
//!
//! A column whose type has an array class is shown as such an array, and a scalar one also as typed
//! data. Any other is a list whose elements are read and written in place. The parts shared by all
//! messages are in the runtime's `NativeColumns`.

use crate::model::{Field, Message, Model, Returns, Type, Value};

use super::layout::{self, Parameters, Statement};
use super::names::{beside, columns_class, is_unsigned};
use super::types::{self, Types, flattened, has_array};

/// Returns the types of all columns.
pub fn types(model: &Model) -> impl Iterator<Item = &Type> {
    let messages = model.messages.iter().filter(|it| it.columns.is_some());
    messages.flat_map(|it| &it.fields).map(|field| &field.ty)
}

/// Returns the class of the columns of `message`, if it has columns.
pub fn class(types: &Types<'_>, message: &Message) -> Option<String> {
    let symbols = &message.columns.as_ref()?.symbols;
    let own = types.names.of(&message.id);
    let (name, class) = (&own.name, columns_class(&own.name));
    let array = format!("{name}Array");
    let mut calls = vec![
        "_openedMemory".to_owned(),
        layout::string(&message.item.name),
        format!("$.sizeOf<{name}>()"),
        message.fields.iter().map(|it| it.size).sum::<u64>().to_string(),
        message.fields.len().to_string(),
        message.fields.last().map_or(0, |it| it.size).to_string(),
    ];
    calls.extend(symbols.all().map(|symbol| layout::string(symbol)));
    let optional = |parameter| Parameters { required: &[], optional: Some(('[', parameter, ']')) };
    let one = |parameter: String| [parameter];
    let constructor = |doc: &str, name: &str, parameters: Parameters<'_>, initializer: &str| {
        layout::doc(2, doc) + &layout::forwarding_constructor(name, parameters, initializer)
    };
    let member = |doc: &str, head: String, body: &str| format!("{}{head}\n{body}\n  }}", layout::doc(2, doc));
    let struct_create = format!("$.Struct.create<{name}>");
    let (capacity, header) = (one("int capacity".into()), one("$.Pointer<$.Void> header".into()));
    let (records, record) = (one(format!("{array} records")), one(format!("{name} record")));
    let (row, row_and_record) = (one("int row".into()), ["int row".to_owned(), format!("{name} record")]);
    let method = |before: &str, name: &str, parameters: &[String]| {
        layout::method(before, name, Parameters::new(parameters))
    };
    let from_records = layout::assign(4, "final columns", &format!("{class}(records.length)"));
    let to_records = layout::assign(4, "final records", &format!("{array}(length)"));
    let mut members = vec![
        constructor(
            "No rows, and memory for [capacity] of them, **owned**; it grows when that is\nnot enough.\n\n\
             Throws an [AllocationException].",
            &class,
            optional("int capacity = 0"),
            "super(_calls, capacity, fixed: false)",
        ),
        constructor(
            "No rows, and memory for [capacity] of them, **owned**; it never grows, so views\nof its columns \
             stay valid.\n\nThrows an [AllocationException].",
            &format!("{class}.fixed"),
            Parameters::new(&capacity),
            "super(_calls, capacity, fixed: true)",
        ),
        member(
            "A row for each of [records], **owned**.\n\nThrows an [AllocationException].",
            method("factory", &format!("{class}.fromRecords"), &records),
            &format!("{from_records}\n    columns.pushAll(records);\n    return columns;"),
        ),
        layout::call(2, "static final _calls = ", &format!("$.ColumnsCalls<{name}>"), &calls, ";"),
    ];
    if types.model.functions.iter().any(|it| {
        matches!(it.returns, Some(Returns::Columns(index)) if types.model.message(index).id == message.id)
    }) {
        let taken = format!("{class}._taken");
        let taken = layout::forwarding_constructor(&taken, Parameters::new(&header), "super.taken(_calls, header)");
        members.push(taken);
    }
    for (index, (field, name)) in message.fields.iter().zip(&own.columns).enumerate() {
        members.extend(column(types, field, name, index));
    }
    members.extend([
        member(
            "Row [row], **copied**.\n\nThrows a [RangeError] if there is no such row.",
            method(name, "operator []", &row),
            &layout::call(4, "return ", &struct_create, &["copyRow(row)".to_owned()], ";"),
        ),
        member(
            "Overwrites row [row].\n\nThrows a [RangeError] if there is no such row.",
            method("void", "operator []=", &row_and_record),
            "    scratch.ref = record;\n    writeRow(row);",
        ),
        member(
            "Adds a row.\n\nThrows a [CapacityException] if the capacity is fixed and too small, and an\n\
             [AllocationException].",
            method("void", "push", &record),
            "    scratch.ref = record;\n    pushRecords(scratch, 1);",
        ),
        member(
            "Adds a row for each of [records]: all, or none if it throws, as [push] does.",
            method("void", "pushAll", &records),
            "    pushRecords(records.pointer, records.length);",
        ),
        member(
            "Removes row [row] and returns it, **copied**. The last row moves to its place.\n\n\
             Throws a [RangeError] if there is no such row.",
            method(name, "swapRemove", &row),
            &layout::call(4, "return ", &struct_create, &["removeRow(row)".to_owned()], ";"),
        ),
        member(
            "A message for each row, **owned**.\n\nThrows an [AllocationException].",
            method(&array, "toRecords", &[]),
            &format!("{to_records}\n    readRecords(records.pointer);\n    return records;"),
        ),
    ]);
    let doc = format!(
        "Columns of [{name}], shared with Rust: each field of all messages in an array of\nits own, aligned to 64 \
         bytes.\n\n\
         Views of columns show the rows that were there when they were made. They keep\nthe memory alive, in other \
         isolates as well, and must not be used any more when\nthe columns have grown, here or in Rust."
    );
    Some(format!(
        "{}{}{}\n{}\n}}\n",
        layout::doc(0, &doc),
        super::annotations(0, &message.item),
        layout::class(&format!("final class {class}"), &format!("extends $.NativeColumns<{name}>")),
        members.join("\n\n")
    ))
}

/// Returns the getters of the column `name` at `index`.
fn column(types: &Types<'_>, field: &Field, name: &str, index: usize) -> Vec<String> {
    let lead = |more: &str| {
        let default = format!("The column of `{}`.", field.item.name);
        super::lead(2, &field.item, &default, &format!("\n\n{more}"))
    };
    if let Some(value @ Value::Newtype(_)) = field.ty.value() {
        return newtype(types, field, name, index, value);
    }
    if !has_array(&field.ty) {
        let getter = layout::declaration(
            2,
            &format!("$.List<{}>", types.element(&field.ty)),
            &format!("get {name}"),
            " {",
        );
        let lead = lead("**borrowed** from these columns: read and written in place.");
        return vec![format!("{lead}{getter}\n{}\n  }}", list(types, field, name, index))];
    }
    let (of, count) = flattened(&field.ty);
    let value = match of {
        Type::Scalar(it) => Value::Scalar(*it),
        Type::Enum(it) => Value::Enum(*it),
        Type::Message(it) => Value::Message(*it),
        Type::Oneof(it) => Value::Oneof(*it),
        _ => unreachable!("no other type has an array"),
    };
    let array = types::array(types.names, types.model, value);
    let each = if count == 1 { String::new() } else { format!("{count} elements a row, row behind row, ") };
    let length = if count == 1 { "length".to_owned() } else { format!("length * {count}") };
    let borrowed = format!("{each}**borrowed** from these columns.");
    let view = |getter: &str| {
        let head = layout::declaration(2, &array, &format!("get {getter}"), " {");
        format!("{head}\n{}\n  }}", viewed("return ", index, &array, &length))
    };
    match of {
        Type::Scalar(it) if types::scalar(*it).dart != "bool" => {
            let arrays = beside(name, "Array");
            let list = types::scalar(*it).list;
            let doc = format!("[{name}] as an array, for functions that take one.");
            let big = is_unsigned(&field.ty).then(|| {
                let doc = layout::doc(2, &format!("[{name}] as unsigned, as it is in Rust."));
                let getter = Statement::ReturnCall("$.BigList", &[name]);
                let getter = layout::getter("$.List<$.BigInt>", &beside(name, "Big"), &getter);
                doc + &super::annotations(2, &field.item) + &getter
            });
            let all = [
                lead(&borrowed) + &layout::getter(list, name, &Statement::Return(&format!("{arrays}.list"))),
                layout::doc(2, &doc) + &super::annotations(2, &field.item) + &view(&arrays),
            ];
            all.into_iter().chain(big).collect()
        }
        _ => vec![lead(&borrowed) + &view(name)],
    }
}

/// Returns the getters of the column `name` at `index` of a newtype: its values as a list, and the
/// array.
fn newtype(types: &Types<'_>, field: &Field, name: &str, index: usize, value: Value) -> Vec<String> {
    let (names, model) = (types.names, types.model);
    let array = types::array(names, model, value);
    let storage = types::array(names, model, model.physical(value));
    let (arrays, element) = (beside(name, "Array"), types.element(&field.ty));
    let mut wrapped = viewed("return ", index, &storage, "length");
    let mut layers = Vec::new();
    let mut ty = &field.ty;
    while let Type::Newtype { index, of } = ty {
        layers.push(types::array(names, model, Value::Newtype(*index)));
        ty = of;
    }
    for layer in layers.iter().rev() {
        wrapped = wrapped.replacen("return ", &format!("return {layer}.wrap("), 1).replacen(';', ");", 1);
    }
    let default = format!("The column of `{}`.", field.item.name);
    let borrowed = "\n\n**borrowed** from these columns: read and written in place.";
    let lead = super::lead(2, &field.item, &default, borrowed);
    let getter = layout::declaration(2, &format!("$.List<{element}>"), &format!("get {name}"), " {");
    let list = format!(
        "    final array = {arrays};\n    return $.ColumnList({}, length, (row, name) => array[row], (row, it, name) => \
         array[row] = it);",
        layout::string(name)
    );
    let head = layout::declaration(2, &array, &format!("get {arrays}"), " {");
    let doc = layout::doc(2, &format!("[{name}] as an array, for functions that take one."));
    vec![
        format!("{lead}{getter}\n{list}\n  }}"),
        format!("{doc}{}{head}\n{wrapped}\n  }}", super::annotations(2, &field.item)),
    ]
}

/// Returns the statement that starts with `before` and has the column at `index` as an `array` of
/// the length `length`.
fn viewed(before: &str, index: usize, array: &str, length: &str) -> String {
    let arguments = ["at.cast()", length, "owner: this"].map(str::to_owned);
    let make = layout::call(6, "(at) => ", &format!("{array}.raw"), &arguments, ",");
    let one_line = layout::call(
        4,
        before,
        "column",
        &[index.to_string(), make.trim().trim_end_matches(',').to_owned()],
        ";",
    );
    if make.contains('\n') || one_line.contains('\n') {
        return format!("    {before}column(\n      {index},\n{make}\n    );");
    }
    one_line
}

/// Statements that return the column at `index`, whose type has no array, as a list.
fn list(types: &Types<'_>, field: &Field, name: &str, index: usize) -> String {
    let (ty, size) = (&field.ty, field.size);
    let (place, at) = match ty {
        Type::Open(it) => {
            let native = types::scalar(types.model.enumeration(*it).repr).array;
            let numbers = viewed("final numbers = ", index, native, "length");
            (numbers + "\n    final at = numbers.list;", "at[row]")
        }
        _ => {
            let class = types.class(ty);
            let bytes = format!("    final bytes = columnBytes({index}, {size});\n");
            let create = format!("$.Struct.create<{class}>(bytes, row * {size})");
            (bytes + &layout::arrow(4, &format!("{class} at(int row)"), &create), "at(row)")
        }
    };
    let named = types::Place { name: "name", index: Some("row") };
    let read = types.read(ty, at, named);
    let write = types.write(0, ty, at, "it", named);
    let write = write.trim().trim_end_matches(';');
    let arguments = [
        layout::string(name),
        "length".to_owned(),
        format!("(row, name) => {read}"),
        format!("(row, it, name) => {write}"),
    ];
    format!("{place}\n{}", layout::call(4, "return ", "$.ColumnList", &arguments, ";"))
}
