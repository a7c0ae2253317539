//! Tests the changes between two versions of .proto files, by the table in `changes.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use ffi_core::schema::read::{Record, Scalar};
use ffi_dart_emit::diff::{Change, Kind, Level, text};
use ffi_dart_emit::model;
use ffi_dart_emit::proto::breaking::{Files, diff};
use tempfile::TempDir;

use crate::schema::{enumeration, id, library, message, scalar, seal, str, vec};
use ffi_core::schema::read::Type;

const TABLE: &str = include_str!("changes.txt");

/// A change of the table.
struct Entry<'a> {
    name: &'a str,
    ours: &'a str,
    buf: &'a str,
    forward: bool,
    /// Reason why the verdicts differ.
    why: Option<&'a str>,
    old: String,
    new: String,
}

/// Returns a whole file of what the table has of it.
fn whole(part: &str) -> String {
    if part.starts_with("syntax") {
        part.to_owned()
    } else {
        format!("syntax = \"proto3\";\npackage t;\n{part}")
    }
}

fn table() -> impl Iterator<Item = Entry<'static>> {
    TABLE.split("\n== ").skip(1).map(|entry| {
        let mut parts = entry.split("\n--\n");
        let mut part = || parts.next().expect("an entry has three parts");
        let (head, old, new) = (part(), whole(part()), whole(part()));
        let (name, head) = head.split_once('\n').expect("a head has lines");
        let line = |key: &str| head.lines().find_map(|line| line.strip_prefix(key));
        let verdict = |key: &str| line(key).unwrap_or_else(|| panic!("{name} has no `{key}`"));
        let (ours, buf) = (verdict("ours: "), verdict("buf: "));
        Entry { name, ours, buf, forward: line("forward: ").is_some(), why: line("why: "), old, new }
    })
}

/// Two versions of files in a folder.
struct Sides {
    folder: TempDir,
}

impl Sides {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and returns its path.
    fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }
}

fn compiled(path: &Path) -> Files {
    Files::compile(path, &[]).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()))
}

fn level(changes: &[Change]) -> &'static str {
    match changes.iter().filter_map(|it| it.proto).max() {
        None => "none",
        Some(Level::File) => "FILE",
        Some(Level::Package) => "PACKAGE",
        Some(Level::WireJson) => "WIRE_JSON",
        Some(Level::Wire) => "WIRE",
    }
}

#[test]
fn the_table_of_changes_between_files() {
    let sides = Sides::new();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for it in table() {
        let old = compiled(&sides.write("old/m.proto", it.old));
        let new = compiled(&sides.write("new/m.proto", it.new));
        let changes = diff(&old, &new);
        let forward = changes.iter().any(|it| it.breaks(Kind::Forward));
        if (level(&changes), forward) != (it.ours, it.forward) {
            wrong.push(format!("{}: {}, forward: {forward}\n{}", it.name, level(&changes), text(&changes)));
        }
        assert_eq!(
            it.why.is_some(),
            it.ours != it.buf,
            "{}: why differ {} and {}?",
            it.name,
            it.ours,
            it.buf
        );
        let backward = changes.iter().any(|it| it.breaks(Kind::Wire));
        assert_eq!(backward, level(&changes) == "WIRE", "{}: a level without its reason", it.name);
        // The old version is read by the old one, and the new one by the new one.
        assert_eq!((diff(&old, &old), diff(&new, &new)), (vec![], vec![]), "{}", it.name);
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 53, "{count} changes");
}

#[test]
fn packed_is_what_the_options_say() {
    let sides = Sides::new();
    let file = |name: &str, field: &str| {
        let text = format!("syntax = \"proto3\";\npackage t;\nmessage M {{ {field} }}\n");
        compiled(&sides.write(&format!("{name}/m.proto"), text))
    };
    let packed = file("packed", "repeated int32 a = 1;");
    let loose = file("loose", "repeated int32 a = 1 [packed = false];");
    let one = file("one", "optional int32 a = 1;");
    let said = |old, new| diff(old, new).into_iter().map(|it| it.what).collect::<Vec<_>>();
    assert_eq!(said(&packed, &loose), ["is no longer packed; both forms are read"]);
    assert_eq!(said(&loose, &packed), ["is packed now; both forms are read"]);
    // A program that knows one value takes the last of those that have a key each.
    for (many, reason) in [(&packed, "several numbers share one key"), (&loose, "the last one counts")] {
        let changes = text(&diff(&one, many));
        assert!(changes.contains(reason), "{changes}");
    }
}

#[test]
fn types_move_between_files_and_packages() {
    let sides = Sides::new();
    let head = "syntax = \"proto3\";\npackage t;\n";
    sides.write("old/a.proto", format!("{head}message A {{}}\nmessage B {{}}\n"));
    sides.write("old/b.proto", format!("{head}enum E {{ E_ZERO = 0; }}\n"));
    sides.write("new/a.proto", format!("{head}message A {{}}\n"));
    sides.write("new/b.proto", format!("{head}message B {{}}\nenum E {{ E_ZERO = 0; }}\n"));
    let folders = ["old", "new"].map(|side| compiled(&sides.path(side)));
    let changes = diff(&folders[0], &folders[1]);
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((&*change.item, &*change.what), ("message B", "moved from a.proto to b.proto"));
    assert!(change.breaks(Kind::File) && !change.breaks(Kind::Package));
    // A file by itself, with an import of the other one.
    sides.write("new/c.proto", format!("{head}import \"a.proto\";\nmessage C {{ A a = 1; }}\n"));
    let c = compiled(&sides.path("new/c.proto"));
    let removed: Vec<_> =
        diff(&folders[0], &c).into_iter().map(|it| format!("{}: {}", it.item, it.what)).collect();
    assert!(removed.contains(&"message A: removed".to_owned()), "{removed:?}");
}

/// A library is compared as its export: bounds count, and the name of its package doesn't.
#[test]
fn libraries_and_files_are_compared() {
    let model = |text: u64, list: u64| {
        let mode = enumeration("Mode", Scalar::U8, &[("Off", 0), ("On", 1)]);
        let size = 4 + text + (4 - text % 4) % 4;
        let m = message(
            "M",
            size + 4 + 4 * list + 4,
            4,
            &[
                ("name", 0, str(text)),
                ("numbers", size, vec(scalar(Scalar::U32), list)),
                ("mode", size + 4 + 4 * list, Type::Enum(id("Mode"))),
            ],
        );
        let records = vec![Record::Library(library()), Record::Enum(mode), Record::Message(m)];
        model::resolve(seal(records)).unwrap()
    };
    let sides = Sides::new();
    let own = "syntax = \"proto3\";\npackage acme.v1;\n\
               enum Mode { MODE_OFF = 0; MODE_ON = 1; }\n\
               message M { string name = 1; repeated uint32 numbers = 2; Mode mode = 3; }\n";
    let theirs = compiled(&sides.write("theirs.proto", own));
    let ours = Files::of_model(&model(8, 4)).unwrap();
    let said = |old: &Files, new: &Files, kind: Kind| -> Vec<String> {
        let changes = diff(old, new).into_iter().filter(|it| it.breaks(kind));
        changes.map(|it| format!("{}: {}", it.item, it.what)).collect()
    };
    let bounds = [
        "message M, field name: its bound `max_len` was none, is 8",
        "message M, field numbers: its bound `max_count` was none, is 4",
        "message M, field mode: its enum is closed now",
    ];
    assert_eq!(said(&theirs, &ours, Kind::Wire), bounds);
    assert_eq!(said(&ours, &theirs, Kind::Wire), [""; 0]);
    assert_eq!(said(&ours, &theirs, Kind::Forward).len(), 3);
    let smaller = Files::of_model(&model(8, 3)).unwrap();
    assert_eq!(
        said(&ours, &smaller, Kind::Wire),
        ["message M, field numbers: its bound `max_count` was 4, is 3"]
    );
    assert_eq!(said(&smaller, &ours, Kind::Wire), [""; 0]);
}
