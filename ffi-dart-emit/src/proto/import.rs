//! Converts a .proto file to Rust source.
//!
//! `protox` reads the file and its imports; this module chooses the Rust type of each message, enum
//! and field. Anything without a form in Rust, or without a bound, is a [`Problem`] with its file,
//! line and column, and all problems are reported at once.
//!
//! Options are those of [`OPTIONS_FILE`], and options of the same names in any other package, so
//! that existing ones such as `[(acme.max_count) = 8]` need no change.
//!
//! Labels are interpreted by [`shape`](super::shape) in reverse. Two rules are the import's own: a
//! message without `optional` is in place and always present; a message that reaches itself becomes
//! an `FfiRef`, or a list of them, and must have a pool.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use ffi_core::schema::read::{DartType, Scalar, Type, TypeId, Wire};
use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, Syntax, Value,
};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use super::check::{self, CRATE};
use super::errors::{self, ErrorEnum};
use super::export::{MAX_NUMBER, UNSET};
use super::graph::components;
use super::names::{case_name, field_name, type_name, variant_name};
use super::rust::{self, Body, Part, Pool, Source};
use super::shape::{
    Bounds, Declared, Element, Label, Missing, Plain, Shape, Types, case, implied, inside, physical, shape,
};
use super::traits::{self, Method, Trait};
use super::wire::wire;
use super::{OPTIONS, OPTIONS_FILE};
use crate::foreign::rust_string;
use crate::input;
use crate::logical::Logical;
use crate::model::{MAX_NEWTYPES, NOT_WRAPPED, Problem, Problems};

/// Defaults for what the .proto file doesn't say.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Folders to search for imports, in this order; if empty, that of the file.
    pub include: Vec<PathBuf>,
    /// Bound of anything without one.
    pub default_max_count: Option<u32>,
    /// Slots of the pool of a message that holds itself, if its options give none.
    pub default_pool_size: Option<u32>,
    /// True if a oneof beside other fields becomes as many optional fields.
    pub split_oneofs: bool,
}

/// Result of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Rust source, without the first line that
    /// [`OutputFile::generated`](crate::output::OutputFile::generated) adds.
    pub source: String,
    /// Parts that were left out without harm to messages, each with its position.
    pub warnings: Vec<String>,
}

/// Reads `file` and writes the Rust source of its messages, and of all that they hold.
///
/// # Errors
///
/// Returns a problem with its position for everything in the file that has no form in Rust.
pub fn import(file: &Path, options: &ImportOptions) -> Result<Imported, Problems> {
    let (pool, name) = compile(file, options)?;
    let main = pool.get_file_by_name(&name).expect("it has just been compiled");
    let mut importer = Importer::new(options);
    importer.collect(&main);
    importer.name(&main);
    importer.find_cycles();
    let items = importer.items();
    importer.errors(&main);
    importer.services(&main);
    if importer.problems.is_empty() {
        importer.check(&items);
    }
    if !importer.problems.is_empty() {
        return Err(Problems(importer.problems.into_values().collect()));
    }
    let origin = file.file_name().unwrap_or_default().to_string_lossy();
    let (services, errors) = (std::mem::take(&mut importer.services), std::mem::take(&mut importer.errors));
    let write = |out: &mut String, used: &mut BTreeSet<&'static str>| {
        used.append(&mut importer.used);
        let errors = errors.iter().fold(true, |documented, it| {
            *out += "\n";
            errors::write(out, it, used) && documented
        });
        services.iter().fold(errors, |documented, it| {
            *out += "\n";
            traits::write(out, it, used) && documented
        })
    };
    Ok(Imported { source: rust::write(&origin, &items, write), warnings: importer.warnings })
}

/// The published options, for files whose folder lacks them.
struct Published;

impl FileResolver for Published {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == OPTIONS_FILE {
            File::from_source(name, OPTIONS)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// Folders of `-I`.
struct Folders {
    include: Vec<PathBuf>,
    /// Reason why an existing file was refused, which `protox` can't report.
    refused: Rc<RefCell<Option<Problem>>>,
}

impl Folders {
    fn refuse(&self, item: String, what: String, fix: &str) -> protox::Error {
        let error = protox::Error::new(what.clone());
        *self.refused.borrow_mut() = Some(Problem { item, what, fix: fix.to_owned() });
        error
    }

    /// Explains a wrong path of an import, which the parser calls an "invalid group name".
    fn explain(&self, text: &str, error: protox::Error) -> protox::Error {
        let import = |line: &str| {
            let place = line.strip_suffix(": invalid group name")?;
            let mut numbers = place.rsplit(':').map(|number| number.parse::<usize>().ok()?.checked_sub(1));
            let (column, line) = (numbers.next()??, numbers.next()??);
            let literal = text.lines().nth(line)?.get(column..)?;
            let path = literal.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
            Some((place.to_owned(), path.to_owned(), import_problem(path)?))
        };
        match format!("{error:?}").lines().find_map(import) {
            Some((place, path, (what, fix))) => self.refuse(place, format!("import `{path}`: {what}"), fix),
            None => error,
        }
    }
}

impl FileResolver for Folders {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        for folder in &self.include {
            let bytes = match input::text(&folder.join(name)) {
                Ok(bytes) => bytes,
                Err(error) if is_absent(&error) => continue,
                Err(error) => {
                    let what = format!("it can't be read: {error}");
                    return Err(self.refuse(name.to_owned(), what, "make it a .proto file that can be read"));
                }
            };
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                self.refuse(name.to_owned(), format!("its byte {at} is not UTF-8"), "save it as UTF-8")
            })?;
            // Editors on Windows write a byte order mark, and protobuf's compiler accepts it.
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            let file = File::from_source(name, text).map_err(|error| self.explain(text, error))?;
            let mut imports = file.file_descriptor_proto().dependency.iter();
            return match imports.find_map(|import| Some((import, import_problem(import)?))) {
                Some((import, (what, fix))) => {
                    Err(self.refuse(name.to_owned(), format!("import `{import}`: {what}"), fix))
                }
                None => Ok(file),
            };
        }
        Err(protox::Error::file_not_found(name))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns the mistake in the path of an import, and its fix.
fn import_problem(path: &str) -> Option<(&'static str, &'static str)> {
    const FIX: &str = "pass `-I` with a folder that both files are below, and write the path from there";
    if path.contains('\\') {
        Some(("protobuf has `/` between folders, not `\\`", "write it with `/`"))
    } else if path.starts_with('/') || path.get(1..2) == Some(":") {
        Some(("the path is absolute, and protobuf's are relative to a folder of `-I`", FIX))
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some(("the path has an empty part, `.` or `..`, and protobuf's go down from a folder of `-I`", FIX))
    } else {
        None
    }
}

/// Returns the name by which imports know `file`: its path from the folder of `include` that it is
/// in.
fn import_name(file: &Path, include: &[PathBuf]) -> Result<String, Problem> {
    let problem =
        |what: String, fix: &str| Problem { item: file.display().to_string(), what, fix: fix.to_owned() };
    let real = fs::canonicalize(file)
        .map_err(|error| problem(format!("it can't be read: {error}"), "pass a .proto file that is there"))?;
    let below = |folder: &PathBuf| {
        let path = match file.strip_prefix(folder) {
            Ok(path) => path.to_owned(),
            Err(_) => real.strip_prefix(fs::canonicalize(folder).ok()?).ok()?.to_owned(),
        };
        let parts = path.components().filter(|part| *part != Component::CurDir);
        let parts: Option<Vec<_>> = parts
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
    };
    let Some(name) = include.iter().find_map(below) else {
        let fix = "add `-I` with its folder, or that from which its imports are named";
        return Err(problem("it is in none of the folders of `-I`".to_owned(), fix));
    };
    let first = include.iter().map(|folder| folder.join(&name)).find_map(|path| fs::canonicalize(path).ok());
    match first {
        Some(first) if first != real => {
            let what = format!("imports know it as `{name}`, which is {} before", first.display());
            Err(problem(what, "put the `-I` of its folder first"))
        }
        _ => Ok(name),
    }
}

/// Compiles `file`, and returns the name by which its imports would know it.
fn compile(file: &Path, options: &ImportOptions) -> Result<(DescriptorPool, String), Problems> {
    let own = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let include = if options.include.is_empty() { vec![own.to_owned()] } else { options.include.clone() };
    let name = import_name(file, &include).map_err(|problem| Problems(vec![problem]))?;
    let refused = Rc::default();
    let mut resolver = ChainFileResolver::new();
    resolver.add(Folders { include, refused: Rc::clone(&refused) });
    resolver.add(Published);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    let Err(error) = compiler.open_file(&name) else { return Ok((compiler.descriptor_pool(), name)) };
    if let Some(problem) = refused.take() {
        return Err(Problems(vec![problem]));
    }
    // Errors have a file, line and column if they know them, one error a line.
    let text = format!("{error:?}");
    let problem = |line: &str| Problem {
        item: file.display().to_string(),
        what: line.trim().to_owned(),
        fix: "mend the .proto file; for an import that isn't found, add `-I` with its folder".to_owned(),
    };
    Err(Problems(text.trim().lines().map(problem).collect()))
}

/// Position for sorting: file, line, column, and index of the problem.
type Place = (String, i32, i32, usize);

struct Importer<'a> {
    options: &'a ImportOptions,
    places: HashMap<String, Places>,
    problems: BTreeMap<Place, Problem>,
    /// Items and texts of the problems.
    reported: HashSet<(String, String)>,
    warnings: Vec<String>,
    messages: Vec<MessageDescriptor>,
    enums: Vec<EnumDescriptor>,
    enum_names: HashSet<String>,
    wide: Vec<Wide>,
    newtypes: Vec<Source>,
    /// Names of the newtypes, and the types in them in Rust's notation.
    newtype_types: Vec<(String, String)>,
    /// Types in the newtypes.
    wrapped: HashMap<TypeId, Type>,
    /// Full name in protobuf -> name in Rust.
    names: HashMap<String, String>,
    /// Name in Rust -> type.
    types: HashMap<String, Type>,
    /// Name in Rust, and that of the field, case or variant if it is one -> position.
    origins: HashMap<(String, Option<String>), (FileDescriptor, Vec<i32>)>,
    /// Full name of a message -> the cycles that it is in.
    circles: HashMap<String, Circle>,
    reprs: HashMap<TypeId, (Scalar, bool)>,
    services: Vec<Trait>,
    errors: Vec<ErrorEnum>,
    /// Names of `ffi_core` that services and errors use.
    used: BTreeSet<&'static str>,
}

/// Cycles of a message: messages with a common number reach each other.
#[derive(Clone, Copy)]
struct Circle {
    /// Number by fields that would be in place.
    whole: usize,
    /// Number by the fields that remain when references replace messages that hold themselves.
    in_place: usize,
    /// True if it reaches itself.
    holds_itself: bool,
}

/// Lines, columns and comments of one file.
#[derive(Default)]
struct Places(HashMap<Vec<i32>, (i32, i32, String)>);

/// An enum from an option of the file.
struct Wide {
    source: Source,
    repr: Scalar,
}

impl Types for Importer<'_> {
    fn repr(&self, id: &TypeId) -> Scalar {
        self.reprs[id].0
    }

    fn is_wide(&self, id: &TypeId) -> bool {
        self.reprs[id].1
    }

    fn newtype(&self, id: &TypeId) -> Type {
        self.wrapped[id].clone()
    }
}

/// Options of one item, by their names without package.
struct Found(HashMap<String, Value>);

impl Found {
    fn new(options: &DynamicMessage) -> Self {
        let mut found = HashMap::new();
        for (extension, value) in options.extensions() {
            let ours = extension.package_name() == "ffi";
            if ours || !found.contains_key(extension.name()) {
                found.insert(extension.name().to_owned(), value.clone());
            }
        }
        Self(found)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(number)
    }

    fn numbers(&self, name: &str) -> Vec<u64> {
        match self.0.get(name) {
            Some(Value::List(values)) => values.iter().filter_map(number).collect(),
            Some(value) => number(value).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::U32(it) => Some(u64::from(*it)),
        Value::U64(it) => Some(*it),
        Value::I32(it) => u64::try_from(*it).ok(),
        Value::I64(it) => u64::try_from(*it).ok(),
        _ => None,
    }
}

impl<'a> Importer<'a> {
    fn new(options: &'a ImportOptions) -> Self {
        Self {
            options,
            places: HashMap::new(),
            problems: BTreeMap::new(),
            reported: HashSet::new(),
            warnings: Vec::new(),
            messages: Vec::new(),
            enums: Vec::new(),
            enum_names: HashSet::new(),
            wide: Vec::new(),
            newtypes: Vec::new(),
            newtype_types: Vec::new(),
            wrapped: HashMap::new(),
            names: HashMap::new(),
            types: HashMap::new(),
            origins: HashMap::new(),
            circles: HashMap::new(),
            reprs: HashMap::new(),
            services: Vec::new(),
            errors: Vec::new(),
            used: BTreeSet::new(),
        }
    }

    fn place(&mut self, file: &FileDescriptor, path: &[i32]) -> (i32, i32) {
        let places = self.places.entry(file.name().to_owned()).or_insert_with(|| Places::new(file));
        // An item without a position has that of the item around it.
        let mut path = path;
        loop {
            if let Some((line, column, _)) = places.0.get(path) {
                return (*line, *column);
            }
            let Some((_, outer)) = path.split_last() else { return (0, 0) };
            path = outer;
        }
    }

    fn doc(&mut self, file: &FileDescriptor, path: &[i32]) -> String {
        self.places.entry(file.name().to_owned()).or_insert_with(|| Places::new(file));
        let found = self.places[file.name()].0.get(path);
        found.map_or_else(String::new, |(_, _, doc)| doc.clone())
    }

    fn problem(
        &mut self,
        file: &FileDescriptor,
        path: &[i32],
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (line, column) = self.place(file, path);
        let item = format!("{}:{}:{}", file.name(), line + 1, column + 1);
        let problem = Problem { item, what: what.into(), fix: fix.into() };
        if !self.reported.insert((problem.item.clone(), problem.what.clone())) {
            return;
        }
        let place = (file.name().to_owned(), line, column, self.problems.len());
        self.problems.insert(place, problem);
    }

    fn field_problem(&mut self, field: &FieldDescriptor, what: impl Into<String>, fix: impl Into<String>) {
        let what = format!("field `{}`: {}", field.full_name(), what.into());
        self.problem(&field.parent_file(), field.path(), what, fix);
    }

    fn warning(&mut self, file: &FileDescriptor, path: &[i32], what: &str) {
        let (line, column) = self.place(file, path);
        self.warnings.push(format!("{}:{}:{}: {what}", file.name(), line + 1, column + 1));
    }

    /// Finds everything in the file, and everything in other files that it refers to.
    fn collect(&mut self, main: &FileDescriptor) {
        let mut todo: Vec<_> = main.messages().filter(|it| !is_wrapper(it) && !is_of_method(it)).collect();
        let parts = |it: MessageDescriptor| it.fields().map(|field| element(&field)).collect::<Vec<_>>();
        let mut found = Vec::new();
        for method in main.services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
            for message in [method.input(), method.output()] {
                if is_of_method(&message) {
                    found.extend(parts(message));
                } else {
                    found.push(Kind::Message(message));
                }
            }
        }
        for variant in main.messages().filter(is_error).flat_map(|it| it.child_messages().collect::<Vec<_>>())
        {
            found.extend(parts(variant));
        }
        for it in found {
            match it {
                Kind::Message(it) if it.full_name() != EMPTY && !is_logical(&it) => todo.push(it),
                Kind::Enum(it) => self.add_enum(it),
                _ => {}
            }
        }
        todo.reverse();
        for it in main.enums().filter(|it| !Found::new(&it.options()).flag("is_error_code")) {
            self.add_enum(it);
        }
        self.check_file(main);
        self.wide(main);
        self.newtypes(main);
        let mut seen = HashSet::new();
        while let Some(message) = todo.pop() {
            if !seen.insert(message.full_name().to_owned()) {
                continue;
            }
            self.check_file(&message.parent_file());
            for it in message.child_enums() {
                self.add_enum(it);
            }
            let mut next = Vec::new();
            next.extend(message.child_messages().filter(|it| !it.is_map_entry() && !is_wrapper(it)));
            for field in message.fields() {
                let typed = Found::new(&field.options()).0.contains_key("rust_type");
                match element(&field) {
                    Kind::Message(it) if it.full_name() == EMPTY || is_logical(&it) => {}
                    // The Rust type includes the wrapper between two containers.
                    Kind::Message(it) if typed && is_wrapper(&it) => {}
                    Kind::Message(it) => next.push(it),
                    Kind::Enum(it) => self.add_enum(it),
                    _ => {}
                }
            }
            next.reverse();
            todo.extend(next);
            self.messages.push(message);
        }
    }

    fn add_enum(&mut self, it: EnumDescriptor) {
        if self.enum_names.insert(it.full_name().to_owned()) {
            self.check_file(&it.parent_file());
            self.enums.push(it);
        }
    }

    /// Reports mistakes of a whole file.
    fn check_file(&mut self, file: &FileDescriptor) {
        const PROTO3: &str = "import a version of the file that begins with `syntax = \"proto3\";`";
        if self.places.contains_key(file.name()) {
            return; // met before
        }
        if file.syntax() != Syntax::Proto3 {
            self.problem(file, &[12], format!("`{}` is not proto3", file.name()), PROTO3);
        }
        for extension in file.extensions() {
            let options = extension.containing_message().package_name() == "google.protobuf";
            if !options {
                self.problem(
                    file,
                    extension.path(),
                    format!("extension `{}`: extensions have no form in Rust", extension.name()),
                    format!("make it a field of `{}`", extension.containing_message().full_name()),
                );
            }
        }
    }

    /// Gives each type its name.
    fn name(&mut self, main: &FileDescriptor) {
        let mut owners: HashMap<String, String> = HashMap::new();
        let mut claim = |importer: &mut Self,
                         file: &FileDescriptor,
                         path: &[i32],
                         full: &str,
                         name: String,
                         ty: fn(TypeId) -> Type| {
            const FIX: &str =
                "give it another name in Rust with the option `(ffi.rust_name)`, or `(ffi.enum_rust_name)`";
            if !is_type_name(&name) {
                importer.problem(file, path, format!("`{full}` can't be called `{name}` in Rust"), FIX);
            }
            if let Some(other) = owners.insert(name.clone(), full.to_owned()) {
                let what = format!("`{full}` would be called `{name}` in Rust, as `{other}`");
                importer.problem(file, path, what, FIX);
            }
            importer.names.insert(full.to_owned(), name.clone());
            importer.origins.insert((name.clone(), None), (file.clone(), path.to_vec()));
            let id = TypeId(name.clone());
            importer.types.insert(name, ty(id));
        };
        for it in self.enums.clone() {
            let options = Found::new(&it.options());
            let name = options
                .text("enum_rust_name")
                .unwrap_or_else(|| rust_name(it.full_name(), it.package_name()));
            let repr = self.repr_of(&it, &options);
            self.reprs.insert(TypeId(name.clone()), (repr, false));
            claim(self, &it.parent_file(), it.path(), it.full_name(), name, Type::Enum);
        }
        for it in self.messages.clone() {
            let options = Found::new(&it.options());
            let name =
                options.text("rust_name").unwrap_or_else(|| rust_name(it.full_name(), it.package_name()));
            let ty = if is_oneof(&it) { Type::Oneof } else { Type::Message };
            claim(self, &it.parent_file(), it.path(), it.full_name(), name, ty);
        }
        for index in 0..self.wide.len() {
            let Wide { source, repr } = &self.wide[index];
            let (name, repr) = (source.name.clone(), *repr);
            self.reprs.insert(TypeId(name.clone()), (repr, true));
            self.types.insert(name.clone(), Type::Enum(TypeId(name)));
        }
        for source in &self.newtypes {
            self.types.insert(source.name.clone(), Type::Newtype(TypeId(source.name.clone())));
        }
        self.wrapped_types(main);
    }

    /// Reads the types in the newtypes, which may be other newtypes.
    fn wrapped_types(&mut self, main: &FileDescriptor) {
        const FIX: &str = "mend the option `(ffi.newtype)`";
        let texts = std::mem::take(&mut self.newtype_types);
        for (name, text) in &texts {
            let ty = match rust::parse(text, &|name| self.types.get(name).cloned()) {
                Ok(ty) => ty,
                Err(why) => {
                    let text = text.escape_debug();
                    let what = format!("newtype `{name}`: its type `{text}` can't be read: {why}");
                    self.problem(main, &[8], what, FIX);
                    NO_TYPE
                }
            };
            self.wrapped.insert(TypeId(name.clone()), ty);
        }
        // What is wrong here would be followed without end by all that looks into newtypes.
        for (name, _) in texts {
            if let Some(why) = self.not_wrapped(&TypeId(name.clone())) {
                self.problem(main, &[8], format!("newtype `{name}`: {why}"), FIX);
                self.wrapped.insert(TypeId(name), NO_TYPE);
            }
        }
        for source in &mut self.newtypes {
            if let Body::Newtype { value, .. } = &mut source.body {
                let ty = self.wrapped[&TypeId(source.name.clone())].clone();
                value.iter_mut().for_each(|part| part.ty = Some(ty.clone()));
            }
        }
    }

    /// Returns the reason why the type in a newtype can't be there, if it can't.
    fn not_wrapped(&self, name: &TypeId) -> Option<String> {
        let mut ty = &self.wrapped[name];
        let mut left = MAX_NEWTYPES;
        loop {
            match ty {
                Type::Array { of, .. } => ty = of,
                Type::Newtype(inner) if left > 0 => (ty, left) = (&self.wrapped[inner], left - 1),
                Type::Newtype(_) => {
                    return Some(format!(
                        "it holds itself, or more than {MAX_NEWTYPES} newtypes in each other"
                    ));
                }
                Type::Scalar(_) | Type::Enum(_) | Type::Str { .. } | Type::Logical(_) => return None,
                _ => return Some(NOT_WRAPPED.to_owned()),
            }
        }
    }

    fn repr_of(&mut self, it: &EnumDescriptor, options: &Found) -> Scalar {
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

    /// Finds the messages that reach each other by fields that would be in place.
    fn find_cycles(&mut self) {
        let names: HashMap<_, _> =
            self.messages.iter().map(|it| it.full_name().to_owned()).zip(0..).collect();
        let held = |message: &MessageDescriptor| {
            let fields = message.fields().filter(|field| {
                !Found::new(&field.options()).text("rust_type").is_some_and(|text| text.contains("FfiRef"))
            });
            let held = fields.filter_map(|field| match element(&field) {
                Kind::Message(it) => names.get(it.full_name()).copied(),
                _ => None,
            });
            held.collect::<Vec<usize>>()
        };
        let edges: Vec<_> = self.messages.iter().map(held).collect();
        let whole = components(&edges);
        let holds_itself: Vec<_> = {
            let mut members = vec![0_usize; whole.len()];
            whole.iter().for_each(|at| members[*at] += 1);
            (0..whole.len()).map(|at| members[whole[at]] > 1 || edges[at].contains(&at)).collect()
        };
        // References can replace messages that hold themselves, but not oneofs.
        let oneofs: Vec<_> = self.messages.iter().map(is_oneof).collect();
        let in_place: Vec<Vec<usize>> = (0..edges.len())
            .map(|from| {
                edges[from].iter().copied().filter(|to| oneofs[*to] && whole[*to] == whole[from]).collect()
            })
            .collect();
        let in_place = components(&in_place);
        for (name, at) in names {
            let circle = Circle { whole: whole[at], in_place: in_place[at], holds_itself: holds_itself[at] };
            self.circles.insert(name, circle);
        }
    }

    /// Returns true if `held`, which a field of `holder` has in place, reaches `holder` in turn.
    fn holds(&self, held: &str, holder: &str) -> bool {
        let number = |name| self.circles.get(name).map(|it| it.whole);
        held == holder || (number(held).is_some() && number(held) == number(holder))
    }

    /// Returns true if `held` reaches `holder` when references have replaced messages that hold
    /// themselves.
    fn holds_in_place(&self, held: &str, holder: &str) -> bool {
        let number = |name| self.circles.get(name).map(|it| it.in_place);
        self.holds(held, holder) && number(held) == number(holder)
    }

    /// Returns the number of slots in a message's pool.
    fn pool_size(&self, it: &MessageDescriptor) -> Option<u64> {
        let holds_itself = || self.circles.get(it.full_name()).is_some_and(|it| it.holds_itself);
        let default = || self.options.default_pool_size.filter(|_| holds_itself()).map(u64::from);
        Found::new(&it.options()).number("pool_size").or_else(default)
    }

    fn items(&mut self) -> Vec<Source> {
        let mut items = Vec::new();
        for it in self.enums.clone() {
            items.push(self.enumeration(&it));
        }
        items.extend(self.wide.drain(..).map(|wide| wide.source));
        items.append(&mut self.newtypes);
        for it in self.messages.clone() {
            let item = if is_oneof(&it) { self.oneof(&it) } else { self.message(&it) };
            items.push(item);
        }
        items
    }

    /// Reads the errors of the file: messages with a oneof of their variants.
    fn errors(&mut self, main: &FileDescriptor) {
        for it in main.messages().filter(is_error) {
            let found = Found::new(&it.options());
            let name = found.text("rust_name").unwrap_or_else(|| type_name(it.name()));
            if !is_type_name(&name) || self.types.contains_key(&name) {
                let what = format!("error `{}` can't be called `{name}` in Rust", it.full_name());
                let fix = "give it another name in Rust with the option `(ffi.rust_name)`";
                self.problem(main, it.path(), what, fix);
            }
            let oneof = it.oneofs().find(|oneof| !oneof.is_synthetic());
            let mut cases: Vec<_> = oneof.iter().flat_map(|oneof| oneof.fields()).collect();
            cases.sort_by_key(FieldDescriptor::number);
            let in_order = (1..).zip(&cases).all(|(number, case)| case.number() == number);
            if cases.is_empty() || cases.len() != it.fields().len() || !in_order {
                let what =
                    format!("error `{}` is not a oneof of variants with the numbers from 1 on", it.name());
                let fix = "give it one oneof, whose cases have the numbers 1, 2, 3, ..";
                self.problem(main, it.path(), what, fix);
            }
            let mut variants: Vec<errors::Variant> = Vec::new();
            for case in cases {
                let Some(variant) = self.error_variant(main, &it, &case) else { continue };
                if !is_variant_name(&variant.name) || variants.iter().any(|it| it.name == variant.name) {
                    let what = format!("the variant can't be called `{}` in Rust", variant.name);
                    let fix = "give its message another name in Rust with the option `(ffi.rust_name)`";
                    self.field_problem(&case, what, fix);
                }
                variants.push(variant);
            }
            let doc = self.doc(main, it.path());
            self.errors.push(ErrorEnum { doc, name, rename: found.text("dart_name"), variants });
        }
    }

    /// Returns the variant of an error that a case of its oneof is.
    fn error_variant(
        &mut self,
        main: &FileDescriptor,
        error: &MessageDescriptor,
        case: &FieldDescriptor,
    ) -> Option<errors::Variant> {
        let Kind::Message(it) = case.kind() else {
            self.field_problem(case, "a variant of an error is a message", "put it into a message");
            return None;
        };
        if it.parent_message().as_ref() != Some(error) {
            let fix = format!("declare its message in `{}`", error.name());
            self.field_problem(case, "a variant of an error is a message of its own", fix);
            return None;
        }
        let found = Found::new(&it.options());
        let internal = found.flag("is_internal");
        let fields = it.fields().filter(|_| !internal).filter_map(|field| {
            let options = Found::new(&field.options());
            let name = options.text("field_rust_name").filter(|name| is_identifier(name));
            let name = name.or_else(|| member_name(field.name()))?;
            let ty = self.error_field(&field)?;
            let doc = self.doc(main, field.path());
            Some(errors::Field { doc, name, rename: options.text("field_dart_name"), ty })
        });
        let fields = fields.collect();
        Some(errors::Variant {
            doc: self.doc(main, it.path()),
            name: found.text("rust_name").unwrap_or_else(|| type_name(it.name())),
            rename: found.text("dart_name"),
            internal,
            fields,
        })
    }

    /// Returns the Rust type of a field of an error: one of a message if its options say so, and
    /// else a `String`, a `Vec`, an `Option` or a single value.
    fn error_field(&mut self, field: &FieldDescriptor) -> Option<String> {
        let typed = Found::new(&field.options()).text("rust_type");
        let named = match &typed {
            Some(text) => match rust::parse(text, &|name| self.types.get(name).cloned()) {
                Ok(ty) => Some(ty),
                Err(why) => {
                    let what = format!("its type `{}` can't be read: {why}", text.escape_debug());
                    self.field_problem(field, what, "mend the option `(ffi.rust_type)`");
                    return None;
                }
            },
            None => None,
        };
        let of = match &named {
            Some(ty) => {
                rust::uses(ty, &mut self.used);
                super::shape::rust(ty)
            }
            None => match field.kind() {
                Kind::String => "String".to_owned(),
                Kind::Bytes => "Vec<u8>".to_owned(),
                _ => self.method_type(field)?,
            },
        };
        // Such a type is the whole field, and not one of several values.
        let is_whole = match &named {
            Some(Type::Vec { .. } | Type::Option { .. }) => true,
            Some(Type::Array { of, .. }) => **of != Type::Scalar(Scalar::U8),
            _ => false,
        };
        Some(match () {
            () if is_whole => of,
            () if field.is_list() => format!("Vec<{of}>"),
            () if field.field_descriptor_proto().proto3_optional() => format!("Option<{of}>"),
            () => of,
        })
    }

    /// Returns the error of a method, if its options name one.
    fn error_of(&mut self, main: &FileDescriptor, path: &[i32], found: &Found) -> Option<String> {
        let name = found.text("error")?;
        let error = main.messages().filter(is_error).zip(&self.errors).find(|(it, _)| it.name() == name);
        if error.is_none() {
            let what = format!("there is no error `{}` in this file", name.escape_debug());
            let fix = "declare it as a message with `option (ffi.is_error) = true;`";
            self.problem(main, path, what, fix);
            return None;
        }
        error.map(|(_, it)| it.name.clone())
    }

    /// Reads the services of the file. A stream of requests that are no messages in Rust is left
    /// out aloud.
    fn services(&mut self, main: &FileDescriptor) {
        const FIX: &str = "give it another name in Rust with the option `(ffi.method_rust_name)`";
        for service in main.services() {
            let found = Found::new(&service.options());
            let name = found.text("service_rust_name").unwrap_or_else(|| type_name(service.name()));
            if !is_type_name(&name) || self.types.contains_key(&name) {
                let what = format!("service `{}` can't be called `{name}` in Rust", service.full_name());
                let fix = "give it another name in Rust with the option `(ffi.service_rust_name)`";
                self.problem(main, service.path(), what, fix);
            }
            let mut methods: Vec<Method> = Vec::new();
            for method in service.methods() {
                let full = format!("{}.{}", service.name(), method.name());
                let read = method.is_client_streaming().then(|| self.read(&method.input()));
                let Some(read) = read.map_or(Some(None), |read| read.map(Some)) else {
                    let what = format!("rpc `{full}` is left out: its requests are no messages in Rust");
                    self.warning(main, method.path(), &what);
                    continue;
                };
                let found = Found::new(&method.options());
                let rust =
                    found.text("method_rust_name").or_else(|| member_name(&method.name().to_snake_case()));
                let known = |rust: &String| methods.iter().any(|it| it.name == *rust);
                let Some(rust) = rust.filter(|it| is_identifier(it) && !known(it)) else {
                    self.problem(main, method.path(), format!("rpc `{full}` has no name in Rust"), FIX);
                    continue;
                };
                let is_stream = method.is_server_streaming();
                let mode = found.text("mode").filter(|_| !is_stream);
                // Dart doesn't wait for what reads its stream.
                let unsaid = if read.is_some() && !is_stream { "async" } else { "" };
                let mode = mode.unwrap_or_else(|| unsaid.to_owned());
                let started = is_stream || matches!(mode.as_str(), "async" | "blocking");
                let doc = self.doc(main, method.path());
                let error = self.error_of(main, method.path(), &found);
                let mut keys = Vec::new();
                let renamed = method.name().to_lower_camel_case();
                if rust.to_lower_camel_case() != renamed && found.0.contains_key("method_rust_name") {
                    keys.push(format!("rename = {}", rust_string(&renamed)));
                }
                keys.extend((mode == "blocking").then(|| "blocking".to_owned()));
                keys.extend((found.flag("getter") && !started).then(|| "getter".to_owned()));
                let window =
                    found.number("window").filter(|window| (is_stream || read.is_some()) && *window > 0);
                keys.extend(window.map(|window| format!("window = {window}")));
                let deprecated = method.method_descriptor_proto().options.as_ref();
                let params = match read {
                    Some(read) => vec![("requests".to_owned(), read)],
                    None => self.request(&method.input(), started),
                };
                let result = self.response(&method.output());
                methods.push(Method {
                    doc,
                    deprecated: deprecated.is_some_and(|it| it.deprecated()).then(String::new),
                    name: rust,
                    full,
                    is_async: mode == "async",
                    is_stream,
                    keys,
                    params,
                    result,
                    error,
                });
            }
            let deprecated = service.service_descriptor_proto().options.as_ref();
            let deprecated = deprecated.is_some_and(|it| it.deprecated()).then(String::new);
            if methods.is_empty() {
                let what = format!("service `{}` is left out: it has no methods", service.name());
                self.warning(main, service.path(), &what);
                continue;
            }
            let doc = self.doc(main, service.path());
            let rename = Some(type_name(service.name())).filter(|it| *it != name.to_upper_camel_case());
            self.services.push(Trait { doc, deprecated, name, rename, methods });
        }
    }

    /// Returns the type of the parameter that reads a stream of messages; `None` if they are none
    /// in Rust.
    fn read(&self, it: &MessageDescriptor) -> Option<String> {
        let message = self.names.get(it.full_name()).filter(|_| it.full_name() != EMPTY)?;
        (!Found::new(&it.options()).flag("is_request")).then(|| format!("FfiInput<{message}>"))
    }

    /// Returns the parameters of a method, names and types. A method that is `started` owns them.
    fn request(&mut self, it: &MessageDescriptor, started: bool) -> Vec<(String, String)> {
        if it.full_name() == EMPTY {
            return Vec::new();
        }
        if !Found::new(&it.options()).flag("is_request") {
            let message = self.names.get(it.full_name()).cloned().unwrap_or_default();
            return vec![("request".to_owned(), if started { message } else { format!("&{message}") })];
        }
        let field = |field: FieldDescriptor| {
            let of = self.method_type(&field)?;
            let name = member_name(field.name()).filter(|it| is_identifier(it))?;
            let is_message = matches!(field.kind(), Kind::Message(_));
            let list = |of: &str| if started { format!("Vec<{of}>") } else { format!("&[{of}]") };
            let ty = match field.kind() {
                _ if field.is_list() => return Some((name, list(&of))),
                Kind::String if started => "String".to_owned(),
                Kind::String => "&str".to_owned(),
                Kind::Bytes => list("u8"),
                _ if is_message && !started => format!("&{of}"),
                _ => of,
            };
            Some((
                name,
                if field.supports_presence() && !is_message
                    || field.field_descriptor_proto().proto3_optional()
                {
                    format!("Option<{ty}>")
                } else {
                    ty
                },
            ))
        };
        it.fields().filter_map(field).collect()
    }

    /// Returns the type of a method's result.
    fn response(&mut self, it: &MessageDescriptor) -> String {
        if it.full_name() == EMPTY {
            return "()".to_owned();
        }
        if !Found::new(&it.options()).flag("is_response") {
            return self.names.get(it.full_name()).cloned().unwrap_or_default();
        }
        let Some(field) = it.fields().next() else { return "()".to_owned() };
        let Some(of) = self.method_type(&field) else { return "()".to_owned() };
        let ty = match field.kind() {
            _ if field.is_list() => return format!("Vec<{of}>"),
            Kind::String => "String".to_owned(),
            Kind::Bytes => "Vec<u8>".to_owned(),
            _ => of,
        };
        if field.field_descriptor_proto().proto3_optional() { format!("Option<{ty}>") } else { ty }
    }

    /// Returns the Rust type of one value of a parameter or result.
    fn method_type(&mut self, field: &FieldDescriptor) -> Option<String> {
        if let Some(text) = Found::new(&field.options()).text("rust_type") {
            match rust::parse(&text, &|name| self.types.get(name).cloned()) {
                Ok(ty @ (Type::Scalar(_) | Type::Newtype(_))) => return Some(super::shape::rust(&ty)),
                _ => {
                    let what = format!("`{}` is neither a parameter nor a result", text.escape_debug());
                    self.field_problem(field, what, "take a number, or a type with a name");
                    return None;
                }
            }
        }
        let ty = match field.kind() {
            Kind::Int32 => "i32",
            Kind::Int64 => "i64",
            Kind::Uint32 => "u32",
            Kind::Uint64 => "u64",
            Kind::Float => "f32",
            Kind::Double => "f64",
            Kind::Bool => "bool",
            Kind::String | Kind::Bytes if !field.is_list() => "",
            Kind::Enum(it) => return self.names.get(it.full_name()).cloned(),
            Kind::Message(it) if is_logical(&it) => {
                let logical = Logical::of_proto(it.full_name())?;
                self.used.insert(logical.rust);
                logical.rust
            }
            Kind::Message(it) if !field.is_map() => return self.names.get(it.full_name()).cloned(),
            _ => {
                self.field_problem(
                    field,
                    "a parameter or result of a method, or a field of an error, can't be that",
                    "put it into a message of its own",
                );
                return None;
            }
        };
        Some(ty.to_owned())
    }

    fn enumeration(&mut self, it: &EnumDescriptor) -> Source {
        let file = it.parent_file();
        let options = Found::new(&it.options());
        let repr = self.repr_of(it, &options);
        let mut parts: Vec<Part> = Vec::new();
        let mut numbers: HashMap<i32, String> = HashMap::new();
        let mut constants = Vec::new();
        let mut names = HashSet::new();
        // The descriptor has them sorted by number.
        let mut values: Vec<_> = it.values().collect();
        values.sort_by_key(|value| value.path().to_vec());
        for value in values {
            let found = Found::new(&value.options());
            let name = found.text("value_rust_name").unwrap_or_else(|| variant_name(it.name(), value.name()));
            if !is_variant_name(&name) || !names.insert(name.clone()) {
                self.problem(
                    &file,
                    value.path(),
                    format!("value `{}` would be called `{name}` in Rust, which can't be", value.name()),
                    "give it another name in Rust with the option `(ffi.value_rust_name)`",
                );
            }
            if let Some(first) = numbers.get(&value.number()) {
                let constant = name.to_shouty_snake_case();
                if constants.iter().any(|(other, _)| *other == constant) {
                    let what = format!("value `{}`: another is called `{constant}` in Rust", value.name());
                    let fix = "give it another name in Rust with the option `(ffi.value_rust_name)`";
                    self.problem(&file, value.path(), what, fix);
                }
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
                rename: found.text("value_dart_name"),
                ty: None,
                value: Some(value.number().into()),
            });
        }
        let zero =
            options.number("zero_index").and_then(|index| usize::try_from(index).ok()).unwrap_or_default();
        if zero < parts.len() {
            let first = parts.remove(0);
            parts.insert(zero, first);
        }
        let deprecated = it.enum_descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        Source {
            doc: self.doc(&file, it.path()),
            deprecated: deprecated.then(|| options.text("enum_deprecation").unwrap_or_default()),
            name: self.names[it.full_name()].clone(),
            rename: options.text("enum_dart_name"),
            pool: None,
            flags: Vec::new(),
            reserved: Vec::new(),
            body: Body::Enum { repr, variants: parts, constants },
        }
    }

    /// Adds the enums that are options of the file.
    fn wide(&mut self, main: &FileDescriptor) {
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
                let wire = Wire::default();
                Part { doc, deprecated, name, tag: None, wire, rename, ty: None, value: Some(number) }
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
            self.origins.insert((name.clone(), None), (main.clone(), vec![8]));
            let (pool, flags, reserved) = (None, Vec::new(), Vec::new());
            let source = Source { doc, deprecated, name, rename, pool, flags, reserved, body };
            self.wide.push(Wide { source, repr: scalar });
        }
    }

    /// Adds the newtypes that are options of the file.
    fn newtypes(&mut self, main: &FileDescriptor) {
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
                rename: None,
                ty: None,
                value: None,
            };
            self.origins.insert((name.clone(), None), (main.clone(), vec![8]));
            self.newtype_types.push((name.clone(), text("type").unwrap_or_default()));
            self.newtypes.push(Source {
                doc: text("doc").unwrap_or_default(),
                deprecated: it
                    .has_field_by_name("deprecation")
                    .then(|| text("deprecation").unwrap_or_default()),
                name,
                rename: text("dart_name"),
                pool: None,
                flags: Vec::new(),
                reserved: Vec::new(),
                body: Body::Newtype { value: vec![value], dart },
            });
        }
    }

    fn message(&mut self, it: &MessageDescriptor) -> Source {
        let file = it.parent_file();
        let mut parts = Vec::new();
        let mut names = HashSet::new();
        for range in it.extension_ranges().collect::<Vec<_>>() {
            let what = format!(
                "message `{}`: extensions {} to {} have no form in Rust",
                it.full_name(),
                range.start,
                range.end - 1
            );
            self.problem(&file, it.path(), what, "remove the range, and make the extensions fields");
        }
        if it.fields().len() == 0 {
            let what =
                format!("message `{}` has no fields: Rust can't have one without size here", it.full_name());
            self.problem(&file, it.path(), what, "give it a field, or remove it if nothing needs it");
        }
        for oneof in it.oneofs().filter(|oneof| !oneof.is_synthetic()).collect::<Vec<_>>() {
            if !self.options.split_oneofs {
                let what = format!(
                    "oneof `{}` is beside other fields of `{}`: in Rust it is a type of its own, and so a message of its own",
                    oneof.name(),
                    it.full_name()
                );
                let fix = "move the oneof into a message that has nothing else (which changes the wire), or take its fields \
                           as optional ones with `--split-oneofs`";
                self.problem(&file, oneof.path(), what, fix);
            }
        }
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
        for field in fields {
            let found = Found::new(&field.options());
            let name = found.text("field_rust_name").unwrap_or_else(|| field_name(field.name()));
            let Some(name) = member_name(&name).filter(|name| names.insert(name.clone())) else {
                self.field_problem(
                    &field,
                    format!("it would be called `{name}` in Rust, which can't be"),
                    "give it another name in Rust with the option `(ffi.field_rust_name)`",
                );
                continue;
            };
            let Some(ty) = self.field_type(&field, &found) else { continue };
            parts.push(self.part(&field, &found, name, Some(ty)));
        }
        let options = Found::new(&it.options());
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

    fn oneof(&mut self, it: &MessageDescriptor) -> Source {
        let options = Found::new(&it.options());
        let file = it.parent_file();
        let mut parts: Vec<Part> = Vec::new();
        let mut names = HashSet::new();
        let mut fields: Vec<_> = it.fields().collect();
        fields.sort_by_key(|field| field.path().to_vec());
        for field in fields {
            let found = Found::new(&field.options());
            let name = found.text("field_rust_name").unwrap_or_else(|| case_name(field.name()));
            if !is_variant_name(&name) || !names.insert(name.clone()) {
                self.field_problem(
                    &field,
                    format!("it would be called `{name}` in Rust, which can't be"),
                    "give it another name in Rust with the option `(ffi.field_rust_name)`",
                );
            }
            let empty = matches!(field.kind(), Kind::Message(it) if it.full_name() == EMPTY);
            let ty = if empty { None } else { Some(self.field_type(&field, &found)) };
            // A field without a type has a problem, which is reported.
            if let None | Some(Some(_)) = ty {
                parts.push(self.part(&field, &found, name, ty.flatten()));
            }
        }
        if parts.iter().all(|part| part.ty.is_none()) && self.problems.is_empty() {
            let what = format!("oneof `{}`: no case holds data", it.full_name());
            self.problem(&file, it.path(), what, "make it an enum");
        }
        let unset = options
            .text("unset_name")
            .unwrap_or_else(|| if names.contains(UNSET) { "NotSet".to_owned() } else { UNSET.to_owned() });
        if !is_variant_name(&unset) || names.contains(&unset) {
            let what = format!(
                "message `{}`: its case without data can't be called `{unset}` in Rust",
                it.full_name()
            );
            self.problem(&file, it.path(), what, "give it another name with the option `(ffi.unset_name)`");
        }
        let doc = it.oneofs().next().map(|oneof| self.doc(&file, oneof.path())).unwrap_or_default();
        parts.insert(
            0,
            Part {
                doc,
                deprecated: options.text("unset_deprecation"),
                name: unset,
                tag: None,
                wire: Wire::default(),
                rename: options.text("unset_dart_name"),
                ty: None,
                value: None,
            },
        );
        self.composite(it, &options, Body::Oneof(parts))
    }

    fn composite(&mut self, it: &MessageDescriptor, options: &Found, body: Body) -> Source {
        let deprecated = it.descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        Source {
            doc: self.doc(&it.parent_file(), it.path()),
            deprecated: deprecated.then(|| options.text("deprecation").unwrap_or_default()),
            name: self.names[it.full_name()].clone(),
            rename: options.text("dart_name"),
            pool: None,
            flags: Vec::new(),
            reserved: Vec::new(),
            body,
        }
    }

    /// Returns a field or case.
    fn part(&mut self, field: &FieldDescriptor, found: &Found, name: String, ty: Option<Type>) -> Part {
        const PROTOBUF: std::ops::RangeInclusive<u32> = 19_000..=19_999;
        if PROTOBUF.contains(&field.number()) {
            self.field_problem(
                field,
                "protobuf keeps the numbers 19000 to 19999 for itself",
                "take another number",
            );
        }
        self.origin(field.parent_message().full_name(), &name, &field.parent_file(), field.path());
        let deprecated = field.field_descriptor_proto().options.as_ref().is_some_and(|it| it.deprecated());
        Part {
            doc: self.doc(&field.parent_file(), field.path()),
            deprecated: deprecated.then(|| found.text("field_deprecation").unwrap_or_default()),
            name,
            tag: Some(field.number()),
            wire: wire(field),
            rename: found.text("field_dart_name"),
            ty,
            value: None,
        }
    }

    /// Records the position of the member `name` of a type.
    fn origin(&mut self, of: &str, name: &str, file: &FileDescriptor, path: &[i32]) {
        let member = Some(name.trim_start_matches("r#").to_owned());
        self.origins.insert((self.names[of].clone(), member), (file.clone(), path.to_vec()));
    }

    /// Reports the reasons for which the Rust source would be refused, at the positions that it
    /// comes from.
    fn check(&mut self, items: &[Source]) {
        let (problems, depth) = check::check(items);
        if depth > check::DEPTH {
            self.warnings.push(format!(
                "messages hold each other {depth} deep, for which rustc needs `#![recursion_limit = \"{}\"]` in the root of the crate",
                2 * depth
            ));
        }
        for Problem { item, what, fix } in problems {
            let crate_name = format!("{CRATE}::");
            let word = |text: &str| {
                let end = text.find(|next: char| next != '_' && !next.is_alphanumeric());
                text[..end.unwrap_or(text.len())].to_owned()
            };
            let (before, behind) = item.split_once(&crate_name).unwrap_or((&item, ""));
            let (name, is_enum) = (word(behind), before.ends_with("enum "));
            let kinds = ["field", "case", "variant"];
            let member =
                kinds.iter().find_map(|kind| behind[name.len()..].strip_prefix(&format!(", {kind} ")));
            let member = member.map(word);
            let option = match (is_enum, &member) {
                (true, Some(_)) => "value_",
                (true, None) => "enum_",
                (false, Some(_)) => "field_",
                (false, None) => "",
            };
            let fix = if what.starts_with("it shares the symbol") {
                format!("give one of the two another name in Rust with the option `(ffi.{option}rust_name)`")
            } else if fix.contains("#[ffi(rename") {
                format!("give it another name in Dart with the option `(ffi.{option}dart_name)`")
            } else if fix.contains("rebuild") {
                "mend it in the .proto file".to_owned()
            } else {
                fix
            };
            let what = format!("{}: {}", item.replace(&crate_name, ""), what.replace(&crate_name, ""));
            let keys = [(name.clone(), member), (name, None)];
            match keys.iter().find_map(|key| self.origins.get(key)).cloned() {
                Some((file, path)) => self.problem(&file, &path, what, fix),
                None => {
                    let place = (String::new(), 0, 0, self.problems.len());
                    self.problems.insert(place, Problem { item: "schema".to_owned(), what, fix });
                }
            }
        }
    }

    /// Returns the type of a field, or reports a problem.
    fn field_type(&mut self, field: &FieldDescriptor, found: &Found) -> Option<Type> {
        if field.is_group() {
            self.field_problem(
                field,
                "groups have no form in Rust",
                "make it a field whose type is a message",
            );
            return None;
        }
        if field.is_required() {
            self.field_problem(
                field,
                "`required` has no form in Rust",
                "remove it: in proto3 no field is required",
            );
            return None;
        }
        if field.field_descriptor_proto().default_value.is_some() {
            self.field_problem(
                field,
                "it has a default other than zero",
                "remove the default, or make the field `optional`",
            );
            return None;
        }
        if let Some(text) = found.text("rust_type") {
            return self.rust_type(field, found, &text);
        }
        let declared = self.declared(field)?;
        let mut bounds = Bounds {
            max_count: found.number("max_count"),
            max_len: found.number("max_len"),
            max_key_len: found.number("max_key_len"),
            fixed_count: found.numbers("fixed_count"),
            closed: found.flag("closed"),
        };
        let texts = matches!(
            &declared,
            Declared::One(Plain::Text | Plain::Bytes) | Declared::Optional(Plain::Text | Plain::Bytes)
        );
        if texts && bounds.max_len.is_none() {
            // Otherwise one name is enough for both bounds.
            bounds.max_len = bounds.max_count;
        }
        if let Some(default) = self.options.default_max_count.map(u64::from) {
            let fixed = !bounds.fixed_count.is_empty();
            for bound in [&mut bounds.max_len, &mut bounds.max_key_len] {
                *bound = bound.or(Some(default).filter(|_| !fixed));
            }
            bounds.max_count = bounds.max_count.or(Some(default).filter(|_| !fixed));
        }
        match implied(&declared, &bounds) {
            Ok(ty) => self.bounded(field, ty),
            Err(missing) => {
                let names = missing.iter().map(|missing| match missing {
                    Missing::Count => "(ffi.max_count)",
                    Missing::Len => "(ffi.max_len)",
                    Missing::KeyLen => "(ffi.max_key_len)",
                });
                let names: Vec<_> = names.collect();
                let options: Vec<_> = names.iter().map(|name| format!("{name} = N")).collect();
                self.field_problem(
                    field,
                    format!("it has no bound: {} missing", names.join(" and ")),
                    format!("add `[{}]`, or pass `--default-max-count N`", options.join(", ")),
                );
                None
            }
        }
    }

    /// Returns a type whose bounds are possible.
    fn bounded(&mut self, field: &FieldDescriptor, ty: Type) -> Option<Type> {
        fn zero(ty: &Type) -> bool {
            match ty {
                Type::Array { of, len } => *len == 0 || zero(of),
                Type::Vec { of, cap } => *cap == 0 || zero(of),
                Type::Map { key, value, cap } => *cap == 0 || zero(key) || zero(value),
                Type::Str { cap } | Type::Bytes { cap } => *cap == 0,
                Type::Option { of } => zero(of),
                _ => false,
            }
        }
        if zero(&ty) {
            self.field_problem(field, "a bound of 0 leaves no room", "take one from 1 upward");
            return None;
        }
        Some(ty)
    }

    /// Returns the type that an option gives, if protobuf agrees with it.
    fn rust_type(&mut self, field: &FieldDescriptor, found: &Found, text: &str) -> Option<Type> {
        const FIX: &str = "mend `(ffi.rust_type)`, or remove it";
        let types = &self.types;
        let ty = match rust::parse(text, &|name| types.get(name).cloned()) {
            Ok(ty) => ty,
            Err(why) => {
                let what = format!("its Rust type `{}` can't be read: {why}", text.escape_debug());
                self.field_problem(field, what, FIX);
                return None;
            }
        };
        let in_oneof = field.containing_oneof().is_some_and(|it| !it.is_synthetic());
        let expected = if in_oneof { case(&ty, self) } else { shape(&ty, self) };
        let expected_wire = wire(field);
        let expected = expected.encoded(expected_wire);
        if !self.agrees(&expected, field) {
            let what = format!("its Rust type `{text}` is another in protobuf than the field's");
            self.field_problem(field, what, FIX);
            return None;
        }
        let bytes = physical(&ty, &|id| self.newtype(id));
        if expected_wire.encoding.is_some() && *inside(&bytes) == Type::Scalar(Scalar::U8) {
            self.field_problem(
                field,
                "`u8` is always a varint",
                "take `u16` in `(ffi.rust_type)`, or `uint32` here",
            );
            return None;
        }
        let bounds = Bounds::of(&bytes);
        for (name, own) in [
            ("max_count", bounds.max_count),
            ("max_len", bounds.max_len),
            ("max_key_len", bounds.max_key_len),
        ] {
            if let Some(said) = found.number(name).filter(|said| Some(*said) != own) {
                let what = format!("its option `{name}` is {said}, which its Rust type `{text}` doesn't say");
                self.field_problem(field, what, "change both alike");
                return None;
            }
        }
        self.bounded(field, ty)
    }

    /// Returns true if the field has the form of `shape` in protobuf.
    fn agrees(&self, shape: &Shape, field: &FieldDescriptor) -> bool {
        let label = match (field.is_map(), field.is_list(), field.field_descriptor_proto().proto3_optional())
        {
            (true, _, _) => return self.agrees_map(shape, field),
            (_, true, _) => Label::Repeated,
            (_, _, true) => Label::Optional,
            _ => Label::Plain,
        };
        // A message has presence either way.
        let presence = matches!(field.kind(), Kind::Message(_))
            && label == Label::Plain
            && shape.label == Label::Optional;
        (shape.label == label || presence) && self.agrees_element(&shape.of, &field.kind())
    }

    fn agrees_map(&self, shape: &Shape, field: &FieldDescriptor) -> bool {
        let Kind::Message(entry) = field.kind() else { return false };
        let Label::Map(key) = shape.label else { return false };
        keyword(&entry.map_entry_key_field().kind()) == Some(key)
            && self.agrees_element(&shape.of, &entry.map_entry_value_field().kind())
    }

    fn agrees_element(&self, element: &Element, kind: &Kind) -> bool {
        let inner = |message: &MessageDescriptor, shapes: &[&Shape]| {
            message.fields().len() == shapes.len()
                && (1..).zip(shapes).all(|(number, shape)| {
                    message.get_field(number).is_some_and(|field| self.agrees(shape, &field))
                })
        };
        match (element, kind) {
            (Element::Keyword(own), Kind::Message(it)) => own.strip_prefix('.') == Some(it.full_name()),
            (Element::Keyword(own), kind) => keyword(kind) == Some(*own),
            (Element::Named(id), Kind::Message(it)) => self.names.get(it.full_name()) == Some(&id.0),
            (Element::Named(id), Kind::Enum(it)) => self.names.get(it.full_name()) == Some(&id.0),
            (Element::Wrapper(shape), Kind::Message(it)) => inner(it, &[shape]),
            (Element::Entry(entry), Kind::Message(it)) => inner(it, &[&entry[0], &entry[1]]),
            _ => false,
        }
    }

    /// Returns the type that the field has without options.
    fn declared(&mut self, field: &FieldDescriptor) -> Option<Declared> {
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else { return None };
            let key = self.plain(field, &entry.map_entry_key_field().kind(), false)?;
            let value = self.plain(field, &entry.map_entry_value_field().kind(), false)?;
            return Some(Declared::Map(key, value));
        }
        let one = field.cardinality() == Cardinality::Optional;
        let of = self.plain(field, &field.kind(), true)?;
        let oneof = field.containing_oneof();
        let in_oneof = oneof.as_ref().is_some_and(|it| !it.is_synthetic());
        let optional = field.field_descriptor_proto().proto3_optional()
            || (in_oneof && !is_oneof(field.parent_message()));
        Some(match (one, optional, &of) {
            // A reference says itself if it is set.
            (true, _, Plain::Other(Type::Ref(_))) => Declared::One(of),
            (true, true, _) => Declared::Optional(of),
            (true, false, _) => Declared::One(of),
            (false, ..) => Declared::Many(of),
        })
    }

    /// Returns the type of one value of this kind; `referred` is true if it may be a reference.
    fn plain(&mut self, field: &FieldDescriptor, kind: &Kind, referred: bool) -> Option<Plain> {
        let (what, fix) = match kind {
            Kind::Enum(it) => return Some(Plain::Enum(TypeId(self.names[it.full_name()].clone()))),
            Kind::Message(it) if it.full_name() == EMPTY => (
                "`google.protobuf.Empty` only has a form as the case of a oneof".to_owned(),
                "take `bool`, or leave the field out".to_owned(),
            ),
            Kind::Message(it) if is_logical(it) => {
                return super::shape::plain(&format!(".{}", it.full_name()));
            }
            Kind::Message(it) => return self.held(field, it, referred).map(Plain::Other),
            other => return keyword(other).and_then(super::shape::plain),
        };
        self.field_problem(field, what, fix);
        None
    }

    /// Returns a message that a field holds: in place, or as a reference if it would hold itself.
    fn held(&mut self, field: &FieldDescriptor, it: &MessageDescriptor, referred: bool) -> Option<Type> {
        let ty = self.types.get(self.names.get(it.full_name())?)?.clone();
        let holder = field.parent_message().full_name();
        let (true, Type::Message(id)) = (self.holds(it.full_name(), holder), &ty) else {
            if self.holds_in_place(it.full_name(), holder) {
                let what = format!("`{}` holds itself through oneof `{}`", holder, it.full_name());
                self.field_problem(
                    field,
                    what,
                    "break the circle with a message in between that has `(ffi.pool_size)`",
                );
                return None;
            }
            return Some(ty);
        };
        let fixed = !Found::new(&field.options()).numbers("fixed_count").is_empty();
        if !referred || (fixed && field.is_list()) {
            let what = format!(
                "`{}` is in a map or an array that it holds itself: that has no form in Rust with this encoding",
                it.full_name()
            );
            self.field_problem(field, what, "make it a list with `(ffi.max_count)`");
            return None;
        }
        if self.pool_size(it).is_none() {
            let what = format!(
                "`{}` holds itself: in Rust it would refer to another in its pool, and has none",
                it.full_name()
            );
            self.field_problem(
                field,
                what,
                format!(
                    "add `option (ffi.pool_size) = N;` to `{}`, or pass `--default-pool-size N`",
                    it.full_name()
                ),
            );
            return None;
        }
        Some(Type::Ref(id.clone()))
    }
}

impl Places {
    fn new(file: &FileDescriptor) -> Self {
        let info = file.file_descriptor_proto().source_code_info.as_ref();
        let locations = info.map(|info| info.location.as_slice()).unwrap_or_default();
        let mut places = HashMap::new();
        for location in locations {
            let [line, column, ..] = location.span[..] else { continue };
            let lines = location
                .leading_comments()
                .lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
            let doc = lines.collect::<Vec<_>>().join("\n").trim_end().to_owned();
            places.entry(location.path.clone()).or_insert((line, column, doc));
        }
        Self(places)
    }
}

const EMPTY: &str = "google.protobuf.Empty";

/// Placeholder for the type in a newtype that has been reported.
const NO_TYPE: Type = Type::Scalar(Scalar::U8);

/// Returns true if a message of protobuf stands for a logical type.
fn is_logical(it: &MessageDescriptor) -> bool {
    Logical::of_proto(it.full_name()).is_some()
}

const INTEGERS: [Scalar; 8] =
    [Scalar::I8, Scalar::U8, Scalar::I16, Scalar::U16, Scalar::I32, Scalar::U32, Scalar::I64, Scalar::U64];

fn is_wrapper(it: &MessageDescriptor) -> bool {
    Found::new(&it.options()).flag("is_wrapper")
}

/// Returns true if a message stands for the parameters, the result or the error of a method.
fn is_of_method(it: &MessageDescriptor) -> bool {
    let found = Found::new(&it.options());
    ["is_request", "is_response", "is_error"].iter().any(|flag| found.flag(flag))
}

/// Returns true if a message is an error.
fn is_error(it: &MessageDescriptor) -> bool {
    Found::new(&it.options()).flag("is_error")
}

/// Returns true if a message has one oneof and nothing else.
fn is_oneof(it: &MessageDescriptor) -> bool {
    let mut oneofs = it.oneofs().filter(|oneof| !oneof.is_synthetic());
    match (oneofs.next(), oneofs.next()) {
        (Some(oneof), None) => oneof.fields().len() == it.fields().len(),
        _ => false,
    }
}

/// Returns the kind of a field's values, for a map that of its values.
fn element(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

fn keyword(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        _ => return None,
    })
}

/// Returns the name in Rust of a type: those of the messages around it, and its own.
fn rust_name(full: &str, package: &str) -> String {
    let own = full.strip_prefix(package).map_or(full, |rest| rest.trim_start_matches('.'));
    own.split('.').map(type_name).collect()
}

/// Names with another meaning as the type of a field: types of the derives, and of Rust itself.
const TYPES: &[&str] = &[
    "FfiBytes",
    "FfiEnum",
    "FfiMap",
    "FfiMessage",
    "FfiNewtype",
    "FfiOpen",
    "FfiOption",
    "FfiRef",
    "FfiStr",
    "FfiVec",
    "bool",
    "char",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "str",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// Returns true if a type can have this name.
fn is_type_name(name: &str) -> bool {
    is_variant_name(name) && !TYPES.contains(&name) && Logical::of_rust(name).is_none()
}

/// Returns true if a variant or case can have this name. The derives take ASCII.
fn is_variant_name(name: &str) -> bool {
    is_identifier(name) && name != "Self" && !KEYWORDS.contains(&name)
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
        && name != "_"
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns the name of a field, as a raw identifier if it is a keyword.
fn member_name(name: &str) -> Option<String> {
    match name {
        "self" | "super" | "crate" => Some(format!("{name}_")),
        name if KEYWORDS.contains(&name) => Some(format!("r#{name}")),
        name if is_identifier(name) => Some(name.to_owned()),
        _ => None,
    }
}

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
