//! One crate of some files of a project.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use ffi_core::schema::read::Record;
use ffi_dart_emit::proto::{Imported, import_all};
use ffi_dart_emit::{dart, library_file, model};
use prost_reflect::DynamicMessage;
use prost_reflect::prost::Message as _;

use super::exported;
use super::library::Codec;
use super::peer::{self, Outcome};
use super::project::{Project, Tools};
use super::random::Random;
use super::schema::Schema;
use crate::dart_sdk::Sdk;
use crate::workspace::root;

/// Results of a crate.
#[derive(Default)]
pub(super) struct Part {
    pub(super) compiles: bool,
    pub(super) emits: bool,
    /// Number of files whose messages came back as they were.
    pub(super) came_back: usize,
    pub(super) messages: usize,
    pub(super) right: u64,
    pub(super) values: u64,
    pub(super) peer: Outcome,
    pub(super) failures: Vec<String>,
    /// Full names of the messages that changed.
    wrong: HashSet<String>,
}

impl Part {
    /// Imports files into a crate, builds it, and sends values through it, but for the messages of
    /// `tested`.
    pub(super) fn check(
        project: &Project,
        name: &str,
        files: &[PathBuf],
        folder: &Path,
        tools: &Tools<'_>,
        tested: &mut HashSet<String>,
    ) -> Result<Self> {
        let mut part = Self::default();
        let place = match files {
            [file] => file.display().to_string(),
            several => format!("{name}, {} files", several.len()),
        };
        let fail = |part: Self, what: String| Ok(Self { failures: vec![format!("{place}: {what}")], ..part });
        let imported = match import_all(files, &project.options()) {
            Ok(imported) => imported,
            Err(problems) => return fail(part, problems.to_string()),
        };
        write_crate(name, &imported, folder)?;
        let library = match (tools.build)(folder, name) {
            Ok(library) => library,
            Err(error) => return fail(part, format!("rustc: {error:#}")),
        };
        part.compiles = true;
        let records = library_file::read(&fs::read(&library)?)?;
        if let Err(error) = emit(&records, &folder.join("dart"), tools.dart) {
            return fail(part, format!("Dart: {error:#}"));
        }
        part.emits = true;
        let schema = Schema::of(project, name, files, &imported, &records)?;
        let differences = exported::differences(folder, &records, &schema.exported)?;
        let is_exported = differences.iter().all(|(message, _)| message.is_some());
        for (message, what) in differences {
            part.wrong.extend(message);
            part.failures.push(format!("export: {what}"));
        }
        let messages = schema.messages.iter().filter(|(it, _)| tested.insert(it.full_name().to_owned()));
        let messages: Vec<_> = messages.collect();
        part.messages = messages.len();
        let codec = Codec::open(&library, &records)?;
        let mut random = Random::new();
        for (descriptor, record) in &messages {
            for _ in 0..project.values {
                let bytes = random.message(descriptor, 0).encode_to_vec();
                part.values += 1;
                let result = codec.again(record, &bytes).and_then(|again| {
                    let read = |bytes: &[u8]| DynamicMessage::decode(descriptor.clone(), bytes);
                    let (before, after) = (read(&bytes)?, read(&again)?);
                    if before == after { Ok(()) } else { Err(anyhow!("{before} became {after}")) }
                });
                match result {
                    Ok(()) => part.right += 1,
                    Err(error) => {
                        part.failures.push(format!("{}: {error:#}", descriptor.full_name()));
                        part.wrong.insert(descriptor.full_name().to_owned());
                    }
                }
            }
        }
        if let Some((python, count)) = &tools.python {
            let set = match schema.set(project, files, folder, tools.protoc) {
                Ok(set) => set,
                Err(error) => {
                    part.failures.push(format!("{place}: protoc: {error:#}"));
                    schema.set(project, files, folder, None)?
                }
            };
            let messages = messages.iter().map(|(descriptor, record)| (descriptor.full_name(), *record));
            part.peer = peer::run(python()?, folder, &library, &set, &records, messages, *count)?;
            part.failures.extend(part.peer.failures.iter().cloned());
            part.wrong.extend(part.peer.messages.iter().cloned());
        }
        let wrong = schema.exported.iter().filter(|(it, _)| part.wrong.contains(it.full_name()));
        let wrong: HashSet<_> = wrong.map(|(it, _)| it.parent_file().name().to_owned()).collect();
        let is_right = |file: &&PathBuf| is_exported && !wrong.iter().any(|name| file.ends_with(name));
        part.came_back = files.iter().filter(is_right).count();
        Ok(part)
    }
}

/// Writes the Dart package of a library, and has it analyzed.
fn emit(records: &[Record], folder: &Path, sdk: Option<&Sdk>) -> Result<()> {
    let runtime = root().join("ffi-dart-emit/dart/ffi_core");
    let options = dart::Options { runtime: Some(runtime.display().to_string()), ..dart::Options::default() };
    let package = model::resolve(records.to_vec()).and_then(|it| dart::package(&it, &options));
    let package = package.map_err(|problems| anyhow!("{problems}"))?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    for file in package {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().context("it is in a folder")?)?;
        fs::write(path, file.contents)?;
    }
    if let Some(sdk) = sdk {
        sdk.pub_get(folder)?;
        sdk.analyze(folder)?;
    }
    Ok(())
}

/// Writes a crate with the source of an import.
fn write_crate(name: &str, imported: &Imported, folder: &Path) -> Result<()> {
    let root = root();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\nffi-core = {{ path = {:?}, features = [\"async\", \"proto\", \"simd\"] }}\n\n\
         # Nobody debugs it, and the largest take half of their time for it.\n\
         [profile.dev]\ndebug = false\nincremental = false\n",
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
    let lib =
        "#![deny(warnings)]\n#![recursion_limit = \"512\"]\n\npub mod schema;\n\nffi_core::library!();\n";
    write("src/lib.rs", lib)?;
    write("src/schema.rs", &imported.source)?;
    for (module, source) in &imported.modules {
        write(&format!("src/schema/{module}.rs"), source)?;
    }
    Ok(())
}
