//! Converts a .proto file to Rust source.
//!
//! | module | what it holds |
//! |---|---|
//! | `sources`, `descriptors` | the files: found in folders, compiled by `protox`; descriptor sets |
//! | `scopes` | the types and options that a file names |
//! | `collect` | the messages and enums that the import writes, and the cycles among them |
//! | `forms` | which messages have a fixed size, and which live in arenas |
//! | `options` | options of files, messages, fields and enums |
//! | `sidecar`, `bounds` | options in files of their own; bounds of fields |
//! | `names` | names in Rust |
//! | `types` | the Rust type of each field |
//! | `items` | messages, oneofs, enums and newtypes |
//! | `services` | services and errors |
//! | `report` | positions, comments, problems and warnings |
//!
//! Anything without a form in Rust, or without a bound, is a [`Problem`] with its file, line and
//! column, and all problems are reported at once.
//!
//! Options are those of [`OPTIONS_FILE`](super::OPTIONS_FILE), and options of the same names in any
//! other package, so that existing ones such as `[(acme.max_count) = 8]` need no change.
//!
//! Labels are interpreted by [`shape`](super::shape) in reverse. The [`Form`] of a message decides
//! the rest: in an arena nothing needs a bound, and what has one is in place. In a message of fixed
//! size, a message that reaches itself becomes an `FfiRef`, or a list of them, and must have a
//! pool.

mod bounds;
mod collect;
mod descriptors;
mod forms;
mod items;
mod names;
mod options;
mod report;
mod rules;
mod scopes;
mod services;
mod sidecar;
mod sources;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use ffi_core::schema::read::{Scalar, Type, TypeId};
use prost_reflect::{DescriptorPool, EnumDescriptor, FileDescriptor, MessageDescriptor};

pub use self::bounds::Defaults;
use self::collect::Circle;
pub use self::forms::Form;
use self::items::Wide;
use self::names::{Taken, TypeName};
pub(super) use self::options::Found;
use self::report::{Place, Places};
use self::sidecar::Sidecar;
use self::sources::{Compiled, Infos, compile};
use super::check;
use super::errors::{self, ErrorEnum};
use super::rust::{Body, Module, Source};
use super::shape::Types;
use super::traits::{self, Trait};
use crate::foreign::rust_code;
use crate::model::{Problem, Problems};
use crate::progress::Meter;

/// Defaults for what the .proto file doesn't say.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Folders to search for imports, in this order; if empty, that of the file.
    pub include: Vec<PathBuf>,
    /// Descriptor set to import instead of files.
    pub descriptor_set: Option<PathBuf>,
    /// Full name of a type in protobuf -> its name in Rust.
    pub rename: BTreeMap<String, String>,
    /// Form of the messages whose options ask for none.
    pub form: Form,
    /// Files of options beside the .proto files, in the syntax of nanopb.
    pub sidecars: Vec<PathBuf>,
    /// Bounds of what has none, in messages of fixed size.
    pub defaults: Defaults,
    /// Size in bytes that no message in place may have more of; without one, 256 MiB.
    pub max_message_size: Option<u64>,
    /// Slots of the pool of a message that holds itself, if its options give none.
    pub default_pool_size: Option<u32>,
    /// True if the cases of a oneof beside other fields become optional fields, of which several
    /// can be set.
    pub split_oneofs: bool,
    /// Largest number of bytes of unknown fields that each message keeps; without one they are
    /// dropped.
    pub keep_unknown: Option<u32>,
    /// Counts the files that are read, and the messages that are written.
    pub meter: Meter,
}

/// Result of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Rust source, without the first line that
    /// [`OutputFile::generated`](crate::output::OutputFile::generated) adds.
    pub source: String,
    /// Name and source of each module, which is a file in a folder beside that of `source`.
    pub modules: Vec<(String, String)>,
    /// Messages, in the order of the source.
    pub messages: Vec<ImportedMessage>,
    /// Parts that were left out without harm to messages, each with its position.
    pub warnings: Vec<String>,
}

/// A message of an import.
#[derive(Clone, Debug)]
pub struct ImportedMessage {
    /// Full name in protobuf.
    pub full_name: String,
    /// Name in Rust, behind its module if it has one.
    pub path: String,
    /// Prefix of its symbols, if that isn't the name of the crate.
    pub prefix: Option<String>,
    /// True if it lives in an arena.
    pub in_arena: bool,
    /// True if it has a fixed size because the options or the caller ask for one.
    pub is_bounded: bool,
    /// True if it is an enum in Rust.
    pub is_oneof: bool,
    /// Size in bytes, without what it refers to.
    pub size: u64,
}

/// Reads `file` and writes the Rust source of its messages, and of all that they hold.
///
/// # Errors
///
/// Returns a problem with its position for everything in the file that has no form in Rust.
pub fn import(file: &Path, options: &ImportOptions) -> Result<Imported, Problems> {
    import_all(&[file.to_owned()], options)
}

/// Reads files, and all .proto files in folders, and writes the Rust source of their messages, and
/// of all that they hold: a module for each package, each type once.
///
/// # Errors
///
/// Returns a problem with its position for everything in the files that has no form in Rust.
pub fn import_all(inputs: &[PathBuf], options: &ImportOptions) -> Result<Imported, Problems> {
    let Compiled { title, mains, infos, .. } = compile(inputs, options)?;
    let mut importer = Importer::new(options);
    importer.sidecar = Sidecar::read(&options.sidecars).map_err(|problem| Problems(vec![problem]))?;
    importer.infos = infos;
    importer.root = root(&mains);
    for main in &mains {
        importer.collect(main);
    }
    let edges = importer.find_cycles();
    importer.name(&mains);
    importer.find_forms(&edges);
    let mut items = importer.items();
    importer.sizes = check::sizes(&items);
    forms::mark(&mut items, &importer.large(&mains));
    importer.arenas = items.iter().filter(|it| it.in_arena).map(Source::key).collect();
    for main in &mains {
        importer.errors(main);
    }
    for main in &mains {
        importer.services(main);
    }
    importer.unknown_renames();
    if importer.problems.is_empty() {
        importer.check(&mut items);
    }
    items::leave_out_implied(&mut items);
    if !importer.problems.is_empty() {
        return Err(Problems(importer.problems.into_values().collect()));
    }
    importer.warnings.extend(importer.sidecar.warnings());
    Ok(importer.write(&title, &items))
}

/// Compiles files, and all .proto files in folders, as an import does, and returns their
/// descriptors with those of all that they import.
///
/// # Errors
///
/// Returns a problem for each mistake in the files.
pub fn descriptors(inputs: &[PathBuf], options: &ImportOptions) -> Result<DescriptorPool, Problems> {
    let Compiled { title, pool, .. } = compile(inputs, options)?;
    // A pool reads `packed` of files that it compiles before their options have numbers.
    DescriptorPool::decode(pool.encode_to_vec().as_slice()).map_err(|error| {
        let what = format!("its files don't fit together: {error}");
        Problems(vec![Problem { item: title, what, fix: "mend the .proto files".to_owned() }])
    })
}

/// Returns the package whose types have no module: that of all files, if they have the same.
fn root(mains: &[FileDescriptor]) -> String {
    let mut packages = mains.iter().map(FileDescriptor::package_name);
    let first = packages.next().unwrap_or_default();
    if packages.all(|package| package == first) { first.to_owned() } else { String::new() }
}

/// Compiles a .proto file, or all in a folder.
///
/// # Errors
///
/// Returns a problem for each mistake in the files.
pub(super) fn files(input: &Path, include: &[PathBuf]) -> Result<Vec<FileDescriptor>, Problems> {
    let options = ImportOptions { include: include.to_owned(), ..ImportOptions::default() };
    Ok(compile(&[input.to_owned()], &options)?.mains)
}

/// Reads the files of a descriptor set, without those of protobuf itself.
///
/// # Errors
///
/// Returns a problem if it is none, or is damaged.
pub(super) fn files_of_set(set: &Path) -> Result<Vec<FileDescriptor>, Problems> {
    let options = ImportOptions { descriptor_set: Some(set.to_owned()), ..ImportOptions::default() };
    Ok(compile(&[], &options)?.mains)
}

struct Importer<'a> {
    options: &'a ImportOptions,
    infos: Infos,
    places: HashMap<String, Places>,
    problems: BTreeMap<Place, Problem>,
    /// Items and texts of the problems.
    reported: HashSet<(String, String)>,
    warnings: Vec<String>,
    messages: Vec<MessageDescriptor>,
    enums: Vec<EnumDescriptor>,
    enum_names: HashSet<String>,
    sidecar: Sidecar,
    /// Package whose types have no module.
    root: String,
    taken: Taken,
    /// Types of `ImportOptions::rename` that there are.
    renamed: HashSet<String>,
    /// Packages of the types.
    packages: BTreeSet<String>,
    /// Full names of messages that are known.
    seen: HashSet<String>,
    wide: Vec<Wide>,
    newtypes: Vec<Source>,
    /// Name of a file -> names of its newtypes, and the types in them in Rust's notation.
    newtype_types: HashMap<String, Vec<(String, String)>>,
    /// Types in the newtypes.
    wrapped: HashMap<TypeId, Type>,
    /// Full name in protobuf -> name in Rust among all modules.
    names: HashMap<String, String>,
    /// Full name in protobuf -> parts of the name.
    type_names: HashMap<String, TypeName>,
    /// Name in Rust among all modules -> type.
    types: HashMap<String, Type>,
    /// Name in Rust among all modules, and that of the field, case or variant if it is one ->
    /// position.
    origins: HashMap<(String, Option<String>), (FileDescriptor, Vec<i32>)>,
    /// Full name of a message -> the cycles that it is in.
    circles: HashMap<String, Circle>,
    /// Full names of the messages that methods pass.
    passed: HashSet<String>,
    /// Full names of the messages that are a oneof, and no enum in Rust.
    unfolded: HashSet<String>,
    /// Full name of a message -> its form.
    forms: HashMap<String, Form>,
    /// Names in Rust of the messages and oneofs that live in arenas.
    arenas: HashSet<String>,
    /// Name in Rust among all modules -> size in bytes.
    sizes: HashMap<String, u64>,
    /// Name in Rust among all modules, and that of a member -> how often Dart refused its name.
    dart_names: HashMap<(String, Option<String>), u32>,
    reprs: HashMap<TypeId, (Scalar, bool)>,
    services: Vec<Trait>,
    errors: Vec<ErrorEnum>,
    /// Full name of an error in protobuf -> its name in Rust.
    error_names: HashMap<String, String>,
    /// Module of the service or error that is being read.
    at: String,
    /// Names of `ffi_core` that it uses.
    used: BTreeSet<&'static str>,
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

const EMPTY: &str = "google.protobuf.Empty";

/// Placeholder for the type in a newtype that has been reported.
const NO_TYPE: Type = Type::Scalar(Scalar::U8);

impl<'a> Importer<'a> {
    fn new(options: &'a ImportOptions) -> Self {
        Self {
            options,
            infos: Infos::new(),
            places: HashMap::new(),
            problems: BTreeMap::new(),
            reported: HashSet::new(),
            warnings: Vec::new(),
            messages: Vec::new(),
            enums: Vec::new(),
            enum_names: HashSet::new(),
            sidecar: Sidecar::default(),
            root: String::new(),
            taken: Taken::default(),
            renamed: HashSet::new(),
            packages: BTreeSet::new(),
            seen: HashSet::new(),
            wide: Vec::new(),
            newtypes: Vec::new(),
            newtype_types: HashMap::new(),
            wrapped: HashMap::new(),
            names: HashMap::new(),
            type_names: HashMap::new(),
            types: HashMap::new(),
            origins: HashMap::new(),
            circles: HashMap::new(),
            passed: HashSet::new(),
            unfolded: HashSet::new(),
            forms: HashMap::new(),
            arenas: HashSet::new(),
            sizes: HashMap::new(),
            dart_names: HashMap::new(),
            reprs: HashMap::new(),
            services: Vec::new(),
            errors: Vec::new(),
            error_names: HashMap::new(),
            at: String::new(),
            used: BTreeSet::new(),
        }
    }

    /// Returns the source of each module.
    fn write(self, title: &str, items: &[Source]) -> Imported {
        let own = items.iter().map(|it| &it.module);
        let own = own.chain(self.services.iter().map(|it| &it.module));
        let own = own.chain(self.errors.iter().map(|it| &it.module));
        let names: BTreeSet<_> = own.filter(|name| !name.is_empty()).cloned().collect();
        let names: Vec<_> = names.into_iter().collect();
        let newtypes = items.iter().filter(|it| matches!(it.body, Body::Newtype { .. }));
        let newtypes = newtypes.map(|it| (it.key(), it)).collect();
        let deprecated = items.iter().any(|it| it.deprecated.is_some());
        let write = |module: &str, title: String, modules: &[String]| {
            let items = items.iter().filter(|it| it.module == module).collect();
            let module_file = Module { title, modules, items, newtypes: &newtypes, deprecated };
            module_file.write(|out: &mut String, used: &mut BTreeSet<&'static str>| {
                let errors = self.errors.iter().filter(|it| it.module == module);
                let errors = errors.fold(true, |documented, it| {
                    *out += "\n";
                    errors::write(out, it, used) && documented
                });
                let services = self.services.iter().filter(|it| it.module == module);
                services.fold(errors, |documented, it| {
                    *out += "\n";
                    traits::write(out, it, used) && documented
                })
            })
        };
        let source = write("", format!("The schema of {title}."), &names);
        let packages: BTreeMap<_, _> =
            self.packages.iter().map(|package| (self.module(package), package)).collect();
        let modules = names.iter().map(|name| {
            let package = packages.get(name).map_or("", |it| it.as_str());
            (name.clone(), write(name, format!("The package {}.", rust_code(package)), &[]))
        });
        let modules = modules.collect();
        Imported { source, modules, messages: self.described(items), warnings: self.warnings }
    }

    /// Returns what is known of each message.
    fn described(&self, items: &[Source]) -> Vec<ImportedMessage> {
        let sources: HashMap<_, _> = items.iter().map(|it| (it.key(), it)).collect();
        let message = |it: &MessageDescriptor| {
            let path = self.names.get(it.full_name())?;
            let source = sources.get(path)?;
            Some(ImportedMessage {
                full_name: it.full_name().to_owned(),
                path: path.clone(),
                prefix: source.prefix.clone(),
                in_arena: source.in_arena,
                is_bounded: self.form(it) != Form::Arena,
                is_oneof: matches!(source.body, Body::Oneof(_)),
                size: self.sizes.get(path).copied().unwrap_or_default(),
            })
        };
        self.messages.iter().filter_map(message).collect()
    }
}
