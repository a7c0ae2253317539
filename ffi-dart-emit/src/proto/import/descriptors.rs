//! Reads descriptor sets, which protobuf's compilers write, and gives files of editions the form of
//! proto3.
//!
//! A set may come from anywhere. [`check`] goes through its bytes before anything is made of them:
//! what is damaged is named by its path, and what would take memory out of proportion is refused.
//!
//! Features of editions come down from the file through messages to fields. Two of them matter
//! here: presence, and groups under their new name.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use prost_reflect::prost::encoding::{self, WireType};
use prost_reflect::prost::{DecodeError, Message as _};
use prost_reflect::prost_types::field_descriptor_proto::Type;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};

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
    check(&of, &bytes).map_err(problem)?;
    let mut set = DynamicMessage::decode(of, bytes.as_slice())
        .map_err(|error| problem(format!("it is no descriptor set: {error}")))?;
    messages(&mut set, "file", |it| {
        if text(it, "syntax") == "editions" {
            lower(it);
        }
    });
    add_public_imports(&mut set).map_err(problem)?;
    let pool = DescriptorPool::decode(set.encode_to_vec().as_slice())
        .map_err(|error| problem(format!("its files don't fit together: {error}")))?;
    sound(&pool).map_err(&problem)?;
    let own =
        |name: &String| !name.starts_with("google/protobuf/") && !name.ends_with(crate::proto::OPTIONS_FILE);
    let names: Vec<_> = pool.files().map(|it| it.name().to_owned()).filter(own).collect();
    if names.is_empty() {
        return Err(problem("there is no file in it".to_owned()));
    }
    Ok((pool, names))
}

/// Checks what a pool takes for granted, and panics or guesses without: types of fields, parts of
/// maps, and values of enums.
fn sound(pool: &DescriptorPool) -> Result<(), String> {
    for field in pool.all_messages().flat_map(|it| it.fields().collect::<Vec<_>>()) {
        let number = field.field_descriptor_proto().r#type.unwrap_or_default();
        if Type::try_from(number).is_err() {
            return Err(format!("field `{}`: it has no type, or one that isn't known", field.full_name()));
        }
    }
    for it in pool.all_messages().filter(MessageDescriptor::is_map_entry) {
        let key = it.get_field(1).filter(|key| !key.is_list());
        let is_key = |kind: Kind| {
            !matches!(kind, Kind::Float | Kind::Double | Kind::Bytes | Kind::Message(_) | Kind::Enum(_))
        };
        let is_entry = |kind: Kind| matches!(kind, Kind::Message(of) if of.is_map_entry());
        let has_value = it.get_field(2).is_some_and(|value| !value.is_list() && !is_entry(value.kind()));
        if !key.is_some_and(|key| is_key(key.kind())) || !has_value {
            let problem = "it is an entry of a map, and has no field 1 that can be its key, or no field 2 for its value";
            return Err(format!("message `{}`: {problem}", it.full_name()));
        }
    }
    match pool.all_enums().find(|it| it.values().len() == 0) {
        Some(it) => Err(format!("enum `{}`: it has no values", it.full_name())),
        None => Ok(()),
    }
}

/// Largest number of bytes of memory that the parts of a set may take, as [`check`] counts them.
/// That of the public interfaces of Google, with all positions, takes a half of it.
const MAX_MEMORY: usize = 1 << 30;

/// Largest number of imports that are added to the files of a set, as a chain of files that import
/// each other publicly takes the square of its length.
const MAX_IMPORTS: usize = 1 << 20;

/// Number of bytes of memory of a message, without its fields.
const MESSAGE_SIZE: usize = 256;

/// Number of bytes of memory of a field, or of a value in a list.
const VALUE: usize = 48;

/// Largest number of messages inside of each other. Other readers of protobuf have the same limit.
const MAX_DEPTH: usize = 100;

/// Checks that bytes are a message, and what memory it takes. The error has the path of the part.
fn check(of: &MessageDescriptor, bytes: &[u8]) -> Result<(), String> {
    let mut memory = 0;
    check_message(of, bytes, &mut memory, 0).map_err(|(mut path, what)| {
        path.reverse();
        match path.is_empty() {
            true => format!("it is no descriptor set: {what}"),
            false => format!("{}: {what}", path.join(".")),
        }
    })
}

/// Path from the innermost part outwards, and the problem there.
type Damage = (Vec<String>, String);

fn check_message(
    of: &MessageDescriptor,
    mut bytes: &[u8],
    memory: &mut usize,
    depth: usize,
) -> Result<(), Damage> {
    let here = |what: String| (Vec::new(), what);
    check_memory(memory, MESSAGE_SIZE)?;
    if depth > MAX_DEPTH {
        return Err(here(format!("messages are nested in more than {MAX_DEPTH} levels")));
    }
    let mut counts: HashMap<u32, usize> = HashMap::new();
    while !bytes.is_empty() {
        let damaged = |error: DecodeError| here(format!("it is damaged: {error}"));
        let (number, wire_type) = encoding::decode_key(&mut bytes).map_err(damaged)?;
        let Some(field) = of.get_field(number) else {
            encoding::skip_field(wire_type, number, &mut bytes, encoding::DecodeContext::default())
                .map_err(damaged)?;
            check_memory(memory, VALUE)?;
            continue;
        };
        let count = counts.entry(number).or_default();
        let index = *count;
        *count += 1;
        let within = |(mut path, what): Damage| {
            path.push(match field.is_list() {
                true => format!("{}[{index}]", field.name()),
                false => field.name().to_owned(),
            });
            (path, what)
        };
        let inside = |what: String| within((Vec::new(), what));
        if wire_type != WireType::LengthDelimited {
            encoding::skip_field(wire_type, number, &mut bytes, encoding::DecodeContext::default())
                .map_err(|error| inside(format!("it is damaged: {error}")))?;
            check_memory(memory, VALUE).map_err(within)?;
            continue;
        }
        let len =
            encoding::decode_varint(&mut bytes).map_err(|error| inside(format!("it is damaged: {error}")))?;
        let split = usize::try_from(len).ok().and_then(|len| bytes.split_at_checked(len));
        let (contents, rest) = split.ok_or_else(|| inside("the bytes end inside of it".to_owned()))?;
        bytes = rest;
        match field.kind() {
            Kind::Message(of) => check_message(&of, contents, memory, depth + 1).map_err(within)?,
            Kind::String if str::from_utf8(contents).is_err() => {
                return Err(inside("it is no UTF-8".to_owned()));
            }
            Kind::String | Kind::Bytes => {
                check_memory(memory, VALUE.saturating_add(contents.len())).map_err(within)?;
            }
            // Packed numbers: each may be one byte.
            _ => check_memory(memory, VALUE.saturating_mul(contents.len())).map_err(within)?,
        }
    }
    Ok(())
}

/// Adds to the memory that the set takes.
fn check_memory(memory: &mut usize, more: usize) -> Result<(), Damage> {
    *memory = memory.saturating_add(more);
    if *memory <= MAX_MEMORY {
        return Ok(());
    }
    let what = format!("up to here the set would take more than {MAX_MEMORY} bytes of memory");
    Err((Vec::new(), what))
}

/// Adds to the imports of each file what these import by `import public`, through any number of
/// files: the pool follows one.
fn add_public_imports(set: &mut DynamicMessage) -> Result<(), String> {
    let mut public: HashMap<String, Vec<String>> = HashMap::new();
    messages(set, "file", |it| {
        let imports = texts(it, "dependency");
        let at = it.get_field_by_name("public_dependency").map(|it| it.into_owned());
        let at = at.as_ref().and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_i32);
        let of = at.filter_map(|at| imports.get(usize::try_from(at).ok()?).cloned()).collect();
        public.insert(text(it, "name"), of);
    });
    let mut left = MAX_IMPORTS;
    messages(set, "file", |it| {
        let mut imports = texts(it, "dependency");
        let named = imports.len();
        let mut seen: HashSet<_> = imports.iter().cloned().collect();
        let mut at = 0;
        while let Some(name) = imports.get(at).filter(|_| left > 0) {
            let more = public.get(name).into_iter().flatten();
            let more: Vec<_> = more.filter(|it| seen.insert((*it).clone())).cloned().collect();
            left = left.saturating_sub(more.len());
            imports.extend(more);
            at += 1;
        }
        if imports.len() > named {
            let imports = imports.into_iter().map(Value::String).collect();
            it.set_field_by_name("dependency", Value::List(imports));
        }
    });
    match left {
        0 => Err(format!("its files see {MAX_IMPORTS} others or more by `import public`")),
        _ => Ok(()),
    }
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

fn texts(of: &DynamicMessage, name: &str) -> Vec<String> {
    let list = of.get_field_by_name(name).map(|it| it.into_owned());
    let list = list.as_ref().and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

fn text(of: &DynamicMessage, name: &str) -> String {
    of.get_field_by_name(name).and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

fn number(of: &DynamicMessage, name: &str) -> i32 {
    of.get_field_by_name(name).and_then(|it| it.as_enum_number()).unwrap_or_default()
}
