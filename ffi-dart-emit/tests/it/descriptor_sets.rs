//! Tests descriptor sets that are damaged or hostile: each is an error with a path, and none takes
//! memory out of proportion.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use ffi_dart_emit::proto::breaking::{self, Files};
use ffi_dart_emit::proto::{ImportOptions, import_all};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MessageOptions, MethodDescriptorProto, OneofDescriptorProto, ServiceDescriptorProto,
};
use tempfile::TempDir;

/// A file with a part of each kind.
const WHOLE: &str = r#"
syntax = "proto3";
package acme.v1;
option go_package = "acme/v1";
// A tree.
message Node {
  string name = 1;
  repeated Node children = 2;
  map<string, int64> counts = 3;
  optional Mode mode = 4;
  oneof body { bytes raw = 5; Inner inner = 6; }
  repeated sint32 deltas = 7 [packed = false];
  reserved 10 to 20, 30;
  message Inner { fixed64 id = 1 [json_name = "key"]; }
  enum Mode { MODE_OFF = 0; MODE_ON = 1; reserved 7; }
}
service Trees { rpc Get(Node) returns (stream Node); }
"#;

fn set(file: FileDescriptorProto) -> Vec<u8> {
    FileDescriptorSet { file: vec![file] }.encode_to_vec()
}

fn whole() -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("whole.proto");
    fs::write(&path, WHOLE).unwrap();
    let mut compiler = protox::Compiler::new([folder.path()]).unwrap();
    compiler.include_imports(true).include_source_info(true).open_file(&path).unwrap();
    compiler.encode_file_descriptor_set()
}

/// Imports a set, and compares it with the one before; returns what is said of it.
fn read(path: &Path, bytes: &[u8], old: &Files) -> Result<usize, String> {
    fs::write(path, bytes).unwrap();
    let options = ImportOptions { descriptor_set: Some(path.to_owned()), ..ImportOptions::default() };
    let imported = import_all(&[], &options).map(|it| it.messages.len()).map_err(|it| it.to_string());
    match Files::of_set(path) {
        Ok(files) => {
            assert_eq!(breaking::diff(&files, &files), []);
            assert!(!breaking::diff(old, &files).iter().any(|it| it.item.is_empty()));
        }
        Err(problems) => assert_eq!(imported.as_ref().err(), Some(&problems.to_string())),
    }
    imported
}

#[test]
fn damaged_sets_are_errors() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("set.binpb");
    let whole = whole();
    fs::write(&path, &whole).unwrap();
    let old = Files::of_set(&path).unwrap();
    assert_eq!(read(&path, &whole, &old), Ok(2));
    // Each cut is inside of the file, whose length comes first.
    for end in (1..whole.len()).step_by(7) {
        let said = read(&path, &whole[..end], &old).unwrap_err();
        assert!(said.contains("file[0]: ") || end < 3, "{end}: {said}");
    }
    let mut random = TestRng::deterministic_rng(RngAlgorithm::XorShift);
    let mut below = |end: usize| (random.next_u64() % end as u64) as usize;
    let (mut refused, mut taken) = (0, 0);
    for _ in 0..500 {
        let mut bytes = whole.clone();
        for _ in 0..=below(3) {
            let at = below(bytes.len());
            match below(4) {
                0 => bytes[at] = below(256) as u8,
                1 => bytes[at] ^= 1 << below(8),
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, below(256) as u8),
            }
        }
        let run = catch_unwind(|| read(&path, &bytes, &old));
        match run.unwrap_or_else(|_| panic!("it panics: {bytes:?}")) {
            Ok(_) => taken += 1,
            Err(said) => {
                assert!(said.contains("set.binpb: ") || said.contains(".proto:"), "{said}");
                refused += 1;
            }
        }
    }
    assert!(refused > 100 && taken > 30, "{refused} refused, {taken} taken");
}

/// Returns a field of a message.
fn field(name: &str, number: i32, ty: Type, of: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(ty.into()),
        type_name: of.map(str::to_owned),
        ..FieldDescriptorProto::default()
    }
}

fn message(name: &str, field: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto { name: Some(name.to_owned()), field, ..DescriptorProto::default() }
}

fn file(message_type: Vec<DescriptorProto>) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some("hostile.proto".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type,
        ..FileDescriptorProto::default()
    }
}

/// Sets that protobuf's own compiler would not make, and that do no harm.
const HARMLESS: [&str; 3] = ["an entry that is no map's", "an import of itself", "a message for an enum"];

#[test]
fn hostile_sets_are_errors_with_a_path() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("set.binpb");
    fs::write(&path, whole()).unwrap();
    let old = Files::of_set(&path).unwrap();
    let entry = |fields| DescriptorProto {
        options: Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() }),
        ..message("AEntry", fields)
    };
    let map = |fields| {
        let field = FieldDescriptorProto {
            label: Some(Label::Repeated.into()),
            ..field("a", 1, Type::Message, Some(".M.AEntry"))
        };
        let mut holder = message("M", vec![field]);
        holder.nested_type.push(entry(fields));
        file(vec![holder])
    };
    let key = || field("key", 1, Type::String, None);
    let oneof = |index| {
        let field = FieldDescriptorProto { oneof_index: Some(index), ..field("a", 1, Type::Int32, None) };
        let mut holder = message("M", vec![field]);
        holder.oneof_decl.push(OneofDescriptorProto { name: Some("one".to_owned()), options: None });
        file(vec![holder])
    };
    let no_value = {
        let mut it = file(vec![message("M", vec![field("a", 1, Type::Enum, Some(".E"))])]);
        it.enum_type
            .push(EnumDescriptorProto { name: Some("E".to_owned()), ..EnumDescriptorProto::default() });
        it
    };
    let no_type = {
        let mut it = file(vec![message("M", vec![field("a", 1, Type::Int32, None)])]);
        it.message_type[0].field[0].r#type = None;
        it
    };
    let circle = FileDescriptorProto { dependency: vec!["hostile.proto".to_owned()], ..file(vec![]) };
    let service = FileDescriptorProto {
        service: vec![ServiceDescriptorProto {
            name: Some("S".to_owned()),
            method: vec![MethodDescriptorProto {
                name: Some("Call".to_owned()),
                input_type: Some(".Missing".to_owned()),
                output_type: Some(".Missing".to_owned()),
                ..MethodDescriptorProto::default()
            }],
            options: None,
        }],
        ..file(vec![])
    };
    let twice = file(vec![message("M", vec![]), message("M", vec![])]);
    let zero = file(vec![message("M", vec![field("a", 0, Type::Int32, None)])]);
    let missing = file(vec![message("M", vec![field("a", 1, Type::Message, Some(".Missing"))])]);
    let wrong = file(vec![message("M", vec![field("a", 1, Type::Enum, Some(".M"))])]);
    let nameless = file(vec![DescriptorProto::default()]);
    let deep = (0..40).fold(message("M", vec![]), |inner, _| DescriptorProto {
        nested_type: vec![inner],
        ..message("M", vec![])
    });
    for (what, set_file) in [
        ("a map without a value", map(vec![key()])),
        ("a map without fields", map(vec![])),
        ("a map of maps", map(vec![key(), field("value", 2, Type::Message, Some(".M.AEntry"))])),
        (
            "an entry that is no map's",
            file(vec![message("M", vec![]), entry(vec![key(), field("value", 2, Type::Int32, None)])]),
        ),
        ("a oneof that isn't there", oneof(7)),
        ("a negative oneof", oneof(-1)),
        ("an enum without values", no_value),
        ("a field without a type", no_type),
        ("an import of itself", circle),
        ("a method of missing messages", service),
        ("a name twice", twice),
        ("the number zero", zero),
        ("a missing message", missing),
        ("a message for an enum", wrong),
        ("a message without a name", nameless),
    ] {
        let bytes = set(set_file);
        let run = catch_unwind(|| read(&path, &bytes, &old));
        let said = run.unwrap_or_else(|_| panic!("{what}: it panics"));
        match said {
            Err(said) => {
                assert!(said.contains("set.binpb: ") || said.contains("hostile.proto:"), "{what}: {said}")
            }
            // Harmless: nothing follows from these, and the name of a type counts, not its kind.
            Ok(_) => assert!(HARMLESS.contains(&what), "{what}"),
        }
    }
    assert!(read(&path, &set(file(vec![deep])), &old).is_ok(), "messages may be nested");

    let refused = |bytes: &[u8], text: &str| {
        let said = read(&path, bytes, &old).unwrap_err();
        assert!(said.contains(text), "{said}");
    };
    // Parts of two bytes, each of which would take hundreds in memory.
    refused(
        &[0x0A, 0].repeat(5 << 20),
        "file[4194303]: up to here the set would take more than 1073741824 bytes",
    );
    // A chain of files that import each other publicly: each would see all before it.
    let chain = (0..3000).map(|at| FileDescriptorProto {
        name: Some(format!("{at}.proto")),
        dependency: (at > 0).then(|| format!("{}.proto", at - 1)).into_iter().collect(),
        public_dependency: (at > 0).then_some(0).into_iter().collect(),
        ..FileDescriptorProto::default()
    });
    let chain = FileDescriptorSet { file: chain.collect() }.encode_to_vec();
    refused(&chain, "its files see 1048576 others or more by `import public`");
    let nested = (0..300).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut out = vec![0x1A];
        prost_reflect::prost::encoding::encode_varint(inner.len() as u64, &mut out);
        [out, inner].concat()
    });
    let mut deepest = vec![0x22];
    prost_reflect::prost::encoding::encode_varint(nested.len() as u64, &mut deepest);
    let mut outer = vec![0x0A];
    let inside = [deepest, nested].concat();
    prost_reflect::prost::encoding::encode_varint(inside.len() as u64, &mut outer);
    refused(
        &[outer, inside].concat(),
        "nested_type[0].nested_type[0]: messages are nested in more than 100 levels",
    );
    refused(&[0x0A, 2, 0x0A, 9], "file[0].name: the bytes end inside of it");
    refused(&[0x0A, 4, 0x22, 2, 0x0A, 1], "file[0].message_type[0].name: the bytes end inside of it");
    refused(&[0x0A, 3, 0x0A, 1, 0xFF], "file[0].name: it is no UTF-8");
    refused(&[0x0A, 2, 0x0F, 1], "file[0]: it is damaged");
}
