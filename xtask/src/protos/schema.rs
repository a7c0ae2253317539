//! The messages of a crate, as the .proto files have them and as the library has them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use ffi_core::schema::read::{Item, Message, Record};
use ffi_dart_emit::proto::{ImportOptions, Imported, descriptors};
use prost_reflect::{DescriptorPool, MessageDescriptor};

use super::exported;
use super::project::Project;
use crate::protoc::Protoc;
use crate::workspace::{capture, root};

/// Messages that go through a library.
pub(super) struct Schema<'a> {
    pool: DescriptorPool,
    /// Those that are no enums in Rust.
    pub(super) messages: Vec<(MessageDescriptor, &'a Message)>,
    /// All of them, each with its full name in an export.
    pub(super) exported: Vec<(MessageDescriptor, String)>,
}

impl<'a> Schema<'a> {
    pub(super) fn of(
        project: &Project,
        crate_name: &str,
        files: &[PathBuf],
        imported: &Imported,
        records: &'a [Record],
    ) -> Result<Self> {
        let options = ImportOptions { include: project.include.clone(), ..ImportOptions::default() };
        let pool = descriptors(files, &options).map_err(|problems| anyhow!("{problems}"))?;
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
        let (mut messages, mut exported) = (Vec::new(), Vec::new());
        for message in &imported.messages {
            let Some(descriptor) = pool.get_message_by_name(&message.full_name) else { continue };
            let name = message.path.rsplit("::").next().unwrap_or_default();
            let id = format!("{}::{name}", message.prefix.as_deref().unwrap_or(crate_name));
            let none = || format!("there is no record of {id}");
            let item = items.get(id.as_str()).with_context(none)?;
            exported.push((descriptor.clone(), exported::full_name(item)));
            if !message.is_oneof {
                messages.push((descriptor, *find.get(id.as_str()).with_context(none)?));
            }
        }
        Ok(Self { pool, messages, exported })
    }

    /// Returns the descriptors for a peer: those of protobuf's own compiler, if there is one.
    pub(super) fn set(
        &self,
        project: &Project,
        files: &[PathBuf],
        folder: &Path,
        protoc: Option<&Protoc>,
    ) -> Result<Vec<u8>> {
        let Some(protoc) = protoc else { return Ok(self.pool.encode_to_vec()) };
        let mut compile = protoc.command();
        // The options of imports that nobody keeps beside their files.
        let options = root().join("ffi-dart-emit/proto");
        for folder in project.include.iter().chain([&project.folder, &options]) {
            compile.arg("-I").arg(folder);
        }
        let out = folder.join("protoc");
        compile.arg("--include_imports").arg("--descriptor_set_out").arg(&out).args(files);
        capture(&mut compile)?;
        Ok(fs::read(out)?)
    }
}
