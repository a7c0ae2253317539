//! Tests imports of several .proto files, of proto2, and of names that Rust or Dart don't take.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ffi_dart_emit::proto::{Defaults, Form, ImportOptions, Imported, import_all};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::Type;
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use protox::file::File;
use tempfile::TempDir;

/// Returns a folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

/// Imports files of a folder, whose imports are named from there.
fn import(folder: &Path, inputs: &[&str], rename: &[(&str, &str)]) -> Result<Imported, String> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|it| folder.join(it)).collect();
    let rename: BTreeMap<_, _> =
        rename.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
    let options = ImportOptions { include: vec![folder.to_owned()], rename, ..ImportOptions::default() };
    import_all(&inputs, &options).map_err(|problems| problems.to_string())
}

#[track_caller]
fn contains(source: &str, lines: &[&str]) {
    for line in lines {
        assert!(source.contains(line), "{line}\n---\n{source}");
    }
}

/// Returns the source of a file of the package `a`.
fn import_one(body: &str) -> Imported {
    let folder = folder(&[("a.proto", &format!("syntax = \"proto3\";\npackage a;\n{body}\n"))]);
    import(folder.path(), &["a.proto"], &[]).unwrap()
}

const SHAPES: &str = "syntax = \"proto3\";\npackage acme.shapes;\nmessage Shape {\n  string name = 1;\n  Kind kind = 2;\n}\n\
                      enum Kind {\n  KIND_NONE = 0;\n}\n";

const FLEET: &str = "syntax = \"proto3\";\npackage acme.fleet;\nimport \"acme/shapes.proto\";\nimport \"acme/all.proto\";\n\
                     message Shape {\n  acme.shapes.Shape outer = 1;\n  repeated Loose loose = 2;\n  Kind kind = 3;\n}\n\
                     enum Kind {\n  KIND_VAN = 0;\n}\n\
                     service Yard {\n  rpc Find(acme.shapes.Shape) returns (Shape);\n}\n";

const LOOSE: &str = "syntax = \"proto3\";\nmessage Loose {\n  uint32 x = 1;\n}\n\
                     service Yard {\n  rpc Ask(Loose) returns (Loose);\n}\n";

const ALL: &str = "syntax = \"proto3\";\npackage acme;\nimport public \"loose.proto\";\n";

/// Several packages become a module each, with equal names side by side and each type once.
#[test]
fn packages_are_modules() {
    let folder = folder(&[
        ("acme/shapes.proto", SHAPES),
        ("acme/fleet.proto", FLEET),
        ("loose.proto", LOOSE),
        ("acme/all.proto", ALL),
    ]);
    let Imported { source, modules, .. } = import(folder.path(), &["acme", "loose.proto"], &[]).unwrap();
    let names: Vec<_> = modules.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["acme_fleet", "acme_shapes"]);
    contains(
        &source,
        &[
            "//! The schema of 4 .proto files.\n",
            "pub mod acme_fleet;\npub mod acme_shapes;\n\nuse ffi_core::FfiMessage;\n",
            "pub struct Loose {",
        ],
    );
    contains(
        &modules[0].1,
        &[
            "//! The package `acme.fleet`.\n",
            "    pub outer: ArenaBox<super::acme_shapes::Shape>,\n",
            "    pub loose: ArenaVec<super::Loose>,\n",
            "    pub kind: FfiOpen<Kind>,\n",
            "    fn find(\n        &self,\n        request: &FfiArena<super::acme_shapes::Shape>,\n    ) -> \
             Result<FfiArena<Shape>, Unimplemented> {",
        ],
    );
    // The symbols of equal names have the package as their prefix, and Dart has it in the name.
    let prefixed = "rename = \"AcmeShapesShape\", prefix = \"acme_shapes\"";
    let both = format!("{}{}", modules[0].1, modules[1].1);
    let both = both.split_whitespace().collect::<Vec<_>>().join(" ");
    contains(
        &both,
        &["proto(package = \"acme.shapes\", name = \"Shape\")", "proto(package = \"acme.fleet\")"],
    );
    contains(&both, &[prefixed, "rename = \"AcmeShapesKind\", prefix = \"acme_shapes\""]);
    assert_eq!(both.matches("pub struct Shape {").count(), 2);
    assert_eq!(both.matches("prefix =").count(), 3, "{both}");
}

/// An umbrella file brings the files that it imports publicly; other imports come as they are
/// needed.
#[test]
fn an_umbrella_file_brings_all() {
    let umbrella = "syntax = \"proto3\";\npackage a;\nimport public \"b.proto\";\nimport \"c.proto\";\n\
                    message A {\n  C c = 1;\n}\n";
    let of = |name: &str| {
        format!(
            "syntax = \"proto3\";\npackage a;\nmessage {name} {{\n  int32 x = 1;\n}}\nmessage Other{name} {{\n  int32 x = 1;\n}}\n"
        )
    };
    let folder = folder(&[("all.proto", umbrella), ("b.proto", &of("B")), ("c.proto", &of("C"))]);
    let Imported { source, modules, .. } = import(folder.path(), &["all.proto"], &[]).unwrap();
    contains(&source, &["pub struct A {", "pub struct B {", "pub struct OtherB {", "pub struct C {"]);
    assert!(!source.contains("OtherC") && modules.is_empty(), "{source}");
}

/// Files whose names have the first part of a package that they don't import: `config` is
/// `acme.config` in one run, although the other file has `acme.api.config`, and so for options.
const SCOPES: [(&str, &str); 5] = [
    (
        "acme/config/address.proto",
        "syntax = \"proto3\";\npackage acme.config;\nmessage Address {\n  string host = 1;\n}\n",
    ),
    (
        "acme/rules.proto",
        "syntax = \"proto3\";\npackage acme.rules;\nimport \"google/protobuf/descriptor.proto\";\n\
         extend google.protobuf.FieldOptions {\n  uint32 max_len = 50001;\n}\n",
    ),
    (
        "acme/api/config/other.proto",
        "syntax = \"proto3\";\npackage acme.api.config;\nmessage Other {\n  uint32 x = 1;\n}\n",
    ),
    (
        "acme/api/rules/other.proto",
        "syntax = \"proto3\";\npackage acme.api.rules;\nmessage Other {\n  uint32 x = 1;\n}\n",
    ),
    (
        "acme/api/server.proto",
        "syntax = \"proto3\";\npackage acme.api;\nimport \"acme/config/address.proto\";\nimport \"acme/rules.proto\";\n\
         message Server {\n  config.Address address = 1;\n  string name = 2 [(rules.max_len) = 40];\n}\n\
         service Servers {\n  rpc Find(config.Address) returns (Server);\n}\n",
    ),
];

/// A name is found among what its file imports, whatever other files are compiled before it.
#[test]
fn a_name_is_found_among_the_imports_of_its_file() {
    let folder = folder(&SCOPES);
    let server = |inputs: &[&str]| {
        let modules = import(folder.path(), inputs, &[]).unwrap().modules;
        modules.into_iter().find(|(name, _)| name == "acme_api").expect("it has a module").1
    };
    let of_all = server(&["acme"]);
    contains(
        &of_all,
        &[
            "    pub address: ArenaBox<super::acme_config::Address>,",
            "    pub name: FfiStr<40>,",
            "    fn find(\n        &self,\n        request: &FfiArena<super::acme_config::Address>,",
        ],
    );
    let of_few =
        server(&["acme/api/server.proto", "acme/config/address.proto", "acme/api/rules/other.proto"]);
    assert_eq!(of_few, of_all);
    // What a file doesn't import is not there, and the error has its position.
    let wrong = "syntax = \"proto3\";\npackage acme.api;\nimport \"acme/config/address.proto\";\n\
                 message M {\n  config.Address a = 1;\n  config.Other b = 2;\n}\n";
    fs::write(folder.path().join("acme/api/wrong.proto"), wrong).unwrap();
    let error = import(folder.path(), &["acme"], &[]).unwrap_err();
    contains(&error, &["acme/api/wrong.proto:6:"]);
    assert!(!error.contains("server.proto"), "{error}");
}

/// `import public` goes through any number of files, also in a descriptor set.
#[test]
fn public_imports_of_public_imports_are_seen() {
    let file = |package: &str, rest: &str| format!("syntax = \"proto3\";\npackage {package};\n{rest}\n");
    let folder = folder(&[
        ("a.proto", &file("a", "message A {\n  uint32 x = 1;\n}")),
        ("b.proto", &file("b", "import public \"a.proto\";")),
        ("c.proto", &file("c", "import public \"b.proto\";")),
        ("d.proto", &file("d", "import \"c.proto\";\nmessage D {\n  a.A a = 1;\n}")),
    ]);
    let modules = import(folder.path(), &["d.proto", "a.proto"], &[]).unwrap().modules;
    let d = &modules.iter().find(|(name, _)| name == "d").expect("it has a module").1;
    contains(d, &["    pub a: ArenaBox<super::a::A>,"]);
    // As protobuf's compiler writes it, each file with its own imports only.
    let names = ["a.proto", "b.proto", "c.proto", "d.proto"];
    let files = names.map(|name| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        let mut file = FileDescriptorProto::from(File::from_source(name, &text).unwrap());
        file.message_type.iter_mut().flat_map(|it| &mut it.field).for_each(|field| {
            if let Some(name) = &mut field.type_name {
                *name = format!(".{name}");
                field.r#type = Some(Type::Message.into());
            }
        });
        file
    });
    let set = folder.path().join("set.bin");
    fs::write(&set, FileDescriptorSet { file: files.into() }.encode_to_vec()).unwrap();
    let options = ImportOptions { descriptor_set: Some(set), ..ImportOptions::default() };
    let modules = import_all(&[], &options).unwrap().modules;
    assert!(modules.iter().any(|(name, source)| name == "d" && source == d), "{modules:#?}");
}

#[test]
fn problems_of_all_files_are_listed_once() {
    let broken = "syntax = \"proto3\";\nmessage M {\n  int32 x = ;\n}\n";
    let importing = "syntax = \"proto3\";\nimport \"broken.proto\";\n";
    let folder = folder(&[
        ("broken.proto", broken),
        ("one.proto", importing),
        ("two.proto", "syntax = \"proto3\";\nimport \"no.proto\";\n"),
        ("empty/readme.md", ""),
    ]);
    let error = import(folder.path(), &["one.proto", "two.proto", "broken.proto", "empty"], &[]).unwrap_err();
    contains(&error, &["broken.proto:3:13", "no.proto", "there is no .proto file in this folder"]);
}

/// Names that Rust or Dart don't take are mapped, and stay where they can.
#[test]
fn names_are_mapped() {
    let Imported { source, warnings, .. } = import_one(
        "message Struct {\n  int32 x = 1;\n}\nmessage Function {\n  int32 x = 1;\n}\nmessage Map {\n  int32 x = 1;\n}\n\
         message Option {\n  int32 x = 1;\n}\nmessage Header {\n  int32 x = 1;\n}\nmessage HeaderData {\n  int32 x = 1;\n}\n\
         message Fb {\n  int32 x = 1;\n}\nmessage FB {\n  int32 x = 1;\n}\nmessage FfiVec {\n  int32 self = 1;\n}\n\
         message Outer {\n  message Inner {\n    int32 x = 1;\n  }\n  oneof of {\n    Inner inner = 1;\n    string text = 2;\n  }\n}\n\
         message OuterInner {\n  int32 foo_bar = 2;\n  int32 hash_code = 3;\n}\n\
         enum Null {\n  NULL_VALUES = 0;\n  NULL_A = 1;\n  nullA = 2;\n  NULL_INDEX = 3;\n}\n\
         message Text {\n  string s = 1;\n}\nmessage TextView {\n  int32 x = 1;\n}\n\
         message Result {\n  int32 x = 1;\n}\nmessage Stream {\n  int32 x = 1;\n}\n\
         service S {\n  rpc F(Result) returns (stream Stream);\n}",
    );
    assert_eq!(warnings, [""; 0]);
    contains(
        &source,
        &[
            "pub struct FBMessage {",
            "#[ffi(rename = \"FB\")]\npub struct FBMessage {",
            "#[ffi(rename = \"FfiVec\")]\npub struct FfiVecMessage {",
            "    pub self_: i32,",
            "pub struct OuterInnerMessage {",
            "#[ffi(rename = \"HeaderDataMessage\", proto(name = \"HeaderData\"))]\npub struct HeaderData {",
            "#[ffi(rename = \"FunctionMessage\", proto(name = \"Function\"))]\npub struct Function {",
            "    #[ffi(tag = 1, rename = \"innerCase\", json(\"inner\"))]\n    Inner(ArenaBox<OuterInner>),",
            "#[ffi(rename = \"TextView\")]\npub struct TextViewMessage {",
            "#[ffi(rename = \"Result\")]\npub struct ResultMessage {",
            "-> impl Stream<Item = Result<StreamMessage, Unimplemented>> {",
        ],
    );
}

/// Types of protobuf itself that hold each other, through maps and lists.
#[test]
fn the_well_known_types_go_in() {
    let Imported { source, modules, .. } = import_one(
        "import \"google/protobuf/struct.proto\";\nimport \"google/protobuf/any.proto\";\n\
         import \"google/protobuf/wrappers.proto\";\nimport \"google/protobuf/field_mask.proto\";\n\
         message M {\n  google.protobuf.Struct json = 1;\n  google.protobuf.Any any = 2;\n  \
         google.protobuf.Int32Value count = 3;\n  google.protobuf.FieldMask mask = 4;\n  google.protobuf.NullValue null = 5;\n}",
    );
    contains(
        &source,
        &[
            "pub mod google_protobuf;\n",
            "    pub json: ArenaBox<google_protobuf::Struct>,",
            "    #[ffi(tag = 3, encoding = \"wrapper\")]\n    pub count: FfiOption<i32>,",
            "    pub null: FfiOpen<google_protobuf::NullValue>,",
        ],
    );
    assert_eq!(modules.len(), 1);
    contains(
        &modules[0].1,
        &[
            "pub fields: ArenaMap<ArenaStr, Value>,",
            "    ListValue(ArenaBox<ListValue>),",
            "    pub values: ArenaVec<Value>,",
            "    pub type_url: ArenaStr,",
            "    pub paths: ArenaVec<ArenaStr>,",
        ],
    );
}

/// A user of a deprecated type compiles without a warning, in each module.
#[test]
fn deprecated_types_are_used_without_warnings() {
    let old =
        "syntax = \"proto3\";\npackage b;\nmessage Old {\n  option deprecated = true;\n  int32 x = 1;\n}\n";
    let new = "syntax = \"proto3\";\npackage a;\nimport \"b.proto\";\nmessage New {\n  b.Old old = 1;\n}\n";
    let folder = folder(&[("a.proto", new), ("b.proto", old)]);
    let Imported { modules, .. } = import(folder.path(), &["a.proto", "b.proto"], &[]).unwrap();
    let allowed = "#![allow(deprecated, reason = \"as in the .proto file\")]\n";
    modules.iter().for_each(|(_, source)| contains(source, &[allowed]));
    assert_eq!(modules.len(), 2);
    assert!(!import_one("message M {\n  int32 x = 1;\n}").source.contains("deprecated"));
}

/// A message that is only a oneof is a struct if a method passes it, as an enum is not the root of
/// an arena.
#[test]
fn a_oneof_that_a_method_passes_is_a_struct() {
    let source = import_one(
        "message Command {\n  oneof command {\n    string start = 1;\n    bool stop = 2;\n  }\n}\n\
         message Other {\n  oneof other {\n    string text = 1;\n  }\n}\nmessage Held {\n  Other other = 1;\n}\n\
         service S {\n  rpc F(stream Command) returns (Held);\n}",
    );
    contains(
        &source.source,
        &[
            "pub enum CommandCommand {\n",
            "#[ffi(arena)]\npub struct Command {\n    #[ffi(flatten)]\n    pub command: CommandCommand,\n}",
            "        requests: FfiInput<FfiArena<Command>>,",
            "pub enum Other {\n",
        ],
    );
}

#[test]
fn types_are_renamed_by_the_caller() {
    let text = "syntax = \"proto3\";\npackage a;\nmessage Vehicle {\n  message Wheel {\n    int32 x = 1;\n  }\n  Wheel wheel = 1;\n}\n\
                service Fleet {\n  rpc F(Vehicle) returns (Vehicle);\n}\n";
    let folder = folder(&[("a.proto", text)]);
    let rename = [("a.Vehicle", "Car"), ("a.Vehicle.Wheel", "Tyre"), ("a.Fleet", "Yard")];
    let source = import(folder.path(), &["a.proto"], &rename).unwrap().source;
    contains(
        &source,
        &[
            "pub struct Car {",
            "    pub wheel: ArenaBox<Tyre>,",
            "#[ffi_service(rename = \"Fleet\")]\npub trait Yard {",
        ],
    );
    for (rename, part) in [
        (("a.Vehicel", "Car"), "--rename a.Vehicel: there is no type of that name"),
        (("a.Vehicle", "fn"), "`a.Vehicle` can't be called `fn` in Rust"),
    ] {
        let error = import(folder.path(), &["a.proto"], &[rename]).unwrap_err();
        assert!(error.contains(part), "{part}\n---\n{error}");
    }
}

/// Parts of proto2 without a form in Rust are left out with a warning. A field that is `required`
/// has presence, as a zero of it is written.
#[test]
fn proto2_is_read_as_far_as_it_goes() {
    let text = "syntax = \"proto2\";\npackage a;\nmessage M {\n  required int32 x = 1;\n  optional int32 y = 2 [default = 5];\n  \
                optional group G = 3 { optional int32 z = 1; }\n  extensions 100 to 199;\n  optional M next = 4;\n  \
                repeated Kind kinds = 5;\n  optional string name = 6;\n}\nextend M {\n  optional int32 e = 100;\n}\n\
                enum Kind {\n  KIND_ONE = 1;\n}\n";
    let folder = folder(&[("a.proto", text)]);
    let Imported { source, warnings, .. } = import(folder.path(), &["a.proto"], &[]).unwrap();
    contains(
        &source,
        &[
            "    pub x: FfiOption<i32>,",
            "    pub y: FfiOption<i32>,",
            "    pub next: ArenaBox<M>,",
            "    pub kinds: ArenaVec<FfiOpen<Kind>>,",
            "    pub name: ArenaBox<ArenaStr>,",
            "    Unspecified = 0,\n    One = 1,\n",
        ],
    );
    for start in [
        "a.proto:5:3: the default of `a.M.y` is left out",
        "a.proto:6:3: group `a.M.g` is left out",
        "a.proto:13:3: extension `a.e` is left out",
    ] {
        assert!(warnings.iter().any(|it| it.starts_with(start)), "{start}: {warnings:?}");
    }
}

const BOUNDED: &str = "syntax = \"proto3\";\npackage a.b;\nimport \"validate.proto\";\nmessage M {\n  string name = 1;\n  \
                       bytes key = 2;\n  repeated string tags = 3;\n  map<string, bytes> files = 4;\n  repeated uint32 three = 5;\n  \
                       string ruled = 6 [(buf.validate.field).string.max_len = 5];\n  \
                       repeated bytes parts = 7 [(buf.validate.field).repeated = {max_items: 3, items: {bytes: {max_len: 9}}}];\n  \
                       map<string, string> tree = 8 [(buf.validate.field).map = {max_pairs: 2, keys: {string: {max_bytes: 7}}}];\n}\n";

/// The part of `buf/validate/validate.proto` that has bounds.
const VALIDATE: &str = "syntax = \"proto3\";\npackage buf.validate;\nimport \"google/protobuf/descriptor.proto\";\n\
                        extend google.protobuf.FieldOptions {\n  FieldRules field = 1159;\n}\n\
                        message FieldRules {\n  oneof type {\n    StringRules string = 14;\n    BytesRules bytes = 15;\n    \
                        RepeatedRules repeated = 18;\n    MapRules map = 19;\n  }\n}\n\
                        message StringRules {\n  optional uint64 max_len = 3;\n  optional uint64 max_bytes = 5;\n}\n\
                        message BytesRules {\n  optional uint64 max_len = 3;\n}\n\
                        message RepeatedRules {\n  optional uint64 max_items = 2;\n  FieldRules items = 4;\n}\n\
                        message MapRules {\n  optional uint64 max_pairs = 2;\n  FieldRules keys = 4;\n  FieldRules values = 5;\n}\n";

/// Bounds come from files of options, then from rules, then from defaults of their kind.
#[test]
fn bounds_are_found_where_teams_keep_them() {
    let options = "# of nanopb\na.b.M.name max_size:41 // with its zero\na.b.*.tags max_count:8 max_length:16\n\
                   a.b.M.FilesEntry.key max_size:13\n.a.b.M.three max_count:3 fixed_count:true\n\
                   a.b.N max_count:1\na.b.M.key int_size:IS_8\n";
    let folder = folder(&[("a.proto", BOUNDED), ("validate.proto", VALIDATE), ("a.options", options)]);
    let import = |defaults: Defaults, form: Form| {
        let sidecars = vec![folder.path().join("a.options")];
        let options = ImportOptions { form, sidecars, defaults, ..ImportOptions::default() };
        import_all(&[folder.path().join("a.proto")], &options).map_err(|problems| problems.to_string())
    };
    let defaults = Defaults { all: Some(99), bytes: Some(20), map: Some(4), ..Defaults::default() };
    let Imported { source, messages, warnings, .. } = import(defaults, Form::Bounded).unwrap();
    contains(
        &source,
        &[
            "    pub name: FfiStr<40>,",
            "    pub key: FfiBytes<20>,",
            "    pub tags: FfiVec<FfiStr<16>, 8>,",
            "    pub files: FfiMap<FfiStr<12>, FfiBytes<20>, 4>,",
            "    pub three: [u32; 3],",
            // Five characters of up to four bytes.
            "    pub ruled: FfiStr<20>,",
            "    pub parts: FfiVec<FfiBytes<9>, 3>,",
            "    pub tree: FfiMap<FfiStr<7>, FfiStr<99>, 2>,",
        ],
    );
    assert_eq!((messages[0].path.as_str(), messages[0].is_bounded, messages[0].in_arena), ("M", true, false));
    assert!(messages[0].size > 500, "{messages:?}");
    let shown = folder.path().display().to_string();
    let warnings: Vec<_> = warnings.iter().map(|it| it.replace(&format!("{shown}/"), "")).collect();
    let expected = [
        "a.options:6: nothing that is imported is called `a.b.N`",
        "a.options:7: the option `int_size` is not read",
    ];
    assert_eq!(warnings, expected);
    // In an arena only what the options bound is in place.
    let source = import(Defaults::default(), Form::Arena).unwrap().source;
    contains(&source, &["    pub name: FfiStr<40>,", "    pub key: ArenaBytes,", "    pub ruled: ArenaStr,"]);
    let error = import(Defaults::default(), Form::Bounded).unwrap_err();
    contains(&error, &["field `a.b.M.key`: it has no bound: (ffi.max_len) missing"]);
    assert!(!error.contains("ruled"), "{error}");
}

/// Options of other teams that mean a bound are read by their names, also nanopb's own; what only
/// looks like one is named.
#[test]
fn options_of_other_teams_are_read_or_named() {
    let nanopb = "syntax = \"proto2\";\nimport \"google/protobuf/descriptor.proto\";\n\
                  message NanoPBOptions {\n  optional int32 max_size = 1;\n  optional int32 max_count = 2;\n  \
                  optional int32 max_length = 14;\n  optional bool fixed_count = 16;\n}\n\
                  extend google.protobuf.FieldOptions {\n  optional NanoPBOptions nanopb = 1010;\n}\n";
    let acme = "syntax = \"proto3\";\npackage acme.rules;\nimport \"google/protobuf/descriptor.proto\";\n\
                extend google.protobuf.FieldOptions {\n  uint32 max_length = 50001;\n  int64 max_items = 50002;\n  \
                uint32 max_bytes_total = 50003;\n  string max_len_hint = 50004;\n}\n";
    let text = "syntax = \"proto3\";\npackage a;\nimport \"nanopb.proto\";\nimport \"acme.proto\";\n\
                message M {\n  string name = 1 [(nanopb).max_size = 41];\n  \
                repeated uint32 three = 2 [(nanopb) = {max_count: 3, fixed_count: true}];\n  \
                repeated string tags = 3 [(acme.rules.max_items) = 8, (acme.rules.max_length) = 16];\n  \
                bytes key = 4 [(nanopb).max_size = 20];\n  \
                string rest = 5 [(acme.rules.max_bytes_total) = 9, (acme.rules.max_len_hint) = \"no\"];\n}\n";
    let folder = folder(&[("nanopb.proto", nanopb), ("acme.proto", acme), ("a.proto", text)]);
    let Imported { source, warnings, .. } = import(folder.path(), &["a.proto"], &[]).unwrap();
    contains(
        &source,
        &[
            "    pub name: FfiStr<40>,",
            "    pub three: [u32; 3],",
            "    pub tags: FfiVec<FfiStr<16>, 8>,",
            "    pub key: FfiBytes<20>,",
            "    pub rest: ArenaStr,",
        ],
    );
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(
        warning.starts_with(
            "a.proto:10:3: the option `(acme.rules.max_bytes_total)` of `a.M.rest` is not read: "
        ),
        "{warning}"
    );
}

#[test]
fn files_of_options_that_can_not_be_read() {
    let folder = folder(&[("a.proto", "syntax = \"proto3\";\n"), ("a.options", "\nM.x max_size: 5\n")]);
    for (file, what) in
        [("a.options", "a.options:2: `max_size:` is no option"), ("no.options", "it can't be read")]
    {
        let options = ImportOptions { sidecars: vec![folder.path().join(file)], ..ImportOptions::default() };
        let error = import_all(&[folder.path().join("a.proto")], &options).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}

/// Options cost time in proportion to their number: 3,000 messages with four of them each took a
/// minute when it was quadratic.
#[test]
fn many_options_are_imported_in_time() {
    let mut text = "syntax = \"proto3\";\nimport \"ffi_options.proto\";\n".to_owned();
    for at in 0..3000 {
        text += &format!(
            "// Doc.\nmessage M{at} {{\n  option (ffi.columns) = true;\n  string a = 1 [(ffi.max_len) = 20];\n  \
             repeated int32 b = 2 [(ffi.max_count) = 4, (ffi.field_dart_name) = \"c{at}\"];\n}}\n"
        );
    }
    let folder = folder(&[("a.proto", &text)]);
    let Imported { source, messages, .. } = import(folder.path(), &["a.proto"], &[]).unwrap();
    assert_eq!((messages.len(), source.matches("rename = \"c").count()), (3000, 3000));
    // Positions and comments are there all the same.
    assert_eq!(source.matches("/// Doc.").count(), 3000);
}

/// A descriptor set goes in as files do; in one of an edition, features say what is present.
#[test]
fn descriptor_sets_and_editions_are_read() {
    let folder = folder(&[
        ("a/shapes.proto", SHAPES),
        (
            "b.proto",
            "syntax = \"proto3\";\npackage b;\nimport \"a/shapes.proto\";\n// Doc.\nmessage M {\n  acme.shapes.Shape shape = 1;\n  \
             int32 explicit = 2;\n  int32 implicit = 3;\n  repeated int32 all = 4;\n  oneof of {\n    string text = 5;\n  }\n}\n",
        ),
    ]);
    let mut set = protox::Compiler::new([folder.path()]).unwrap();
    set.include_imports(true).include_source_info(true).open_file("b.proto").unwrap();
    let bytes = set.encode_file_descriptor_set();
    let file = folder.path().join("set.bin");
    let read = || {
        let options = ImportOptions { descriptor_set: Some(file.clone()), ..ImportOptions::default() };
        import_all(&[], &options).map_err(|problems| problems.to_string())
    };
    fs::write(&file, &bytes).unwrap();
    let Imported { source, modules, warnings, .. } = read().unwrap();
    contains(&source, &["//! The schema of `set.bin`.\n", "pub mod acme_shapes;\npub mod b;\n"]);
    contains(
        &modules[1].1,
        &["/// Doc.\n", "    pub explicit: i32,", "    pub shape: ArenaBox<super::acme_shapes::Shape>,"],
    );
    assert_eq!(warnings, [""; 0]);

    let of = DescriptorPool::global().get_message_by_name("google.protobuf.FileDescriptorSet").unwrap();
    let mut set = DynamicMessage::decode(of, &*bytes).unwrap();
    let files = set.get_field_by_name_mut("file").unwrap();
    let Value::List(files) = files else { panic!("it is a list") };
    let file_of_b = files.last_mut().unwrap().as_message_mut().unwrap();
    file_of_b.set_field_by_name("syntax", Value::String("editions".to_owned()));
    file_of_b.set_field_by_name("edition", Value::EnumNumber(1000));
    let message = file_of_b.get_field_by_name_mut("message_type").unwrap();
    let Value::List(messages) = message else { panic!("it is a list") };
    let fields = messages[0].as_message_mut().unwrap().get_field_by_name_mut("field").unwrap();
    let Value::List(fields) = fields else { panic!("it is a list") };
    let implicit = fields[2].as_message_mut().unwrap();
    let options = implicit.get_field_by_name_mut("options").unwrap().as_message_mut().unwrap();
    let features = options.get_field_by_name_mut("features").unwrap().as_message_mut().unwrap();
    features.set_field_by_name("field_presence", Value::EnumNumber(2));
    fs::write(&file, set.encode_to_vec()).unwrap();
    let Imported { modules, .. } = read().unwrap();
    contains(
        &modules[1].1,
        &[
            "    pub explicit: FfiOption<i32>,",
            "    pub implicit: i32,",
            "    pub all: ArenaVec<i32>,",
            "    Text(ArenaStr),",
            "    pub of: MOf,",
        ],
    );

    for (bytes, what) in [(&b"\xFF"[..], "it is no descriptor set"), (b"", "there is no file in it")] {
        fs::write(&file, bytes).unwrap();
        let error = read().unwrap_err();
        assert!(error.contains(what), "{error}");
    }
}
