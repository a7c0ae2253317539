//! Writes a model as the text of a .proto file.
//!
//! Types are sorted by name, fields are in the order of the source: it is their order in memory,
//! and the import has no other way to know it. Facts that protobuf can't express go into options;
//! an option that would repeat what the import concludes anyway is left out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use ffi_core::schema::read::{self, Encoding, Rules, Wire};
use heck::ToUpperCamelCase;
use prost_reflect::{DescriptorPool, FileDescriptor};
use protox::file::{File, FileResolver, GoogleFileResolver};

use super::names::{self, Names};
use super::service::Services;
use super::shape::{self, Bounds, Element, Label, Shape, Types, implied, physical, rust, shape};
use super::{RULES_FILE, published};
use crate::foreign::{proto_comment, proto_string as string};
use crate::logical::Logical;
use crate::model::{
    Enum, Field, Function, Item, Message, Model, Newtype, Oneof, Problem, Problems, Reset, Scalar, Type,
    TypeId, Value,
};

/// Returns the .proto file of `model` without its first line, which
/// [`OutputFile::generated`](crate::output::OutputFile::generated) adds. One model always gives the
/// same text.
///
/// The package is the library's name unless `package` says otherwise.
///
/// # Errors
///
/// Returns a problem for everything in the model that has no name in protobuf, or that a compiler
/// of protobuf would refuse.
pub fn export(model: &Model, package: Option<&str>) -> Result<String, Problems> {
    let package = package.unwrap_or(&model.library.name);
    let enums = Enums::new(model);
    let names = Names::new(model, &enums, package)?;
    // `(ffi.simd)` is looked up from the innermost scope outwards, so a package `demo.ffi` would
    // hide it.
    let hidden = |name: &str| package.split('.').skip(1).any(|part| part == name);
    let options = if hidden("ffi") { ".ffi" } else { "ffi" };
    let empty = if hidden("google") { ".google.protobuf.Empty" } else { "google.protobuf.Empty" };
    let top = names.types().collect();
    let rules = if hidden("buf") { ".buf.validate.field" } else { "buf.validate.field" };
    let exporter = Exporter { model, names: &names, enums: &enums, package, options, rules, empty, top };
    let mut body = String::new();
    for it in sorted(&model.messages, |it| &names.of(&it.id).name) {
        body += "\n";
        exporter.message(&mut body, it);
    }
    let flattened = only_flattened(model);
    let oneofs = model.oneofs.iter().filter(|it| !flattened.contains(&it.id));
    for it in sorted(oneofs, |it| &names.of(&it.id).name) {
        body += "\n";
        exporter.oneof(&mut body, it);
    }
    let (wide, narrow): (Vec<_>, Vec<_>) = model.enums.iter().partition(|it| enums.is_wide(&it.id));
    for it in sorted(narrow, |it| &names.of(&it.id).name) {
        body += "\n";
        exporter.enumeration(&mut body, it);
    }
    let services = Services { model, names: &names, types: &enums, options, empty }.write();
    body += &services.text;
    let mut text = format!("syntax = \"proto3\";\n\npackage {package};\n\nimport \"ffi_options.proto\";\n");
    let mut files: BTreeSet<_> = logical_files(model).union(&services.files).copied().collect();
    if services.empty || model.oneofs.iter().any(|it| it.cases.iter().skip(1).any(|case| case.ty.is_none())) {
        files.insert(EMPTY_FILE);
    }
    if model.messages.iter().flat_map(|it| &it.fields).any(|it| !it.rules.is_empty()) {
        files.insert(RULES_FILE);
    }
    for file in files {
        let _ = writeln!(text, "import \"{file}\";");
    }
    let _ = write!(text, "\noption ({options}.library) = {};\n", string(&model.library.name));
    for it in sorted(wide, |it| &it.item.name) {
        exporter.wide(&mut text, it);
    }
    for it in sorted(&model.newtypes, |it| &it.item.name) {
        exporter.newtype(&mut text, it);
    }
    let text = text + &body;
    compile(&text)?;
    Ok(text)
}

/// Returns the .proto file of `model` as its reader has it.
///
/// # Errors
///
/// Returns the problems of [`export`].
pub(super) fn exported(model: &Model) -> Result<FileDescriptor, Problems> {
    let pool = compile(&export(model, None)?)?;
    Ok(pool.get_file_by_name(FILE).expect("the file was compiled"))
}

/// File of protobuf with the message for a case without data.
const EMPTY_FILE: &str = "google/protobuf/empty.proto";

/// Returns the oneofs that are only in fields with `flatten`, so that no message has their name.
fn only_flattened(model: &Model) -> HashSet<&TypeId> {
    let mut flattened = HashSet::new();
    let mut others = HashSet::new();
    let seen = |all: &mut HashSet<_>, ty: &Type| {
        ty.walk(&mut |part| {
            if let Type::Oneof(index) = part {
                all.insert(&model.oneof(*index).id);
            }
        });
    };
    for field in model.messages.iter().flat_map(|it| &it.fields) {
        seen(if field.wire.flat { &mut flattened } else { &mut others }, &field.ty);
    }
    for case in model.oneofs.iter().flat_map(|it| &it.cases) {
        case.ty.iter().for_each(|ty| seen(&mut others, ty));
    }
    for value in model.functions.iter().flat_map(Function::values) {
        if let Value::Oneof(index) = value {
            others.insert(&model.oneof(index).id);
        }
    }
    flattened.difference(&others).copied().collect()
}

/// Returns the files of protobuf with the messages of the logical types in fields and cases.
fn logical_files(model: &Model) -> BTreeSet<&'static str> {
    let mut files = BTreeSet::new();
    let flattened = |it: &&Field| !is_nothing(it);
    let fields = model.messages.iter().flat_map(|it| &it.fields).filter(flattened).map(|it| &it.ty);
    let cases = model.oneofs.iter().flat_map(|it| &it.cases).filter_map(|it| it.ty.as_ref());
    for ty in fields.chain(cases) {
        ty.walk(&mut |part| {
            if let Type::Logical(Logical { proto_file: Some(file), .. }) = part {
                files.insert(*file);
            }
        });
    }
    let forms = model.messages.iter().flat_map(|it| &it.fields).map(|it| it.wire);
    let mut forms = forms.chain(model.oneofs.iter().flat_map(|it| &it.cases).map(|it| it.wire));
    if forms.any(|form| form.encoding == Some(Encoding::Wrapper)) {
        files.insert(shape::WRAPPERS_FILE);
    }
    files
}

/// Returns true for what is no field in protobuf: a flattened `FfiEmpty`, and what keeps unknown
/// fields.
fn is_nothing(field: &Field) -> bool {
    field.wire.unknown.is_some() || field.wire.flat && matches!(field.ty, Type::Logical(_))
}

/// Name of the file in errors; the user chooses the real one.
const FILE: &str = "output.proto";

/// Compiles the written text, so that a mistake in it is found here and not by its reader.
fn compile(text: &str) -> Result<DescriptorPool, Problems> {
    struct Written {
        text: String,
        /// True if errors have places in the text.
        places: bool,
    }
    impl FileResolver for Written {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            match name {
                FILE if self.places => File::from_source(name, &self.text),
                FILE => {
                    let file = File::from_source(name, &self.text)?;
                    let mut bare = file.file_descriptor_proto().clone();
                    bare.source_code_info = None;
                    Ok(File::from_file_descriptor_proto(bare))
                }
                _ => match published(name) {
                    Some(text) => File::from_source(name, text),
                    None => GoogleFileResolver::new().open_file(name),
                },
            }
        }
    }
    let compiled = |places| {
        let written = Written { text: text.to_owned(), places };
        let mut compiler = protox::Compiler::with_file_resolver(written);
        compiler.open_file(FILE)?;
        Ok::<_, protox::Error>(compiler.descriptor_pool())
    };
    // For each option, the compiler goes through the places of everything: nine tenths of the time
    // of an export. Only errors need them.
    if let Ok(pool) = compiled(false) {
        return Ok(pool);
    }
    let error = match compiled(true) {
        Ok(pool) => return Ok(pool),
        Err(error) => error,
    };
    let problem = |line: &str| {
        // The line in question, as there is no file to look at.
        let number = line.strip_prefix(FILE).and_then(|rest| rest.split(':').nth(1)?.parse::<usize>().ok());
        let source = number.and_then(|number| text.lines().nth(number.checked_sub(1)?));
        let source = source.map_or_else(String::new, |source| format!(", in `{}`", source.trim()));
        Problem {
            item: "the .proto file".to_owned(),
            what: format!("protobuf's compiler would refuse it: {}{source}", line.trim()),
            fix: "give what is named there another name with `#[ffi(rename = \"..\")]`, or another number with \
                  `#[ffi(tag = N)]`"
                .to_owned(),
        }
    };
    Err(Problems(format!("{error:?}").trim().lines().map(problem).collect()))
}

/// Returns `items` sorted by name.
fn sorted<'a, 'n, T>(items: impl IntoIterator<Item = &'a T>, name: impl Fn(&'a T) -> &'n str) -> Vec<&'a T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_by(|one, other| name(one).cmp(name(other)));
    items
}

/// Facts about enums and newtypes that the shape of a field depends on.
struct Enums<'a> {
    enums: HashMap<&'a TypeId, (Scalar, bool)>,
    newtypes: HashMap<&'a TypeId, read::Type>,
}

impl<'a> Enums<'a> {
    fn new(model: &'a Model) -> Self {
        let wide =
            |it: &Enum| it.variants.iter().any(|variant| i32::try_from(it.discriminant(variant)).is_err());
        Self {
            enums: model.enums.iter().map(|it| (&it.id, (it.repr, wide(it)))).collect(),
            newtypes: model.newtypes.iter().map(|it| (&it.id, it.ty.record(model))).collect(),
        }
    }
}

impl Types for Enums<'_> {
    fn repr(&self, id: &TypeId) -> Scalar {
        self.enums[id].0
    }

    fn is_wide(&self, id: &TypeId) -> bool {
        self.enums[id].1
    }

    fn newtype(&self, id: &TypeId) -> read::Type {
        self.newtypes[id].clone()
    }
}

struct Exporter<'a> {
    model: &'a Model,
    names: &'a Names<'a>,
    enums: &'a Enums<'a>,
    package: &'a str,
    /// Package of the options, as this file refers to it.
    options: &'static str,
    /// Option with the rules of a field, as this file refers to it.
    rules: &'static str,
    /// Message for a case without data, as this file refers to it.
    empty: &'static str,
    /// Names of all types.
    top: HashSet<&'a str>,
}

/// Pairs `name = value`, in the order in which they are written.
#[derive(Default)]
struct Options(Vec<(String, String)>);

/// A message that wraps a container inside another.
#[derive(Clone)]
struct Wrapper<'t> {
    name: String,
    holds: Held<'t>,
    wire: Wire,
}

/// Contents of a [`Wrapper`].
#[derive(Clone, Copy)]
enum Held<'t> {
    /// A container, as the field of a message.
    Container(&'t read::Type),
    /// The key and the value of a map.
    Entry(&'t read::Type, &'t read::Type),
}

/// Messages nested in a message, while they are collected.
#[derive(Default)]
struct Nest<'t>(Vec<Wrapper<'t>>);

/// A field, or a case of a oneof.
struct Member<'a> {
    item: &'a Item,
    name: &'a str,
    /// Prefix for the names of the messages between its containers.
    nest: &'a str,
    number: u32,
    wire: Wire,
    /// Rules that the value keeps.
    rules: Option<&'a Rules>,
    /// Name in Rust that `name` implies.
    implied_name: String,
}

impl Exporter<'_> {
    /// Returns the options that any type has. Those of messages have no prefix; the names of others
    /// must differ.
    fn type_options(&self, prefix: &str, id: &TypeId, item: &Item) -> Options {
        let mut options = Options::default();
        if item.deprecated.is_some() {
            options.plain("deprecated", "true");
        }
        let name = &self.names.of(id).name;
        self.item_options(&mut options, prefix, item, name);
        let owner = id.0.split_once("::").map_or("", |(owner, _)| owner);
        if owner != self.model.library.name {
            self.set(&mut options, &format!("{prefix}crate"), string(owner));
        }
        options
    }

    /// Adds the options that anything with a name has.
    fn item_options(&self, options: &mut Options, prefix: &str, item: &Item, implied: &str) {
        if item.name != implied {
            self.set(options, &format!("{prefix}rust_name"), string(&item.name));
        }
        if let Some(rename) = &item.rename {
            self.set(options, &format!("{prefix}dart_name"), string(rename));
        }
        if let Some(note) = item.deprecated.as_ref().filter(|note| !note.is_empty()) {
            self.set(options, &format!("{prefix}deprecation"), string(note));
        }
    }

    fn set(&self, options: &mut Options, name: &str, value: impl Into<String>) {
        options.plain(format!("({}.{name})", self.options), value);
    }

    fn message(&self, out: &mut String, it: &Message) {
        let names = self.names.of(&it.id);
        let mut options = self.type_options("", &it.id, &it.item);
        if let Some(pool) = &it.pool {
            self.set(&mut options, "pool_size", pool.capacity.to_string());
            if pool.reset == Reset::Keep {
                self.set(&mut options, "pool_reset", string("keep"));
            }
        }
        for (flag, is_set) in [("simd", it.simd.is_some()), ("columns", it.columns.is_some())] {
            if is_set {
                self.set(&mut options, flag, "true".to_owned());
            }
        }
        let natural = it.fields.iter().map(|field| self.model.layout(&field.ty).align).max();
        if natural != Some(it.align) {
            self.set(&mut options, "align", it.align.to_string());
        }
        comment(out, 0, &it.item.doc);
        let _ = writeln!(out, "message {} {{", names.name);
        let mut wrote = options.statements(out, 1);
        if let Some(index) = it.fields.iter().position(|field| field.wire.unknown.is_some()) {
            self.keep_unknown(out, index, &it.fields[index]);
            wrote = true;
        }
        if !it.reserved.is_empty() {
            gap(out, wrote);
            let ranges: Vec<_> = it.reserved.iter().map(|range| reserved(*range)).collect();
            let _ = writeln!(out, "  reserved {};", ranges.join(", "));
            wrote = true;
        }
        let types: Vec<_> = it.fields.iter().map(|field| field.ty.record(self.model)).collect();
        let flattened: Vec<_> = it.fields.iter().map(|field| self.flattened(field)).collect();
        let mut nest = Nest::default();
        let mut fields = String::new();
        let all = it.fields.iter().zip(&types).zip(&flattened).zip(&names.members);
        for (((field, ty), flattened), name) in all.filter(|(((field, _), _), _)| !is_nothing(field)) {
            if let Some((oneof, cases)) = flattened {
                comment(&mut fields, 1, &field.item.doc);
                let _ = writeln!(fields, "  oneof {name} {{");
                self.oneof_options(&names.name, name, oneof).statements(&mut fields, 2);
                self.cases(&mut fields, oneof, cases, &mut nest);
                fields += "  }\n";
                continue;
            }
            let implied_name = names::field_name(name);
            let (number, wire) = (field.tag, field.wire);
            let rules = Some(&field.rules).filter(|it| !it.is_empty());
            let member = Member { item: &field.item, name, nest: name, number, wire, rules, implied_name };
            self.field(&mut fields, 1, &member, ty, &mut nest);
        }
        wrote |= self.wrappers(out, nest, wrote);
        if !fields.is_empty() {
            gap(out, wrote);
        }
        *out += &fields;
        *out += "}\n";
    }

    /// Writes the field of a message that keeps unknown fields, as an option of the message.
    fn keep_unknown(&self, out: &mut String, index: usize, field: &Field) {
        let text = |text: &String| Some(text).filter(|text| !text.is_empty()).map(|text| string(text));
        let limit = field.wire.unknown.filter(|limit| *limit > 0);
        let pairs = [
            ("name", Some(string(&field.item.name))),
            ("type", Some(string(&rust(&field.ty.record(self.model))))),
            ("index", Some(index.to_string())),
            ("limit", limit.map(|limit| limit.to_string())),
            ("doc", text(&field.item.doc)),
            ("dart_name", field.item.rename.as_ref().map(|name| string(name))),
            ("deprecation", field.item.deprecated.as_ref().map(|note| string(note))),
        ];
        let _ = writeln!(out, "  option ({}.keep_unknown) = {{", self.options);
        for (key, value) in pairs {
            if let Some(value) = value {
                let _ = writeln!(out, "    {key}: {value}");
            }
        }
        *out += "  };\n";
    }

    fn oneof(&self, out: &mut String, it: &Oneof) {
        let names = self.names.of(&it.id);
        let mut options = self.type_options("", &it.id, &it.item);
        self.set(&mut options, "is_oneof", "true");
        let unset = it.cases.first().map(|case| &case.item);
        if let Some(unset) = unset {
            if unset.name != UNSET {
                self.set(&mut options, "unset_name", string(&unset.name));
            }
            if let Some(rename) = &unset.rename {
                self.set(&mut options, "unset_dart_name", string(rename));
            }
            if let Some(note) = &unset.deprecated {
                self.set(&mut options, "unset_deprecation", string(note));
            }
        }
        comment(out, 0, &it.item.doc);
        let _ = writeln!(out, "message {} {{", names.name);
        let wrote = options.statements(out, 1);
        let cases = self.case_types(it);
        let mut nest = Nest::default();
        let mut fields = String::new();
        self.cases(&mut fields, it, &cases, &mut nest);
        self.wrappers(out, nest, wrote);
        *out += "\n";
        comment(out, 1, unset.map_or("", |unset| unset.doc.as_str()));
        // Cases are fields of the message, which also has the oneof with its name.
        let taken = |name: &str| names.members.iter().any(|member| member == name);
        let numbered = (2..).map(|number| format!("value{number}"));
        let name = std::iter::once("value".to_owned()).chain(numbered).find(|name| !taken(name));
        let name = name.unwrap_or_default();
        let _ = write!(out, "  oneof {name} {{\n{fields}  }}\n}}\n");
    }

    /// Returns the oneof whose cases are fields of the message that has this field, and their
    /// types.
    fn flattened(&self, field: &Field) -> Option<(&Oneof, Vec<Option<read::Type>>)> {
        match field.ty {
            Type::Oneof(index) if field.wire.flat => {
                let it = self.model.oneof(index);
                Some((it, self.case_types(it)))
            }
            _ => None,
        }
    }

    /// Returns the options of a flattened oneof. One that several messages have, or that is a
    /// message as well, has no name here: an import makes an enum of each.
    fn oneof_options(&self, message: &str, name: &str, it: &Oneof) -> Options {
        let mut options = Options::default();
        let is_it = |ty: &Type| matches!(ty, Type::Oneof(index) if self.model.oneof(*index).id == it.id);
        let fields = self.model.messages.iter().flat_map(|it| &it.fields);
        if fields.filter(|field| is_it(&field.ty)).count() != 1
            || !only_flattened(self.model).contains(&it.id)
        {
            return options;
        }
        let implied = names::type_name(message) + &names::type_name(name);
        if it.item.name != implied {
            self.set(&mut options, "oneof_rust_name", string(&it.item.name));
        }
        if let Some(rename) = &it.item.rename {
            self.set(&mut options, "oneof_dart_name", string(rename));
        }
        options
    }

    /// Returns the types of the cases but the first, which means unset.
    fn case_types(&self, it: &Oneof) -> Vec<Option<read::Type>> {
        let cases = it.cases.iter().skip(1);
        cases.map(|case| case.ty.as_ref().map(|ty| ty.record(self.model))).collect()
    }

    /// Writes the cases of a oneof, with the types that `case_types` returns.
    fn cases<'t>(&self, out: &mut String, it: &Oneof, types: &'t [Option<read::Type>], nest: &mut Nest<'t>) {
        let names = self.names.of(&it.id);
        for ((case, name), ty) in it.cases.iter().zip(&names.members).skip(1).zip(types) {
            let implied_name = names::case_name(name);
            let (number, wire) = (case.tag, case.wire);
            let rules = None;
            let member = Member { item: &case.item, name, nest: name, number, wire, rules, implied_name };
            match ty {
                Some(ty) => {
                    let shape = shape::case(ty, self.enums).encoded(wire);
                    self.single(out, 2, "", &member, ty, shape, nest);
                }
                None => {
                    let options = self.member_options(&member);
                    comment(out, 2, &case.item.doc);
                    options.inline(out, 2, &format!("{} {name} = {number}", self.empty), "");
                }
            }
        }
    }

    fn enumeration(&self, out: &mut String, it: &Enum) {
        let names = self.names.of(&it.id);
        let mut options = self.type_options("enum_", &it.id, &it.item);
        if it.repr != Scalar::I32 {
            self.set(&mut options, "repr", string(it.repr.name()));
        }
        let zero = it.variants.iter().position(|variant| variant.value == 0).unwrap_or_default();
        if zero != 0 {
            self.set(&mut options, "zero_index", zero.to_string());
        }
        comment(out, 0, &it.item.doc);
        let _ = writeln!(out, "enum {} {{", names.name);
        let wrote = options.statements(out, 1);
        gap(out, wrote);
        let rest = (0..it.variants.len()).filter(|index| *index != zero);
        for index in std::iter::once(zero).chain(rest) {
            let (variant, name) = (&it.variants[index], &names.members[index]);
            let mut options = Options::default();
            if variant.item.deprecated.is_some() {
                options.plain("deprecated", "true");
            }
            let implied = names::variant_name(&names.name, name);
            self.item_options(&mut options, "value_", &variant.item, &implied);
            comment(out, 1, &variant.item.doc);
            options.inline(out, 1, &format!("{name} = {}", variant.value), "");
        }
        *out += "}\n";
    }

    /// Writes an enum as an option of the file.
    fn wide(&self, out: &mut String, it: &Enum) {
        let item = |text: &mut String, pad: &str, item: &Item| {
            for (key, value) in [("doc", Some(&item.doc)), ("dart_name", item.rename.as_ref())] {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    let _ = writeln!(text, "{pad}{key}: {}", string(value));
                }
            }
            if let Some(note) = &item.deprecated {
                let _ = writeln!(text, "{pad}deprecation: {}", string(note));
            }
        };
        let _ = writeln!(out, "option ({}.wide_enum) = {{", self.options);
        let _ = writeln!(out, "  name: {}", string(&it.item.name));
        let _ = writeln!(out, "  repr: {}", string(it.repr.name()));
        for variant in &it.variants {
            let _ = writeln!(out, "  values: {{");
            let _ = writeln!(out, "    name: {}", string(&variant.item.name));
            let _ = writeln!(out, "    number: {}", variant.value);
            item(out, "    ", &variant.item);
            *out += "  }\n";
        }
        item(out, "  ", &it.item);
        let owner = it.id.0.split_once("::").map_or("", |(owner, _)| owner);
        if owner != self.model.library.name {
            let _ = writeln!(out, "  crate: {}", string(owner));
        }
        *out += "};\n";
    }

    /// Writes a newtype as an option of the file.
    fn newtype(&self, out: &mut String, it: &Newtype) {
        let ty = it.ty.record(self.model);
        let mut pairs = vec![("name", Some(it.item.name.clone())), ("type", Some(rust(&ty)))];
        pairs.push(("doc", Some(it.item.doc.clone()).filter(|doc| !doc.is_empty())));
        pairs.push(("dart_name", it.item.rename.clone()));
        pairs.push(("deprecation", it.item.deprecated.clone()));
        let owner = it.id.0.split_once("::").map_or("", |(owner, _)| owner);
        pairs.push(("crate", (owner != self.model.library.name).then(|| owner.to_owned())));
        if let Some(dart) = &it.dart {
            pairs.push(("dart_type", Some(dart.name.clone())));
            pairs.push(("dart_import", dart.import.clone()));
            pairs.push(("dart_from", Some(dart.from.clone())));
            pairs.push(("dart_to", Some(dart.to.clone())));
        }
        let _ = writeln!(out, "option ({}.newtype) = {{", self.options);
        for (key, value) in pairs {
            if let Some(value) = value {
                let _ = writeln!(out, "  {key}: {}", string(&value));
            }
        }
        *out += "};\n";
    }

    /// Returns the options of a field or case that don't depend on its type.
    fn member_options(&self, member: &Member<'_>) -> Options {
        let mut options = Options::default();
        if member.item.deprecated.is_some() {
            options.plain("deprecated", "true");
        }
        if member.item.name != NAMELESS.name {
            self.item_options(&mut options, "field_", member.item, &member.implied_name);
        }
        options
    }

    fn field<'t>(
        &self,
        out: &mut String,
        depth: usize,
        member: &Member<'_>,
        ty: &'t read::Type,
        nest: &mut Nest<'t>,
    ) {
        let shape = shape(ty, self.enums).encoded(member.wire);
        let of = self.element(&shape, ty, member, nest);
        let declared = match shape.label {
            Label::Plain => of,
            Label::Optional => format!("optional {of}"),
            Label::Repeated => format!("repeated {of}"),
            Label::Map(key) => format!("map<{key}, {of}>"),
        };
        self.finish_field(out, depth, member, &declared, ty, &shape);
    }

    /// Writes a field that must be a single value; any other goes into a wrapper. `label` is its
    /// own, or empty.
    #[expect(clippy::too_many_arguments, reason = "it is a line of text, and all that is in it")]
    fn single<'t>(
        &self,
        out: &mut String,
        depth: usize,
        label: &str,
        member: &Member<'_>,
        ty: &'t read::Type,
        shape: Shape,
        nest: &mut Nest<'t>,
    ) {
        let of = match shape.of {
            Element::Wrapper(_) => self.nest(nest, member, "Value", Held::Container(ty)),
            _ => self.element(&shape, ty, member, nest),
        };
        self.finish_field(out, depth, member, &format!("{label}{of}"), ty, &shape);
    }

    fn finish_field(
        &self,
        out: &mut String,
        depth: usize,
        member: &Member<'_>,
        declared: &str,
        ty: &read::Type,
        shape: &Shape,
    ) {
        let mut options = self.member_options(member);
        if member.wire.unpacked {
            options.plain("packed", "false");
        }
        self.bounds(&mut options, ty, shape);
        for (rule, value) in member.rules.map(|rules| validated(rules, shape)).unwrap_or_default() {
            options.plain(format!("({}).{rule}", self.rules), value);
        }
        comment(out, depth, &member.item.doc);
        let remark = if matches!(shape.of, Element::Wrapper(_)) {
            ""
        } else {
            range(&physical(ty, &|id| self.enums.newtype(id)))
        };
        options.inline(out, depth, &format!("{declared} {} = {}", member.name, member.number), remark);
    }

    /// Returns the type of one element of a field of type `ty`; messages between containers are
    /// named after `member`.
    fn element<'t>(
        &self,
        shape: &Shape,
        ty: &'t read::Type,
        member: &Member<'_>,
        nest: &mut Nest<'t>,
    ) -> String {
        let suffix = if shape.label == Label::Repeated { "Item" } else { "Value" };
        match (&shape.of, ty) {
            (Element::Keyword(keyword), _) => (*keyword).to_owned(),
            // Protobuf names the entry messages of maps after fields, and they would be found
            // first.
            (Element::Named(id), _) if self.names.of(id).name.ends_with("Entry") => {
                format!(".{}.{}", self.package, self.names.of(id).name)
            }
            (Element::Named(id), _) => self.names.of(id).name.clone(),
            (Element::Entry(_), read::Type::Map { key, value, .. }) => {
                self.nest(nest, member, suffix, Held::Entry(key, value))
            }
            _ => self.nest(nest, member, suffix, Held::Container(shape::inside(ty))),
        }
    }

    /// Adds a message for the field `member`, with a name that is unique in its scope.
    fn nest<'t>(&self, nest: &mut Nest<'t>, member: &Member<'_>, suffix: &str, holds: Held<'t>) -> String {
        let base = format!("{}{suffix}", member.nest.to_upper_camel_case());
        let taken = |name: &str| self.top.contains(name) || nest.0.iter().any(|it| it.name == name);
        let mut name = base.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{base}{number}");
            number += 1;
        }
        let wire = Wire { encoding: member.wire.encoding, ..Wire::default() };
        nest.0.push(Wrapper { name: name.clone(), holds, wire });
        name
    }

    /// Writes the messages between containers, and those that they need. Returns true if there are
    /// any.
    fn wrappers(&self, out: &mut String, mut nest: Nest<'_>, mut wrote: bool) -> bool {
        let mut next = 0;
        while next < nest.0.len() {
            let Wrapper { name, holds, wire } = nest.0[next].clone();
            gap(out, wrote);
            let _ = writeln!(out, "  message {name} {{\n    option ({}.is_wrapper) = true;\n", self.options);
            let member = |field: &'static str, number| Member {
                item: &NAMELESS,
                name: field,
                nest: &name,
                number,
                wire,
                rules: None,
                implied_name: String::new(),
            };
            match holds {
                Held::Container(ty) => self.field(out, 2, &member("value", 1), ty, &mut nest),
                Held::Entry(key, value) => {
                    for (ty, member) in [(key, member("key", 1)), (value, member("value", 2))] {
                        let shape = shape::single(ty, self.enums).encoded(member.wire);
                        self.single(out, 2, "optional ", &member, ty, shape, &mut nest);
                    }
                }
            }
            *out += "  }\n";
            wrote = true;
            next += 1;
        }
        next > 0
    }

    /// Adds the bounds of a field, and its Rust type if the bounds and the field don't imply it.
    fn bounds(&self, options: &mut Options, ty: &read::Type, shape: &Shape) {
        // A single value in a wrapper has its bounds in the wrapper.
        let alone = matches!(shape, Shape { label: Label::Plain | Label::Optional, of: Element::Wrapper(_) });
        let bounds =
            if alone { Bounds::default() } else { Bounds::of(&physical(ty, &|id| self.enums.newtype(id))) };
        for (name, value) in [
            ("max_count", bounds.max_count),
            ("max_len", bounds.max_len),
            ("max_key_len", bounds.max_key_len),
        ] {
            if let Some(value) = value {
                self.set(options, name, value.to_string());
            }
        }
        for len in &bounds.fixed_count {
            self.set(options, "fixed_count", len.to_string());
        }
        if bounds.closed && matches!(shape.of, Element::Named(_)) {
            self.set(options, "closed", "true");
        }
        let is_enum = |id: &TypeId| self.enums.enums.contains_key(id);
        let named = self.named(&shape.of);
        let declared = shape::declared(shape, is_enum, &named);
        let follows = declared.is_some_and(|declared| implied(&declared, &bounds).as_ref() == Ok(ty));
        if !follows {
            self.set(options, "rust_type", string(&rust(ty)));
        }
    }

    /// Returns the message or oneof of an element.
    fn named(&self, element: &Element) -> read::Type {
        match element {
            Element::Named(id) if self.model.oneofs.iter().any(|it| it.id == *id) => {
                read::Type::Oneof(id.clone())
            }
            Element::Named(id) => read::Type::Message(id.clone()),
            _ => read::Type::Scalar(Scalar::Bool),
        }
    }
}

/// Returns the rules of a field of that form, as rules of `buf.validate`.
fn validated(rules: &Rules, shape: &Shape) -> Vec<(String, String)> {
    let Rules { min, max, non_empty, max_len, pattern } = rules;
    let element = match shape.of {
        Element::Keyword(keyword) => keyword,
        _ => "",
    };
    // A value in a message of its own has no rules in protobuf.
    if element.is_empty() && matches!(shape.label, Label::Plain | Label::Optional) {
        return Vec::new();
    }
    let (prefix, least, most) = match shape.label {
        Label::Repeated => ("repeated", "min_items", "max_items"),
        Label::Map(_) => ("map", "min_pairs", "max_pairs"),
        Label::Plain | Label::Optional => (element, "min_len", "max_len"),
    };
    let numbers = match shape.label {
        Label::Repeated => format!("repeated.items.{element}"),
        _ => element.to_owned(),
    };
    let text = |it: &String| string(it);
    [
        (format!("{numbers}.gte"), min.clone()),
        (format!("{numbers}.lte"), max.clone()),
        (format!("{prefix}.{least}"), non_empty.then(|| "1".to_owned())),
        (format!("{prefix}.{most}"), max_len.map(|most| most.to_string())),
        (format!("{prefix}.pattern"), pattern.as_ref().map(text)),
    ]
    .into_iter()
    .filter_map(|(rule, value)| Some((rule, value?)))
    .collect()
}

/// Item of a field that isn't in Rust.
static NAMELESS: Item = Item { name: String::new(), rename: None, doc: String::new(), deprecated: None };

/// Usual name of the case that means unset.
pub(super) const UNSET: &str = "Unset";

impl Options {
    fn plain(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Writes one `option` a line. Returns true if there are any.
    fn statements(&self, out: &mut String, depth: usize) -> bool {
        let pad = "  ".repeat(depth);
        for (name, value) in &self.0 {
            let _ = writeln!(out, "{pad}option {name} = {value};");
        }
        !self.0.is_empty()
    }

    /// Writes the options of a field or a value after its `line`: one stays on the line, several
    /// get lines of their own.
    fn inline(&self, out: &mut String, depth: usize, line: &str, remark: &str) {
        let pad = "  ".repeat(depth);
        let _ = match self.0.as_slice() {
            [] => write!(out, "{pad}{line};"),
            [(name, value)] => write!(out, "{pad}{line} [{name} = {value}];"),
            several => {
                let lines: Vec<_> =
                    several.iter().map(|(name, value)| format!("{pad}  {name} = {value}")).collect();
                write!(out, "{pad}{line} [\n{}\n{pad}];", lines.join(",\n"))
            }
        };
        *out += if remark.is_empty() { "" } else { " // " };
        *out += remark;
        *out += "\n";
    }
}

/// Writes an empty line, unless a block begins here.
fn gap(out: &mut String, wrote: bool) {
    if wrote {
        *out += "\n";
    }
}

fn reserved((first, last): (u32, u32)) -> String {
    match last {
        _ if first == last => first.to_string(),
        MAX_NUMBER.. => format!("{first} to max"),
        _ => format!("{first} to {last}"),
    }
}

/// Largest number of a field.
pub(super) const MAX_NUMBER: u32 = (1 << 29) - 1;

/// Returns the range of a type for which protobuf has no narrow form, as a remark.
fn range(ty: &read::Type) -> &'static str {
    match ty {
        read::Type::Scalar(Scalar::I8) => "-128 to 127",
        read::Type::Scalar(Scalar::I16) => "-32768 to 32767",
        read::Type::Scalar(Scalar::U8) => "0 to 255",
        read::Type::Scalar(Scalar::U16) => "0 to 65535",
        read::Type::Array { of, .. } if **of != read::Type::Scalar(Scalar::U8) => range(of),
        read::Type::Vec { of, .. } | read::Type::Option { of } => match **of {
            read::Type::Scalar(_) => range(of),
            _ => "",
        },
        _ => "",
    }
}

/// Adds `text` as a comment.
fn comment(out: &mut String, depth: usize, text: &str) {
    *out += &proto_comment(&"  ".repeat(depth), text);
}
