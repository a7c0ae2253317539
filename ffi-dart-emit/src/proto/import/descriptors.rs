//! Reads descriptor sets, which protobuf's compilers write, and gives files of editions the form of
//! proto3.
//!
//! Features of editions come down from the file through messages to fields. Two of them matter
//! here: presence, and groups under their new name.

use std::path::Path;

use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, ReflectMessage as _, Value};

use crate::input;
use crate::model::Problem;

/// Features that a field has.
#[derive(Clone, Copy)]
struct Features {
    presence: i32,
    encoding: i32,
}

/// `FeatureSet.FieldPresence.EXPLICIT`, the default of editions.
const EXPLICIT: i32 = 1;
/// `FeatureSet.MessageEncoding.DELIMITED`: a group.
const DELIMITED: i32 = 2;
/// `FieldDescriptorProto.Label.LABEL_OPTIONAL`.
const OPTIONAL: i32 = 1;
/// `FieldDescriptorProto.Type.TYPE_GROUP`.
const GROUP: i32 = 10;
/// `FieldDescriptorProto.Type.TYPE_MESSAGE`.
const MESSAGE: i32 = 11;

/// Returns the files of a descriptor set, and the names of those that aren't protobuf's own.
pub(super) fn read(file: &Path) -> Result<(DescriptorPool, Vec<String>), Problem> {
    let problem = |what: String| Problem {
        item: file.display().to_string(),
        what,
        fix: "make it with `protoc --include_imports --include_source_info --descriptor_set_out=FILE`"
            .to_owned(),
    };
    let bytes = input::text(file).map_err(|error| problem(format!("it can't be read: {error}")))?;
    let global = DescriptorPool::global();
    let of = global.get_message_by_name("google.protobuf.FileDescriptorSet");
    let of = of.ok_or_else(|| problem("there is no descriptor of descriptor sets".to_owned()))?;
    let mut set = DynamicMessage::decode(of, bytes.as_slice())
        .map_err(|error| problem(format!("it is no descriptor set: {error}")))?;
    messages(&mut set, "file", |it| {
        if text(it, "syntax") == "editions" {
            lower(it);
        }
    });
    let pool = DescriptorPool::decode(set.encode_to_vec().as_slice())
        .map_err(|error| problem(format!("its files don't fit together: {error}")))?;
    let own =
        |name: &String| !name.starts_with("google/protobuf/") && !name.ends_with(crate::proto::OPTIONS_FILE);
    let names: Vec<_> = pool.files().map(|it| it.name().to_owned()).filter(own).collect();
    if names.is_empty() {
        return Err(problem("there is no file in it".to_owned()));
    }
    Ok((pool, names))
}

/// Gives a file of an edition the form of proto3.
fn lower(file: &mut DynamicMessage) {
    let features = inherit(file, Features { presence: EXPLICIT, encoding: 0 });
    file.set_field_by_name("syntax", Value::String("proto3".to_owned()));
    file.clear_field_by_name("edition");
    messages(file, "message_type", |it| lower_message(it, features));
}

fn lower_message(message: &mut DynamicMessage, features: Features) {
    let features = inherit(message, features);
    let mut oneofs = 0;
    messages(message, "oneof_decl", |_| oneofs += 1);
    let mut added = Vec::new();
    messages(message, "field", |field| {
        let Features { presence, encoding } = inherit(field, features);
        let ty = number(field, "type");
        if ty == MESSAGE && encoding == DELIMITED {
            field.set_field_by_name("type", Value::EnumNumber(GROUP));
        }
        let is_one = number(field, "label") == OPTIONAL && !field.has_field_by_name("oneof_index");
        if is_one && presence == EXPLICIT && !matches!(ty, MESSAGE | GROUP) {
            field.set_field_by_name("proto3_optional", Value::Bool(true));
            field.set_field_by_name("oneof_index", Value::I32(oneofs));
            oneofs += 1;
            added.push(format!("_{}", text(field, "name")));
        }
    });
    for name in added {
        let Some(field) = message.descriptor().get_field_by_name("oneof_decl") else { return };
        let Kind::Message(of) = field.kind() else { return };
        let mut oneof = DynamicMessage::new(of);
        oneof.set_field_by_name("name", Value::String(name));
        if let Some(Value::List(all)) = message.get_field_by_name_mut("oneof_decl") {
            all.push(Value::Message(oneof));
        }
    }
    messages(message, "nested_type", |it| lower_message(it, features));
}

/// Returns the features of an item in one with the features `outer`.
fn inherit(item: &DynamicMessage, outer: Features) -> Features {
    let inner = |of: &DynamicMessage, name: &str| {
        of.has_field_by_name(name).then(|| of.get_field_by_name(name)?.as_message().cloned())?
    };
    let Some(own) = inner(item, "options").and_then(|it| inner(&it, "features")) else { return outer };
    let or = |name: &str, outer: i32| match number(&own, name) {
        0 => outer,
        own => own,
    };
    Features {
        presence: or("field_presence", outer.presence),
        encoding: or("message_encoding", outer.encoding),
    }
}

/// Calls a function for each message of a list.
fn messages(of: &mut DynamicMessage, list: &str, mut each: impl FnMut(&mut DynamicMessage)) {
    if let Some(Value::List(all)) = of.get_field_by_name_mut(list) {
        all.iter_mut().filter_map(Value::as_message_mut).for_each(&mut each);
    }
}

fn text(of: &DynamicMessage, name: &str) -> String {
    of.get_field_by_name(name).and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

fn number(of: &DynamicMessage, name: &str) -> i32 {
    of.get_field_by_name(name).and_then(|it| it.as_enum_number()).unwrap_or_default()
}
