//! Kernels: an extension of the array of each message that has kernels, and a class with its
//! numeric fields.
//!
//! The code that is shared by all messages is in `lib/src/simd.dart` of the runtime; this
//! module writes which numbers are at which offsets.

use askama::Template;

use crate::model::{Message, Model, Scalar, Simd};

use super::docs::article_of;
use super::lead::Lead;
use super::names::Names;
use super::types;

/// File with the kernels of all messages.
#[derive(Template)]
#[template(path = "dart/simd.dart.jinja", escape = "none")]
pub struct SimdFile<'a> {
    package: &'a str,
    /// True if a message has a batch.
    has_tables: bool,
    messages: Vec<SimdMessage<'a>>,
}

/// A message that has kernels.
struct SimdMessage<'a> {
    /// Position among them.
    number: usize,
    name: &'a str,
    /// Article of the name.
    article: &'static str,
    /// Kernels on all its numbers, if they are of one type.
    batch: Option<Batch<'a>>,
    fields: Vec<SimdField<'a>>,
}

/// Kernels on all numbers of a message.
struct Batch<'a> {
    symbol: &'a str,
    kernels: Kernels,
    count: u64,
}

/// A field that is a number.
struct SimdField<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    kernels: Kernels,
    offset: u64,
    count: u64,
}

/// Kernels for numbers of one type.
struct Kernels {
    /// Type arguments of the classes.
    types: String,
    name: String,
}

impl<'a> SimdFile<'a> {
    /// Returns the file for `model`, or `None` if no message has kernels.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Option<Self> {
        let messages = with_kernels(model).enumerate();
        let messages: Vec<_> = messages
            .map(|(number, (message, simd))| SimdMessage::new(model, names, number, message, simd))
            .collect();
        (!messages.is_empty()).then(|| Self {
            package: &names.package,
            has_tables: messages.iter().any(|it| it.batch.is_some()),
            messages,
        })
    }
}

impl<'a> SimdMessage<'a> {
    fn new(model: &Model, names: &'a Names<'_>, number: usize, message: &'a Message, simd: &'a Simd) -> Self {
        let own = names.of(&message.id);
        let fields = message.fields.iter().zip(&own.members).filter_map(|(field, name)| {
            let (kind, count) = model.numbers(&field.ty)?;
            let Lead { doc, notes } = Lead::of_field(names, &message.item.name, &field.item);
            Some(SimdField { name, doc, notes, kernels: Kernels::of(kind), offset: field.offset, count })
        });
        let batch = |(kind, count)| Batch { symbol: &simd.symbol, kernels: Kernels::of(kind), count };
        Self {
            number,
            name: &own.name,
            article: article_of(&own.name),
            batch: message.numbers.map(batch),
            fields: fields.collect(),
        }
    }
}

/// Returns the messages that have kernels.
pub fn with_kernels(model: &Model) -> impl Iterator<Item = (&Message, &Simd)> {
    model.messages.iter().filter_map(|it| Some((it, it.simd.as_ref()?)))
}

impl Kernels {
    fn of(kind: Scalar) -> Self {
        let dart = types::scalar(kind).dart;
        let sum = if matches!(kind, Scalar::I64 | Scalar::U64) { "$.BigInt" } else { dart };
        let (letter, bits) = kind.name().split_at(1);
        let name = match letter {
            "i" => "int",
            "u" => "uint",
            _ => "float",
        };
        Self { types: format!("{dart}, {sum}"), name: format!("{name}{bits}Kernels") }
    }
}
