//! Converts a .proto file to Rust source.
//!
//! | module | what it holds |
//! |---|---|
//! | `sources` | the files: found in folders, read, compiled by `protox` |
//! | `collect` | the messages and enums that the import writes, and the cycles among them |
//! | `options` | options of files, messages, fields and enums |
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
//! Labels are interpreted by [`shape`](super::shape) in reverse. Two rules are the import's own: a
//! message without `optional` is in place and always present; a message that reaches itself becomes
//! an `FfiRef`, or a list of them, and must have a pool.

mod collect;
mod items;
mod names;
mod options;
mod report;
mod services;
mod sources;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use ffi_core::schema::read::{Scalar, Type, TypeId};
use prost_reflect::{EnumDescriptor, FileDescriptor, MessageDescriptor};

use self::collect::Circle;
use self::items::Wide;
use self::report::{Place, Places};
use self::sources::compile;
use super::errors::{self, ErrorEnum};
use super::rust::{self, Source};
use super::shape::Types;
use super::traits::{self, Trait};
use crate::model::{Problem, Problems};

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
}
