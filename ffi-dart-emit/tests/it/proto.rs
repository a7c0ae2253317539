//! Tests .proto files: exports, and imports with every kind of mistake.

use std::fs;
use std::path::Path;
use std::process::Command;

use ffi_core::schema::read::{Encoding, Message, Record, Rules, Scalar, Type, Wire};
use ffi_dart_emit::model;
use ffi_dart_emit::proto::{self, Defaults, Form, ImportOptions};
use proptest::prelude::*;

use crate::files::assert_golden;
use crate::schema::{
    containers, demo, enumeration, id, library, map, message, objects, oneof, option, scalar, seal, str, vec,
};

fn export(records: Vec<Record>) -> String {
    proto::export(&model::resolve(seal(records)).unwrap(), None).unwrap()
}

fn schema(records: Vec<Record>) -> Vec<Record> {
    [vec![Record::Library(library())], records].concat()
}

/// Compiles the text of a .proto file.
#[track_caller]
fn compiles(text: &str) -> prost_reflect::DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("demo.proto"), text).unwrap();
    fs::write(folder.path().join(proto::OPTIONS_FILE), proto::OPTIONS).unwrap();
    let rules = folder.path().join(proto::RULES_FILE);
    fs::create_dir_all(rules.parent().unwrap()).unwrap();
    fs::write(rules, proto::RULES).unwrap();
    let mut compiler = protox::Compiler::new([folder.path()]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    match compiler.open_file("demo.proto") {
        Ok(_) => compiler.descriptor_pool(),
        Err(error) => panic!("{error:?}\n{text}"),
    }
}

#[test]
fn the_files_are_as_committed() {
    for (name, records) in [("demo.proto", demo()), ("containers.proto", containers())] {
        let text = export(records);
        compiles(&text);
        assert_golden(name, &text);
    }
}

#[test]
fn the_order_of_the_linker_does_not_show() {
    let mut other = demo();
    other.rotate_left(3);
    assert_eq!(export(demo()), export(other));
}

/// Text of a doc comment stays in a comment, and that of a note in a string.
#[test]
fn docs_and_notes_stay_where_they_belong() {
    let docs = [
        "*/ message X {} /*",
        "ends in a backslash \\",
        "line\nmessage X {}\r\n// x\rmessage Y {}",
        "NUL \0 and \u{b}\u{c}\t",
        "right to left \u{202E} and \u{2066} separator \u{2028}message X {}\u{85}message X {}",
        "\"quoted\" 'twice' \\\" \\n \u{1}9 \u{1F600}",
        "\n\n  indented\n",
        "{{ name }} {% if %}",
    ];
    let every = || [demo(), containers().split_off(1), objects().split_off(1)].concat();
    let plain = compiles(&export(every()));
    for doc in docs {
        let mut records = every();
        for record in &mut records {
            let item = match record {
                Record::Library(_) | Record::Queue(_) | Record::Error(_) => continue,
                Record::Function(it) => &mut it.item,
                Record::Object(it) | Record::Service(it) => &mut it.item,
                Record::Callback(it) => &mut it.item,
                Record::Flag(it) => &mut it.item,
                Record::Health(it) => &mut it.item,
                Record::Newtype(it) => &mut it.item,
                Record::Message(it) => {
                    it.fields[0].item.doc = doc.to_owned();
                    it.fields[0].item.deprecated = Some(doc.to_owned());
                    &mut it.item
                }
                Record::Enum(it) => {
                    it.variants[0].item.doc = doc.to_owned();
                    it.variants[0].item.deprecated = Some(doc.to_owned());
                    &mut it.item
                }
                Record::Oneof(it) => {
                    it.cases[0].item.doc = doc.to_owned();
                    it.cases[1].item.doc = doc.to_owned();
                    &mut it.item
                }
            };
            item.doc = doc.to_owned();
            item.deprecated = Some(doc.to_owned());
        }
        let pool = compiles(&export(records));
        assert_eq!(pool.all_messages().count(), plain.all_messages().count(), "{doc:?}");
        let particle = pool.get_message_by_name("demo.Particle").unwrap();
        let options = particle.options();
        let note = options.extensions().find(|(it, _)| it.name() == "deprecation").unwrap().1.clone();
        assert_eq!(note.as_str(), Some(doc), "the note is what it was");
    }
}

fn u32s(names: &[&str]) -> Message {
    let fields: Vec<_> = (0..).zip(names).map(|(at, name)| (*name, at * 4, scalar(Scalar::U32))).collect();
    message("M", 4 * names.len() as u64, 4, &fields)
}

#[test]
fn names_that_protobuf_has_another_use_for() {
    let words = [
        "message",
        "enum",
        "oneof",
        "map",
        "reserved",
        "option",
        "optional",
        "repeated",
        "required",
        "group",
        "syntax",
        "package",
        "import",
        "extend",
        "extensions",
        "rpc",
        "service",
        "stream",
        "returns",
        "to",
        "max",
        "true",
        "inf",
        "nan",
        "string",
        "bytes",
        "int32",
        "double",
        "bool",
        "ffi",
        "google",
        "demo",
        "m",
        "value",
        "weak",
        "public",
    ];
    let mut records = vec![Record::Message(u32s(&words))];
    // Types with the names of those that the file needs itself.
    for name in ["LinksItem", "Empty", "WideEnum", "FieldOptions", "Ffi", "Google", "String", "LinksEntry"] {
        let x = vec![("x", 0, scalar(Scalar::F32))];
        let mut it = message(name, 4, 4, &x);
        it.symbols.fingerprint = format!("demo_ffi_{name}_fingerprint");
        records.push(Record::Message(it));
    }
    records.push(Record::Message(message(
        "Links",
        20,
        4,
        &[("links", 0, vec(vec(scalar(Scalar::U32), 1), 2))],
    )));
    records.push(Record::Oneof(oneof(
        "Unit",
        8,
        4,
        4,
        &[("Message", Some(scalar(Scalar::F32))), ("Oneof", None)],
    )));
    let text = export(schema(records));
    compiles(&text);
    assert!(text.contains("  message LinksItem2 {\n"), "a wrapper makes way for a message:\n{text}");
    for package in ["ffi", "demo.ffi", "google", "google.protobuf.demo", "message", "m"] {
        let records = schema(vec![Record::Message(u32s(&words))]);
        compiles(&proto::export(&model::resolve(seal(records)).unwrap(), Some(package)).unwrap());
    }
}

#[track_caller]
fn refused(records: Vec<Record>, package: Option<&str>) -> String {
    proto::export(&model::resolve(seal(schema(records))).unwrap(), package).unwrap_err().to_string()
}

#[test]
fn names_that_protobuf_can_not_tell_apart() {
    let json = refused(vec![Record::Message(u32s(&["a_1", "a1", "größe", "_1"]))], None);
    assert!(
        json.contains(
            "field a1: its name in .proto, `a1`, can't be told from that of message demo::M, field a_1"
        ),
        "{json}"
    );
    assert!(json.contains("field größe: names in .proto are ASCII"), "{json}");
    assert!(json.contains("field _1: there is no name for it in .proto"), "{json}");
    let values = refused(vec![Record::Enum(enumeration("E", Scalar::U8, &[("A_1", 0), ("A1", 1)]))], None);
    assert!(values.contains("variant A1: its name in .proto, `E_A1`, can't be told"), "{values}");
    let enums = vec![
        Record::Enum(enumeration("A", Scalar::U8, &[("BC", 0)])),
        Record::Enum(enumeration("A_B", Scalar::U8, &[("Zero", 0)])),
        Record::Message({
            let mut it = message("AB", 4, 4, &[("x", 0, scalar(Scalar::F32))]);
            it.symbols.fingerprint.push('2');
            it
        }),
    ];
    let types = refused(enums, None);
    assert!(
        types.contains(
            "enum demo::A_B: its name in .proto, `AB`, can't be told from that of message demo::AB"
        ),
        "{types}"
    );
    for package in ["", "a..b", "Demo", "1", "a-b", "a;b"] {
        let error = refused(vec![], Some(package));
        assert!(error.contains("can't be a package of protobuf"), "{error}");
    }
}

/// Enums with numbers that 32 bits can't hold are integers, and keep their variants.
/// The cases of a flattened oneof are fields of the message, which has no other name for it; a
/// oneof that is also elsewhere is a message as well.
#[test]
fn flattened_oneofs_are_oneofs_of_the_message() {
    let records = |elsewhere: bool| {
        let mut body =
            oneof("Body", 16, 8, 8, &[("Note", Some(str(4))), ("Delta", Some(scalar(Scalar::I64)))]);
        body.cases[1].tag = 2;
        (body.cases[2].tag, body.cases[2].wire.encoding) = (3, Some(Encoding::ZigZag));
        let mut event =
            message("Event", 24, 8, &[("body", 0, Type::Oneof(id("Body"))), ("id", 16, scalar(Scalar::U32))]);
        (event.fields[0].tag, event.fields[0].wire.flat) = (0, true);
        event.fields[1].tag = 1;
        let other = message("Other", 16, 8, &[("body", 0, Type::Oneof(id("Body")))]);
        let all = [Record::Oneof(body), Record::Message(event)];
        schema(all.into_iter().chain(elsewhere.then_some(Record::Message(other))).collect())
    };
    let event = |option: &str| {
        format!(
            "message Event {{\n  oneof body {{\n{option}    string note = 2 [(ffi.max_len) = 4];\n    \
             sint64 delta = 3;\n  }}\n  uint32 id = 1;\n}}\n"
        )
    };
    let text = export(records(false));
    let expected = event("    option (ffi.oneof_rust_name) = \"Body\";\n");
    assert!(text.contains(&expected) && !text.contains("message Body"), "{text}");
    // A message has the name.
    let text = export(records(true));
    assert!(text.contains(&event("")) && text.contains("message Body {"), "{text}");
}

#[test]
fn wide_enums_are_integers() {
    let wide = enumeration("Wide", Scalar::U64, &[("Zero", 0), ("All", -1)]);
    let fields = [
        ("one", 0, Type::Enum(id("Wide"))),
        ("open", 8, Type::Open(id("Wide"))),
        ("maybe", 16, option(Type::Enum(id("Wide")))),
        ("keys", 32, map(Type::Enum(id("Wide")), str(4), 1)),
    ];
    let text = export(schema(vec![Record::Enum(wide), Record::Message(message("M", 56, 8, &fields))]));
    let pool = compiles(&text);
    assert_eq!(pool.all_enums().filter(|it| it.package_name() == "demo").count(), 0);
    assert!(text.contains("uint64 one = 1 [(ffi.rust_type) = \"Wide\"];"), "{text}");
    assert!(text.contains("map<uint64, string> keys = 4"), "{text}");
    let source = import(&text, &ImportOptions::default()).unwrap();
    assert!(
        source.contains("#[repr(u64)]\npub enum Wide {\n    Zero = 0,\n    All = 18446744073709551615,\n}"),
        "{source}"
    );
}

/// Returns the Rust source of a .proto file, or the problems in it.
fn import(text: &str, options: &ImportOptions) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    fs::write(&file, text).unwrap();
    let shown = folder.path().display().to_string();
    match proto::import(&file, options) {
        Ok(imported) => Ok(imported.source),
        Err(problems) => Err(problems.to_string().replace(&shown, "")),
    }
}

/// A file as another team could have written it.
const FOREIGN: &str = r#"syntax = "proto3";

package acme.fleet;

import "google/protobuf/descriptor.proto";
import "google/protobuf/timestamp.proto";

extend google.protobuf.MessageOptions {
  uint32 pool_size = 60000;
  bool simd = 60001;
}

extend google.protobuf.FieldOptions {
  int32 max_count = 60000;
}

// A vehicle.
//
// With wheels.
message Vehicle {
  option (acme.fleet.pool_size) = 500;
  option (acme.fleet.simd) = true;
  reserved 4, 7 to 9;

  enum Kind {
    option allow_alias = true;
    KIND_UNSPECIFIED = 0;
    KIND_CAR = 1;
    KIND_AUTOMOBILE = 1;
    KIND_4X4 = 2 [deprecated = true];
  }
  message Wheel {
    float radius = 1;
  }

  string name = 1 [(acme.fleet.max_count) = 40]; // shown
  // What it is.
  Kind kind = 2;
  repeated Wheel wheels = 3 [(acme.fleet.max_count) = 8];
  Vehicle towed = 5;
  optional double speed = 6;
  google.protobuf.Timestamp seen = 10;
  Cargo cargo = 11;
  map<string, uint32> seats = 12 [(acme.fleet.max_count) = 3];
  bytes crate = 13 [deprecated = true];
  bool match = 14;
}

message Cargo {
  oneof what {
    uint64 weight = 1;
    Vehicle.Wheel spare = 2;
  }
}
"#;

#[test]
fn files_of_other_teams_are_taken() {
    let defaults = Defaults { all: Some(16), ..Defaults::default() };
    let options = ImportOptions { defaults, ..ImportOptions::default() };
    let source = import(FOREIGN, &options).unwrap();
    assert_golden("import.rs.txt", &source);
}

#[test]
fn bounds_are_asked_for() {
    let error = import(FOREIGN, &ImportOptions::default()).unwrap_err();
    assert_eq!(
        error,
        "demo.proto:44:3: field `acme.fleet.Vehicle.seats`: it has no bound: (ffi.max_key_len) missing\n  \
         fix: add `[(ffi.max_key_len) = N]`, or pass `--default-max-count N`; a message without pool, kernels and columns \
         needs no bounds without `--bounded`\n\
         demo.proto:45:3: field `acme.fleet.Vehicle.crate`: it has no bound: (ffi.max_len) missing\n  \
         fix: add `[(ffi.max_len) = N]`, or pass `--default-max-count N`; a message without pool, kernels and columns \
         needs no bounds without `--bounded`"
    );
}

#[track_caller]
fn import_fails(text: &str, parts: &[&str]) {
    import_fails_with(text, &ImportOptions::default(), parts);
}

/// Options for messages of fixed size that are always there.
fn implicit() -> ImportOptions {
    ImportOptions { form: Form::Implicit, ..ImportOptions::default() }
}

#[track_caller]
fn import_fails_with(text: &str, options: &ImportOptions, parts: &[&str]) {
    let error = import(text, options).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{part}\n---\n{error}");
    }
}

#[test]
fn everything_that_has_no_form_is_listed() {
    let proto3 =
        |body: &str| format!("syntax = \"proto3\";\nimport \"ffi_options.proto\";\npackage a;\n{body}\n");
    import_fails_with(
        &proto3("message M {\n  M m = 1;\n  repeated M all = 2 [(ffi.max_count) = 2];\n}"),
        &implicit(),
        &[
            "demo.proto:5:3: field `a.M.m`: `a.M` holds itself",
            "(ffi.pool_size)",
            "--default-pool-size N",
            "demo.proto:6:3: field `a.M.all`",
        ],
    );
    import_fails_with(
        &proto3(
            "message A {\n  oneof y {\n    B b = 1;\n  }\n}\nmessage B {\n  oneof x {\n    A a = 1;\n  }\n}",
        ),
        &implicit(),
        &["demo.proto:6:5: field `a.A.b`: `a.B` holds itself", "demo.proto:11:5", "--default-pool-size N"],
    );
    import_fails(
        &proto3(
            "message M {\n  option (ffi.pool_size) = 4;\n  map<uint32, M> a = 1 [(ffi.max_count) = 2];\n  \
             repeated M b = 2 [(ffi.fixed_count) = 2];\n}",
        ),
        &["demo.proto:6:3: field `a.M.a`: `a.M` is in a map or an array", "demo.proto:7:3: field `a.M.b`"],
    );
    import_fails(
        &proto3(
            "message M {\n  int32 a = 1 [(ffi.rust_type) = \"u8\"];\n  int32 b = 2 [(ffi.rust_type) = \"Vec<u8>\"];\n  \
                 repeated int32 c = 3 [(ffi.rust_type) = \"FfiVec<i8, 4>\", (ffi.max_count) = 5];\n}",
        ),
        &[
            "demo.proto:5:3: field `a.M.a`: its Rust type `u8` is another in protobuf",
            "demo.proto:6:3: field `a.M.b`: its Rust type `Vec<u8>` can't be read: there is no type `Vec`",
            "demo.proto:7:3: field `a.M.c`: its option `max_count` is 5",
        ],
    );
    import_fails(
        &proto3(
            "message M {\n  string a = 1 [(ffi.max_len) = 0];\n}\nenum E {\n  option (ffi.repr) = \"f32\";\n  E_A = 0;\n}\n\
                 enum F {\n  option (ffi.repr) = \"u8\";\n  F_A = 0;\n  F_B = 256;\n}",
        ),
        &[
            "demo.proto:5:3: field `a.M.a`: a bound of 0",
            "enum `a.E`: `f32` can't be its repr",
            "demo.proto:14:3: value `F_B`: its repr `u8` has no 256",
        ],
    );
    import_fails("syntax = \"proto3\";\nmessage M {\n  int32 x = ;\n}\n", &["demo.proto:3:13"]);
    import_fails("syntax = \"proto3\";\nimport \"missing.proto\";\n", &["missing.proto", "add `-I`"]);
}

/// Messages that hold themselves become references: a tree, as protobuf writes one, and an
/// expression of a oneof.
/// An enum in Rust can't be inside of itself, so such a message is a struct around one.
#[test]
fn a_oneof_that_holds_itself_is_a_struct_with_a_flattened_one() {
    let text = "syntax = \"proto3\";\npackage a;\n\
                message Rule {\n  oneof of {\n    Rule not = 1;\n    Rules all = 2;\n    string name = 3;\n  }\n}\n\
                message Rules {\n  oneof of {\n    Rule first = 1;\n  }\n}\n\
                message Leaf {\n  oneof of {\n    int32 a = 1;\n    Rule b = 2;\n  }\n}\n";
    let source = import(text, &ImportOptions::default()).unwrap();
    for part in [
        "#[ffi(arena)]\npub struct Rule {\n    #[ffi(flatten)]\n    pub of: RuleOf,\n}\n",
        "pub enum RuleOf {\n    Unset,\n    #[ffi(tag = 1)]\n    Not(ArenaBox<Rule>),\n",
        "    #[ffi(tag = 2)]\n    All(ArenaBox<Rules>),\n",
        "#[ffi(arena)]\npub struct Rules {\n    #[ffi(flatten)]\n    pub of: RulesOf,\n}\n",
        // It is in no circle.
        "pub enum Leaf {\n",
    ] {
        assert!(source.contains(part), "{part}---\n{source}");
    }
    let options = ImportOptions {
        form: Form::Bounded,
        default_pool_size: Some(8),
        defaults: Defaults { all: Some(4), ..Defaults::default() },
        ..ImportOptions::default()
    };
    let source = import(text, &options).unwrap();
    for part in [
        "    Not(FfiRef<Rule>),\n",
        "#[ffi(pool = 8)]\npub struct Rule {",
        "#[ffi(pool = 8)]\npub struct Rules {",
    ] {
        assert!(source.contains(part), "{part}---\n{source}");
    }
}

/// A wrapper of the well-known types is a value that may be absent, in every form of a message.
#[test]
fn wrappers_are_values_that_may_be_absent() {
    let text = "syntax = \"proto3\";\npackage a;\nimport \"google/protobuf/wrappers.proto\";\n\
                message M {\n  google.protobuf.StringValue name = 1;\n  google.protobuf.Int64Value count = 2;\n  \
                repeated google.protobuf.BytesValue parts = 3;\n  \
                map<int32, google.protobuf.BoolValue> flags = 4;\n  \
                oneof of {\n    google.protobuf.DoubleValue number = 5;\n  }\n}\n";
    let arena = [
        "    #[ffi(tag = 1, encoding = \"wrapper\")]\n    pub name: ArenaBox<ArenaStr>,\n",
        "    #[ffi(tag = 2, encoding = \"wrapper\")]\n    pub count: FfiOption<i64>,\n",
        "    #[ffi(tag = 3, encoding = \"wrapper\")]\n    pub parts: ArenaVec<ArenaBytes>,\n",
        "    #[ffi(tag = 4, encoding = \"wrapper\")]\n    pub flags: ArenaMap<i32, bool>,\n",
        "    #[ffi(tag = 5, encoding = \"wrapper\")]\n    Number(f64),\n",
    ];
    let fixed = [
        "    pub name: FfiOption<FfiStr<4>>,\n",
        "    pub count: FfiOption<i64>,\n",
        "    pub parts: FfiVec<FfiBytes<4>, 4>,\n",
        "    pub flags: FfiMap<i32, bool, 4>,\n",
    ];
    let implicit = ["    pub name: FfiStr<4>,\n", "    pub count: i64,\n", "    Number(f64),\n"];
    for (form, parts) in [(Form::Arena, &arena[..]), (Form::Bounded, &fixed), (Form::Implicit, &implicit)] {
        let defaults = Defaults { all: Some(4), ..Defaults::default() };
        let source = import(text, &ImportOptions { form, defaults, ..ImportOptions::default() }).unwrap();
        assert!(!source.contains("StringValue"), "{source}");
        for part in parts {
            assert!(source.contains(part), "{part}---\n{source}");
        }
    }
}

/// A message with more bytes than cross by value is passed in an arena, in the slot of its pool, or
/// not at all.
#[test]
fn large_messages_of_services_are_not_passed_by_value() {
    let text = |options: &str| {
        format!(
            "syntax = \"proto3\";\nimport \"ffi_options.proto\";\npackage a;\n\
             message Image {{\n  {options}\n  repeated float pixels = 1 [(ffi.max_count) = 16777216];\n}}\n\
             message Small {{\n  uint32 x = 1;\n}}\n\
             service Images {{\n  rpc Draw(Small) returns (Image);\n  rpc Sum(Image) returns (Small);\n  \
             rpc Film(Small) returns (stream Image);\n  rpc Keep(stream Image) returns (Small);\n  \
             rpc Show(Image) returns (stream Small);\n}}\n"
        )
    };
    let methods = |source: &str| -> Vec<String> {
        let lines = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("fn ").or(line.trim().strip_prefix("async fn ")));
        lines.map(str::to_owned).collect()
    };
    let in_arenas = import(&text(""), &ImportOptions::default()).unwrap();
    assert!(in_arenas.contains("#[ffi(arena)]\npub struct Image {"), "{in_arenas}");
    assert!(!in_arenas.contains("#[ffi(arena)]\npub struct Small {"), "{in_arenas}");
    for part in [
        "fn draw(&self, request: &Small) -> Result<FfiArena<Image>, Unimplemented> {",
        "fn sum(&self, request: &FfiArena<Image>) -> Result<Small, Unimplemented> {",
        "impl Stream<Item = Result<FfiArena<Image>, Unimplemented>>",
        "requests: FfiInput<FfiArena<Image>>",
    ] {
        assert!(in_arenas.contains(part), "{part}---\n{in_arenas}");
    }
    let pooled = import(&text("option (ffi.pool_size) = 2;"), &ImportOptions::default()).unwrap();
    for part in [
        "Result<PoolBox<Image>, Unimplemented>",
        "fn sum(&self, request: &Image) -> Result<Small, Unimplemented> {",
        "requests: FfiInput<PoolBox<Image>>",
        "request: PoolBox<Image>",
    ] {
        assert!(pooled.contains(part), "{part}---\n{pooled}");
    }
    // Only a reference to it can be passed.
    let bounded = ImportOptions { form: Form::Bounded, ..ImportOptions::default() };
    let bounded = import(&text(""), &bounded).unwrap();
    assert_eq!(methods(&bounded), ["sum(&self, request: &Image) -> Result<Small, Unimplemented> {"]);
}

#[test]
fn what_holds_itself_is_referred_to() {
    let text = "syntax = \"proto3\";\n\
                message Node {\n  string name = 1;\n  Node parent = 2;\n  repeated Node children = 3;\n}\n\
                message Expr {\n  oneof value {\n    double number = 1;\n    Sum sum = 2;\n  }\n}\n\
                message Sum {\n  Expr left = 1;\n  Expr right = 2;\n}\n\
                message Alone {\n  Expr expr = 1;\n}\n";
    let defaults = Defaults { all: Some(16), ..Defaults::default() };
    let options = ImportOptions { defaults, default_pool_size: Some(500), ..implicit() };
    let source = import(text, &options).unwrap();
    for line in [
        "#[ffi(pool = 500)]\npub struct Node {",
        "    pub parent: FfiRef<Node>,",
        "    pub children: FfiVec<FfiRef<Node>, 16>,",
        "    Sum(FfiRef<Sum>),",
        "#[ffi(pool = 500)]\npub struct Sum {",
        "    pub left: Expr,",
        "#[repr(C)]\npub struct Alone {",
        "    pub expr: Expr,",
    ] {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
}

/// Without bounds messages live in arenas, where each keeps its presence; what has a bound is in
/// place.
#[test]
fn what_has_no_bound_lives_in_an_arena() {
    let text = with_options(
        "import \"google/protobuf/timestamp.proto\";\n\
         message Order {\n  string name = 1;\n  bytes key = 2;\n  repeated string tags = 3;\n  \
         map<string, Item> items = 4;\n  Item first = 5;\n  optional string note = 6;\n  optional uint32 count = 7;\n  \
         google.protobuf.Timestamp at = 8;\n  Order parent = 9;\n  repeated Order children = 10 [(ffi.max_count) = 4];\n  \
         string code = 11 [(ffi.max_len) = 8];\n  repeated Item few = 12 [(ffi.max_count) = 2];\n  \
         map<int32, string> by_id = 13 [(ffi.max_count) = 2, (ffi.max_len) = 4];\n  Choice choice = 14;\n}\n\
         message Item {\n  uint32 amount = 1;\n}\n\
         message Choice {\n  oneof of {\n    string text = 1;\n    Order order = 2;\n    Item other = 3;\n    \
         google.protobuf.Timestamp when = 4;\n  }\n}\n\
         service Orders {\n  rpc Get(Item) returns (Order);\n  rpc Put(Order) returns (Item);\n  \
         rpc Watch(Order) returns (stream Order);\n  rpc Send(stream Order) returns (Item);\n}",
    );
    let source = import(&text, &ImportOptions::default()).unwrap();
    for line in [
        "use ffi_core::arena::FfiArena;\n",
        "#[derive(FfiMessage)]\n#[repr(C)]\npub struct Order {",
        "    pub name: ArenaStr,",
        "    pub key: ArenaBytes,",
        "    pub tags: ArenaVec<ArenaStr>,",
        "    pub items: ArenaMap<ArenaStr, Item>,",
        "    pub first: ArenaBox<Item>,",
        "    pub note: ArenaBox<ArenaStr>,",
        "    pub count: FfiOption<u32>,",
        "    pub at: FfiOption<FfiTimestamp>,",
        "    pub parent: ArenaBox<Order>,",
        "    pub children: ArenaVec<Order>,",
        "    pub code: FfiStr<8>,",
        "    pub few: FfiVec<Item, 2>,",
        "    pub by_id: FfiMap<i32, FfiStr<4>, 2>,",
        "    pub choice: ArenaBox<Choice>,",
        "#[derive(FfiMessage, Clone, Debug, PartialEq)]\n#[repr(C)]\npub struct Item {",
        "#[derive(FfiMessage)]\n#[repr(C, u32)]\n#[ffi(proto(oneof = \"of\"))]\npub enum Choice {",
        "    Text(ArenaStr),",
        "    Order(ArenaBox<Order>),",
        "    Other(ArenaBox<Item>),",
        "    When(FfiTimestamp),",
        "    fn get(&self, request: &Item) -> Result<FfiArena<Order>, Unimplemented> {",
        "    fn put(&self, request: &FfiArena<Order>) -> Result<Item, Unimplemented> {",
        "        request: FfiArena<Order>,\n    ) -> impl Stream<Item = Result<FfiArena<Order>, Unimplemented>> {",
        "    async fn send(&self, requests: FfiInput<FfiArena<Order>>) -> Result<Item, Unimplemented> {",
    ] {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
}

/// A message with a pool has a fixed size, and so has what it holds, and what holds its references.
#[test]
fn pools_and_kernels_need_a_fixed_size() {
    let text = |bound: &str| {
        with_options(&format!(
            "message Tree {{\n  option (ffi.pool_size) = 9;\n  Tree left = 1;\n  Leaf leaf = 2;\n}}\n\
             message Leaf {{\n  string name = 1{bound};\n  Point at = 2;\n}}\n\
             message Forest {{\n  Tree tree = 1;\n  repeated Leaf leaves = 2 [(ffi.max_count) = 3];\n}}\n\
             message Point {{\n  option (ffi.simd) = true;\n  Half x = 1;\n}}\n\
             message Half {{\n  float x = 1;\n}}\n\
             message Free {{\n  string text = 1;\n  Half half = 2;\n}}"
        ))
    };
    import_fails(
        &text(""),
        &["demo.proto:10:3: field `a.Leaf.name`: it has no bound", "without `--bounded`"],
    );
    let source = import(&text(" [(ffi.max_len) = 5]"), &ImportOptions::default()).unwrap();
    for line in [
        "    pub left: FfiRef<Tree>,",
        "    pub leaf: FfiOption<Leaf>,",
        "    pub name: FfiStr<5>,",
        "    pub at: FfiOption<Point>,",
        "    pub tree: FfiOption<Tree>,",
        "    pub x: Half,",
        "    pub text: ArenaStr,",
        "    pub half: ArenaBox<Half>,",
    ] {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
}

#[test]
fn a_oneof_can_be_split() {
    let text = "syntax = \"proto3\";\nmessage M {\n  int32 a = 1;\n  oneof b {\n    int32 c = 2;\n    bool d = 3;\n  }\n}\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    fs::write(&file, text).unwrap();
    let options = ImportOptions { split_oneofs: true, ..ImportOptions::default() };
    let imported = proto::import(&file, &options).unwrap();
    assert_eq!(imported.warnings, [""; 0]);
    assert!(
        imported.source.contains("    #[ffi(tag = 3)]\n    pub d: FfiOption<bool>,\n"),
        "{}",
        imported.source
    );
}

/// Lists without a bound are in an arena, as is what holds them; with bounds all is in place.
#[test]
fn a_oneof_beside_other_fields_is_flattened() {
    let text = |bound: &str| {
        with_options(&format!(
            "message M {{\n  int32 a = 1;\n  // Either.\n  oneof either_one {{\n    sint32 c = 2;\n    string d = 3{bound};\n    M m = 4;\n    google.protobuf.Empty e = 5;\n  }}\n  bool f = 6;\n}}\n"
        ))
        .replacen("import", "import \"google/protobuf/empty.proto\";\nimport", 1)
    };
    let source = import(&text(""), &ImportOptions::default()).unwrap();
    let expected = "/// Either.
#[derive(FfiMessage)]
#[repr(C, u32)]
pub enum MEitherOne {
    Unset,
    #[ffi(tag = 2, encoding = \"zigzag\")]
    C(i32),
    #[ffi(tag = 3)]
    D(ArenaStr),
    #[ffi(tag = 4)]
    M(ArenaBox<M>),
    #[ffi(tag = 5)]
    E,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(arena)]
pub struct M {
    #[ffi(tag = 1)]
    pub a: i32,
    /// Either.
    #[ffi(flatten)]
    pub either_one: MEitherOne,
    #[ffi(tag = 6)]
    pub f: bool,
}
";
    assert!(source.ends_with(expected), "{source}");
    let bounded =
        ImportOptions { form: Form::Bounded, default_pool_size: Some(2), ..ImportOptions::default() };
    let source = import(&text(" [(ffi.max_len) = 5]"), &bounded).unwrap();
    for line in ["    D(FfiStr<5>),", "    M(FfiRef<M>),", "#[ffi(pool = 2)]", "    #[ffi(flatten)]"] {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
}

#[test]
fn messages_without_fields_have_a_form() {
    let text = with_options(
        "message M {\n  reserved 4;\n}\nmessage Holder {\n  M m = 1;\n  repeated M all = 2;\n  google.protobuf.Empty none = 3;\n}\nmessage Choice {\n  oneof of {\n    google.protobuf.Empty x = 1;\n    google.protobuf.Empty y = 2;\n  }\n}\nservice S {\n  rpc F(M) returns (M);\n}",
    )
    .replacen("import", "import \"google/protobuf/empty.proto\";\nimport", 1);
    let source = import(&text, &ImportOptions::default()).unwrap();
    for lines in [
        "#[repr(C)]\n#[ffi(reserved(4))]\npub struct M {\n    /// Nothing: the message has no fields.\n    #[ffi(flatten)]\n    pub empty: FfiEmpty,\n}\n",
        "    pub m: ArenaBox<M>,\n",
        "    pub all: ArenaVec<M>,\n",
        "    pub none: FfiOption<FfiEmpty>,\n",
        "    #[ffi(tag = 1)]\n    X(FfiEmpty),\n    #[ffi(tag = 2)]\n    Y,\n",
        "    fn f(&self, request: &M) -> Result<M, Unimplemented>",
    ] {
        assert!(source.contains(lines), "{lines}\n---\n{source}");
    }
}

/// The name of the case without data is the only thing that an export leaves out.
#[test]
fn flattened_oneofs_and_messages_without_fields_go_out_and_in() {
    let flat = Wire { flat: true, ..Wire::default() };
    let mut body =
        oneof("Payload", 16, 8, 8, &[("Note", Some(str(4))), ("Delta", Some(scalar(Scalar::I64)))]);
    body.item.rename = Some("Contents".to_owned());
    body.cases[1].tag = 2;
    body.cases[2].tag = 3;
    let body_type = Type::Oneof(id("Payload"));
    let nothing = Type::Logical("empty".to_owned());
    let mut event = message(
        "Event",
        32,
        8,
        &[("id", 0, scalar(Scalar::U32)), ("body", 8, body_type), ("last", 24, Type::Message(id("Last")))],
    );
    event.fields[1].wire = flat;
    event.fields[2].tag = 4;
    let mut last = message("Last", 1, 1, &[("empty", 0, nothing)]);
    last.fields[0].wire = flat;
    for field in event.fields.iter_mut().chain(&mut last.fields).filter(|it| it.wire.flat) {
        field.tag = 0;
    }
    let text = export(schema(vec![Record::Oneof(body), Record::Message(last), Record::Message(event)]));
    let expected = "message Event {
  uint32 id = 1;
  oneof body {
    option (ffi.oneof_rust_name) = \"Payload\";
    option (ffi.oneof_dart_name) = \"Contents\";
    string note = 2 [(ffi.max_len) = 4];
    int64 delta = 3;
  }
  Last last = 4;
}

message Last {
}
";
    assert!(text.ends_with(expected), "{text}");
    assert!(!text.contains("empty.proto"), "{text}");
    let source = import(&text, &ImportOptions::default()).unwrap();
    for lines in [
        "    #[ffi(flatten)]\n    pub body: Payload,\n    #[ffi(tag = 4)]\n    pub last: Last,\n",
        "    #[ffi(tag = 2)]\n    Note(FfiStr<4>),\n    #[ffi(tag = 3)]\n    Delta(i64),\n",
        "#[ffi(rename = \"Contents\")]\npub enum Payload {\n",
        "    #[ffi(flatten)]\n    pub empty: FfiEmpty,\n",
    ] {
        assert!(source.contains(lines), "{lines}\n---\n{source}");
    }
}

/// Options of an organisation have the numbers that protobuf leaves to it, so ours have others.
#[test]
fn options_have_numbers_of_their_own() {
    let pool = compiles(&export(schema(vec![])));
    let ours = proto::FIRST_OPTION..proto::FIRST_OPTION + 1000;
    let options: Vec<_> =
        pool.all_extensions().filter(|it| it.parent_file().package_name() == "ffi").collect();
    assert!(options.len() > 40, "{} options", options.len());
    for it in options {
        assert!(ours.contains(&it.number()), "{}: {}", it.full_name(), it.number());
        assert!(!(50_000..100_000).contains(&it.number()), "{}: {}", it.full_name(), it.number());
    }
}

/// The field that keeps unknown fields is no field of the file, but an option of the message.
#[test]
fn what_keeps_unknown_fields_goes_out_and_in() {
    let bytes = || Type::Bytes { cap: 60 };
    let mut relay = message(
        "Relay",
        72,
        4,
        &[("id", 0, scalar(Scalar::U32)), ("rest", 4, bytes()), ("to", 68, scalar(Scalar::U32))],
    );
    relay.fields[1].wire.unknown = Some(40);
    relay.fields[1].tag = 0;
    relay.fields[2].tag = 2;
    relay.fields[1].item.doc = "Of newer versions.".to_owned();
    let text = export(schema(vec![Record::Message(relay.clone())]));
    let expected = "message Relay {
  option (ffi.keep_unknown) = {
    name: \"rest\"
    type: \"FfiBytes<60>\"
    index: 1
    limit: 40
    doc: \"Of newer versions.\"
  };

  uint32 id = 1;
  uint32 to = 2;
}
";
    assert!(text.ends_with(expected), "{text}");
    let source = import(&text, &ImportOptions::default()).unwrap();
    let fields = "    #[ffi(tag = 1)]
    pub id: u32,
    /// Of newer versions.
    #[ffi(unknown = 40)]
    pub rest: FfiBytes<60>,
    #[ffi(tag = 2)]
    pub to: u32,
}
";
    assert!(source.ends_with(fields), "{source}");
    let error = import(&text.replace("FfiBytes<60>", "FfiStr<60>"), &ImportOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the option `keep_unknown` names no field that can keep unknown fields"),
        "{error}"
    );

    // A model has one such field, of bytes.
    relay.fields[2].wire.unknown = Some(0);
    let error = model::resolve(seal(schema(vec![Record::Message(relay)]))).unwrap_err().to_string();
    assert!(error.contains("field to: it can't keep unknown fields"), "{error}");
}

#[test]
fn unknown_fields_are_kept_on_request() {
    let text = "syntax = \"proto3\";\nmessage M {\n  int32 x = 1;\n  N n = 2;\n}\nmessage N {\n  int32 unknown_fields = 1;\n}\nmessage E {}\n";
    let kept = |bounded: bool| {
        let form = if bounded { proto::Form::Bounded } else { proto::Form::Arena };
        import(text, &ImportOptions { keep_unknown: Some(64), form, ..ImportOptions::default() }).unwrap()
    };
    let (arena, bounded) = (kept(false), kept(true));
    let field = "    /// Fields that this schema doesn't know, as they came.\n";
    for (source, attribute, ty) in
        [(&arena, "unknown = 64", "ArenaBytes"), (&bounded, "unknown", "FfiBytes<64>")]
    {
        for name in ["unknown_fields", "unknown_fields_kept"] {
            let lines = format!("{field}    #[ffi({attribute})]\n    pub {name}: {ty},\n}}\n");
            assert!(source.contains(&lines), "{lines}\n---\n{source}");
        }
        // A message without fields has nothing else.
        let empty =
            format!("pub struct E {{\n{field}    #[ffi({attribute})]\n    pub unknown_fields: {ty},\n}}\n");
        assert!(source.contains(&empty), "{source}");
    }
    assert!(!import(text, &ImportOptions::default()).unwrap().contains("kept"));
}

#[test]
fn an_unpacked_list_stays_unpacked() {
    let text =
        with_options("message M {\n  repeated int32 x = 1 [packed = false];\n  repeated int32 y = 2;\n}");
    let source = import(&text, &ImportOptions::default()).unwrap();
    assert!(source.contains("    #[ffi(tag = 1, packed = false)]\n    pub x"), "{source}");
    assert!(source.contains("    #[ffi(tag = 2)]\n    pub y"), "{source}");
}

#[test]
fn what_has_no_form_is_left_out_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    let text = "syntax = \"proto3\";\nmessage M {\n  int32 x = 1;\n  reserved \"y\";\n}\nservice S {\n  rpc F(M) returns (M);\n}\nservice Empty {}\n";
    fs::write(&file, text).unwrap();
    let imported = proto::import(&file, &ImportOptions::default()).unwrap();
    assert!(imported.source.contains("pub trait S {"), "{}", imported.source);
    let warnings = imported.warnings;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let has = |start: &str| warnings.iter().any(|it| it.starts_with(start));
    assert!(has("demo.proto:9:1: service `Empty` is left out: it has no methods"), "{warnings:?}");
    assert!(has("demo.proto:2:1: the reserved name `y`"), "{warnings:?}");
}

/// Returns a file with the options and the package `a`.
fn with_options(body: &str) -> String {
    format!("syntax = \"proto3\";\nimport \"ffi_options.proto\";\npackage a;\n{body}\n")
}

/// Errors of services are enums, streams of results are streams, and those of requests are inputs.
#[test]
fn errors_and_streams_of_services_are_read() {
    let text = with_options(
        "message Row {\n  int32 x = 1;\n}\n\
         service Db {\n  option (ffi.service_rust_name) = \"Storage\";\n  rpc Get(Row) returns (Row) {\n    option (ffi.error) = \"DbError\";\n  }\n  \
         rpc Ask(Row) returns (Row) {\n    option (ffi.method_rust_name) = \"question\";\n  }\n  \
         rpc Watch(Row) returns (stream Row) {\n    option (ffi.error) = \"DbError\";\n    option (ffi.window) = 4;\n  }\n  \
         rpc Push(stream Row) returns (Row) {\n    option (ffi.window) = 8;\n  }\n}\n\
         // Failures.\nmessage DbError {\n  option (ffi.is_error) = true;\n  option (ffi.dart_name) = \"Failure\";\n  \
         message NotFound {\n    uint64 id = 1;\n    repeated uint32 path = 2 [(ffi.rust_type) = \"u16\"];\n    \
         optional string hint = 3 [(ffi.field_dart_name) = \"tip\"];\n    bytes raw = 4;\n    Row row = 5;\n    \
         repeated string short = 6 [(ffi.rust_type) = \"FfiVec<FfiStr<8>, 2>\"];\n    repeated Kind kinds = 7;\n  }\n  \
         message Corrupt {\n    option (ffi.is_internal) = true;\n    uint64 id = 1;\n  }\n  \
         message Unimplemented {\n    int32 code = 1;\n  }\n  \
         oneof variant {\n    NotFound not_found = 1;\n    Corrupt corrupt = 2;\n    Unimplemented unimplemented = 3;\n  }\n}\n\
         enum DbErrorCode {\n  option (ffi.is_error_code) = true;\n  DB_ERROR_CODE_UNSPECIFIED = 0;\n}\n\
         enum Kind {\n  KIND_A = 0;\n}",
    );
    let source = import(&text, &ImportOptions::default()).unwrap();
    for line in [
        "use ffi_core::FfiError;\n",
        "use ffi_core::Stream;\n",
        "/// Failures.\n#[derive(Clone, Debug, PartialEq, FfiError)]\n#[ffi(rename = \"Failure\")]\npub enum DbError {\n    \
         NotFound {\n        id: u64,\n        path: Vec<u16>,\n        #[ffi(rename = \"tip\")]\n        \
         hint: Option<String>,\n        raw: Vec<u8>,\n        row: Row,\n        \
         short: FfiVec<FfiStr<8>, 2>,\n        kinds: Vec<Kind>,\n    },\n    \
         #[ffi(internal)]\n    Corrupt,\n    Unimplemented {\n        code: i32,\n    },\n    \
         /// The method has no implementation yet.\n    #[ffi(internal)]\n    UnimplementedMethod(Unimplemented),\n}\n",
        "    fn get(&self, request: &Row) -> Result<Row, DbError> {\n        let _ = request;\n        \
         Err(Unimplemented::new(\"Db.Get\").into())\n    }\n",
        "#[ffi_service(rename = \"Db\")]\npub trait Storage {\n",
        "    #[ffi(rename = \"ask\")]\n    fn question(&self, request: &Row) -> Result<Row, Unimplemented> {\n",
        "    #[ffi(window = 4)]\n    fn watch(&self, request: Row) -> impl Stream<Item = Result<Row, DbError>> {\n        \
         let _ = request;\n        Unimplemented::new(\"Db.Watch\").stream()\n    }\n",
        "use ffi_core::FfiInput;\n",
        "    #[ffi(window = 8)]\n    async fn push(&self, requests: FfiInput<Row>) -> Result<Row, Unimplemented> {\n        \
         let _ = requests;\n",
    ] {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
    assert!(!source.contains("DbErrorCode"), "{source}");
}

#[test]
fn errors_that_can_not_be_are_refused() {
    let error =
        |body: &str| with_options(&format!("message E {{\n  option (ffi.is_error) = true;\n{body}}}"));
    let variants = "  message A {}\n  message B {}\n";
    import_fails(
        &error(&format!("{variants}  oneof v {{\n    A a = 1;\n    B b = 3;\n  }}\n")),
        &["error `E` is not a oneof of variants with the numbers from 1 on"],
    );
    import_fails(&error(variants), &["error `E` is not a oneof of variants"]);
    import_fails(
        &error(&format!("{variants}  oneof v {{\n    A a = 1;\n    int32 b = 2;\n  }}\n")),
        &["field `a.E.b`: a variant of an error is a message"],
    );
    import_fails(
        &error(&format!("{variants}  oneof v {{\n    A a = 1;\n    A b = 2;\n  }}\n")),
        &["field `a.E.b`: the variant can't be called `A` in Rust"],
    );
    import_fails(
        &error(
            "  message A {\n    map<int32, int32> m = 1;\n    int32 x = 2 [(ffi.rust_type) = \"Vec<\"];\n  }\n  oneof v {\n    A a = 1;\n  }\n",
        ),
        &[
            "field `a.E.A.m`: a parameter or result of a method, or a field of an error, can't be that",
            "can't be read",
        ],
    );
    import_fails(
        &with_options(
            "message M {\n  int32 x = 1;\n}\nservice S {\n  rpc F(M) returns (M) {\n    option (ffi.error) = \"M\";\n  }\n}",
        ),
        &["there is no error `M` in this file"],
    );
}

#[test]
fn a_file_outside_of_the_folders_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    fs::write(&file, "syntax = \"proto3\";\n").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let options = ImportOptions { include: vec![elsewhere.path().to_owned()], ..ImportOptions::default() };
    let error = proto::import(&file, &options).unwrap_err().to_string();
    assert!(error.contains("-I"), "{error}");
    assert!(proto::import(Path::new("no/such.proto"), &ImportOptions::default()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A file changed at random is accepted or refused, and never causes a panic.
    #[test]
    fn mutated_files_do_no_harm(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..24), 1..6)) {
        let mut text = export(containers()).into_bytes();
        for (from, to, len) in edits {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            let piece = text[from..(from + len).min(text.len())].to_vec();
            let end = (to + len / 2).min(text.len());
            text.splice(to..end, piece);
        }
        let text = String::from_utf8_lossy(&text);
        let _ = import(&text, &ImportOptions::default());
    }
}

/// Checks that protobuf's own compiler accepts the text, if there is one.
fn protoc_takes(text: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("demo.proto"), text).unwrap();
    fs::write(folder.path().join(proto::OPTIONS_FILE), proto::OPTIONS).unwrap();
    let protoc = std::env::var_os("PROTOC").unwrap_or_else(|| "protoc".into());
    // The compiler that `cargo xtask protoc` installs has its libraries beside it.
    let libraries =
        Path::new(&protoc).ancestors().nth(2).map(|folder| folder.join("lib")).unwrap_or_default();
    let output = Command::new(&protoc)
        .env("LD_LIBRARY_PATH", libraries)
        .args(["-I.", "-oset", "demo.proto"])
        .current_dir(&folder)
        .output();
    let Ok(output) = output else { return println!("left out: there is no protoc here") };
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}

/// Names that protobuf makes itself: of a oneof, of the entries of a map, of packages around.
#[test]
fn names_that_protobuf_makes_itself() {
    let u8 = || scalar(Scalar::U8);
    let entry = |name: &str| Record::Message(message(name, 1, 1, &[("x", 0, u8())]));
    let records = vec![
        Record::Oneof(oneof(
            "Thing",
            8,
            4,
            4,
            &[("Value", Some(u8())), ("value2", Some(u8())), ("Empty", None)],
        )),
        Record::Oneof(oneof(
            "Nested",
            16,
            4,
            4,
            &[("Value", Some(vec(vec(u8(), 1), 1))), ("Other", Some(u8()))],
        )),
        entry("ScoresEntry"),
        entry("ValueEntry"),
        entry("Entry"),
        Record::Message(message(
            "Game",
            84,
            4,
            &[
                ("scores", 0, map(str(4), Type::Message(id("ScoresEntry")), 2)),
                ("deep", 28, vec(map(u8(), Type::Message(id("ValueEntry")), 1), 1)),
                ("best", 40, Type::Message(id("ScoresEntry"))),
                ("entry", 41, Type::Message(id("Entry"))),
                ("maps", 44, map(u8(), map(u8(), Type::Message(id("ValueEntry")), 1), 1)),
                ("all", 60, vec(Type::Message(id("ScoresEntry")), 4)),
                ("value", 68, map(scalar(Scalar::F32), Type::Message(id("ValueEntry")), 1)),
                ("end", 80, u8()),
            ],
        )),
    ];
    let model = model::resolve(seal(schema(records))).unwrap_or_else(|problems| panic!("{problems}"));
    for package in ["demo", "scores_entry", "demo.google", "google.demo", "demo.ffi.google", "thing"] {
        let text = proto::export(&model, Some(package)).unwrap_or_else(|problems| panic!("{problems}"));
        protoc_takes(&text);
        compiles(&text);
        let source = import(&text, &ImportOptions::default()).unwrap();
        assert!(source.contains("    Value(u8),\n"), "{source}");
        assert!(source.contains("    pub scores: FfiMap<FfiStr<4>, ScoresEntry, 2>,\n"), "{source}");
    }
}

/// A compiler of protobuf refuses names that the checks of this crate let through.
#[test]
fn what_protobuf_would_refuse_is_an_error() {
    for (tags, what) in [([1, 1], "1"), ([1, 19_500], "19500"), ([1, 0], "0")] {
        let mut message = u32s(&["one", "other"]);
        for (field, tag) in message.fields.iter_mut().zip(tags) {
            field.tag = tag;
        }
        let error = refused(vec![Record::Message(message)], None);
        assert!(error.starts_with("the .proto file: protobuf's compiler would refuse it: "), "{error}");
        assert!(error.contains(&format!("in `uint32 other = {what};`")), "{error}");
        assert!(error.contains("`#[ffi(tag = N)]`"), "{error}");
    }
}

/// Editors on Windows write a byte order mark, and protobuf's compiler accepts it.
#[test]
fn a_byte_order_mark_is_taken() {
    let text = "\u{FEFF}syntax = \"proto3\";\nmessage M {\n  int32 x = 1;\n}\n";
    assert!(import(text, &ImportOptions::default()).unwrap().contains("pub struct M {"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.proto");
    fs::write(folder.path().join("b.proto"), text).unwrap();
    fs::write(&file, "\u{FEFF}syntax = \"proto3\";\nimport \"b.proto\";\nmessage N {\n  M m = 1;\n}\n")
        .unwrap();
    assert!(proto::import(&file, &ImportOptions::default()).unwrap().source.contains("pub m: ArenaBox<M>,"));
    fs::write(&file, b"syntax = \"proto3\"; // \xFF").unwrap();
    let error = proto::import(&file, &ImportOptions::default()).unwrap_err().to_string();
    assert_eq!(error, "a.proto: its byte 22 is not UTF-8\n  fix: save it as UTF-8");
    import_fails("\u{FEFF}\u{FEFF}syntax = \"proto3\";\n", &["demo.proto"]);
}

#[test]
fn paths_of_imports_that_lead_out() {
    let head = "syntax = \"proto3\";\nimport ";
    for (path, what) in [
        ("../x.proto", "the path has an empty part, `.` or `..`"),
        ("a/../x.proto", "the path has an empty part, `.` or `..`"),
        ("./x.proto", "the path has an empty part, `.` or `..`"),
        ("a//x.proto", "the path has an empty part, `.` or `..`"),
        ("/etc/x.proto", "the path is absolute"),
        ("C:/x.proto", "the path is absolute"),
        ("a\\\\x.proto", "protobuf has `/` between folders"),
    ] {
        import_fails(&format!("{head}\"{path}\";\n"), &["demo.proto", &format!(": import `{path}`: {what}")]);
    }
}

/// A file is found by any path to it, and not confused with one of the same name in another folder.
#[test]
fn a_file_is_found_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for name in ["a", "b", "b/c"] {
        fs::create_dir(folder.join(name)).unwrap();
        let text = format!(
            "syntax = \"proto3\";\nmessage {} {{\n  int32 x = 1;\n}}\n",
            name.replace('/', "_").to_uppercase()
        );
        fs::write(folder.join(name).join("x.proto"), text).unwrap();
    }
    let import = |file: &str, include: &[&str]| {
        let include = include.iter().map(|it| folder.join(it)).collect();
        let options = ImportOptions { include, ..ImportOptions::default() };
        proto::import(&folder.join(file), &options).map(|it| it.source).map_err(|it| it.to_string())
    };
    assert!(import("a/../b/x.proto", &["b"]).unwrap().contains("pub struct B {"));
    assert!(import("b/c/x.proto", &["a", "b"]).unwrap().contains("pub struct BC {"));
    let error = import("b/x.proto", &["a", "b"]).unwrap_err();
    assert!(error.contains("imports know it as `x.proto`, which is") && error.contains("-I"), "{error}");
    let error = import("a/none.proto", &["a"]).unwrap_err();
    assert!(error.contains("it can't be read"), "{error}");
}

/// Names that `cargo` or `dart` would refuse are problems of the .proto file, with their positions.
/// The derives tell types of the user from those of the standard library.
#[test]
fn types_called_like_those_of_std() {
    let text = "syntax = \"proto3\";\nimport \"ffi_options.proto\";\npackage a;\n\
                message Option {\n  int32 x = 1;\n}\n\
                message Vec {\n  Option of = 1;\n}\n\
                message String {\n  option (ffi.dart_name) = \"Wire\";\n  int32 x = 1;\n}\n\
                message Box {\n  optional String string = 1;\n  repeated Vec all = 2 [(ffi.max_count) = 3];\n}\n";
    let source = import(text, &ImportOptions::default()).unwrap();
    for line in [
        "pub struct Option {",
        "pub of: ArenaBox<Option>,",
        "pub string: ArenaBox<String>,",
        "pub all: FfiVec<Vec, 3>,",
    ] {
        assert!(source.contains(line), "{line}: {source}");
    }
}

#[test]
fn what_rust_and_dart_would_refuse_is_reported() {
    let proto3 =
        |body: &str| format!("syntax = \"proto3\";\nimport \"ffi_options.proto\";\npackage a;\n{body}\n");
    for (body, parts) in [
        (
            "message M {\n  int32 x = 1;\n  int32 y = 2 [(ffi.field_dart_name) = \"no name\"];\n}",
            &[
                "demo.proto:6:3: message M, field y: `no name` is not an identifier",
                "mend it in the .proto file",
            ][..],
        ),
        (
            "enum E {\n  E_A = 0;\n  E_B = 1 [(ffi.value_dart_name) = \"values\"];\n}",
            &["demo.proto:6:3: enum E, variant B: its Dart name `values`", "(ffi.value_dart_name)"],
        ),
        (
            "message M {\n  option (ffi.rust_name) = \"fn\";\n  int32 x = 1;\n}",
            &["`a.M` can't be called `fn` in Rust"],
        ),
        (
            "message M {\n  option (ffi.rust_name) = \"u32\";\n  int32 x = 1;\n}",
            &["`a.M` can't be called `u32` in Rust"],
        ),
        (
            "message M {\n  int32 x = 1 [(ffi.field_rust_name) = \"gr\u{f6}\u{df}e\"];\n}",
            &["field `a.M.x`: it would be called"],
        ),
        (
            "message M {\n  option (ffi.align) = 64;\n  int32 x = 1;\n}",
            &["message `a.M` has an alignment of its own", "remove the option `align`"],
        ),
        (
            "message M {\n  option (ffi.pool_size) = 0;\n  int32 x = 1;\n}",
            &["demo.proto:4:1: message M: a pool of 0 is not possible"],
        ),
        (
            "message M {\n  option (ffi.pool_size) = 8;\n  option (ffi.pool_reset) = \"x\";\n  int32 x = 1;\n}",
            &["`x` can't be what its pool does"],
        ),
        (
            "message M {\n  repeated N n = 1 [(ffi.max_count) = 65536];\n}\n\
             message N {\n  repeated double x = 1 [(ffi.max_count) = 4294967295];\n}",
            &["demo.proto:4:1: message M: it has 140737488355328 bytes or more", "take smaller bounds"],
        ),
        (
            "message M {\n  repeated double x = 1 [(ffi.fixed_count) = 18446744073709551615];\n}",
            &[
                "demo.proto:5:3: message M, field x: an array of 18446744073709551615 elements is not possible",
            ],
        ),
    ] {
        import_fails(&proto3(body), parts);
    }
}

/// Imports 3,000 messages, each of which holds the next, in time that grows linearly; quadratic
/// time took minutes.
#[test]
fn a_long_chain_is_imported_in_time() {
    let chain = |len: usize| {
        let mut text = "syntax = \"proto3\";\n".to_owned();
        for at in 0..len {
            let next = if at + 1 < len { format!("  M{} next = 2;\n", at + 1) } else { String::new() };
            text += &format!("// Doc.\nmessage M{at} {{\n  int32 x = 1;\n{next}}}\n");
        }
        text
    };
    let source = import(&chain(3000), &ImportOptions::default()).unwrap();
    assert_eq!(source.matches("pub struct").count(), 3000);
    // rustc needs a higher recursion limit for this depth.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    for (len, limit) in [(80, None), (81, Some("162"))] {
        fs::write(&file, chain(len)).unwrap();
        let warnings = proto::import(&file, &implicit()).unwrap().warnings;
        assert_eq!(warnings.len(), usize::from(limit.is_some()), "{warnings:?}");
        assert!(
            limit.is_none_or(|limit| warnings[0].contains(&format!("#![recursion_limit = \"{limit}\"]")))
        );
    }
    // A ring of messages, where each reaches all others.
    let ring = chain(3000).replace("message M2999 {\n", "message M2999 {\n  M0 next = 2;\n");
    let options = ImportOptions { default_pool_size: Some(8), ..implicit() };
    let source = import(&ring, &options).unwrap();
    assert_eq!(source.matches("#[ffi(pool = 8)]").count(), 3000);
}

/// Rules are those of `buf.validate` in the file, and the same again in Rust.
#[test]
fn rules_go_both_ways() {
    let mut order = message(
        "Order",
        124,
        4,
        &[
            ("count", 0, scalar(Scalar::U32)),
            ("size", 4, scalar(Scalar::U8)),
            ("weight", 8, scalar(Scalar::F32)),
            ("name", 12, str(20)),
            ("key", 36, Type::Bytes { cap: 8 }),
            ("steps", 48, vec(scalar(Scalar::I16), 4)),
            ("stock", 60, map(scalar(Scalar::U32), scalar(Scalar::U32), 4)),
            ("rest", 96, option(scalar(Scalar::I32))),
            ("tags", 104, vec(str(4), 2)),
        ],
    );
    let text = |it: &str| Some(it.to_owned());
    let none = Rules::default;
    let rules = [
        Rules { min: text("1"), max: text("100"), ..none() },
        Rules { max: text("9"), ..none() },
        Rules { min: text("0.5"), max: text("1.0"), ..none() },
        Rules { non_empty: true, max_len: Some(5), pattern: text("^[a-z]+\\d\"?$"), ..none() },
        Rules { non_empty: true, ..none() },
        Rules { min: text("-7"), max: text("7"), non_empty: true, max_len: Some(3), ..none() },
        Rules { max_len: Some(2), ..none() },
        Rules { min: text("-1"), ..none() },
        Rules { non_empty: true, ..none() },
    ];
    for (field, rules) in order.fields.iter_mut().zip(rules.clone()) {
        field.rules = rules;
    }
    let text = export(schema(vec![Record::Message(order)]));
    compiles(&text);
    for line in [
        "import \"buf/validate/validate.proto\";",
        "(buf.validate.field).uint32.gte = 1",
        "(buf.validate.field).uint32.lte = 100",
        "(buf.validate.field).float.gte = 0.5",
        "(buf.validate.field).string.min_len = 1",
        "(buf.validate.field).string.max_len = 5",
        r#"(buf.validate.field).string.pattern = "^[a-z]+\\d\"?$""#,
        "(buf.validate.field).bytes.min_len = 1",
        "(buf.validate.field).repeated.items.int32.gte = -7",
        "(buf.validate.field).repeated.max_items = 3",
        "(buf.validate.field).map.max_pairs = 2",
        "(buf.validate.field).int32.gte = -1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let bounded = ImportOptions { form: Form::Bounded, ..ImportOptions::default() };
    let source = import(&text, &bounded).unwrap();
    for rules in rules {
        for argument in rules.arguments() {
            assert!(source.contains(&argument), "{argument}\n{source}");
        }
    }
    // As often as they were written.
    for (argument, count) in [("range = ", 5), ("non_empty", 4), ("max_len = ", 3), ("pattern = ", 1)] {
        assert_eq!(source.matches(argument).count(), count, "{argument}\n{source}");
    }
}

/// Tests that the parts without a form in Rust are left out, and named.
#[test]
fn rules_without_a_form_are_named() {
    let text = "syntax = \"proto3\";\npackage p;\nimport \"buf/validate/validate.proto\";\nmessage M {\n  \
                int32 open = 1 [(buf.validate.field).int32 = {gt: 0, lt: 10}];\n  \
                uint32 small = 2 [(buf.validate.field).uint32.lte = 4294967295];\n  \
                double part = 3 [(buf.validate.field).double.gt = 0];\n  \
                string long = 4 [(buf.validate.field).string = {min_len: 3, max_len: 4, pattern: \"\\\\p{Greek}\"}];\n  \
                sint64 outside = 5 [(buf.validate.field).sint64 = {gte: 9, lte: 1}];\n  \
                bytes exact = 6 [(buf.validate.field).bytes.len = 4];\n}\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.proto");
    fs::write(&file, text).unwrap();
    let options = ImportOptions { form: Form::Bounded, ..ImportOptions::default() };
    let imported = proto::import(&file, &options).unwrap();
    let lines: Vec<_> = imported.source.lines().map(str::trim).collect();
    let rules: Vec<_> =
        lines.iter().filter(|it| it.starts_with("#[ffi(") && !it.contains("reserved")).collect();
    assert_eq!(
        rules,
        [
            &"#[ffi(tag = 1, range = 1..=9)]",
            &"#[ffi(tag = 2)]",
            &"#[ffi(tag = 3)]",
            &"#[ffi(tag = 4, non_empty, max_len = 4)]",
            &"#[ffi(tag = 5, encoding = \"zigzag\")]",
            &"#[ffi(tag = 6, non_empty)]",
        ],
        "{}",
        imported.source
    );
    let warned: Vec<_> = imported.warnings.iter().filter_map(|it| it.split_once(": the rule ")).collect();
    let warned: Vec<_> = warned.into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(
        warned,
        [
            "`gt` of `p.M.part` is left out",
            "`pattern`, which the crate regex-lite does not take, of `p.M.long` is left out",
            "`min_len` beyond `non_empty` of `p.M.long` is left out",
            "of a range that leaves out its middle of `p.M.outside` is left out",
            "`len` beyond `non_empty` of `p.M.exact` is left out",
        ]
    );
}
