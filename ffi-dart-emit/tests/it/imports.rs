//! Tests imports of several .proto files, of proto2, and of names that Rust or Dart don't take.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ffi_dart_emit::proto::{ImportOptions, Imported, import_all};
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
            "#[ffi(rename = \"HeaderDataMessage\")]\npub struct HeaderData {",
            "#[ffi(rename = \"FunctionMessage\")]\npub struct Function {",
            "    #[ffi(tag = 1, rename = \"innerCase\")]\n    Inner(ArenaBox<OuterInner>),",
            "#[ffi(rename = \"TextView\")]\npub struct TextViewMessage {",
            "#[ffi(rename = \"Result\")]\npub struct ResultMessage {",
            "-> impl Stream<Item = Result<StreamMessage, Unimplemented>> {",
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

/// What proto2 has and Rust hasn't is left out with a warning; `required` is always there.
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
            "    pub x: i32,",
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
