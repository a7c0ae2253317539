//! Encodes and decodes random messages of every fixture, through the functions that their libraries
//! export.
//!
//! The expected bytes are computed again, slowly, only from records and memory: an encoder that
//! follows the tables in the documentation of `ffi_core::proto` and shares no code with it. The
//! same encoder judges decoded messages, whose memory held other bytes before. Then
//! `prost-reflect`, which only gets the exported .proto, reads the bytes, must know every field,
//! and writes them back with the same meaning. `FFI_PROTO_CASES` sets the number of cases per
//! message.

mod random;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use bytemuck::Zeroable;
use ffi_core::boundary::{FfiOwned, FfiStatus};
use ffi_core::schema::read::{Encoding, JsonSymbols, Message, ProtoSymbols, Type, Wire};
use ffi_dart_emit::{diff, model, proto};
use ffi_tests::{Fixture, import_and_build, records};
use libloading::Library;
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage as _, Value};
use random::{LARGE, Memory, Random, Schema, Style};

#[test]
fn layout_is_written_and_read_as_by_the_oracle() {
    check_library("fixture-layout", 1000);
}

#[test]
fn types_are_written_and_read_as_by_the_oracle() {
    check_library("fixture-types", 1000);
}

#[test]
fn stress_is_written_and_read_as_by_the_oracle() {
    check_library("stress", 1000);
}

/// Checks `diff` against decoded bytes: random values that the old schema has encoded are read by
/// the new one as equal for a compatible change, and refused or read as others for one that breaks
/// the wire.
#[test]
fn old_bytes_and_new_schemas() {
    // Name, old fields, new fields, and true if the new message writes the same bytes that it has
    // read.
    let changes: &[(&str, &str, &str, bool)] = &[
        ("Same", "uint32 x = 1;", "uint32 x = 1;", true),
        ("Wider", "uint32 x = 1 [(ffi.rust_type) = \"u8\"];", "uint32 x = 1;", true),
        ("WiderSigned", "int32 x = 1;", "int64 x = 1;", true),
        ("LongerText", "string x = 1 [(ffi.max_len) = 4];", "string x = 1 [(ffi.max_len) = 9];", true),
        (
            "LongerList",
            "repeated sint x = 1 [(ffi.max_count) = 2];",
            "repeated sint x = 1 [(ffi.max_count) = 5];",
            true,
        ),
        ("TextAsBytes", "string x = 1 [(ffi.max_len) = 4];", "bytes x = 1 [(ffi.max_len) = 4];", true),
        (
            "ArrayAsList",
            "repeated sint x = 1 [(ffi.fixed_count) = 3];",
            "repeated sint x = 1 [(ffi.max_count) = 3];",
            true,
        ),
        ("Opened", "Mode x = 1 [(ffi.closed) = true];", "Mode x = 1;", true),
        ("Renamed", "uint32 x = 1;", "uint32 z = 1;", true),
        ("Moved", "uint32 x = 1; bool y = 2;", "bool y = 2; uint32 x = 1;", true),
        ("Grown", "uint32 x = 1;", "uint32 x = 1; optional double y = 2;", true),
        ("Shrunk", "uint32 x = 1; bool y = 2;", "reserved 2; uint32 x = 1;", false),
        ("Narrower", "uint32 x = 1;", "uint32 x = 1 [(ffi.rust_type) = \"u8\"];", true),
        ("Unsigned", "sint x = 1;", "uint32 x = 1;", true),
        ("ShorterText", "string x = 1 [(ffi.max_len) = 9];", "string x = 1 [(ffi.max_len) = 2];", true),
        (
            "ShorterList",
            "repeated sint x = 1 [(ffi.max_count) = 5];",
            "repeated sint x = 1 [(ffi.max_count) = 2];",
            true,
        ),
        ("BytesAsText", "bytes x = 1 [(ffi.max_len) = 9];", "string x = 1 [(ffi.max_len) = 9];", true),
        ("Closed", "Mode x = 1;", "Mode x = 1 [(ffi.closed) = true];", true),
        ("Renumbered", "uint32 x = 1;", "uint32 x = 2;", true),
        ("Retyped", "uint32 x = 1;", "float x = 1;", true),
        ("Reused", "uint32 x = 1; bool y = 2;", "uint32 x = 1; string z = 2 [(ffi.max_len) = 9];", true),
        ("Removed", "uint32 x = 1; bool y = 2;", "uint32 x = 1;", true),
        ("Absent", "optional uint32 x = 1;", "uint32 x = 1;", true),
        ("Flag", "uint32 x = 1;", "bool x = 1;", true),
        ("Zigzag", "int32 x = 1;", "s@int32 x = 1;", true),
        ("Fixed", "uint64 x = 1;", "fixed64 x = 1;", true),
        (
            "FixedKeys",
            "map<int32, bool> x = 1 [(ffi.max_count) = 1];",
            "map<sfixed32, bool> x = 1 [(ffi.max_count) = 1];",
            true,
        ),
        (
            "Unfixed",
            "repeated fixed32 x = 1 [(ffi.max_count) = 3];",
            "repeated uint32 x = 1 [(ffi.max_count) = 3];",
            true,
        ),
        (
            "Unpacked",
            "repeated fixed32 x = 1 [(ffi.max_count) = 3];",
            "repeated fixed32 x = 1 [(ffi.max_count) = 3, packed = false];",
            false,
        ),
    ];
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_evolution");
    fs::create_dir_all(&folder).expect("there is room");
    let mut packages = Vec::new();
    for (package, new) in [("evolution_old", false), ("evolution_new", true)] {
        let mut text = String::from(
            "syntax = \"proto3\";\npackage evolution;\nimport \"ffi_options.proto\";\n\
             enum Mode {\n  option (ffi.repr) = \"u8\";\n  MODE_OFF = 0;\n  MODE_ON = 1;\n}\n",
        );
        for (name, before, after, _) in changes {
            let fields = if new { after } else { before };
            writeln!(text, "message {name} {{ {} }}", fields.replace("sint ", "int32 ").replace("s@", "s"))
                .expect("a String takes all");
        }
        let file = folder.join(format!("{package}.proto"));
        fs::write(&file, text).expect("there is room");
        packages.push((package.to_owned(), file));
    }
    let files = import_and_build(&folder.join("packages"), &packages);
    let found: Vec<_> = files.iter().map(|file| records(file).expect("they are readable")).collect();
    let models: Vec<_> =
        found.iter().map(|records| model::resolve(records.clone()).expect("they are sound")).collect();
    let said = diff::diff(&models[0], &models[1]);
    let schemas: Vec<_> = found.into_iter().map(Schema::of).collect();
    // SAFETY: the libraries have no code that runs when they are loaded.
    let libraries: Vec<_> =
        files.iter().map(|file| unsafe { Library::new(file) }.expect("it loads")).collect();
    let mut random = Random::new();
    let mut broken = Vec::new();
    for (name, _, _, writes_all) in changes {
        let breaks = said.iter().any(|change| {
            let own = change.item.split(',').next() == Some(&format!("message {name}"));
            own && change.breaks(diff::Kind::Wire)
        });
        let side = |index: usize| {
            let schema: &Schema = &schemas[index];
            let message = schema.messages.values().find(|it| it.item.name == *name).expect("it is there");
            let symbols = message.proto.as_ref().expect("the feature is on");
            (message, Codec { library: &libraries[index], schema, symbols })
        };
        let ((old, old_codec), (new, new_codec)) = (side(0), side(1));
        let mut differ = 0;
        for case in 0..500 {
            let mut memory = Memory::new(old);
            let style = if case % 2 == 0 { Style::Valid } else { Style::Sparse };
            old_codec.schema.fill(&Type::Message(old.id.clone()), style, &mut random, memory.bytes());
            let bytes = old_codec.encode(&memory).expect("it is valid");
            let there = Memory::new(new);
            match new_codec.decode(&bytes, &there) {
                Err(_) => differ += 1,
                Ok(()) if !writes_all => {}
                Ok(()) => differ += u32::from(new_codec.encode(&there).expect("it was decoded") != bytes),
            }
        }
        assert_eq!(breaks, differ > 0, "{name}: {differ} of 500 differ: {said:#?}");
        if breaks {
            broken.push(*name);
        }
    }
    assert_eq!(broken.first(), Some(&"Narrower"));
    assert_eq!(broken.len(), 16, "{broken:?}");
}

fn check_library(package: &str, cases: u32) {
    let cases = env::var("FFI_PROTO_CASES").map_or(cases, |count| count.parse().expect("it is a number"));
    let fixture = Fixture::build(package, "dev");
    let schema = Schema::of(records(fixture.cdylib()).expect("they are readable"));
    // SAFETY: the fixture has no code that runs when it is loaded.
    let library = unsafe { Library::new(fixture.cdylib()) }.expect("it loads");
    let peers = Peers::new(fixture.cdylib());
    let mut random = Random::new();
    let (mut written, mut bytes, mut as_json) = (0, 0, 0);
    for message in schema.messages.values() {
        let symbols = message.proto.as_ref().expect("the feature is on");
        let codec = Codec { library: &library, schema: &schema, symbols };
        let ty = Type::Message(message.id.clone());
        let cases = cases.div_ceil(1 + (message.size / (LARGE / 256)) as u32);
        let mut encoded = 0;
        for case in 0..cases {
            let mut memory = Memory::new(message);
            let style = if case % 3 == 0 { Style::Valid } else { Style::Sparse };
            schema.fill(&ty, style, &mut random, memory.bytes());
            let expected = schema.value(&ty, Wire::default(), memory.bytes());
            match codec.encode(&memory) {
                Ok(found) => assert!(found == expected, "{}: {found:x?}, not {expected:x?}", message.id),
                // Random maps may hold a key twice.
                Err(refusal) => {
                    assert!(refusal.contains("its key is that of"), "{}: {refusal}", message.id);
                    continue;
                }
            }
            let mut there = Memory::new(message);
            random.fill(there.bytes());
            codec.decode(&expected, &there).unwrap_or_else(|error| panic!("{}: {error}", message.id));
            assert!(
                schema.value(&ty, Wire::default(), there.bytes()) == expected,
                "{}: {expected:x?}",
                message.id
            );
            let (read, rewritten) = peers.read(message, &expected);
            codec
                .decode(&rewritten, &there)
                .unwrap_or_else(|error| panic!("{}, rewritten: {error}", message.id));
            let (again, _) = peers.read(message, &codec.encode(&there).expect("it was decoded"));
            assert!(read == again, "{}: {expected:x?}\n{read}\n{again}", message.id);
            if let Some(symbols) = message.json.as_ref().filter(|_| case % 4 == 0 && message.size < LARGE) {
                check_json(&codec, symbols, &peers, message, &memory, &expected);
                as_json += 1;
            }
            encoded += 1;
            bytes += expected.len();
        }
        assert!(encoded > cases / 4, "{}: {encoded} of {cases} were valid", message.id);
        written += encoded;
    }
    let messages = schema.messages.len();
    println!("{package}: {messages} messages, {written} values of {bytes} bytes, {as_json} as JSON");
}

/// Checks the JSON of a message whose protobuf is `expected`: `prost-reflect` reads it as the same
/// values, and what that writes as JSON is read as the same message.
fn check_json(
    codec: &Codec<'_>,
    symbols: &JsonSymbols,
    peers: &Peers,
    message: &Message,
    memory: &Memory,
    expected: &[u8],
) {
    let json = codec.encode_json(symbols, memory).unwrap_or_else(|error| panic!("{}: {error}", message.id));
    let (theirs, their_json) = peers.decode(message, expected);
    let read = peers.read_json(message, &json);
    assert!(read == theirs, "{}: {json}\n{read}\n{theirs}", message.id);
    let mut there = Memory::new(message);
    there.bytes().fill(0xA5);
    for json in [json, their_json] {
        codec
            .decode_json(symbols, &json, &there)
            .unwrap_or_else(|error| panic!("{}: {error}: {json}", message.id));
        let bytes = codec.encode(&there).expect("it was decoded");
        let (read, _) = peers.decode(message, &bytes);
        assert!(read == theirs, "{}: {json}\n{read}\n{theirs}", message.id);
    }
}

/// Knowledge of other programs about a library: its exported .proto.
struct Peers(DescriptorPool);

impl Peers {
    fn new(library: &Path) -> Self {
        let model = model::resolve(records(library).expect("they are readable")).expect("they are sound");
        let folder = tempfile::tempdir().expect("there is room");
        for file in proto::files(&model, "exported.proto", Some("peers")).expect("all has names") {
            fs::write(folder.path().join(&file.path), &file.contents).expect("there is room");
        }
        let set = protox::compile(["exported.proto"], [folder.path()]).expect("it is a .proto file");
        Self(DescriptorPool::from_file_descriptor_set(set).expect("it is complete"))
    }

    /// Returns the values in the bytes as text, and the bytes written again.
    fn read(&self, message: &Message, bytes: &[u8]) -> (String, Vec<u8>) {
        let read = DynamicMessage::decode(self.descriptor(message), bytes)
            .unwrap_or_else(|error| panic!("{}: {error}: {bytes:x?}", message.id));
        let mut said = String::new();
        say(&Value::Message(read.clone()), Floats::Bits, &mut said);
        (said, read.encode_to_vec())
    }

    /// Returns the values in the bytes as text, in which all NaNs are one, and their JSON.
    fn decode(&self, message: &Message, bytes: &[u8]) -> (String, String) {
        let read = DynamicMessage::decode(self.descriptor(message), bytes).expect("it was read before");
        let mut said = String::new();
        say(&Value::Message(read.clone()), Floats::OneNan, &mut said);
        (said, serde_json::to_string(&read).expect("it has JSON"))
    }

    /// Returns the values in the JSON as text, in which all NaNs are one.
    fn read_json(&self, message: &Message, json: &str) -> String {
        let mut input = serde_json::Deserializer::from_str(json);
        let read = DynamicMessage::deserialize(self.descriptor(message), &mut input);
        let read = read.unwrap_or_else(|error| panic!("{}: {error}: {json}", message.id));
        input.end().unwrap_or_else(|error| panic!("{}: {error}: {json}", message.id));
        let mut said = String::new();
        say(&Value::Message(read), Floats::OneNan, &mut said);
        said
    }

    fn descriptor(&self, message: &Message) -> MessageDescriptor {
        let name = message.item.rename.as_ref().unwrap_or(&message.item.name);
        self.0.get_message_by_name(&format!("peers.{name}")).expect("it is exported")
    }
}

/// Form of floats as text: NaN is not equal to itself.
#[derive(Clone, Copy)]
enum Floats {
    /// By their bits.
    Bits,
    /// By their bits, and all NaNs are one, as JSON has one.
    OneNan,
}

impl Floats {
    fn say(self, value: f64, bits: u64, out: &mut String) -> std::fmt::Result {
        match self {
            Self::OneNan if value.is_nan() => write!(out, "NaN"),
            _ => write!(out, "{bits:x}"),
        }
    }
}

/// Writes a value as text: maps in the order of their keys, floats as asked for.
fn say(value: &Value, floats: Floats, out: &mut String) {
    match value {
        Value::F32(it) => floats.say((*it).into(), u64::from(it.to_bits()), out),
        Value::F64(it) => floats.say(*it, it.to_bits(), out),
        Value::Message(it) => {
            assert!(it.unknown_fields().next().is_none(), "{}: {it:?}", it.descriptor().full_name());
            out.push('{');
            for (field, value) in it.fields() {
                write!(out, "{}:", field.name()).expect("a String takes all");
                say(value, floats, out);
                out.push(' ');
            }
            out.write_char('}')
        }
        Value::List(all) => {
            all.iter().for_each(|it| {
                say(it, floats, out);
                out.push(',');
            });
            out.write_char(';')
        }
        Value::Map(all) => {
            let mut entries: Vec<_> = all
                .iter()
                .map(|(key, value)| {
                    let mut entry = format!("{key:?}=");
                    say(value, floats, &mut entry);
                    entry
                })
                .collect();
            entries.sort();
            write!(out, "{entries:?}")
        }
        other => write!(out, "{other:?}"),
    }
    .expect("a String takes all");
}

/// Functions of a message for protobuf.
struct Codec<'a> {
    library: &'a Library,
    schema: &'a Schema,
    symbols: &'a ProtoSymbols,
}

impl Codec<'_> {
    fn encode(&self, memory: &Memory) -> Result<Vec<u8>, String> {
        type Encode = unsafe extern "C" fn(*const u8, *mut FfiStatus) -> *mut FfiOwned;
        type Free = unsafe extern "C" fn(*mut FfiOwned);
        // SAFETY: that is its type, as the record says.
        let encode = unsafe { self.library.get::<Encode>(&self.symbols.encode) }.expect("it is exported");
        // SAFETY: that is its type, as `library!` says.
        let free = unsafe { self.library.get::<Free>(&self.schema.owned_free) }.expect("it is exported");
        let mut status = FfiStatus::zeroed();
        // SAFETY: the memory is that of the message, initialised and aligned; the function checks
        // its values.
        let owned = unsafe { encode(memory.start, &mut status) };
        self.check(status)?;
        // SAFETY: the call succeeded, so it returned the result of `FfiOwned::new`.
        let FfiOwned { data, len, .. } = unsafe { &*owned };
        // SAFETY: `len` bytes that were a vector's.
        let bytes = unsafe { std::slice::from_raw_parts(*data, *len) }.to_vec();
        // SAFETY: it came from the library, and is not used any more.
        unsafe { free(owned) };
        Ok(bytes)
    }

    fn decode(&self, bytes: &[u8], memory: &Memory) -> Result<(), String> {
        type Decode = unsafe extern "C" fn(*const u8, usize, *mut u8, *mut FfiStatus);
        // SAFETY: that is its type, as the record says.
        let decode = unsafe { self.library.get::<Decode>(&self.symbols.decode) }.expect("it is exported");
        let mut status = FfiStatus::zeroed();
        // SAFETY: the bytes are initialised, and the memory is that of the message.
        unsafe { decode(bytes.as_ptr(), bytes.len(), memory.start, &mut status) };
        self.check(status)
    }

    fn encode_json(&self, symbols: &JsonSymbols, memory: &Memory) -> Result<String, String> {
        type Encode = unsafe extern "C" fn(*const u8, u32, *mut FfiStatus) -> *mut FfiOwned;
        type Free = unsafe extern "C" fn(*mut FfiOwned);
        // SAFETY: that is its type, as the record says.
        let encode = unsafe { self.library.get::<Encode>(&symbols.encode) }.expect("it is exported");
        // SAFETY: that is its type, as `library!` says.
        let free = unsafe { self.library.get::<Free>(&self.schema.owned_free) }.expect("it is exported");
        let mut status = FfiStatus::zeroed();
        // SAFETY: the memory is that of the message, initialised and aligned; the function checks
        // its values.
        let owned = unsafe { encode(memory.start, 0, &mut status) };
        self.check(status)?;
        // SAFETY: the call succeeded, so it returned the result of `FfiOwned::new`.
        let FfiOwned { data, len, .. } = unsafe { &*owned };
        // SAFETY: `len` bytes that were a vector's.
        let bytes = unsafe { std::slice::from_raw_parts(*data, *len) }.to_vec();
        // SAFETY: it came from the library, and is not used any more.
        unsafe { free(owned) };
        Ok(String::from_utf8(bytes).expect("JSON is UTF-8"))
    }

    fn decode_json(&self, symbols: &JsonSymbols, json: &str, memory: &Memory) -> Result<(), String> {
        type Decode = unsafe extern "C" fn(*const u8, usize, u32, *mut u8, *mut FfiStatus);
        // SAFETY: that is its type, as the record says.
        let decode = unsafe { self.library.get::<Decode>(&symbols.decode) }.expect("it is exported");
        let mut status = FfiStatus::zeroed();
        // SAFETY: the bytes are initialised, and the memory is that of the message.
        unsafe { decode(json.as_ptr(), json.len(), 0, memory.start, &mut status) };
        self.check(status)
    }

    fn check(&self, mut status: FfiStatus) -> Result<(), String> {
        type Clear = unsafe extern "C" fn(*mut FfiStatus);
        if status.code == 0 {
            return Ok(());
        }
        assert_eq!(status.code, 4, "bytes that are refused are an invalid value");
        // SAFETY: a failed call leaves a message of that length.
        let text = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
        let text = str::from_utf8(text).expect("messages are UTF-8").to_owned();
        // SAFETY: that is its type, as `library!` says.
        let clear = unsafe { self.library.get::<Clear>(&self.schema.status_clear) }.expect("it is exported");
        // SAFETY: the status was written by the library.
        unsafe { clear(&mut status) };
        Err(text)
    }
}

/// The slow and simple encoder.
impl Schema {
    /// Returns the value form of the type at the start of `bytes`, without the length before it.
    fn value(&self, ty: &Type, form: Wire, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match ty {
            Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => self.number(ty, form, bytes, &mut out),
            Type::Str { .. } | Type::Bytes { .. } | Type::Secret { .. } => {
                out.extend(&bytes[4..][..length(bytes)])
            }
            Type::Array { of, len } if **of == BYTE => out.extend(&bytes[..*len as usize]),
            Type::Message(id) => {
                let mut fields: Vec<_> = self.messages[id].fields.iter().collect();
                fields.sort_by_key(|field| field.tag);
                for field in fields {
                    let bytes = &bytes[field.offset as usize..];
                    self.field(field.tag, &field.ty, field.wire, bytes, &mut out);
                }
            }
            Type::Oneof(id) => {
                let oneof = &self.oneofs[id];
                let case = &oneof.cases[length(bytes)];
                match &case.ty {
                    Some(ty) => {
                        self.item(case.tag, ty, case.wire, &bytes[oneof.payload as usize..], &mut out);
                    }
                    None if case.tag == 0 => {}
                    None => out.extend([varint(u64::from(case.tag << 3 | 2)), vec![0]].concat()),
                }
            }
            // A wrapper.
            _ => self.field(1, ty, form, bytes, &mut out),
        }
        out
    }

    /// Writes the value form as a field, with key and length.
    fn item(&self, tag: u32, ty: &Type, form: Wire, bytes: &[u8], out: &mut Vec<u8>) {
        let form = Wire { encoding: form.encoding, ..Wire::default() };
        let (wire, value) = (self.wire(ty, form), self.value(ty, form, bytes));
        out.extend(varint(u64::from(tag << 3 | wire)));
        if wire == 2 {
            out.extend(varint(value.len() as u64));
        }
        out.extend(value);
    }

    /// Writes the field form.
    fn field(&self, tag: u32, ty: &Type, form: Wire, bytes: &[u8], out: &mut Vec<u8>) {
        match ty {
            Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => {
                if bytes[..self.layout(ty).0 as usize].iter().any(|&byte| byte != 0) {
                    self.item(tag, ty, form, bytes, out);
                }
            }
            Type::Str { .. }
            | Type::Bytes { .. }
            | Type::Secret { .. }
            | Type::Message(_)
            | Type::Oneof(_) => {
                if !self.value(ty, form, bytes).is_empty() {
                    self.item(tag, ty, form, bytes, out);
                }
            }
            Type::Option { of } => {
                if bytes[self.layout(of).0 as usize] == 1 {
                    self.item(tag, of, form, bytes, out);
                }
            }
            Type::Array { of, .. } if **of == BYTE => self.item(tag, ty, form, bytes, out),
            Type::Array { .. } => {
                let (mut of, mut count) = (ty, 1);
                while let Type::Array { of: inner, len } = of
                    && **inner != BYTE
                {
                    (of, count) = (inner, count * *len as usize);
                }
                self.repeated(tag, of, form, count, bytes, out);
            }
            // References are empty, as no pool has a slot in use.
            Type::Vec { of, .. } if length(bytes) > 0 && !matches!(**of, Type::Ref(_)) => {
                let start = 4_u64.next_multiple_of(self.layout(of).1) as usize;
                self.repeated(tag, of, form, length(bytes), &bytes[start..], out);
            }
            Type::Map { key, value, .. } => {
                let (offset, (size, align)) = self.entry(key, value);
                let start = 4_u64.next_multiple_of(align) as usize;
                let key_form = Wire { encoding: form.key_encoding, ..Wire::default() };
                for entry in bytes[start..].chunks(size as usize).take(length(bytes)) {
                    let mut both = Vec::new();
                    self.item(1, key, key_form, entry, &mut both);
                    self.item(2, value, form, &entry[offset as usize..], &mut both);
                    out.extend([varint(u64::from(tag << 3 | 2)), varint(both.len() as u64), both].concat());
                }
            }
            Type::Vec { .. } | Type::Ref(_) => {}
            Type::Newtype(_) | Type::Logical(_) => unreachable!("`newtypes` alone has these"),
            Type::Columns(_) | Type::Object(_) | Type::Arena(_) => unreachable!("neither is a field"),
            Type::ArenaStr {}
            | Type::ArenaBytes {}
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("`arenas` alone has these"),
        }
    }

    fn repeated(&self, tag: u32, of: &Type, form: Wire, count: usize, bytes: &[u8], out: &mut Vec<u8>) {
        let elements = bytes.chunks(self.layout(of).0 as usize).take(count);
        if form.unpacked || self.wire(of, form) == 2 {
            elements.for_each(|element| self.item(tag, of, form, element, out));
            return;
        }
        let packed: Vec<u8> = elements.flat_map(|element| self.value(of, form, element)).collect();
        out.extend([varint(u64::from(tag << 3 | 2)), varint(packed.len() as u64), packed].concat());
    }

    fn number(&self, ty: &Type, form: Wire, bytes: &[u8], out: &mut Vec<u8>) {
        let size = self.layout(ty).0 as usize;
        let bytes = &bytes[..size];
        // The low bytes come first on every machine that runs the tests.
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(bytes);
        if self.is_signed(ty) && bytes[size - 1] >= 0x80 {
            wide[size..].fill(0xFF);
        }
        match (self.wire(ty, form), form.encoding) {
            (5, _) => out.extend(&wide[..4]),
            (1, _) => out.extend(wide),
            (_, Some(Encoding::ZigZag)) => {
                // As the specification has it: `2 * n` for `n >= 0`, and `2 * |n| - 1` for others.
                let number = i128::from(i64::from_le_bytes(wide));
                let zigzag = if number < 0 { -2 * number - 1 } else { 2 * number };
                out.extend(varint(u64::try_from(zigzag).expect("it has 64 bits")));
            }
            _ => out.extend(varint(u64::from_le_bytes(wide))),
        }
    }

    fn is_signed(&self, ty: &Type) -> bool {
        match ty {
            Type::Enum(id) | Type::Open(id) => self.is_signed(&Type::Scalar(self.enums[id].repr)),
            Type::Scalar(scalar) => matches!(format!("{scalar:?}").as_bytes(), [b'I', ..]),
            _ => false,
        }
    }

    fn wire(&self, ty: &Type, form: Wire) -> u32 {
        use ffi_core::schema::read::Scalar::{F32, F64, I64, U64};
        match ty {
            Type::Scalar(F32) => 5,
            Type::Scalar(F64) => 1,
            Type::Scalar(I64 | U64) if form.encoding == Some(Encoding::Fixed) => 1,
            Type::Scalar(_) if form.encoding == Some(Encoding::Fixed) => 5,
            Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => 0,
            _ => 2,
        }
    }
}

const BYTE: Type = Type::Scalar(ffi_core::schema::read::Scalar::U8);

/// Returns the `u32` at the start: a length, or the discriminant of a oneof.
fn length(bytes: &[u8]) -> usize {
    u32::from_le_bytes(*bytes.first_chunk().expect("it begins with one")) as usize
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Checks the encoder itself against bytes that were made by hand.
#[test]
fn the_oracle_is_right_about_a_message() {
    let schema = Schema::of(records(Fixture::build("fixture-types", "dev").cdylib()).unwrap());
    let point: &Message =
        schema.messages.values().find(|message| message.item.name == "Point").expect("it is there");
    let mut memory = Memory::new(point);
    memory.bytes()[0] = 1;
    memory.bytes()[8..16].copy_from_slice(&1.5_f64.to_le_bytes());
    memory.bytes()[16..20].copy_from_slice(&(-0.0_f32).to_le_bytes());
    let expected = [&[0x08, 1, 0x11][..], &1.5_f64.to_le_bytes(), &[0x1D, 0, 0, 0, 0x80]].concat();
    let ty = Type::Message(point.id.clone());
    assert_eq!(schema.value(&ty, Wire::default(), memory.bytes()), expected);
}
