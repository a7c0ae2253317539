//! Tests newtypes and logical types: records that can't be, changes between schemas, .proto files
//! both ways.

use std::fs;

use ffi_core::schema::read::{DartType, Pass, Record, Scalar, Type};
use ffi_dart_emit::diff::diff;
use ffi_dart_emit::model::{Model, resolve, resolve_unsealed};
use ffi_dart_emit::proto::{self, ImportOptions};
use ffi_dart_emit::{dart, inspect};

use crate::schema::{
    array, enumeration, function, id, library, map, message, newtype, option, scalar, seal, str, vec,
};

fn named(name: &str) -> Type {
    Type::Newtype(id(name))
}

fn logical(name: &str) -> Type {
    Type::Logical(name.to_owned())
}

fn records(more: Vec<Record>) -> Vec<Record> {
    seal([vec![Record::Library(library())], more].concat())
}

fn problems(more: Vec<Record>) -> Vec<String> {
    // Without fingerprints, which types that hold themselves can't have.
    let all = [vec![Record::Library(library())], more].concat();
    let problems = resolve_unsealed(all).map_or_else(|problems| problems.0, |_| Vec::new());
    problems.iter().map(|problem| format!("{}: {}", problem.item, problem.what)).collect()
}

fn schema(more: Vec<Record>) -> Model {
    resolve(records(more)).unwrap()
}

#[test]
fn a_newtype_holds_one_value() {
    let point = || Record::Message(message("Point", 4, 4, &[("x", 0, scalar(Scalar::F32))]));
    for ty in [
        vec(scalar(Scalar::U8), 3),
        option(scalar(Scalar::U8)),
        Type::Message(id("Point")),
        Type::Bytes { cap: 4 },
        array(Type::Message(id("Point")), 2),
        array(vec(scalar(Scalar::U8), 3), 2),
    ] {
        let found = problems(vec![point(), Record::Newtype(newtype("N", ty))]);
        let why = "its value is no number, `bool`, enum, text, logical type, or array of these";
        assert_eq!(found, [format!("newtype demo::N: {why}")]);
    }
    let mode = Record::Enum(enumeration("Mode", Scalar::U8, &[("Off", 0)]));
    for ty in [Type::Enum(id("Mode")), str(4), logical("uuid"), scalar(Scalar::Bool)] {
        for ty in [ty.clone(), array(ty.clone(), 3), array(array(ty, 3), 2)] {
            assert_eq!(problems(vec![mode.clone(), Record::Newtype(newtype("N", ty))]), [""; 0]);
        }
    }
}

/// A forged chain of newtypes is refused before anything follows it to its end.
#[test]
fn newtypes_that_hold_themselves_are_refused() {
    let itself = problems(vec![Record::Newtype(newtype("N", named("N")))]);
    assert!(itself[0].contains("`demo::N` holds itself"), "{itself:?}");
    let circle =
        problems(vec![Record::Newtype(newtype("A", named("B"))), Record::Newtype(newtype("B", named("A")))]);
    assert!(circle.iter().all(|it| it.contains("holds itself")), "{circle:?}");
    let deep = |depth: usize| {
        let chain = (0..depth).map(|at| {
            let ty = if at == 0 { scalar(Scalar::U8) } else { named(&format!("N{}", at - 1)) };
            Record::Newtype(newtype(&format!("N{at}"), ty))
        });
        problems(chain.collect())
    };
    assert_eq!(deep(17), [""; 0], "one that holds 16");
    assert!(deep(18)[0].contains("more than 16 newtypes in each other"));
    // Also behind arrays, which end no chain.
    let itself = problems(vec![Record::Newtype(newtype("N", array(named("N"), 2)))]);
    assert!(itself[0].contains("`demo::N` holds itself"), "{itself:?}");
    let rows = |depth: usize| {
        let chain = (0..depth).map(|at| {
            let ty = if at == 0 { scalar(Scalar::U8) } else { named(&format!("N{}", at - 1)) };
            Record::Newtype(newtype(&format!("N{at}"), array(ty, 1)))
        });
        problems(chain.collect())
    };
    assert_eq!(rows(17), [""; 0], "one that holds 16");
    assert!(rows(18)[0].contains("more than 16 newtypes in each other"));
    let unknown = problems(vec![Record::Newtype(newtype("N", named("Gone")))]);
    assert!(unknown[0].contains("there is no record of its type `demo::Gone`"), "{unknown:?}");
    let unknown = problems(vec![Record::Newtype(newtype("N", logical("moon phase")))]);
    assert!(unknown[0].contains("there is no logical type `moon phase`"), "{unknown:?}");
}

#[test]
fn newtypes_of_text_and_arrays_are_no_parameters() {
    for ty in [str(9), array(scalar(Scalar::U8), 3)] {
        let found = problems(vec![
            Record::Newtype(newtype("Email", ty)),
            Record::Function(function("send", &[("to", Pass::Value, named("Email"))], None)),
        ]);
        let why = "a newtype of an `FfiStr` or an array is neither parameter nor result";
        assert_eq!(found, [format!("function demo_ffi_send, parameter to: {why}")]);
    }
}

/// Dart compares lists by identity, so none is found as the key of a map.
#[test]
fn newtypes_of_arrays_are_no_keys() {
    let pin = Record::Newtype(newtype("Pin", array(scalar(Scalar::U8), 4)));
    let of = |ty: Type| message("M", 28, 4, &[("x", 0, map(ty, scalar(Scalar::U32), 3))]);
    for ty in [named("Pin"), array(scalar(Scalar::U8), 4)] {
        let model = schema(vec![pin.clone(), Record::Message(of(ty))]);
        let problems = dart::package(&model, &dart::Options::default()).unwrap_err().to_string();
        assert!(
            problems.contains("message demo::M: the keys of its `FfiMap` can't be looked up"),
            "{problems}"
        );
    }
}

/// Text of the record becomes part of generated Dart, so only names pass.
#[test]
fn dart_of_a_record_has_the_form_of_names() {
    let good = || DartType {
        name: "Color".to_owned(),
        import: Some("package:palette/src/color.dart".to_owned()),
        from: "Color.fromInt".to_owned(),
        to: ".toInt()".to_owned(),
    };
    let with = |dart| {
        let mut it = newtype("Argb", scalar(Scalar::U32));
        it.dart = Some(dart);
        problems(vec![Record::Newtype(it)])
    };
    assert_eq!(with(good()), [""; 0]);
    assert_eq!(with(DartType { import: Some("dart:io".to_owned()), ..good() }), [""; 0]);
    assert_eq!(with(DartType { name: "Uri".to_owned(), import: None, ..good() }), [""; 0]);
    let text = |text: &str| text.to_owned();
    let import = |uri: &str| DartType { import: Some(text(uri)), ..good() };
    for (dart, what) in [
        (DartType { import: None, ..good() }, "`Color` is not a type of `dart:core` that needs no import"),
        (DartType { name: text("Color; x"), ..good() }, "`Color; x` is not the name of a type"),
        (DartType { from: text("a.b.c"), ..good() }, "`a.b.c` is not a function"),
        (DartType { from: text("(x) => x"), ..good() }, "`(x) => x` is not a function"),
        (DartType { to: text(".a.b"), ..good() }, "`.a.b` is not a function or member"),
        (DartType { to: text(".a(1)"), ..good() }, "`.a(1)` is not a function or member"),
        (import("palette.dart"), "`palette.dart` is not a library"),
        (import("package:a/b.dart' as x; //"), "is not a library"),
        (import("file:///a.dart"), "is not a library"),
    ] {
        let found = with(dart);
        assert!(found.len() == 1 && found[0].contains(what), "{found:?} {what}");
    }
}

fn field(ty: Type, size: u64, align: u64, more: &[Record]) -> Model {
    let m = Record::Message(message("M", size, align, &[("x", 0, ty)]));
    schema([more, &[m]].concat())
}

#[test]
fn a_field_may_become_a_newtype_and_back() {
    let user = || Record::Newtype(newtype("UserId", scalar(Scalar::U64)));
    let plain = field(scalar(Scalar::U64), 8, 8, &[]);
    let named = field(named("UserId"), 8, 8, &[user()]);
    assert_eq!(plain.messages[0].fingerprint, named.messages[0].fingerprint);
    let there = diff(&plain, &named);
    assert!(there.iter().all(|it| it.memory.is_none() && it.wire.is_none()), "{there:?}");
    let said = |changes: &[ffi_dart_emit::diff::Change]| -> Vec<_> {
        changes.iter().map(|it| format!("{}: {}", it.item, it.what)).collect()
    };
    let same = "the same bytes by another name, which source in Dart has";
    assert_eq!(
        said(&there),
        [
            format!("message M, field x: its type was `u64`, is `UserId`: {same}"),
            "newtype UserId: added".to_owned()
        ]
    );
    let back = diff(&named, &plain);
    assert!(back.iter().all(|it| it.memory.is_none() && it.wire.is_none()), "{back:?}");
    assert_eq!(said(&back)[1], "newtype UserId: removed");

    let narrow =
        field(Type::Newtype(id("UserId")), 4, 4, &[Record::Newtype(newtype("UserId", scalar(Scalar::U32)))]);
    let changes = diff(&named, &narrow);
    let of = |item: &str| changes.iter().find(|it| it.item == item).unwrap_or_else(|| panic!("{changes:?}"));
    let changed = of("newtype UserId");
    assert_eq!(changed.what, "its value was a `u64`, is a `u32`");
    assert!(changed.memory.is_some() && changed.wire.is_some());
    assert!(of("message M").memory.is_some());
}

#[test]
fn a_newtype_of_an_array_may_become_the_array_and_another_length_not() {
    let key = |len: u64| Record::Newtype(newtype("Key", array(scalar(Scalar::U8), len)));
    let plain = field(array(scalar(Scalar::U8), 4), 4, 1, &[]);
    let named = |len: u64| field(Type::Newtype(id("Key")), len, 1, &[key(len)]);
    assert_eq!(plain.messages[0].fingerprint, named(4).messages[0].fingerprint);
    let same = diff(&plain, &named(4));
    assert!(same.iter().all(|it| it.memory.is_none() && it.wire.is_none()), "{same:?}");
    let longer = diff(&named(4), &named(5));
    let changed = longer.iter().find(|it| it.item == "newtype Key").unwrap();
    assert_eq!(changed.what, "its value was a `[u8; 4]`, is a `[u8; 5]`");
    assert!(changed.memory.is_some());
}

#[test]
fn functions_and_dart_types_of_newtypes_change() {
    let user = || Record::Newtype(newtype("UserId", scalar(Scalar::U64)));
    let with =
        |ty: Type| schema(vec![user(), Record::Function(function("f", &[("x", Pass::Value, ty)], None))]);
    let changes = diff(&with(scalar(Scalar::U64)), &with(named("UserId")));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].memory.is_none() && changes[0].what.starts_with("newtypes in its signature"));
    let changes = diff(&with(scalar(Scalar::U32)), &with(named("UserId")));
    assert!(changes[0].memory.is_some(), "{changes:?}");

    let dart = |dart| {
        let mut it = newtype("At", scalar(Scalar::I64));
        it.dart = dart;
        schema(vec![Record::Newtype(it)])
    };
    let time = |to: &str| DartType {
        name: "DateTime".to_owned(),
        import: None,
        from: "DateTime.parse".to_owned(),
        to: to.to_owned(),
    };
    let changes = diff(&dart(None), &dart(Some(time(".year"))));
    assert_eq!(changes[0].what, "its type in Dart was its own, is `DateTime`");
    let changes = diff(&dart(Some(time(".year"))), &dart(Some(time(".day"))));
    assert_eq!(changes[0].what, "its conversions in Dart have changed");
    assert!(changes[0].memory.is_none() && changes[0].wire.is_none());
}

/// A timestamp and a duration have one layout and are different types.
#[test]
fn logical_types_are_told_apart() {
    let changes = diff(&field(logical("timestamp"), 16, 8, &[]), &field(logical("duration"), 16, 8, &[]));
    assert_eq!(changes[0].what, "its type was `FfiTimestamp`, is `FfiDuration`");
    assert!(changes[0].memory.is_some() && changes[0].wire.is_some());
}

fn full() -> Vec<Record> {
    let mut argb = newtype("Argb", scalar(Scalar::U32));
    argb.item.doc = "A \"colour\".".to_owned();
    argb.dart = Some(DartType {
        name: "Color".to_owned(),
        import: Some("package:palette/palette.dart".to_owned()),
        from: "Color.fromInt".to_owned(),
        to: "colorToInt".to_owned(),
    });
    let mut email = newtype("Email", str(8));
    email.item.rename = Some("Mail".to_owned());
    email.item.deprecated = Some(String::new());
    vec![
        Record::Newtype(newtype("AdminId", named("UserId"))),
        Record::Newtype(argb),
        Record::Newtype(email),
        Record::Newtype(newtype("Depth", named("Height"))),
        Record::Newtype(newtype("Height", scalar(Scalar::F32))),
        Record::Newtype(newtype("Key", array(scalar(Scalar::U8), 4))),
        Record::Newtype(newtype("Octet", scalar(Scalar::U8))),
        Record::Newtype(newtype("Turn", array(named("Height"), 2))),
        Record::Newtype(newtype("UserId", scalar(Scalar::U64))),
        Record::Message(message(
            "Account",
            184,
            8,
            &[
                ("id", 0, named("UserId")),
                ("admins", 8, vec(named("AdminId"), 2)),
                ("colour", 32, option(named("Argb"))),
                ("emails", 40, vec(named("Email"), 2)),
                ("octets", 68, array(named("Octet"), 4)),
                ("created", 72, logical("timestamp")),
                ("timeout", 88, option(logical("duration"))),
                ("key", 112, logical("uuid")),
                ("keys", 128, map(named("UserId"), named("Octet"), 1)),
                ("last", 152, named("Octet")),
                ("secret", 153, named("Key")),
                ("turn", 160, named("Turn")),
                ("secrets", 168, array(named("Key"), 2)),
                ("spare", 176, option(named("Key"))),
            ],
        )),
    ]
}

#[test]
fn proto_files_name_newtypes_and_come_back() {
    let model = schema(full());
    let text = proto::export(&model, None).unwrap();
    for line in [
        "import \"google/protobuf/duration.proto\";\nimport \"google/protobuf/timestamp.proto\";\n",
        "option (ffi.newtype) = {\n  name: \"UserId\"\n  type: \"u64\"\n};\n",
        "  uint64 id = 1 [(ffi.rust_type) = \"UserId\"];\n",
        "  bytes octets = 5 [\n    (ffi.fixed_count) = 4,\n    (ffi.rust_type) = \"[Octet; 4]\"\n  ];\n",
        "  .google.protobuf.Timestamp created = 6;\n",
        "  optional .google.protobuf.Duration timeout = 7;\n",
        "  bytes key = 8 [(ffi.rust_type) = \"FfiUuid\"];\n",
        "option (ffi.newtype) = {\n  name: \"Key\"\n  type: \"[u8; 4]\"\n};\n",
        "  bytes secret = 11 [\n    (ffi.fixed_count) = 4,\n    (ffi.rust_type) = \"Key\"\n  ];\n",
        "  repeated float turn = 12 [\n    (ffi.fixed_count) = 2,\n    (ffi.rust_type) = \"Turn\"\n  ];\n",
        "  repeated bytes secrets = 13 [\n    (ffi.fixed_count) = 2,\n    (ffi.fixed_count) = 4,\n    (ffi.rust_type) = \"[Key; 2]\"\n  ];\n",
        "  optional bytes spare = 14 [\n    (ffi.fixed_count) = 4,\n    (ffi.rust_type) = \"FfiOption<Key>\"\n  ];\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    fs::write(&file, &text).unwrap();
    let source = proto::import(&file, &ImportOptions::default()).unwrap().source;
    for part in [
        "#[derive(FfiNewtype, Clone, Copy, Debug, PartialEq, Eq, Hash)]\n#[repr(transparent)]\npub struct UserId(pub u64);\n",
        "pub struct AdminId(pub UserId);\n",
        "pub struct Email(pub FfiStr<8>);\n",
        "rename = \"Mail\"",
        "#[derive(FfiNewtype, Clone, Copy, Debug, PartialEq)]\n#[repr(transparent)]\npub struct Depth(pub Height);\n",
        "type = \"Color\"",
        "pub struct Key(pub [u8; 4]);\n",
        "#[derive(FfiNewtype, Clone, Copy, Debug, PartialEq)]\n#[repr(transparent)]\npub struct Turn(pub [Height; 2]);\n",
        "    pub secrets: [Key; 2],\n",
        "    pub admins: FfiVec<AdminId, 2>,\n",
        "    pub octets: [Octet; 4],\n",
        "    pub created: FfiTimestamp,\n",
        "    pub timeout: FfiOption<FfiDuration>,\n",
        "    pub key: FfiUuid,\n",
        "use ffi_core::FfiNewtype;\n",
        "use ffi_core::FfiTimestamp;\n",
    ] {
        assert!(source.contains(part), "{part}\n{source}");
    }
}

fn import_fails(options: &str, field: &str, why: &str) {
    let text = format!(
        "syntax = \"proto3\";\npackage demo;\nimport \"ffi_options.proto\";\n{options}\nmessage M {{\n  {field}\n}}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.proto");
    fs::write(&file, text).unwrap();
    let error = proto::import(&file, &ImportOptions::default()).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn wrong_newtypes_of_a_proto_file_are_reported() {
    let option =
        |name: &str, ty: &str| format!("option (ffi.newtype) = {{ name: \"{name}\" type: \"{ty}\" }};");
    let id = "uint64 x = 1 [(ffi.rust_type) = \"UserId\"];";
    import_fails("", id, "there is no type `UserId`");
    import_fails(&option("UserId", "u32"), id, "another in protobuf than the field's");
    import_fails(&option("UserId", "List"), id, "newtype `UserId`: its type `List` can't be read");
    import_fails(&option("UserId", "UserId"), id, "newtype `UserId`: it holds itself");
    import_fails(&option("UserId", "[UserId; 2]"), id, "newtype `UserId`: it holds itself");
    // No list is in a newtype, so what would hold itself behind one ends there.
    import_fails(&option("UserId", "FfiVec<UserId, 2>"), id, "newtype `UserId`: its value is no");
    let chain: String = (0..2_000).map(|at| option(&format!("N{at}"), &format!("N{}", at + 1))).collect();
    import_fails(&(chain + &option("N2000", "u64")), "uint64 x = 1;", "more than 16 newtypes in each other");
    import_fails(&option("u64", "u64"), id, "newtype `u64`: Rust can't have it");
    import_fails(&format!("{0}\n{0}", option("UserId", "u64")), id, "or has it already");
    import_fails(
        &option("UserId", "FfiVec<u8, 3>"),
        "repeated uint32 x = 1 [(ffi.max_count) = 3];",
        "its value is no",
    );
    import_fails(
        "option (ffi.newtype) = { name: \"At\" type: \"u64\" dart_type: \"x y\" dart_from: \"f\" dart_to: \"g\" };",
        "uint64 x = 1;",
        "`x y` is not the name of a type in Dart",
    );
}

#[test]
fn tables_name_newtypes() {
    let text = inspect::text(&schema(full()));
    for line in [
        "  UserId      8  u64          extension type",
        "  Argb        4  u32          Color",
        "  Key         4  [u8; 4]      extension type",
        "FfiVec<AdminId, 2>",
        "FfiTimestamp",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

/// The starter file depends on the package that declares a type, and both libraries import it.
#[test]
fn libraries_of_dart_types_are_imported() {
    let files = dart::package(&schema(full()), &dart::Options::default()).unwrap();
    let text = |path: &str| {
        let file = files.iter().find(|file| file.path.ends_with(path)).unwrap_or_else(|| panic!("no {path}"));
        file.contents.clone()
    };
    for path in ["demo.dart", "values.dart"] {
        assert!(text(path).contains("import 'package:palette/palette.dart' as $lib0;"), "{}", text(path));
    }
    assert!(text("pubspec.yaml").contains("  palette: any\n"), "{}", text("pubspec.yaml"));
}
