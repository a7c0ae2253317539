//! Reads the header of an arena's file, and the schema inside if there is one.
//!
//! The file may hold anything, and be as large as 8 GiB: only header and schema are read, and no
//! handle is followed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail};
use ffi_core::arena::{ArenaHeader, HEADER_LEN, MAGIC, MAX_SCHEMA};
use ffi_core::boundary::ABI_VERSION;
use ffi_core::schema::read::Record;
use serde_json::{Value, json};

use crate::foreign::one_line;
use crate::model::{Message, Model, TypeId, arena_layout, resolve_unsealed};

/// The file of an arena.
#[derive(Debug)]
pub struct ArenaFile {
    /// Number of bytes.
    pub size: u64,
    /// Its header.
    pub header: ArenaHeader,
    /// Layouts of the root and of all that it reaches, if they are inside.
    pub schema: Option<Schema>,
}

/// The schema inside of a file.
#[derive(Debug)]
pub struct Schema {
    /// Size in bytes.
    pub size: u64,
    /// The JSON, which is an array of records, cut to what their bytes mean.
    pub json: Value,
    /// The checked records; the library has no more than a name.
    pub model: Model,
    /// The root.
    pub root: TypeId,
}

/// Returns true if a file begins as an arena does.
#[must_use]
pub fn is_arena(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == MAGIC
}

impl ArenaFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns the errors of the file system, and an error about a header or schema that is none.
    pub fn read(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut start = Vec::new();
        file.by_ref().take(HEADER_LEN as u64).read_to_end(&mut start)?;
        let header = ArenaHeader::read(&start)?;
        let schema = header.schema_len(size)?;
        if schema > MAX_SCHEMA {
            bail!("its schema has {schema} bytes, and no more than {MAX_SCHEMA} are read");
        }
        let schema = match schema {
            0 => None,
            len => Some(Schema::read(&mut file, size - len, &header).context("the schema inside")?),
        };
        Ok(Self { size, header, schema })
    }
}

impl Schema {
    fn read(file: &mut File, at: u64, header: &ArenaHeader) -> Result<Self> {
        let mut text = String::new();
        file.seek(SeekFrom::Start(at))?;
        let size = file.take(MAX_SCHEMA).read_to_string(&mut text)? as u64;
        let json: Value = serde_json::from_str(&text)?;
        let records = json.as_array().context("it is not an array")?;
        let root = records.first().and_then(|root| root["id"].as_str()).context("it has no root")?;
        let root = TypeId(root.to_owned());
        let records = completed(records, &root)?;
        let model = resolve_unsealed(records)
            .map_err(|problems| anyhow::anyhow!("its records don't fit each other\n\n{problems}"))?;
        let message = message(&model, &root).context("its root is no message that lives in an arena")?;
        if arena_layout(&model, message) != header.layout {
            bail!("it is that of another layout than the header's");
        }
        Ok(Self { size, json, model, root })
    }
}

/// Returns the message with an id, if it lives in an arena.
fn message<'a>(model: &'a Model, id: &TypeId) -> Option<&'a Message> {
    model.messages.iter().find(|it| it.id == *id && it.arena.is_some())
}

/// Returns records as a library has them. What they have no place for, symbols and the library
/// itself, is made up.
fn completed(cut: &[Value], root: &TypeId) -> Result<Vec<Record>> {
    let symbols = |names: &[&str], prefix: &str| -> Value {
        names.iter().map(|name| ((*name).to_owned(), json!(format!("{prefix}_{name}")))).collect()
    };
    let library = root.0.split("::").next().unwrap_or_default();
    let names =
        ["abi_version", "status_clear", "alloc", "free", "owned_free", "dart_init", "dart_calls", "shutdown"];
    let mut records = vec![json!({
        "kind": "library",
        "name": library,
        "version": "0.0.0",
        "abi": ABI_VERSION,
        "panic": "unwind",
        "symbols": symbols(&names, "library"),
    })];
    let operations = [
        "new", "free", "parts", "resize", "renew", "compact", "wasted", "map", "check", "freeze", "schema",
        "compare",
    ];
    for (index, record) in cut.iter().enumerate() {
        let mut record = record.clone();
        let kind = record["kind"].as_str().unwrap_or_default();
        if !matches!(kind, "message" | "enum" | "oneof" | "newtype") {
            bail!("it has a record of kind `{}`", one_line(kind));
        }
        if kind == "message" && record["in_arena"] == true {
            record["arena"] = json!({ "symbols": symbols(&operations, &format!("arena_{index}")) });
        }
        record["symbols"] = symbols(&["fingerprint"], &format!("type_{index}"));
        records.push(record);
    }
    serde_json::from_value(Value::Array(records)).context("it is not one that this version knows")
}
