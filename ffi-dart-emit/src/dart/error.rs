//! Exceptions for errors with fields, and the functions that make them from a status.

use askama::Template;

use crate::model::{
    ErrorField, ErrorFieldType, ErrorIndex, ErrorType, ErrorVariant, INTERNAL_ID, Scalar, Type,
};

use super::docs::article_of;
use super::layout;
use super::lead::{Lead, inline};
use super::names::{ErrorNames, Names, VariantNames, beside};
use super::types::{self, Place, Types, Unsigned};

/// Part of `values.dart` with the classes.
#[derive(Template)]
#[template(path = "dart/errors.dart.jinja", escape = "none")]
pub struct ErrorsFile {
    errors: Vec<ErrorClasses>,
}

/// Classes of one error.
struct ErrorClasses {
    /// Sealed class of an enum; none for a struct.
    family: Option<Family>,
    variants: Vec<VariantClass>,
}

struct Family {
    doc: String,
    notes: String,
    name: String,
}

struct VariantClass {
    doc: String,
    notes: String,
    name: String,
    base: String,
    /// Constructor of the base class.
    constructor: &'static str,
    number: u32,
    /// True if the only field is the number of an internal error.
    internal: bool,
    fields: Vec<FieldMember>,
}

struct FieldMember {
    doc: String,
    notes: String,
    /// Annotations of the constructor's parameter.
    inline_notes: String,
    required: bool,
    ty: String,
    name: String,
    /// The getter of unsigned numbers, if the field has `u64`.
    big: Option<Unsigned>,
}

/// File with the functions that make exceptions.
#[derive(Template)]
#[template(path = "dart/failures.dart.jinja", escape = "none")]
pub struct FailuresFile {
    package: String,
    decoders: Vec<Decoder>,
}

struct Decoder {
    name: String,
    /// Name in Rust, quoted.
    rust: String,
    cases: Vec<DecoderCase>,
}

struct DecoderCase {
    number: u32,
    size: u64,
    /// Name in Rust, quoted.
    rust: String,
    class: String,
    /// Names and expressions of the fields.
    fields: Vec<(String, String)>,
}

impl ErrorsFile {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'_>) -> Self {
        let errors = all(types).map(|(error, own)| ErrorClasses::new(types, error, own)).collect();
        Self { errors }
    }
}

impl FailuresFile {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'_>) -> Self {
        let decoder = |(error, own): (&ErrorType, &ErrorNames)| {
            let cases = error.variants.iter().zip(&own.variants);
            Decoder {
                name: decoder_name(own),
                rust: layout::string(&error.item.name),
                cases: cases.map(|(variant, own)| DecoderCase::new(types, error, variant, own)).collect(),
            }
        };
        Self { package: types.names.package.clone(), decoders: all(types).map(decoder).collect() }
    }
}

fn all<'t>(types: &'t Types<'_>) -> impl Iterator<Item = (&'t ErrorType, &'t ErrorNames)> {
    types.model.errors.iter().zip(&types.names.errors)
}

/// Returns the function that makes exceptions of an error.
pub fn decoder(names: &Names<'_>, error: ErrorIndex) -> String {
    decoder_name(&names.errors[error.position()])
}

/// Returns the class of which all exceptions of an error are.
pub fn family<'a>(names: &'a Names<'_>, error: ErrorIndex) -> &'a str {
    &names.errors[error.position()].family
}

fn decoder_name(own: &ErrorNames) -> String {
    format!("_decode{}", own.family)
}

impl ErrorClasses {
    fn new(types: &Types<'_>, error: &ErrorType, own: &ErrorNames) -> Self {
        let family = (!error.is_struct).then(|| {
            let default =
                format!("The error `{}` of Rust: one of its variants, to `switch` over.", error.item.name);
            let Lead { doc, notes } = Lead::new(types.names, 0, &error.item.name, &error.item, &default);
            Family { doc, notes, name: own.family.clone() }
        });
        let variants = error.variants.iter().zip(&own.variants);
        Self { family, variants: variants.map(|it| VariantClass::new(types, error, own, it)).collect() }
    }
}

impl VariantClass {
    fn new(
        types: &Types<'_>,
        error: &ErrorType,
        own: &ErrorNames,
        (variant, names): (&ErrorVariant, &VariantNames),
    ) -> Self {
        let (item, base, constructor) = if error.is_struct {
            (&error.item, "$.RustErrorException".to_owned(), "variant")
        } else {
            (&variant.item, own.family.clone(), "_")
        };
        let default = if error.is_struct {
            format!("The error `{}` of Rust.", error.item.name)
        } else {
            format!("The variant `{}` of {} [{}].", variant.item.name, article_of(&own.family), own.family)
        };
        let Lead { doc, notes } = Lead::new(types.names, 0, &error.item.name, item, &default);
        let fields = variant.fields.iter().zip(&names.fields);
        Self {
            doc,
            notes,
            name: names.class.clone(),
            base,
            constructor,
            number: variant.number,
            internal: variant.internal,
            fields: fields
                .map(|(field, name)| FieldMember::new(types, &error.item.name, field, name))
                .collect(),
        }
    }
}

impl FieldMember {
    fn new(types: &Types<'_>, own: &str, field: &ErrorField, name: &str) -> Self {
        let big = match &field.ty {
            ErrorFieldType::Value(ty) => types::big(ty),
            _ => None,
        };
        let Lead { doc, notes } = Lead::of_field(types.names, own, &field.item);
        Self {
            inline_notes: inline(&notes),
            doc,
            notes,
            required: !matches!(field.ty, ErrorFieldType::Option(_)),
            ty: value_type(types, &field.ty),
            name: name.to_owned(),
            big,
        }
    }

    /// Returns the getter of unsigned numbers.
    fn unsigned(&self) -> String {
        beside(&self.name, "Big")
    }
}

/// Returns the Dart type of a field.
fn value_type(types: &Types<'_>, ty: &ErrorFieldType) -> String {
    match ty {
        ErrorFieldType::Value(ty) => types.value(ty),
        ErrorFieldType::Text => "String".to_owned(),
        ErrorFieldType::Vec(of) => format!("$.List<{}>", value_type(types, of)),
        ErrorFieldType::Option(of) if nullable(of) => format!("({},)?", value_type(types, of)),
        ErrorFieldType::Option(of) => format!("{}?", value_type(types, of)),
    }
}

/// Returns true if null is a value of the type, so that an option of it is in a Dart record.
fn nullable(ty: &ErrorFieldType) -> bool {
    matches!(ty, ErrorFieldType::Option(_) | ErrorFieldType::Value(Type::Option { .. }))
}

impl DecoderCase {
    fn new(types: &Types<'_>, error: &ErrorType, variant: &ErrorVariant, own: &VariantNames) -> Self {
        let rust = if error.is_struct {
            error.item.name.clone()
        } else {
            format!("{}::{}", error.item.name, variant.item.name)
        };
        let mut fields = Vec::new();
        if variant.internal {
            fields.push(("id".to_owned(), format!("error.uint64({INTERNAL_ID})")));
        }
        fields.extend(variant.fields.iter().zip(&own.fields).map(|(field, name)| {
            let at = At { base: None, offset: field.offset };
            (name.clone(), read(types, &field.ty, at, name))
        }));
        let (number, size) = (variant.number, variant.layout.size);
        Self { number, size, rust: layout::string(&rust), class: own.class.clone(), fields }
    }
}

/// Offset in the payload: a number, from the start or from the element at the variable `base`.
#[derive(Clone, Copy)]
struct At {
    base: Option<&'static str>,
    offset: u64,
}

impl At {
    fn plus(self, offset: u64) -> Self {
        Self { offset: self.offset + offset, ..self }
    }

    fn expression(self) -> String {
        match (self.base, self.offset) {
            (None, offset) => offset.to_string(),
            (Some(base), 0) => base.to_owned(),
            (Some(base), offset) => format!("{base} + {offset}"),
        }
    }
}

/// Returns the expression that reads a field, which exceptions call `name`. It copies: the payload
/// is freed when the exception is thrown.
fn read(types: &Types<'_>, ty: &ErrorFieldType, at: At, name: &str) -> String {
    let offset = at.expression();
    let field = name;
    let name = &layout::string(field);
    match ty {
        ErrorFieldType::Value(ty) => frozen_value(types, ty, &place(types, ty, &offset), name),
        ErrorFieldType::Text => format!("error.text({offset}, {name})"),
        ErrorFieldType::Vec(of) => {
            let stride = types.model.error_layout(of).size;
            let element = read(types, of, At { base: Some("at"), offset: 0 }, field);
            format!("error.list({offset}, {name}, {stride}, (at) => {element})")
        }
        ErrorFieldType::Option(of) => {
            let present = at.plus(types.model.error_layout(of).size).expression();
            let value = read(types, of, at, field);
            let value = if nullable(of) { format!("({value},)") } else { value };
            format!("$.isPresent(error.uint8({present}), {name}) ? {value} : null")
        }
    }
}

/// Returns the expression for the value at `place`, which nobody can change and exceptions call
/// `name`.
fn frozen_value(types: &Types<'_>, ty: &Type, place: &str, name: &str) -> String {
    let named = Place::field(name);
    match ty {
        Type::Newtype { index, of } if types.listed(ty).is_some() => {
            let inner = frozen_value(types, of, place, name);
            types::wrap(types.names, types.model, *index, &inner, named)
        }
        _ => {
            let value = types.read_value(ty, place, named);
            types::frozen(types, ty, &value, name).unwrap_or(value)
        }
    }
}

/// Returns the expression for the place of a value.
fn place(types: &Types<'_>, ty: &Type, offset: &str) -> String {
    let number = match ty.physical() {
        Type::Scalar(it) => Some(*it),
        Type::Enum(index) | Type::Open(index) => Some(types.repr(*index)),
        _ => None,
    };
    let Some(number) = number else {
        return format!("$.Struct.create<{}>(error.bytes, {offset})", types.class(ty));
    };
    let method = match number {
        Scalar::Bool => "boolean",
        Scalar::I8 => "int8",
        Scalar::I16 => "int16",
        Scalar::I32 => "int32",
        Scalar::I64 => "int64",
        Scalar::U8 => "uint8",
        Scalar::U16 => "uint16",
        Scalar::U32 => "uint32",
        Scalar::U64 => "uint64",
        Scalar::F32 => "float32",
        Scalar::F64 => "float64",
    };
    format!("error.{method}({offset})")
}
