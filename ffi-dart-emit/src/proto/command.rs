//! Arguments of `ffi-dart-emit import`, and its run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use super::{Defaults, Form, ImportOptions, Imported, import_all};
use crate::cargo::relative;
use crate::output::{Leftovers, OutputFile, Plan};
use crate::progress::Meter;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Files to read, and folders whose .proto files are read
    #[arg(required_unless_present = "descriptor_set", conflicts_with = "descriptor_set")]
    inputs: Vec<PathBuf>,
    /// Descriptor set to read instead, from `protoc --include_imports --include_source_info
    /// --descriptor_set_out=FILE`; this also takes files of editions
    #[arg(long, value_name = "FILE")]
    descriptor_set: Option<PathBuf>,
    /// Folder to search for imports; may be given several times [default: the folders of the
    /// inputs]
    #[arg(short = 'I', value_name = "FOLDER")]
    include: Vec<PathBuf>,
    /// File to write; modules of further packages come into a folder of its name beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Name in Rust of a message, enum or service, as `acme.fleet.Vehicle=Car`; may be given
    /// several times
    #[arg(long, value_name = "OLD=NEW", value_parser = renamed)]
    rename: Vec<(String, String)>,
    /// Give all messages a fixed size, for which all texts, lists and maps need bounds; otherwise
    /// messages live in arenas, except those with a pool, kernels or columns
    #[arg(long)]
    bounded: bool,
    /// As --bounded, with messages that are always there unless the file says `optional`
    #[arg(long)]
    implicit_presence: bool,
    /// File of options for messages and fields, in the syntax of nanopb's `.options`; may be given
    /// several times
    #[arg(long = "options", value_name = "FILE")]
    sidecars: Vec<PathBuf>,
    /// Bound of everything that has none in its options, in messages of fixed size
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_count: Option<u32>,
    /// The same for texts only, in bytes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_text: Option<u32>,
    /// The same for `bytes` only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_bytes: Option<u32>,
    /// The same for the elements of lists only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_list: Option<u32>,
    /// The same for the entries of maps only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_map: Option<u32>,
    /// The same for lists of references only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    default_max_references: Option<u32>,
    /// Size that no message may have more of, without what it refers to in an arena [default: 256
    /// MiB]
    #[arg(long, value_name = "BYTES")]
    max_message_size: Option<u64>,
    /// Slots of the pool of a message of fixed size that holds itself, unless its options say
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..i64::from(u32::MAX)))]
    default_pool_size: Option<u32>,
    /// Turn the cases of a oneof beside other fields into optional fields; several can be set
    #[arg(long)]
    split_oneofs: bool,
    /// Keep fields that the schema doesn't know, up to so many bytes in each message, and write
    /// them again; otherwise they are dropped. Not in messages with kernels or columns
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    keep_unknown: Option<u32>,
    /// Write nothing; show what would change, and fail if anything would
    #[arg(long)]
    pub check: bool,
}

/// Parses `OLD=NEW`.
fn renamed(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').ok_or("write it as OLD=NEW")?;
    Ok((old.trim_start_matches('.').to_owned(), new.to_owned()))
}

/// Files that an import writes.
pub struct Written {
    /// File of the root, which messages name.
    pub out: PathBuf,
    /// Files to write, below the folder of `out`.
    pub plan: Plan,
    /// Names in Rust and sizes in bytes of the messages of fixed size.
    pub sizes: Vec<(String, u64)>,
    /// Warnings, each with its position.
    pub warnings: Vec<String>,
}

impl Import {
    /// Reads the files, and plans those with their Rust source. `meter` counts them.
    ///
    /// # Errors
    ///
    /// Returns the problems of the files, each with its position.
    pub fn run(&self, meter: &Meter) -> Result<Written> {
        let options = ImportOptions { meter: meter.clone(), ..self.options() };
        let Imported { source, modules, messages, warnings } =
            import_all(&self.inputs, &options).map_err(|problems| {
                let count = problems.0.len();
                let noun = if count == 1 { "problem" } else { "problems" };
                let inputs = self.inputs.iter().chain(&self.descriptor_set);
                let shown: Vec<_> = inputs.map(|it| relative(it).display().to_string()).collect();
                anyhow::anyhow!("{}: {count} {noun}\n\n{problems}", shown.join(", "))
            })?;
        let name = self.out.file_name().context("--out must name a file")?.to_string_lossy().into_owned();
        // Modules of these files are beside them.
        let folder = match name.strip_suffix(".rs").unwrap_or(&name) {
            "lib" | "main" | "mod" => String::new(),
            stem => format!("{stem}/"),
        };
        let mut files = vec![OutputFile::generated(&name, source)];
        for (module, source) in modules {
            files.push(OutputFile::generated(format!("{folder}{module}.rs"), source));
        }
        let leftovers = Leftovers { folder: folder.trim_end_matches('/'), suffix: ".rs" };
        let leftovers = Some(leftovers).filter(|it| !it.folder.is_empty());
        let plan = Plan::new(self.out.parent().unwrap_or(Path::new("")), files, leftovers);
        let bounded = messages.into_iter().filter(|it| it.is_bounded);
        let sizes = bounded.map(|it| (it.path, it.size)).collect();
        Ok(Written { out: self.out.clone(), plan, sizes, warnings })
    }

    fn options(&self) -> ImportOptions {
        let form = match (self.implicit_presence, self.bounded) {
            (true, _) => Form::Implicit,
            (false, true) => Form::Bounded,
            (false, false) => Form::Arena,
        };
        ImportOptions {
            include: self.include.clone(),
            descriptor_set: self.descriptor_set.clone(),
            rename: self.rename.iter().cloned().collect(),
            form,
            sidecars: self.sidecars.clone(),
            defaults: Defaults {
                all: self.default_max_count,
                text: self.default_max_text,
                bytes: self.default_max_bytes,
                list: self.default_max_list,
                map: self.default_max_map,
                references: self.default_max_references,
            },
            max_message_size: self.max_message_size,
            default_pool_size: self.default_pool_size,
            split_oneofs: self.split_oneofs,
            keep_unknown: self.keep_unknown,
            ..ImportOptions::default()
        }
    }
}
