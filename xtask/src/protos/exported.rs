//! Compares the messages of a project with those that the library exports again: other names are
//! the same schema, other numbers, types, labels, presence or oneofs are not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use ffi_core::schema::read::{Item, Record};
use ffi_dart_emit::model;
use ffi_dart_emit::proto;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

/// Package of the export.
const PACKAGE: &str = "exported";

/// Returns the full name that a type has in the export.
pub(super) fn full_name(item: &Item) -> String {
    let given = item.proto_name.clone().unwrap_or_default();
    let package = given.package.unwrap_or_else(|| PACKAGE.to_owned());
    let name = given.name.unwrap_or_else(|| item.rename.as_ref().unwrap_or(&item.name).clone());
    format!("{package}.{name}")
}

/// Returns the differences, each with the full name of its message if it has one. `messages` are
/// those of the project, each with its full name in the export.
pub(super) fn differences(
    folder: &Path,
    records: &[Record],
    messages: &[(MessageDescriptor, String)],
) -> Result<Vec<(Option<String>, String)>> {
    let model = model::resolve(records.to_vec()).map_err(|problems| anyhow!("{problems}"))?;
    let files = match proto::files(&model, "exported.proto", Some(PACKAGE)) {
        Ok(files) => files,
        Err(problems) => return Ok(vec![(None, problems.to_string())]),
    };
    for file in &files {
        fs::write(folder.join(&file.path), &file.contents)?;
    }
    // Exports import the rules of validation, and don't bring them along.
    let rules = folder.join(proto::RULES_FILE);
    fs::create_dir_all(rules.parent().context("it is in a folder")?)?;
    fs::write(rules, proto::RULES)?;
    let set = match protox::compile(files.iter().map(|file| &file.path), [folder]) {
        Ok(set) => set,
        Err(error) => return Ok(vec![(None, format!("{error:?}"))]),
    };
    let pool = DescriptorPool::from_file_descriptor_set(set)?;
    // Protobuf's own types are imported, so they are what they were.
    let messages = messages.iter().filter(|(it, _)| it.package_name() != "google.protobuf");
    let names = messages.clone().map(|(it, name)| (it.full_name().to_owned(), name.clone()));
    let names: HashMap<_, _> = names.collect();
    let mut differences = Vec::new();
    for (before, _) in messages {
        let full = before.full_name();
        let mut differ = |what: String| differences.push((Some(full.to_owned()), format!("{full}: {what}")));
        let Some(after) = pool.get_message_by_name(&names[full]) else {
            differ("it is gone".to_owned());
            continue;
        };
        let (before_fields, after_fields) = (fields(before, &names), fields(&after, &HashMap::new()));
        if before_fields != after_fields {
            differ(format!("{before_fields:?} became {after_fields:?}"));
        }
        let (before_oneofs, after_oneofs) = (oneofs(before), oneofs(&after));
        if before_oneofs != after_oneofs {
            differ(format!("oneofs {before_oneofs:?} became {after_oneofs:?}"));
        }
    }
    Ok(differences)
}

/// Returns the form of each field, by its number; groups are left out by the import.
fn fields(it: &MessageDescriptor, names: &HashMap<String, String>) -> BTreeMap<u32, String> {
    let fields = it.fields().filter(|field| !field.is_group());
    fields.map(|field| (field.number(), form(&field, names))).collect()
}

fn form(field: &FieldDescriptor, names: &HashMap<String, String>) -> String {
    let kind = |kind: Kind| match kind {
        Kind::Message(it) => names.get(it.full_name()).cloned().unwrap_or(it.full_name().to_owned()),
        Kind::Enum(_) => "enum".to_owned(),
        other => format!("{other:?}"),
    };
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            format!("map<{}, {}>", kind(key.kind()), kind(value.kind()))
        }
        of if field.is_list() => {
            let packed = if field.is_packed() { "packed " } else { "" };
            format!("repeated {packed}{}", kind(of))
        }
        of if field.supports_presence() => format!("optional {}", kind(of)),
        of => kind(of),
    }
}

/// Returns the numbers of the cases of each oneof.
fn oneofs(it: &MessageDescriptor) -> BTreeSet<Vec<u32>> {
    let oneofs = it.oneofs().filter(|oneof| !oneof.is_synthetic());
    let numbers = oneofs.map(|oneof| {
        let cases = oneof.fields().filter(|field| !field.is_group());
        let mut numbers: Vec<_> = cases.map(|field| field.number()).collect();
        numbers.sort_unstable();
        numbers
    });
    numbers.filter(|numbers| !numbers.is_empty()).collect()
}
