//! Takes .proto files of other teams through the import, rustc and the Dart writer, and random
//! messages through the library that comes out.
//!
//! [`check`] returns one row of the table that `cargo xtask protos` prints. The expected values
//! come from `prost-reflect`, and from protobuf's own Python, which only know the .proto files.

mod exported;
mod library;
mod peer;
mod random;

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use ffi_core::schema::read::{Item, Message, Record};
use ffi_dart_emit::proto::{ImportOptions, Imported, import, import_all};
use ffi_dart_emit::{dart, library_file, model};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorSet;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};

use self::library::Codec;
pub use self::peer::Outcome;
use self::random::Random;
use crate::workspace::root;

/// A folder with the .proto files of a project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name of the crate that is made of it.
    pub name: String,
    /// Folder with the files.
    pub folder: PathBuf,
    /// Folders to search for imports.
    pub include: Vec<PathBuf>,
    /// Number of random values of each message.
    pub values: u32,
}

/// Results of a project.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Name of the project.
    pub name: String,
    /// Number of its .proto files.
    pub files: usize,
    /// Number of those that are imported one by one.
    pub imported: usize,
    /// True if all of them together compile.
    pub compiles: bool,
    /// True if there is a Dart package of all of them.
    pub emits: bool,
    /// Number of messages whose values go through the library.
    pub messages: usize,
    /// Number of values that came back as they were.
    pub right: u64,
    /// Number of values.
    pub values: u64,
    /// Result with protobuf's own Python, if one was given.
    pub peer: Option<Outcome>,
    /// Failures, each with its file or message and the reason.
    pub failures: Vec<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, files, imported, compiles, emits, messages, right, values, .. } = self;
        let yes = |is: bool| if is { "yes" } else { "no" };
        let (compiles, emits) = (yes(*compiles), yes(*emits));
        write!(
            f,
            "| {name} | {files} | {imported} | {compiles} | {emits} | {messages} | {right} of {values} |"
        )
    }
}

/// First lines of the table.
pub const HEAD: &str = "| project | files | imported | compiles | emits | messages | round trips |\n\
                        |---|---|---|---|---|---|---|";

/// Checks a project. `build` builds the package in a folder, and returns its library. `python`
/// starts a Python that has protobuf, which sends as many random values of each message.
///
/// # Errors
///
/// Returns an error if files can't be read or written; what is wrong with the project is in the
/// row.
pub fn check(
    project: &Project,
    crate_folder: &Path,
    build: impl FnOnce(&Path) -> Result<PathBuf>,
    python: Option<(Command, u32)>,
) -> Result<Row> {
    let mut row = Row { name: project.name.clone(), ..Row::default() };
    let options = ImportOptions { include: project.include.clone(), ..ImportOptions::default() };
    let files = protos(&project.folder)?;
    row.files = files.len();
    let mut taken = Vec::new();
    for file in files {
        match import(&file, &options) {
            Ok(_) => taken.push(file),
            Err(problems) => row.failures.push(format!("{}: {problems}", file.display())),
        }
    }
    row.imported = taken.len();
    let imported = match import_all(&taken, &options) {
        Ok(imported) => imported,
        Err(problems) => {
            row.failures.push(format!("all together: {problems}"));
            return Ok(row);
        }
    };
    write_crate(&project.name, &imported, crate_folder)?;
    let library = match build(crate_folder) {
        Ok(library) => library,
        Err(error) => {
            row.failures.push(format!("rustc: {error:#}"));
            return Ok(row);
        }
    };
    row.compiles = true;
    let records = library_file::read(&fs::read(&library)?)?;
    let package =
        model::resolve(records.clone()).and_then(|it| dart::package(&it, &dart::Options::default()));
    match package {
        Ok(_) => row.emits = true,
        Err(problems) => row.failures.push(format!("Dart: {problems}")),
    }
    let schema = Schema::of(project, &taken, &imported, &records)?;
    row.failures.extend(exported::differences(crate_folder, &records, &schema.exported)?);
    round_trips(&schema, project.values, &library, &mut row)?;
    if let Some((python, count)) = python {
        let messages = schema.messages.iter().map(|(descriptor, record)| (descriptor.full_name(), *record));
        let run = peer::run(python, crate_folder, &library, &schema.set, &records, messages, count);
        row.peer = Some(run?);
    }
    Ok(row)
}

/// Returns the .proto files in a folder and below it, sorted.
fn protos(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("{} can't be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|it| it == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a crate with the source of an import.
fn write_crate(name: &str, imported: &Imported, folder: &Path) -> Result<()> {
    let root = root();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nffi-core = {{ path = {:?}, features = [\"async\", \"proto\", \"simd\"] }}\n",
        root.join("ffi-core")
    );
    let write = |file: &str, text: &str| -> Result<()> {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().context("it is in a folder")?)?;
        fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))
    };
    if folder.join("src").exists() {
        fs::remove_dir_all(folder.join("src"))?;
    }
    write("Cargo.toml", &manifest)?;
    // The same versions as in the workspace; cargo drops those that aren't needed.
    write("Cargo.lock", &fs::read_to_string(root.join("Cargo.lock"))?)?;
    write("src/lib.rs", "#![recursion_limit = \"512\"]\n\npub mod schema;\n\nffi_core::library!();\n")?;
    write("src/schema.rs", &imported.source)?;
    for (module, source) in &imported.modules {
        write(&format!("src/schema/{module}.rs"), source)?;
    }
    Ok(())
}

/// Messages that go through a library.
struct Schema<'a> {
    set: FileDescriptorSet,
    records: &'a [Record],
    messages: Vec<(MessageDescriptor, &'a Message)>,
    /// These, and those that are enums in Rust, each with its full name in an export.
    exported: Vec<(MessageDescriptor, String)>,
}

impl<'a> Schema<'a> {
    /// Returns the messages of an import that are no enums in Rust.
    fn of(project: &Project, files: &[PathBuf], imported: &Imported, records: &'a [Record]) -> Result<Self> {
        let mut include = project.include.clone();
        include.push(project.folder.clone());
        // The options of imports that nobody keeps beside their files.
        include.push(root().join("ffi-dart-emit/proto"));
        let set = protox::compile(files, &include).map_err(|error| anyhow!("{error:?}"))?;
        let pool = DescriptorPool::from_file_descriptor_set(set.clone())?;
        let mut find: HashMap<&str, &Message> = HashMap::new();
        let mut items: HashMap<&str, &Item> = HashMap::new();
        for record in records {
            match record {
                Record::Message(it) => {
                    find.insert(&it.id.0, it);
                    items.insert(&it.id.0, &it.item);
                }
                Record::Oneof(it) => _ = items.insert(&it.id.0, &it.item),
                _ => {}
            }
        }
        let crate_name = project.name.replace('-', "_");
        let (mut messages, mut exported) = (Vec::new(), Vec::new());
        for message in &imported.messages {
            let Some(descriptor) = pool.get_message_by_name(&message.full_name) else { continue };
            let name = message.path.rsplit("::").next().unwrap_or_default();
            let id = format!("{}::{name}", message.prefix.as_ref().unwrap_or(&crate_name));
            let none = || format!("there is no record of {id}");
            let item = items.get(id.as_str()).with_context(none)?;
            exported.push((descriptor.clone(), exported::full_name(item)));
            if !message.is_oneof {
                messages.push((descriptor, *find.get(id.as_str()).with_context(none)?));
            }
        }
        Ok(Self { set, records, messages, exported })
    }
}

/// Sends random values of each message through the library, as protobuf's bytes.
fn round_trips(schema: &Schema<'_>, count: u32, library: &Path, row: &mut Row) -> Result<()> {
    let codec = Codec::open(library, schema.records)?;
    let mut random = Random::new();
    for (descriptor, record) in &schema.messages {
        row.messages += 1;
        for _ in 0..count {
            let bytes = random.message(descriptor, 0).encode_to_vec();
            row.values += 1;
            let result = codec.again(record, &bytes).and_then(|again| {
                let read = |bytes: &[u8]| DynamicMessage::decode(descriptor.clone(), bytes);
                let (before, after) = (read(&bytes)?, read(&again)?);
                if before == after { Ok(()) } else { Err(anyhow!("{before} became {after}")) }
            });
            match result {
                Ok(()) => row.right += 1,
                Err(error) => row.failures.push(format!("{}: {error:#}", descriptor.full_name())),
            }
        }
    }
    Ok(())
}
