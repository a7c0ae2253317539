//! Writes a model as the text of a .proto file.
//!
//! Types are sorted by name, fields are in the order of the source: it is their order in memory,
//! and the import has no other way to know it. Facts that protobuf can't express go into options;
//! an option that would repeat what the import concludes anyway is left out.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use ffi_core::schema::read::{self, Rules, Wire};
use heck::ToUpperCamelCase;
use prost_reflect::{DescriptorPool, FileDescriptor, Kind};
use protox::file::{File, FileResolver, GoogleFileResolver};

use super::files::{self, Files};
use super::names::{self, Names};
use super::service::Services;
use super::shape::{self, Bounds, Element, Label, Shape, Types, implied, physical, rust, shape};
use super::{OPTIONS_FILE, RULES_FILE, published};
use crate::foreign::{proto_comment, proto_string as string};
use crate::model::{
    Enum, Field, Function, Item, Message, Model, Newtype, Oneof, Problem, Problems, Reset, Scalar, Type,
    TypeId, Value,
};

/// Choices of an export that are no part of the model.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Package of what has no other one; without one, the library's name.
    pub package: Option<String>,
    /// Options of the files of that package, such as `go_package`: name and value.
    pub file_options: Vec<(String, String)>,
}

/// Returns the .proto file of `model` without its first line, which
/// [`OutputFile::generated`](crate::output::OutputFile::generated) adds. One model always gives the
/// same text.
///
/// The package is the library's name unless `package` says otherwise. Types of other packages are
/// in files of their own, which [`files`](super::files) returns as well.
///
/// # Errors
///
/// Returns a problem for everything in the model that has no name in protobuf, or that a compiler
/// of protobuf would refuse.
pub fn export(model: &Model, package: Option<&str>) -> Result<String, Problems> {
    let options = ExportOptions { package: package.map(str::to_owned), ..ExportOptions::default() };
    let (texts, _) = write(model, FILE, &options)?;
    Ok(texts.into_iter().find(|(name, _)| name == FILE).expect("the main file is written").1)
}

/// Returns the .proto files of `model`, each with its name; the main one is called `main`.
///
/// # Errors
///
/// Returns the problems of [`export`].
pub(super) fn export_all(
    model: &Model,
    main: &str,
    options: &ExportOptions,
) -> Result<Vec<(String, String)>, Problems> {
    Ok(write(model, main, options)?.0)
}

/// Returns the .proto files of `model` as their reader has them.
///
/// # Errors
///
/// Returns the problems of [`export`].
pub(super) fn exported(model: &Model) -> Result<Vec<FileDescriptor>, Problems> {
    let (texts, pool) = write(model, FILE, &ExportOptions::default())?;
    let file = |name: &str| pool.get_file_by_name(name).expect("the file was compiled");
    Ok(texts.iter().map(|(name, _)| file(name)).collect())
}

/// Names and texts of files.
type Texts = Vec<(String, String)>;

/// Writes and compiles all files.
fn write(model: &Model, main: &str, options: &ExportOptions) -> Result<(Texts, DescriptorPool), Problems> {
    let package = options.package.as_deref().unwrap_or(&model.library.name);
    let file_options = file_options(&options.file_options)?;
    let enums = Enums::new(model);
    let names = Names::new(model, &enums, package)?;
    let flattened = only_flattened(model);
    let files = Files::new(model, &names, |id| flattened.contains(id), package, main)?;
    let mut texts = Vec::new();
    for file in &files.files {
        let exporter = Exporter::new(model, &names, &enums, &flattened, &files, file);
        let options = if file.package == package { &file_options[..] } else { &[] };
        texts.push((file.name.clone(), exporter.file(options)));
    }
    let pool = compile(&texts)?;
    Ok((texts, pool))
}

/// Returns the statements of options of a file.
fn file_options(options: &[(String, String)]) -> Result<Vec<String>, Problems> {
    let known = files::file_options();
    let mut problems = Vec::new();
    let mut statements = Vec::new();
    for (name, value) in options {
        let literal = match known.get_field_by_name(name).map(|field| field.kind()) {
            Some(Kind::String) => Some(string(value)),
            Some(Kind::Bool) => Some(value.clone()).filter(|it| matches!(&**it, "true" | "false")),
            Some(Kind::Enum(of)) => of.get_value_by_name(value).map(|it| it.name().to_owned()),
            _ => None,
        };
        match literal {
            Some(literal) => statements.push(format!("option {name} = {literal};\n")),
            None => problems.push(Problem {
                item: format!("option {}", name.escape_debug()),
                what: format!(
                    "protobuf's files have no such option with the value `{}`",
                    value.escape_debug()
                ),
                fix: "take one of `google.protobuf.FileOptions`, such as `go_package=example.com/orders`, \
                      `java_multiple_files=true` or `optimize_for=SPEED`"
                    .to_owned(),
            }),
        }
    }
    if problems.is_empty() { Ok(statements) } else { Err(Problems(problems)) }
}

/// File of protobuf with the message for a case without data.
const EMPTY_FILE: &str = "google/protobuf/empty.proto";

/// Returns the oneofs that are only in fields with `flatten`, so that no message has their name.
fn only_flattened(model: &Model) -> HashSet<&TypeId> {
    let mut flattened = HashSet::new();
    let mut others = HashSet::new();
    let seen = |all: &mut HashSet<_>, ty: &Type| {
        ty.walk_all(&mut |part| {
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

/// Returns true for what is no field in protobuf: a flattened `FfiEmpty`, and what keeps unknown
/// fields.
fn is_nothing(field: &Field) -> bool {
    field.wire.unknown.is_some() || field.wire.flat && matches!(field.ty, Type::Logical(_))
}

/// Name of the main file in errors, if the user has chosen none.
const FILE: &str = "output.proto";

/// Compiles the written texts, so that a mistake in one is found here and not by its reader.
fn compile(texts: &[(String, String)]) -> Result<DescriptorPool, Problems> {
    struct Written {
        texts: Vec<(String, String)>,
        /// True if errors have places in the text.
        places: bool,
    }
    impl FileResolver for Written {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            let own = self.texts.iter().find(|(own, _)| own == name);
            match own {
                Some((_, text)) if self.places => File::from_source(name, text),
                Some((_, text)) => {
                    let file = File::from_source(name, text)?;
                    let mut bare = file.file_descriptor_proto().clone();
                    bare.source_code_info = None;
                    Ok(File::from_file_descriptor_proto(bare))
                }
                None => match published(name) {
                    Some(text) => File::from_source(name, text),
                    None => GoogleFileResolver::new().open_file(name),
                },
            }
        }
    }
    let compiled = |places| {
        let mut compiler = protox::Compiler::with_file_resolver(Written { texts: texts.to_vec(), places });
        for (name, _) in texts {
            compiler.open_file(name)?;
        }
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
        let source = texts.iter().find_map(|(name, text)| {
            let number = line.strip_prefix(name.as_str())?.split(':').nth(1)?.parse::<usize>().ok()?;
            text.lines().nth(number.checked_sub(1)?)
        });
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

/// Writer of one file.
struct Exporter<'a> {
    model: &'a Model,
    names: &'a Names<'a>,
    enums: &'a Enums<'a>,
    /// Oneofs that are no messages.
    flattened: &'a HashSet<&'a TypeId>,
    files: &'a Files<'a>,
    file: &'a files::File,
    /// Files that it imports, as far as it is written.
    imports: RefCell<BTreeSet<String>>,
    /// Package of the options, as this file refers to it.
    options: &'static str,
    /// Option with the rules of a field, as this file refers to it.
    rules: &'static str,
    /// Message for a case without data, as this file refers to it.
    empty: &'static str,
    /// Paths of all types of the package, and of the messages around them.
    paths: HashSet<&'a str>,
    /// Names in these paths.
    parts: HashSet<&'a str>,
    /// Path of a message, or nothing for the file -> the types in it, as they are written.
    types: HashMap<&'a str, Vec<Declared<'a>>>,
}

/// A type of a file.
enum Declared<'a> {
    Message(&'a Message),
    Oneof(&'a Oneof),
    /// The path of a message that isn't in Rust, but types in it.
    Shell(&'a str),
    Enum(&'a Enum),
}

/// Returns the types in each message of a file, and in none: messages, oneofs and enums, each
/// sorted by their names.
fn declared<'a>(
    model: &'a Model,
    names: &'a Names<'a>,
    enums: &Enums<'_>,
    is_here: impl Fn(&TypeId) -> bool,
) -> HashMap<&'a str, Vec<Declared<'a>>> {
    let messages = model.messages.iter().map(|it| (&it.id, Declared::Message(it)));
    let oneofs = model.oneofs.iter().map(|it| (&it.id, Declared::Oneof(it)));
    let narrow = model.enums.iter().filter(|it| !enums.is_wide(&it.id));
    let all = messages.chain(oneofs).chain(narrow.map(|it| (&it.id, Declared::Enum(it))));
    let mut all: Vec<_> =
        all.filter(|(id, _)| is_here(id)).map(|(id, it)| (&*names.of(id).path, it)).collect();
    let taken: HashSet<_> = all.iter().map(|(path, _)| *path).collect();
    let around = |path: &'a str| path.rsplit_once('.').map_or("", |(around, _)| around);
    let shells: BTreeSet<_> = taken
        .iter()
        .flat_map(|path| {
            std::iter::successors(Some(around(path)), |path| Some(around(path)))
                .take_while(|it| !it.is_empty())
        })
        .filter(|path| !taken.contains(path))
        .collect();
    all.extend(shells.into_iter().map(|path| (path, Declared::Shell(path))));
    let order = |it: &Declared<'_>| match it {
        Declared::Message(_) => 0,
        Declared::Oneof(_) => 1,
        Declared::Shell(_) => 2,
        Declared::Enum(_) => 3,
    };
    all.sort_by(|(one, of), (other, to)| (order(of), one).cmp(&(order(to), other)));
    let mut types: HashMap<_, Vec<_>> = HashMap::new();
    for (path, it) in all {
        types.entry(around(path)).or_default().push(it);
    }
    types
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
    /// Name in JSON, if `name` doesn't imply it.
    json: Option<&'a str>,
    /// Path of the message that it is in.
    scope: &'a str,
    /// Prefix for the names of the messages between its containers.
    nest: &'a str,
    number: u32,
    wire: Wire,
    /// Rules that the value keeps.
    rules: Option<&'a Rules>,
    /// Name in Rust that `name` implies.
    implied_name: String,
}

impl<'a> Exporter<'a> {
    fn new(
        model: &'a Model,
        names: &'a Names<'a>,
        enums: &'a Enums<'a>,
        flattened: &'a HashSet<&'a TypeId>,
        files: &'a Files<'a>,
        file: &'a files::File,
    ) -> Self {
        let own = names.types().filter(|(_, it)| it.package == file.package).map(|(_, it)| &*it.path);
        let ends = |path: &'a str| path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
        let paths: HashSet<_> = own.flat_map(|path| ends(path).map(|end| &path[..end])).collect();
        let parts: HashSet<_> = paths.iter().flat_map(|path| path.split('.')).collect();
        // `(ffi.simd)` is looked up from the innermost scope outwards, so a package `demo.ffi` or a
        // message of that name would hide it.
        let hidden =
            |name: &str| parts.contains(name) || file.package.split('.').skip(1).any(|part| part == name);
        let options = if hidden("ffi") { ".ffi" } else { "ffi" };
        let empty = if hidden("google") { ".google.protobuf.Empty" } else { "google.protobuf.Empty" };
        let rules = if hidden("buf") { ".buf.validate.field" } else { "buf.validate.field" };
        let is_here = |id: &TypeId| {
            names.of(id).package == file.package && files.home(id) == file.name && !flattened.contains(id)
        };
        let types = declared(model, names, enums, is_here);
        let imports = RefCell::default();
        Self {
            model,
            names,
            enums,
            flattened,
            files,
            file,
            imports,
            options,
            rules,
            empty,
            paths,
            parts,
            types,
        }
    }

    /// Returns the text of the file.
    fn file(&self, file_options: &[String]) -> String {
        let mut body: String = self.types("").iter().map(|text| format!("\n{text}")).collect();
        let mut options = file_options.concat();
        if self.file.is_main {
            let reference = |id: &TypeId| self.reference("", id);
            let (model, empty) = (self.model, self.empty);
            let services =
                Services { model, reference: &reference, types: self.enums, options: self.options, empty };
            let services = services.write();
            body += &services.text;
            services.files.iter().for_each(|file| self.imports(file));
            if services.empty {
                self.imports(EMPTY_FILE);
            }
        }
        let _ =
            writeln!(options, "option ({}.library) = {};", self.options, string(&self.model.library.name));
        if self.file.is_main {
            let wide = self.model.enums.iter().filter(|it| self.enums.is_wide(&it.id));
            sorted(wide, |it| &it.item.name).iter().for_each(|it| self.wide(&mut options, it));
            let newtypes = sorted(&self.model.newtypes, |it| &it.item.name);
            newtypes.iter().for_each(|it| self.newtype(&mut options, it));
        }
        let mut text = format!("syntax = \"proto3\";\n\npackage {};\n\n", self.file.package);
        let imports = self.imports.borrow();
        // The options come first, as before there were other files.
        let others = imports.iter().map(String::as_str).filter(|it| *it != OPTIONS_FILE);
        for file in std::iter::once(OPTIONS_FILE).chain(others) {
            let _ = writeln!(text, "import {};", string(file));
        }
        format!("{text}\n{options}{body}")
    }

    /// Notes that the file imports another one.
    fn imports(&self, file: &str) {
        self.imports.borrow_mut().insert(file.to_owned());
    }

    /// Returns the texts of the types in the message `around`, or of those of the file.
    fn types(&self, around: &str) -> Vec<String> {
        let write = |it: &Declared<'_>| {
            let mut text = String::new();
            match it {
                Declared::Message(it) => self.message(&mut text, it),
                Declared::Oneof(it) => self.oneof(&mut text, it),
                Declared::Enum(it) => self.enumeration(&mut text, it),
                Declared::Shell(path) => {
                    let name = path.rsplit('.').next().unwrap_or_default();
                    let _ = writeln!(text, "// Nothing but the types in it.\nmessage {name} {{");
                    self.nested(&mut text, path, false);
                    text += "}\n";
                }
            }
            text
        };
        self.types.get(around).into_iter().flatten().map(write).collect()
    }

    /// Writes the types in a message. Returns true if there are any, or `wrote` is.
    fn nested(&self, out: &mut String, path: &str, mut wrote: bool) -> bool {
        for text in self.types(path) {
            gap(out, wrote);
            for line in text.lines() {
                let pad = if line.is_empty() { "" } else { "  " };
                let _ = writeln!(out, "{pad}{line}");
            }
            wrote = true;
        }
        wrote
    }

    /// Returns a type as a member of the message `scope` refers to it.
    fn reference(&self, scope: &str, id: &TypeId) -> String {
        let (names, home) = (self.names.of(id), self.files.home(id));
        if home != self.file.name {
            self.imports(home);
        }
        let full = format!(".{}.{}", names.package, names.path);
        let is_own = names.package == self.file.package;
        let text = if is_own { &*names.path } else { &full[1..] };
        let first = text.split('.').next().unwrap_or_default();
        // The first part is looked up in each message around, from the innermost outwards.
        let is_hidden = if is_own {
            let mut scopes = std::iter::successors(Some(scope).filter(|it| !it.is_empty()), |scope| {
                scope.rsplit_once('.').map(|(around, _)| around)
            });
            scopes.any(|scope| self.paths.contains(&*format!("{scope}.{first}")))
        } else {
            self.parts.contains(first) || self.file.package.split('.').skip(1).any(|part| part == first)
        };
        // Protobuf names the entry messages of maps after fields, and they would be found first.
        if is_hidden || first.ends_with("Entry") { full } else { text.to_owned() }
    }

    /// Returns the options that any type has. Those of messages have no prefix; the names of others
    /// must differ.
    fn type_options(&self, prefix: &str, id: &TypeId, item: &Item) -> Options {
        let mut options = Options::default();
        if item.deprecated.is_some() {
            options.plain("deprecated", "true");
        }
        self.item_options(&mut options, prefix, item, &self.names.of(id).implied());
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
        let _ = writeln!(out, "message {} {{", names.name());
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
        for (((field, ty), flattened), member) in all.filter(|(((field, _), _), _)| !is_nothing(field)) {
            let name = &*member.name;
            if let Some((oneof, cases)) = flattened {
                let name = self.names.of(&oneof.id).oneof.as_deref().unwrap_or(name);
                comment(&mut fields, 1, &field.item.doc);
                let _ = writeln!(fields, "  oneof {name} {{");
                self.oneof_options(&names.implied(), name, oneof).statements(&mut fields, 2);
                self.cases(&mut fields, &names.path, oneof, cases, &mut nest);
                fields += "  }\n";
                continue;
            }
            let member = Member {
                item: &field.item,
                name,
                json: member.json.as_deref(),
                scope: &names.path,
                nest: name,
                number: field.tag,
                wire: field.wire,
                rules: Some(&field.rules).filter(|it| !it.is_empty()),
                implied_name: names::field_name(name),
            };
            self.field(&mut fields, 1, &member, ty, &mut nest);
        }
        wrote |= self.wrappers(out, &names.path, nest, wrote);
        wrote = self.nested(out, &names.path, wrote);
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
        let _ = writeln!(out, "message {} {{", names.name());
        let mut wrote = options.statements(out, 1);
        let cases = self.case_types(it);
        let mut nest = Nest::default();
        let mut fields = String::new();
        self.cases(&mut fields, &names.path, it, &cases, &mut nest);
        wrote |= self.wrappers(out, &names.path, nest, wrote);
        self.nested(out, &names.path, wrote);
        *out += "\n";
        comment(out, 1, unset.map_or("", |unset| unset.doc.as_str()));
        // Cases are fields of the message, which also has the oneof with its name.
        let taken = |name: &str| names.members.iter().any(|member| member.name == name);
        let numbered = (2..).map(|number| format!("value{number}"));
        let mut free = std::iter::once("value".to_owned()).chain(numbered).filter(|name| !taken(name));
        let name = names.oneof.clone().or_else(|| free.next()).unwrap_or_default();
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
        if fields.filter(|field| is_it(&field.ty)).count() != 1 || !self.flattened.contains(&it.id) {
            return options;
        }
        let implied = message.to_owned() + &names::type_name(name);
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

    /// Writes the cases of a oneof in the message `scope`, with the types that `case_types`
    /// returns.
    fn cases<'t>(
        &self,
        out: &mut String,
        scope: &str,
        it: &Oneof,
        types: &'t [Option<read::Type>],
        nest: &mut Nest<'t>,
    ) {
        let names = self.names.of(&it.id);
        for ((case, member), ty) in it.cases.iter().zip(&names.members).skip(1).zip(types) {
            let (name, number) = (&*member.name, case.tag);
            let member = Member {
                item: &case.item,
                name,
                json: member.json.as_deref(),
                scope,
                nest: name,
                number,
                wire: case.wire,
                rules: None,
                implied_name: names::case_name(name),
            };
            match ty {
                Some(ty) => {
                    let shape = shape::case(ty, self.enums).encoded(case.wire);
                    self.single(out, 2, "", &member, ty, shape, nest);
                }
                None => {
                    let options = self.member_options(&member);
                    self.imports(EMPTY_FILE);
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
        if names.members.iter().any(|member| !member.aliases.is_empty()) {
            options.plain("allow_alias", "true");
        }
        let zero = it.variants.iter().position(|variant| variant.value == 0).unwrap_or_default();
        if zero != 0 {
            self.set(&mut options, "zero_index", zero.to_string());
        }
        comment(out, 0, &it.item.doc);
        let _ = writeln!(out, "enum {} {{", names.name());
        let wrote = options.statements(out, 1);
        gap(out, wrote);
        let rest = (0..it.variants.len()).filter(|index| *index != zero);
        for index in std::iter::once(zero).chain(rest) {
            let (variant, member) = (&it.variants[index], &names.members[index]);
            let mut options = Options::default();
            if variant.item.deprecated.is_some() {
                options.plain("deprecated", "true");
            }
            let implied = names::variant_name(names.name(), &member.name);
            self.item_options(&mut options, "value_", &variant.item, &implied);
            comment(out, 1, &variant.item.doc);
            // Protobuf has no other name in JSON for a value.
            let json = member.json.as_ref().map(|json| format!("in JSON {}", string(json)));
            let line = format!("{} = {}", member.name, variant.value);
            options.inline(out, 1, &line, json.as_deref().unwrap_or_default());
            for alias in &member.aliases {
                let _ = writeln!(out, "  {alias} = {};", variant.value);
            }
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
        if let Some(json) = member.json {
            options.plain("json_name", string(json));
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
        let rules = member.rules.map(|rules| validated(rules, shape)).unwrap_or_default();
        if !rules.is_empty() {
            self.imports(RULES_FILE);
        }
        for (rule, value) in rules {
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
            (Element::Keyword(keyword), _) => {
                if let Some(file) = shape::file(keyword) {
                    self.imports(file);
                }
                (*keyword).to_owned()
            }
            (Element::Named(id), _) => self.reference(member.scope, id),
            (Element::Entry(_), read::Type::Map { key, value, .. }) => {
                self.nest(nest, member, suffix, Held::Entry(key, value))
            }
            _ => self.nest(nest, member, suffix, Held::Container(shape::inside(ty))),
        }
    }

    /// Adds a message for the field `member`, with a name that is unique in its scope.
    fn nest<'t>(&self, nest: &mut Nest<'t>, member: &Member<'_>, suffix: &str, holds: Held<'t>) -> String {
        let base = format!("{}{suffix}", member.nest.to_upper_camel_case());
        let taken = |name: &str| self.parts.contains(name) || nest.0.iter().any(|it| it.name == name);
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

    /// Writes the messages between containers of the message `scope`, and those that they need.
    /// Returns true if there are any.
    fn wrappers(&self, out: &mut String, scope: &str, mut nest: Nest<'_>, mut wrote: bool) -> bool {
        let mut next = 0;
        while next < nest.0.len() {
            let Wrapper { name, holds, wire } = nest.0[next].clone();
            gap(out, wrote);
            let _ = writeln!(out, "  message {name} {{\n    option ({}.is_wrapper) = true;\n", self.options);
            let member = |field: &'static str, number| Member {
                item: &NAMELESS,
                name: field,
                json: None,
                scope,
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
static NAMELESS: Item = Item {
    name: String::new(),
    rename: None,
    doc: String::new(),
    deprecated: None,
    json_names: Vec::new(),
    proto_name: None,
};

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
