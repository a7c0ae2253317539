//! Kernels: an extension of the array of each message that has kernels, and a class with its
//! numeric fields.
//!
//! The code that is shared by all messages is in `lib/src/simd.dart` of the runtime; this
//! module writes which numbers are at which offsets.

use askama::Template;

use crate::model::{Message, Model, Scalar, Simd};

use super::layout::{self, Parameters};
use super::names::Names;
use super::types;

/// File with the kernels of all messages.
#[derive(Template)]
#[template(path = "dart/simd.dart.jinja", escape = "none")]
pub struct SimdFile {
    package: String,
    /// Tables of the messages whose fields are numbers of one type.
    tables: Vec<String>,
    classes: Vec<String>,
}

impl SimdFile {
    /// Returns the file for `model`, or `None` if no message has kernels.
    pub fn new(model: &Model, names: &Names<'_>) -> Option<Self> {
        let mut file = Self { package: names.package.clone(), tables: Vec::new(), classes: Vec::new() };
        for (number, (message, simd)) in with_kernels(model).enumerate() {
            let table = format!("_table{number}");
            if message.numbers.is_some() {
                let symbol = [layout::string(&simd.symbol)];
                file.tables.push(layout::call(0, &format!("final {table} = "), "_table", &symbol, ";"));
            }
            file.classes.push(extension(names, message, &table));
            file.classes.push(fields(model, names, message));
        }
        (!file.classes.is_empty()).then_some(file)
    }
}

/// Returns the messages that have kernels.
pub fn with_kernels(model: &Model) -> impl Iterator<Item = (&Message, &Simd)> {
    model.messages.iter().filter_map(|it| Some((it, it.simd.as_ref()?)))
}

/// Returns the type arguments of the classes, and the kernels, for numbers of the type `kind`.
fn kernels(kind: Scalar) -> (String, String) {
    let dart = types::scalar(kind).dart;
    let sum = if matches!(kind, Scalar::I64 | Scalar::U64) { "$.BigInt" } else { dart };
    let (letter, bits) = kind.name().split_at(1);
    let name = match letter {
        "i" => "int",
        "u" => "uint",
        _ => "float",
    };
    (format!("{dart}, {sum}"), format!("{name}{bits}Kernels"))
}

fn getter(doc: &str, ty: &str, name: &str, callee: &str, arguments: &[String]) -> String {
    format!("{}{}", layout::doc(2, doc), body(ty, name, callee, arguments))
}

fn body(ty: &str, name: &str, callee: &str, arguments: &[String]) -> String {
    format!(
        "{}\n{}\n  }}",
        layout::declaration(2, ty, &format!("get {name}"), " {"),
        layout::call(4, "return ", callee, arguments, ";")
    )
}

fn extension(names: &Names<'_>, message: &Message, table: &str) -> String {
    let name = &names.of(&message.id).name;
    let batch = message.numbers.map(|(kind, count)| {
        let (arguments, kernels) = kernels(kind);
        getter(
            "Arithmetic on all fields of all messages at once.",
            &format!("$.SimdBatch<{name}, {arguments}>"),
            "simd",
            "$.SimdBatch.of",
            &["this".into(), format!("$.{kernels}"), table.into(), count.to_string()],
        )
    });
    let one = getter(
        "The fields that are numbers, for arithmetic on one of them.",
        &format!("{name}Fields"),
        "simdFields",
        &format!("{name}Fields.of"),
        &["this".to_owned()],
    );
    let members: Vec<_> = batch.into_iter().chain([one]).collect();
    format!(
        "{}{}\n{}\n}}\n",
        layout::doc(0, &format!("Kernels on the messages of a [{name}Array].")),
        layout::class(&format!("extension {name}Simd"), &format!("on {name}Array")),
        members.join("\n\n")
    )
}

fn fields(model: &Model, names: &Names<'_>, message: &Message) -> String {
    let own = names.of(&message.id);
    let name = &own.name;
    let numeric = message.fields.iter().zip(&own.members).filter_map(|(field, member)| {
        let (kind, count) = model.numbers(&field.ty)?;
        let (arguments, kernels) = kernels(kind);
        let ty = format!("$.SimdField<{arguments}>");
        let value = ["_array".into(), format!("$.{kernels}"), field.offset.to_string(), count.to_string()];
        let lead = super::lead(2, &field.item, &format!("The field `{}`.", field.item.name), "");
        Some(format!("{lead}{}", body(&ty, member, "$.SimdField.at", &value)))
    });
    let array = [format!("{name}Array array")];
    format!(
        "{}final class {name}Fields {{\n{}{}\n\n  final {name}Array _array;\n\n{}\n}}\n",
        layout::doc(0, &format!("The fields of a [{name}Array] that are numbers.")),
        layout::doc(2, "Those of an array."),
        layout::forwarding_constructor(
            &format!("{name}Fields.of"),
            Parameters::new(&array),
            "_array = array"
        ),
        numeric.collect::<Vec<_>>().join("\n\n")
    )
}
