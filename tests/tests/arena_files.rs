//! Files of arenas as `ffi-dart-emit inspect` shows them, also damaged ones.

use std::fs;
use std::path::Path;

use ffi_core::arena::{ArenaBox, ArenaMap, ArenaStr, ArenaVec, FfiArena, HEADER_LEN};
use ffi_core::{FfiEnum, FfiMessage, FfiNewtype, FfiOption, FfiStr};
use ffi_dart_emit::arena_file::{ArenaFile, is_arena};
use ffi_dart_emit::inspect;

ffi_core::library!();

#[derive(FfiEnum, Clone, Copy, Debug)]
#[repr(i16)]
enum Status {
    Open = 0,
    Lost = -3,
}

#[derive(FfiNewtype, Clone, Copy, Debug)]
#[repr(transparent)]
struct Id(u64);

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Content {
    Unset,
    Text(ArenaStr),
    More(ArenaVec<Row>),
    Id(Id),
}

/// Not in the file's schema, as docs mean nothing to bytes.
#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    id: Id,
    status: Status,
    code: FfiStr<6>,
    name: ArenaStr,
    content: Content,
    next: ArenaBox<Row>,
    counts: ArenaMap<ArenaStr, FfiOption<f32>>,
}

fn arena() -> FfiArena<Row> {
    let mut arena = FfiArena::<Row>::new();
    arena.edit().set_name("name");
    arena.edit().content().more(1).push().set_id(Id(7));
    arena
}

fn error(path: &Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    match ArenaFile::read(path) {
        Ok(file) => panic!("{}", inspect::arena(&file)),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn a_file_is_shown_with_its_layout_if_that_is_inside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.ffi");
    let arena = arena();
    arena.write_with_schema(&path).unwrap();
    assert!(is_arena(&path));
    let file = ArenaFile::read(&path).unwrap();
    let schema = file.schema.as_ref().unwrap();
    assert_eq!(
        (schema.root.0.as_str(), schema.size),
        ("arena_files::Row", FfiArena::<Row>::schema().len() as u64)
    );
    assert_eq!(file.header.lists + file.header.text, arena.len() as u64);
    let text = inspect::arena(&file);
    for line in [
        "root arena_files::Row",
        "ArenaMap<ArenaStr, FfiOption<f32>>",
        "oneof arena_files::Content",
        "ArenaVec<Row>",
        "enum arena_files::Status: i16",
        "   -3  Lost",
        "FfiStr<6>",
        "newtypes",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&inspect::arena_json(&file)).unwrap();
    assert_eq!(json["text"], 4);
    assert_eq!(json["schema"][0]["id"], "arena_files::Row");
    arena.write(&path).unwrap();
    let file = ArenaFile::read(&path).unwrap();
    assert!(file.schema.is_none());
    let text = inspect::arena(&file);
    assert!(text.contains("no schema is inside; hint: `write_with_schema`"), "{text}");
    assert!(inspect::arena_json(&file).contains("\"schema\": null"));
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.ffi");
    arena().write_with_schema(&path).unwrap();
    let good = fs::read(&path).unwrap();
    let schema = FfiArena::<Row>::schema();
    let len = good.len() - schema.len();
    let with = |schema: &str| [&good[..len], schema.as_bytes()].concat();
    assert!(error(&path, &good[..40]).contains("40 bytes are less than the header of an arena"));
    assert!(error(&path, &good[..len]).contains("with a schema is in"));
    assert!(error(&path, &good[..len - 1]).contains("with a schema is in"));
    for (text, reason) in [
        ("{}", "the schema inside: it is not an array"),
        ("[]", "it has no root"),
        ("[1]", "it has no root"),
        ("[", "EOF while parsing"),
        (&schema[..schema.len() / 2], "EOF while parsing"),
        (
            &schema.replace("arena_files::Row\",\"name", "arena_files::Raw\",\"name"),
            "its records don't fit each other",
        ),
        (&schema.replace("\"in_arena\":true,", ""), "its records don't fit each other"),
        (&schema.replace("\"tag\":1", "\"tag\":-1"), "it is not one that this version knows"),
        (&schema.replace("\"kind\":\"enum\"", "\"kind\":\"spell\""), "it has a record of kind `spell`"),
        (&schema.replace("\"kind\":\"enum\"", "\"kind\":\"\\u001b[2J\""), "it has a record of kind `"),
        (&"[".repeat(100_000), "recursion limit"),
    ] {
        let error = error(&path, &with(text));
        assert!(error.contains(reason) && !error.contains('\u{1b}'), "{error}");
    }
    assert!(
        error(&path, &[&good[..len], &[0xFF; 9]].concat())
            .contains("the schema inside: stream did not contain")
    );
    assert!(error(&path, &with(&" ".repeat(2 << 20))).contains("no more than 1048576 are read"));
    let mut other = good.clone();
    other[16] ^= 1;
    assert!(error(&path, &other).contains("it is that of another layout than the header's"));
    for (at, reason) in [
        (8, "version"),
        (10, "endianness"),
        (11, "what this version"),
        (24, "not right behind"),
        (56, "what this version"),
    ] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x80;
        let error = error(&path, &bytes);
        assert!(error.contains(reason), "{at}: {error}");
    }
    // Each byte of header and schema may be any other: it is shown, or refused.
    for at in (0..HEADER_LEN).chain(len..good.len()) {
        for change in [1, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            fs::write(&path, &bytes).unwrap();
            if let Ok(file) = ArenaFile::read(&path) {
                let _ = inspect::arena(&file);
            }
        }
    }
    fs::write(&path, &good[1..]).unwrap();
    assert!(!is_arena(&path) && !is_arena(folder.path()) && !is_arena(&folder.path().join("none")));
}
