//! Makes the structs and enums of Rust from messages, oneofs, enums, and the newtypes of options.

use std::collections::{HashMap, HashSet};

use ffi_core::schema::read::{DartType, ProtoName, Rules, Scalar, Type, Wire};
use heck::ToShoutySnakeCase;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    OneofDescriptor, Value,
};

use super::forms::{Form, is_export};
use super::names::{is_type_name, is_variant_name, member_name, near};
use super::options::Found;
use super::{EMPTY, Importer};
use crate::proto::export::{MAX_NUMBER, UNSET};
use crate::proto::names::{case_name, field_name, json_name, type_name, value_name, variant_name};
use crate::proto::rust::{self, Body, Part, Pool, Source};
use crate::proto::wire::wire;

/// An enum from an option of the file.
pub(super) struct Wide {
    pub(super) source: Source,
    pub(super) repr: Scalar,
}

const INTEGERS: [Scalar; 8] =
    [Scalar::I8, Scalar::U8, Scalar::I16, Scalar::U16, Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64];

/// Returns true if an enum with this repr can have this number.
fn fits(repr: Scalar, number: i32) -> bool {
    match repr {
        Scalar::I8 => i8::try_from(number).is_ok(),
        Scalar::U8 => u8::try_from(number).is_ok(),
        Scalar::I16 => i16::try_from(number).is_ok(),
        Scalar::U16 => u16::try_from(number).is_ok(),
        Scalar::U32 | Scalar::U64 => number >= 0,
        _ => true,
    }
}

/// Returns the case of a oneof that is none of its fields.
fn unset(name: String) -> Part {
    Part {
        doc: String::new(),
        deprecated: None,
        name,
        tag: None,
        wire: Wire::default(),
        rules: Rules::default(),
        rename: None,
        json: Vec::new(),
        ty: None,
        value: None,
    }
}

/// Name of the field that keeps unknown fields.
const KEPT: &str = "unknown_fields";

/// Returns the field of a message that has none in protobuf.
fn nothing() -> Part {
    Part {
        doc: "Nothing: the message has no fields.".to_owned(),
        deprecated: None,
        name: "empty".to_owned(),
        tag: None,
        wire: Wire { flat: true, ..Wire::default() },
        rules: Rules::default(),
        rename: None,
        json: Vec::new(),
        ty: Some(Type::Logical("empty".to_owned())),
        value: None,
    }
}

/// Messages whose JSON is a form of its own.
const WELL_KNOWN: [&str; 14] = [
    "google.protobuf.Any",
    "google.protobuf.BoolValue",
    "google.protobuf.BytesValue",
    "google.protobuf.DoubleValue",
    "google.protobuf.FieldMask",
    "google.protobuf.FloatValue",
    "google.protobuf.Int32Value",
    "google.protobuf.Int64Value",
    "google.protobuf.ListValue",
    "google.protobuf.StringValue",
    "google.protobuf.Struct",
    "google.protobuf.UInt32Value",
    "google.protobuf.UInt64Value",
    "google.protobuf.Value",
];

/// Enum whose value is `null` in JSON.
const NULL_VALUE: &str = "google.protobuf.NullValue";

/// Returns the names of a field in JSON and in .proto.
fn json_names(field: &FieldDescriptor) -> Vec<String> {
    let mut names = vec![field.json_name().to_owned(), field.name().to_owned()];
    names.dedup();
    names
}

/// Returns the names that the derive makes of those in Rust or Dart.
fn implied_json_names(name: &str) -> Vec<String> {
    let original = field_name(name.trim_start_matches("r#"));
    let mut names = vec![json_name(&original), original];
    names.dedup();
    names
}

/// Leaves out the names in JSON and .proto that the derive and an export choose anyway. Names in
/// Dart, of which they are made, have to be final.
pub(super) fn leave_out_implied(items: &mut [Source]) {
    for item in items {
        let own = item.rename.as_ref().unwrap_or(&item.name).clone();
        if let Some(proto) = &mut item.proto {
            proto.name = proto.name.take().filter(|name| *name != type_name(&own));
        }
        item.proto = item.proto.take().filter(|proto| *proto != ProtoName::default());
        let is_enum = matches!(item.body, Body::Enum { .. });
        for part in item.body.parts_mut() {
            let name = part.rename.as_ref().unwrap_or(&part.name);
            let implied = if is_enum { vec![value_name(&own, name)] } else { implied_json_names(name) };
            if part.json == implied {
                part.json.clear();
            }
        }
    }
}

impl Importer<'_> {
    pub(super) fn items(&mut self) -> Vec<Source> {
        let mut items = Vec::new();
        for it in self.enums.clone() {
            items.push(self.enumeration(&it));
        }
        items.extend(self.wide.drain(..).map(|wide| wide.source));
        items.append(&mut self.newtypes);
        let meter = &self.options.meter;
        meter.expect(self.messages.len());
        for it in self.messages.clone() {
            for oneof in self.flattened(&it) {
                items.push(self.flattened_oneof(&oneof));
            }
            let item = if self.is_oneof(&it) { self.oneof(&it) } else { self.message(&it) };
            items.push(item);
            meter.advance();
        }
        items
    }

    fn enumeration(&mut self, it: &EnumDescriptor) -> Source {
        let file = it.parent_file();
        let options = Found::new(&it.options());
        let repr = self.repr_of(it, &options);
        let mut parts: Vec<Part> = Vec::new();
        let mut numbers: HashMap<i32, String> = HashMap::new();
        // All names of each number, which JSON has.
        let mut originals: HashMap<i128, Vec<String>> = HashMap::new();
        let mut constants = Vec::new();
        let mut names = HashSet::new();
        // The descriptor has them sorted by number.
        let mut values: Vec<_> = it.values().collect();
        values.sort_by_key(|value| value.path().to_vec());
        for value in values {
            let found = Found::new(&value.options());
            let implied = || {
                let wanted = variant_name(it.name(), value.name());
                near(&wanted, "Value", |name| is_variant_name(name) && !names.contains(name))
            };
            let name = found.text("value_rust_name").unwrap_or_else(implied);
            if !is_variant_name(&name) || !names.insert(name.clone()) {
                self.problem(
                    &file,
                    value.path(),
                    format!("value `{}` would be called `{name}` in Rust, which can't be", value.name()),
                    "give it another name in Rust with the option `(ffi.value_rust_name)`",
                );
            }
            originals.entry(value.number().into()).or_default().push(value.name().to_owned());
            if let Some(first) = numbers.get(&value.number()) {
                let known = |name: &str| constants.iter().any(|(other, _)| other == name);
                let constant = near(&name.to_shouty_snake_case(), "_ALIAS", |name| !known(name));
                constants.push((constant, first.clone()));
                continue;
            }
            numbers.insert(value.number(), name.clone());
            if !fits(repr, value.number()) {
                self.problem(
                    &file,
                    value.path(),
                    format!("value `{}`: its repr `{}` has no {}", value.name(), repr.name(), value.number()),
                    "take a larger repr with the option `(ffi.repr)`",
                );
            }
            self.origin(it.full_name(), &name, &file, value.path());
            let raw = value.enum_value_descriptor_proto().options.as_ref();
            let deprecated = raw.is_some_and(|it| it.deprecated());
            parts.push(Part {
                doc: self.doc(&file, value.path()),
                deprecated: deprecated.then(|| found.text("value_deprecation").unwrap_or_default()),
                name,
                tag: None,
                wire: Wire::default(),
                rules: Rules::default(),
                rename: found.text("value_dart_name"),
                json: Vec::new(),
                ty: None,
                value: Some(value.number().into()),
            });
        }
        // What is zeroed has to be a value, which proto2 doesn't ask for.
        if !numbers.contains_key(&0) {
            let name = near("Unspecified", "Value", |name| !names.contains(name));
            let doc = "Zero, which the .proto file has no name for.".to_owned();
            let part = Part {
                doc,
                deprecated: None,
                name,
                tag: None,
                wire: Wire::default(),
                rules: Rules::default(),
                rename: None,
                json: Vec::new(),
                ty: None,
                value: Some(0),
            };
            parts.insert(0, part);
        }
        let zero =
            options.number("zero_index").and_then(|index| usize::try_from(index).ok()).unwrap_or_default();
        if zero < parts.len() {
            let first = parts.remove(0);
            parts.insert(zero, first);
        }
        let deprecated = it.enum_descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        let doc = self.doc(&file, it.path());
        let name = &self.type_names[it.full_name()];
        let rename = options.text("enum_dart_name").or_else(|| name.rename.clone());
        for part in &mut parts {
            part.json = part.value.and_then(|value| originals.remove(&value)).unwrap_or_default();
        }
        Source {
            doc,
            deprecated: deprecated.then(|| options.text("enum_deprecation").unwrap_or_default()),
            name: name.name.clone(),
            module: name.module.clone(),
            prefix: name.prefix.clone(),
            proto: Some(self.proto_name(it.full_name(), it.package_name(), None)),
            rename,
            pool: None,
            flags: Vec::new(),
            reserved: Vec::new(),
            known: (it.full_name() == NULL_VALUE).then(|| NULL_VALUE.to_owned()),
            in_arena: false,
            body: Body::Enum { repr, variants: parts, constants },
        }
    }

    pub(super) fn repr_of(&mut self, it: &EnumDescriptor, options: &Found) -> Scalar {
        let Some(text) = options.text("repr") else { return Scalar::I32 };
        match INTEGERS.iter().find(|scalar| scalar.name() == text) {
            Some(scalar) => *scalar,
            None => {
                let what = format!("enum `{}`: `{}` can't be its repr", it.full_name(), text.escape_debug());
                self.problem(
                    &it.parent_file(),
                    it.path(),
                    what,
                    "take one of i8, u8, i16, u16, i32, u32, i64, u64",
                );
                Scalar::I32
            }
        }
    }

    /// Adds the enums that are options of the file.
    pub(super) fn wide(&mut self, main: &FileDescriptor) {
        let Some(Value::List(all)) = Found::new(&main.options()).0.remove("wide_enum") else { return };
        for value in all {
            let Some(it) = value.as_message() else { continue };
            let text = |it: &DynamicMessage, name: &str| {
                it.get_field_by_name(name)
                    .and_then(|value| value.as_str().map(str::to_owned))
                    .unwrap_or_default()
            };
            let item = |it: &DynamicMessage| {
                let deprecated = it.has_field_by_name("deprecation").then(|| text(it, "deprecation"));
                let rename = Some(text(it, "dart_name")).filter(|name| !name.is_empty());
                (text(it, "name"), text(it, "doc"), deprecated, rename)
            };
            let (name, doc, deprecated, rename) = item(it);
            let repr = text(it, "repr");
            let Some(scalar) = INTEGERS.into_iter().find(|scalar| scalar.name() == repr) else {
                let what =
                    format!("enum `{}`: `{}` can't be its repr", name.escape_debug(), repr.escape_debug());
                self.problem(main, &[8], what, "take one of i8, u8, i16, u16, i32, u32, i64, u64");
                continue;
            };
            let values = it.get_field_by_name("values").map(std::borrow::Cow::into_owned);
            let values = values.as_ref().and_then(Value::as_list).unwrap_or_default();
            let parts = values.iter().filter_map(Value::as_message).map(|value| {
                let (name, doc, deprecated, rename) = item(value);
                let number = value.get_field_by_name("number").and_then(|it| it.as_i64()).unwrap_or_default();
                let number = match scalar {
                    Scalar::U64 => number.cast_unsigned().into(),
                    _ => number.into(),
                };
                Part {
                    doc,
                    deprecated,
                    name,
                    tag: None,
                    wire: Wire::default(),
                    rules: Rules::default(),
                    rename,
                    json: Vec::new(),
                    ty: None,
                    value: Some(number),
                }
            });
            let body = Body::Enum { repr: scalar, variants: parts.collect(), constants: Vec::new() };
            let names_hold =
                is_type_name(&name) && body.parts().iter().all(|part| is_variant_name(&part.name));
            if !names_hold {
                let what =
                    format!("enum `{}`: there are names in it that Rust can't have", name.escape_debug());
                self.problem(main, &[8], what, "take letters, digits and `_`");
                continue;
            }
            let module = self.module(main.package_name());
            self.origins.insert((rust::key(&module, &name), None), (main.clone(), vec![8]));
            let source = Source {
                doc,
                deprecated,
                name,
                module,
                prefix: None,
                rename,
                proto: None,
                pool: None,
                flags: Vec::new(),
                reserved: Vec::new(),
                known: None,
                in_arena: false,
                body,
            };
            self.wide.push(Wide { source, repr: scalar });
        }
    }

    /// Adds the newtypes that are options of the file.
    pub(super) fn newtypes(&mut self, main: &FileDescriptor) {
        let Some(Value::List(all)) = Found::new(&main.options()).0.remove("newtype") else { return };
        let mut names = HashSet::new();
        for value in all {
            let Some(it) = value.as_message() else { continue };
            let text = |name: &str| {
                let text = it.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned));
                text.filter(|text| !text.is_empty())
            };
            let name = text("name").unwrap_or_default();
            let known = !names.insert(name.clone());
            if known || !is_type_name(&name) {
                let what =
                    format!("newtype `{}`: Rust can't have it, or has it already", name.escape_debug());
                self.problem(main, &[8], what, "take letters, digits and `_`, and each name once");
                continue;
            }
            let dart = text("dart_type").map(|name| DartType {
                name,
                import: text("dart_import"),
                from: text("dart_from").unwrap_or_default(),
                to: text("dart_to").unwrap_or_default(),
            });
            let value = Part {
                doc: String::new(),
                deprecated: None,
                name: "value".to_owned(),
                tag: None,
                wire: Wire::default(),
                rules: Rules::default(),
                rename: None,
                json: Vec::new(),
                ty: None,
                value: None,
            };
            let module = self.module(main.package_name());
            self.origins.insert((rust::key(&module, &name), None), (main.clone(), vec![8]));
            let of = (name.clone(), text("type").unwrap_or_default());
            self.newtype_types.entry(main.name().to_owned()).or_default().push(of);
            self.newtypes.push(Source {
                doc: text("doc").unwrap_or_default(),
                deprecated: it
                    .has_field_by_name("deprecation")
                    .then(|| text("deprecation").unwrap_or_default()),
                name,
                module,
                prefix: None,
                rename: text("dart_name"),
                proto: None,
                pool: None,
                flags: Vec::new(),
                reserved: Vec::new(),
                known: None,
                in_arena: false,
                body: Body::Newtype { value: vec![value], dart },
            });
        }
    }

    pub(super) fn message(&mut self, it: &MessageDescriptor) -> Source {
        let file = it.parent_file();
        let mut parts = Vec::new();
        let mut names = HashSet::new();
        for name in it.reserved_names().map(str::to_owned).collect::<Vec<_>>() {
            let what = format!(
                "the reserved name `{name}` of `{}` is left out: in Rust only numbers are reserved",
                it.full_name()
            );
            self.warning(&file, it.path(), &what);
        }
        // The descriptor has them sorted by number, but memory has the order of the file.
        let mut fields: Vec<_> = it.fields().collect();
        fields.sort_by_key(|field| field.path().to_vec());
        let mut flattened = HashSet::new();
        for field in fields {
            let free_name = |wanted: &str, names: &HashSet<String>| {
                let is_free = |name: &str| member_name(name).is_some_and(|name| !names.contains(&name));
                near(&field_name(wanted), "_field", is_free)
            };
            if let Some(oneof) = field.containing_oneof().filter(|it| self.is_flattened(it)) {
                if flattened.insert(oneof.full_name().to_owned()) {
                    let name = free_name(oneof.name(), &names);
                    let Some(name) = member_name(&name).filter(|name| names.insert(name.clone())) else {
                        continue;
                    };
                    parts.push(self.flattened_part(&oneof, name));
                }
                continue;
            }
            self.unread_bounds(&field);
            let found = self.field_options(&field);
            let implied = || free_name(field.name(), &names);
            let name = found.text("field_rust_name").unwrap_or_else(implied);
            let Some(name) = member_name(&name).filter(|name| names.insert(name.clone())) else {
                self.field_problem(
                    &field,
                    format!("it would be called `{name}` in Rust, which can't be"),
                    "give it another name in Rust with the option `(ffi.field_rust_name)`",
                );
                continue;
            };
            let Some(ty) = self.field_type(&field, &found) else { continue };
            let mut part = self.part(it.full_name(), &field, &found, name, Some(ty));
            part.rules = self.rules(&field, part.ty.as_ref());
            parts.push(part);
        }
        let options = self.message_options(it);
        if let Some((index, part)) = self.keep_unknown(it, &options, &names) {
            parts.insert(index.min(parts.len()), part);
        }
        if parts.is_empty() {
            parts.push(nothing());
        }
        let mut source = self.composite(it, &options, Body::Struct(parts));
        if options.number("align").is_some() {
            let what = format!(
                "message `{}` has an alignment of its own, which no message can have",
                it.full_name()
            );
            self.problem(&file, it.path(), what, "remove the option `align`");
        }
        source.pool = self.pool_size(it).map(|capacity| Pool { capacity, reset: options.text("pool_reset") });
        if let Some(reset) = options.text("pool_reset").filter(|it| !matches!(&**it, "zero" | "keep")) {
            let what =
                format!("message `{}`: `{reset}` can't be what its pool does with slots", it.full_name());
            self.problem(&file, it.path(), what, "take `zero` or `keep` for the option `pool_reset`");
        }
        source.flags = ["simd", "columns"].into_iter().filter(|flag| options.flag(flag)).collect();
        let reserved = it.reserved_ranges().map(|range| (range.start, (range.end - 1).min(MAX_NUMBER)));
        source.reserved = reserved.collect();
        source
    }

    /// Returns the field that keeps unknown fields, with its position, if the message or the caller
    /// asks for one. `names` are those of the other fields.
    fn keep_unknown(
        &mut self,
        it: &MessageDescriptor,
        options: &Found,
        names: &HashSet<String>,
    ) -> Option<(usize, Part)> {
        if let Some(Value::Message(said)) = options.0.get("keep_unknown") {
            return self.kept_by_option(it, said, names);
        }
        let limit = self.options.keep_unknown?;
        // Kernels and columns are of numbers, side by side.
        if is_export(&it.parent_file()) || options.flag("simd") || options.flag("columns") {
            return None;
        }
        let in_arena = self.form(it) == Form::Arena;
        let part = Part {
            doc: "Fields that this schema doesn't know, as they came.".to_owned(),
            wire: Wire { unknown: Some(if in_arena { limit } else { 0 }), ..Wire::default() },
            ty: Some(if in_arena { Type::ArenaBytes {} } else { Type::Bytes { cap: limit.into() } }),
            ..unset(near(KEPT, "_kept", |name| !names.contains(name)))
        };
        Some((usize::MAX, part))
    }

    /// Returns the field that keeps unknown fields by the option `keep_unknown`.
    fn kept_by_option(
        &mut self,
        it: &MessageDescriptor,
        said: &DynamicMessage,
        names: &HashSet<String>,
    ) -> Option<(usize, Part)> {
        let text = |name: &str| {
            let text = said.get_field_by_name(name).and_then(|value| value.as_str().map(str::to_owned));
            text.filter(|text| !text.is_empty())
        };
        let number = |name: &str| said.get_field_by_name(name).and_then(|it| it.as_u32()).unwrap_or_default();
        let wanted = text("name").unwrap_or_else(|| KEPT.to_owned());
        let name = member_name(&wanted).filter(|name| !names.contains(name));
        let ty = rust::parse(&text("type").unwrap_or_default(), &|_| None).ok();
        let ty = ty.filter(|ty| matches!(ty, Type::Bytes { .. } | Type::ArenaBytes {}));
        let (Some(name), Some(ty)) = (name, ty) else {
            let what = format!(
                "message `{}`: the option `keep_unknown` names no field that can keep unknown fields",
                it.full_name()
            );
            let fix = "take a name that no other field has, and the type `FfiBytes<N>` or `ArenaBytes`";
            self.problem(&it.parent_file(), it.path(), what, fix);
            return None;
        };
        let part = Part {
            doc: text("doc").unwrap_or_default(),
            deprecated: said
                .has_field_by_name("deprecation")
                .then(|| text("deprecation").unwrap_or_default()),
            wire: Wire { unknown: Some(number("limit")), ..Wire::default() },
            rename: text("dart_name"),
            ty: Some(ty),
            ..unset(name)
        };
        Some((usize::try_from(number("index")).unwrap_or(usize::MAX), part))
    }

    pub(super) fn oneof(&mut self, it: &MessageDescriptor) -> Source {
        let options = self.message_options(it);
        let doc = it.oneofs().next().map(|oneof| self.doc(&it.parent_file(), oneof.path()));
        let unset = Part {
            doc: doc.unwrap_or_default(),
            deprecated: options.text("unset_deprecation"),
            rename: options.text("unset_dart_name"),
            ..unset(options.text("unset_name").unwrap_or_default())
        };
        let parts = self.cases(it.full_name(), it.fields().collect(), unset);
        self.composite(it, &options, Body::Oneof(parts))
    }

    /// Returns the oneofs of a message whose cases are fields beside others.
    pub(super) fn flattened(&self, it: &MessageDescriptor) -> Vec<OneofDescriptor> {
        it.oneofs().filter(|oneof| self.is_flattened(oneof)).collect()
    }

    /// Returns true if the cases of a oneof are fields beside others, and not split.
    pub(super) fn is_flattened(&self, it: &OneofDescriptor) -> bool {
        // A group has no form, so a oneof of them has no cases.
        let has_cases = it.fields().any(|field| !field.is_group());
        !self.options.split_oneofs && !it.is_synthetic() && !self.is_oneof(it.parent_message()) && has_cases
    }

    /// Returns the enum of a flattened oneof.
    fn flattened_oneof(&mut self, it: &OneofDescriptor) -> Source {
        let parts = self.cases(it.full_name(), it.fields().collect(), unset(String::new()));
        let doc = self.doc(&it.parent_file(), it.path());
        let name = &self.type_names[it.full_name()];
        let rename = Found::new(&it.options()).text("oneof_dart_name");
        // The field that holds it has this name, if Rust can have it.
        let implied = member_name(&field_name(it.name())).unwrap_or_default();
        let oneof = (implied.trim_start_matches("r#") != it.name()).then(|| it.name().to_owned());
        Source {
            doc,
            deprecated: None,
            name: name.name.clone(),
            module: name.module.clone(),
            prefix: name.prefix.clone(),
            proto: oneof.map(|oneof| ProtoName { oneof: Some(oneof), ..ProtoName::default() }),
            rename: rename.or_else(|| name.rename.clone()),
            pool: None,
            flags: Vec::new(),
            reserved: Vec::new(),
            known: None,
            in_arena: false,
            body: Body::Oneof(parts),
        }
    }

    /// Returns the field of a flattened oneof.
    fn flattened_part(&mut self, it: &OneofDescriptor, name: String) -> Part {
        let file = it.parent_file();
        self.origin(it.parent_message().full_name(), &name, &file, it.path());
        Part {
            doc: self.doc(&file, it.path()),
            name,
            wire: Wire { flat: true, ..Wire::default() },
            ty: self.types.get(&self.names[it.full_name()]).cloned(),
            ..unset(String::new())
        }
    }

    /// Returns the cases of the oneof `of`, the first of which is `unset`; without a name it gets
    /// one.
    fn cases(&mut self, of: &str, mut fields: Vec<FieldDescriptor>, mut unset: Part) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut names = HashSet::new();
        fields.sort_by_key(|field| field.path().to_vec());
        let Some(first) = fields.first().cloned() else { return vec![unset] };
        let is_empty =
            |field: &FieldDescriptor| matches!(field.kind(), Kind::Message(it) if it.full_name() == EMPTY);
        // An enum with data has a case with some.
        let is_data = |field: &FieldDescriptor| !is_empty(field) && !field.is_group();
        let mut needs_data = !fields.iter().any(is_data);
        for field in fields {
            self.unread_bounds(&field);
            let found = self.field_options(&field);
            let implied = || {
                let wanted = case_name(field.name());
                near(&wanted, "Case", |name| is_variant_name(name) && !names.contains(name))
            };
            let name = found.text("field_rust_name").unwrap_or_else(implied);
            if !is_variant_name(&name) || !names.insert(name.clone()) {
                self.field_problem(
                    &field,
                    format!("it would be called `{name}` in Rust, which can't be"),
                    "give it another name in Rust with the option `(ffi.field_rust_name)`",
                );
            }
            let is_unit = is_empty(&field) && !std::mem::take(&mut needs_data);
            let ty = if is_unit { None } else { Some(self.field_type(&field, &found)) };
            // A field without a type has a problem, which is reported.
            if let None | Some(Some(_)) = ty {
                parts.push(self.part(of, &field, &found, name, ty.flatten()));
            }
        }
        if unset.name.is_empty() {
            unset.name = near(UNSET, "Case", |name| !names.contains(name));
        }
        let name = &unset.name;
        if !is_variant_name(name) || names.contains(name) {
            let message = first.parent_message();
            let what = format!(
                "message `{}`: its case without data can't be called `{name}` in Rust",
                message.full_name()
            );
            let fix = "give it another name with the option `(ffi.unset_name)`";
            self.problem(&message.parent_file(), message.path(), what, fix);
        }
        parts.insert(0, unset);
        parts
    }

    fn composite(&mut self, it: &MessageDescriptor, options: &Found, body: Body) -> Source {
        let deprecated = it.descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        let doc = self.doc(&it.parent_file(), it.path());
        let name = &self.type_names[it.full_name()];
        let rename = options.text("dart_name").or_else(|| name.rename.clone());
        let oneof =
            it.oneofs().find(|oneof| !oneof.is_synthetic()).filter(|_| matches!(body, Body::Oneof(_)));
        let oneof = oneof.map(|oneof| oneof.name().to_owned()).filter(|name| name != "value");
        Source {
            doc,
            deprecated: deprecated.then(|| options.text("deprecation").unwrap_or_default()),
            name: name.name.clone(),
            module: name.module.clone(),
            prefix: name.prefix.clone(),
            proto: Some(self.proto_name(it.full_name(), it.package_name(), oneof)),
            rename,
            pool: None,
            flags: Vec::new(),
            reserved: Vec::new(),
            known: WELL_KNOWN.contains(&it.full_name()).then(|| it.full_name().to_owned()),
            in_arena: false,
            body,
        }
    }

    /// Returns the name of a type in .proto.
    fn proto_name(&self, full: &str, package: &str, oneof: Option<String>) -> ProtoName {
        let path = full.strip_prefix(package).map_or(full, |rest| rest.trim_start_matches('.'));
        // `json = ".."` says so as well.
        let known = WELL_KNOWN.contains(&full) || full == NULL_VALUE;
        let package = (package != self.root && !package.is_empty() && !known).then(|| package.to_owned());
        ProtoName { package, name: (!known).then(|| path.to_owned()), oneof }
    }

    /// Returns a field or case of `of`, a message or a flattened oneof.
    fn part(
        &mut self,
        of: &str,
        field: &FieldDescriptor,
        found: &Found,
        name: String,
        ty: Option<Type>,
    ) -> Part {
        const PROTOBUF: std::ops::RangeInclusive<u32> = 19_000..=19_999;
        if PROTOBUF.contains(&field.number()) {
            self.field_problem(
                field,
                "protobuf keeps the numbers 19000 to 19999 for itself",
                "take another number",
            );
        }
        self.origin(of, &name, &field.parent_file(), field.path());
        let deprecated = field.field_descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        let rename = found.text("field_dart_name");
        Part {
            doc: self.doc(&field.parent_file(), field.path()),
            deprecated: deprecated.then(|| found.text("field_deprecation").unwrap_or_default()),
            json: json_names(field),
            name,
            tag: Some(field.number()),
            wire: wire(field),
            rules: Rules::default(),
            rename,
            ty,
            value: None,
        }
    }
}
