//! Compares the records in compiled libraries with rustc's layouts, for each kind of library and
//! each profile.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ffi_core::schema::format::{HEADER_LEN, MAGIC, SECTION};
use ffi_core::schema::read::{PanicStrategy, Record, decode_section};
use ffi_core::{FfiMessage, FfiType};
use ffi_dart_emit::library_file::ReadError;
use ffi_dart_emit::model::{Model, Scalar, Type, resolve};
use ffi_tests::{Fixture, cargo_build, records};
use fixture_layout::{Colour, Level, Mask, Nested, OddNames, Plain, Scalars};
use fixture_parts::Part;

fn layout() -> Model {
    // It also computes every fingerprint again with `ffi_core`'s hash; the derive has a copy of
    // that.
    resolve(records(Fixture::build("fixture-layout", "dev").cdylib()).unwrap()).expect("a sound library")
}

/// Compares size, alignment and offsets of a message in its record with rustc's.
macro_rules! assert_layout {
    ($model:ident, $message:ident { $($field:ident),* $(,)? }) => {
        let message = $model.messages.iter().find(|it| it.item.name == $message::NAME).expect("it is there");
        assert_eq!(message.size, size_of::<$message>() as u64);
        assert_eq!(message.align, align_of::<$message>() as u64);
        assert_eq!(message.fingerprint.0, $message::FINGERPRINT);
        let recorded: Vec<_> =
            message.fields.iter().map(|field| (field.item.name.as_str(), field.offset)).collect();
        let expected =
            [$((stringify!($field).trim_start_matches("r#"), std::mem::offset_of!($message, $field) as u64)),*];
        assert_eq!(recorded, expected);
    };
}

#[test]
#[expect(deprecated, reason = "a deprecated field has an offset, too")]
fn layouts_are_those_of_rustc() {
    let model = layout();
    assert_layout!(model, Scalars { flag, wide, tiny, short, byte, int, word, long, count, big, single });
    assert_layout!(model, OddNames { r#type, name_in_rust, old_title_number });
    assert_layout!(
        model,
        Nested { colour, scalars, part, level, matrix, parts, palette, flags, mask, digest }
    );
    assert_layout!(model, Plain { id, weights });
    assert_layout!(model, Part { kind, serial, spare });
    assert_eq!(model.messages.len(), 5);
}

#[test]
fn enums_are_those_of_rustc() {
    let model = layout();
    let enums: Vec<_> = model
        .enums
        .iter()
        .map(|it| {
            let values: Vec<_> = it.variants.iter().map(|it| (it.item.name.as_str(), it.value)).collect();
            (it.item.name.as_str(), it.repr, it.fingerprint.0, values)
        })
        .collect();
    let expected = [
        ("Colour", Scalar::U8, Colour::FINGERPRINT, vec![("Unknown", 0), ("Red", 3), ("Blue", 255)]),
        (
            "Level",
            Scalar::I32,
            Level::FINGERPRINT,
            vec![("Lowest", i64::from(i32::MIN)), ("Cellar", -1), ("Ground", 0), ("First", 1)],
        ),
        ("Mask", Scalar::U64, Mask::FINGERPRINT, vec![("None", 0), ("All", -1)]),
    ];
    assert_eq!(enums, expected);
}

#[test]
fn what_the_source_says_is_carried() {
    let model = layout();
    let odd = model.messages.iter().find(|it| it.item.name == "OddNames").expect("it is there");
    assert_eq!(odd.item.rename.as_deref(), Some("Labels"));
    assert_eq!(
        odd.item.doc,
        "A message with names that mean something else in Dart, and attributes that Dart sees."
    );
    assert_eq!(odd.reserved, [(7, 7), (9, 11)]);
    let [keyword, renamed, old] = &*odd.fields else { panic!("three fields") };
    assert_eq!((keyword.item.name.as_str(), keyword.tag), ("type", 3));
    assert_eq!(keyword.item.doc, "A keyword of Rust and Dart.");
    assert_eq!((renamed.item.rename.as_deref(), renamed.tag), (Some("title"), 4));
    assert_eq!((old.item.deprecated.as_deref(), old.tag), (Some("use `title`"), 1));
    assert_eq!(keyword.item.deprecated, None);

    let nested = model.messages.iter().find(|it| it.item.name == "Nested").expect("it is there");
    let matrix = nested.fields.iter().find(|it| it.item.name == "matrix").expect("it is there");
    let row = Type::Array { of: Box::new(Type::Scalar(Scalar::F32)), len: 3 };
    assert_eq!(matrix.ty, Type::Array { of: Box::new(row), len: 2 });
}

#[test]
fn odd_names_and_hostile_docs_survive() {
    let model =
        resolve(records(Fixture::build("fixture-hygiene", "dev").rlib()).unwrap()).expect("a sound library");
    let message = |name: &str| model.messages.iter().find(|it| it.item.name == name).expect("it is there");
    let hostile = message("Hostile");
    assert_eq!(
        hostile.item.doc,
        "\"quotes\", back\\slash, \u{1}\t\0\u{7f}, é 🦀 \u{2028} \u{2029} \u{feff} */ ``` ''' $dollar ${brace} \u{202e}"
    );
    assert_eq!(hostile.fields[0].item.doc, "first\n  indented\n\nlast \\");
    assert_eq!(hostile.fields[1].item.deprecated.as_deref(), Some("\"note\" \\ \u{2028}\n}]"));
    assert!(hostile.fields[1].item.doc.starts_with("A block.\n\n"), "{:?}", hostile.fields[1].item.doc);
    let mode = model.enums.iter().find(|it| it.item.name == "HostileMode").expect("it is there");
    assert_eq!(mode.variants.len(), 1);
    assert_eq!(mode.variants[0].item.doc, "},{\"name\":\"Injected\",\"value\":1");

    let conditional = message("Conditional");
    let names: Vec<_> = conditional.fields.iter().map(|field| (&*field.item.name, field.tag)).collect();
    assert_eq!(names, [("there", 1), ("tagged", 7)]);
    assert_eq!(conditional.fingerprint_symbol, "other_ffi_conditional_fingerprint");
    assert_eq!(message("Old").item.deprecated.as_deref(), Some("use `Generated`"));
    assert_eq!(message("Old").fields[0].item.deprecated.as_deref(), Some(""));

    let locals = message("Locals");
    let sizes: Vec<_> = locals.fields.iter().map(|field| (&*field.item.name, field.size)).collect();
    let bytes = [("message", 3), ("value", 8), ("bits", 20), ("abi", 2), ("status", 8)];
    assert_eq!(sizes, [&bytes[..], &[("type", 1), ("late", 1), ("ffi_local", 1)]].concat());

    let functions: Vec<_> =
        model.functions.iter().map(|it| it.symbol.trim_start_matches("fixture_hygiene_ffi_")).collect();
    let expected = [
        "RECORD_LEN",
        "abi",
        "either",
        "frozen",
        "held",
        "hostile",
        "last",
        "old",
        "parity",
        "pick",
        "reach",
        "same",
        "try",
    ];
    assert_eq!(functions, expected);
    let tried = model.functions.last().expect("there are some");
    let params: Vec<_> = tried.params.iter().map(|param| &*param.name).collect();
    assert_eq!(params, ["status", "self_", "__ffi", "body", "in"]);
}

#[test]
fn a_crate_is_in_the_library_when_something_refers_to_it() {
    let model = layout();
    let ids: Vec<_> = model.messages.iter().map(|it| it.id.0.as_str()).collect();
    assert!(ids.contains(&"fixture_parts::Part"), "{ids:?}");
    // Only named in `Cargo.toml`. The documentation of `library!` says how to include it.
    assert!(!ids.iter().any(|id| id.contains("Orphan")), "{ids:?}");
}

/// Returns records in an order that doesn't depend on the linker's.
fn sorted(library: &Path) -> BTreeMap<String, Record> {
    let key = |record: &Record| match record {
        Record::Library(it) => format!("library {}", it.name),
        Record::Message(it) => format!("message {}", it.id),
        Record::Enum(it) => format!("enum {}", it.id),
        Record::Oneof(it) => format!("oneof {}", it.id),
        Record::Function(it) => format!("function {}", it.symbol),
        Record::Queue(it) => format!("queue {}", it.item.name),
        Record::Error(it) => format!("error {}", it.id),
        Record::Object(it) => format!("object {}", it.id),
        Record::Service(it) => format!("service {}", it.id),
        Record::Newtype(it) => format!("newtype {}", it.id),
        Record::Callback(it) => format!("callback {}", it.id),
        Record::Flag(it) => format!("flag {}", it.item.name),
        Record::Health(it) => format!("health check {}", it.item.name),
    };
    let records = records(library).unwrap();
    let count = records.len();
    let sorted: BTreeMap<_, _> = records.into_iter().map(|record| (key(&record), record)).collect();
    assert_eq!(sorted.len(), count, "no record is there twice");
    sorted
}

#[test]
fn the_smallest_build_says_the_same_but_for_panics() {
    let dev = sorted(Fixture::build("fixture-layout", "dev").cdylib());
    let mut min = sorted(Fixture::build("fixture-layout", "release-min").cdylib());
    let Some(Record::Library(library)) = min.get_mut("library fixture_layout") else { panic!("no library") };
    assert_eq!(library.panic, PanicStrategy::Abort);
    library.panic = PanicStrategy::Unwind;
    assert_eq!(dev, min);
}

#[test]
fn archives_hold_what_was_compiled_into_them() {
    let fixture = Fixture::build("fixture-layout", "dev");
    let whole = sorted(fixture.cdylib());
    assert_eq!(sorted(fixture.staticlib()), whole);
    let mut own = whole;
    assert!(own.remove("message fixture_parts::Part").is_some());
    assert_eq!(sorted(fixture.rlib()), own);
}

/// A `static` of a library as it is in memory: `ffi_core::schema::encode::Export`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Export {
    fingerprint: u64,
    record: *const u8,
}

fn export(library: &libloading::Library, symbol: &str) -> Export {
    // SAFETY: the tests only name fingerprints, each a `static` of that layout.
    let address =
        unsafe { library.get::<*const Export>(symbol) }.unwrap_or_else(|error| panic!("{symbol}: {error}"));
    // SAFETY: the symbol is the address of an initialised, aligned `Export` in a library that is
    // loaded.
    unsafe { address.read() }
}

fn fingerprint(library: &libloading::Library, symbol: &str) -> u64 {
    export(library, symbol).fingerprint
}

fn load(library: &Path) -> libloading::Library {
    // SAFETY: a fixture has no code that runs when it is loaded or unloaded.
    unsafe { libloading::Library::new(library) }.expect("it loads")
}

#[test]
fn the_library_exports_the_fingerprints_of_its_records() {
    let model = layout();
    let library = load(Fixture::build("fixture-layout", "dev").cdylib());
    for message in &model.messages {
        assert_eq!(fingerprint(&library, &message.fingerprint_symbol), message.fingerprint.0);
    }
    for enumeration in &model.enums {
        assert_eq!(fingerprint(&library, &enumeration.fingerprint_symbol), enumeration.fingerprint.0);
    }
    for function in &model.functions {
        assert_eq!(fingerprint(&library, &function.fingerprint_symbol), function.fingerprint.0);
    }
}

/// The linker keeps each record that an exported symbol refers to, whatever else it collects.
#[test]
fn each_fingerprint_keeps_its_record() {
    let library = Fixture::build("fixture-pools", "dev");
    let json = |record: &Record| serde_json::to_value(record).expect("a record is plain data");
    let records: Vec<_> = records(library.cdylib()).expect("it has some").iter().map(json).collect();
    let library = load(library.cdylib());
    for record in records {
        let symbol = match &record["kind"] {
            kind if kind == "library" => &record["symbols"]["abi_version"],
            kind if kind == "function" => &record["fingerprint_symbol"],
            _ => &record["symbols"]["fingerprint"],
        };
        let symbol = symbol.as_str().expect("each record has one").replace("abi_version", "library");
        let bytes = record_behind(&library, &symbol).unwrap_or_else(|| panic!("{symbol} keeps nothing"));
        let [kept] = &decode_section(bytes).expect("a record")[..] else { panic!("{symbol}: one record") };
        assert_eq!(json(kept), record, "{symbol}");
    }
}

/// Returns the record that an exported fingerprint refers to.
fn record_behind<'a>(library: &'a libloading::Library, symbol: &str) -> Option<&'a [u8]> {
    let address = export(library, symbol).record;
    if address.is_null() {
        return None;
    }
    // SAFETY: the address is that of a record in a library that is loaded, and each starts with its
    // header.
    let header = unsafe { std::slice::from_raw_parts(address, HEADER_LEN) };
    let len = u32::from_le_bytes(header[MAGIC.len()..].try_into().expect("the header ends in four bytes"));
    // SAFETY: the macro that wrote the header has put `len` bytes after it.
    Some(unsafe { std::slice::from_raw_parts(address, HEADER_LEN + len as usize) })
}

#[test]
fn without_metadata_fingerprints_stay() {
    let library = Fixture::build("fixture-bare", "dev");
    assert!(matches!(records(library.cdylib()), Err(ReadError::NoRecords(_))));
    let library = load(library.cdylib());
    for symbol in ["bare_fingerprint", "mode_fingerprint", "value_of_signature"] {
        let symbol = format!("fixture_bare_ffi_{symbol}");
        assert_ne!(fingerprint(&library, &symbol), 0);
        assert_eq!(record_behind(&library, &symbol), None);
    }
}

/// Cargo builds `ffi-core` twice here, with other features for the build script than for the
/// library, and the derive once, for both.
#[test]
fn a_build_script_with_other_features() {
    let library = Fixture::build("fixture-twice", "dev");
    let records = records(library.cdylib()).expect("its records are read");
    let messages = records.iter().filter_map(|it| match it {
        Record::Message(message) => Some(message),
        _ => None,
    });
    for message in messages {
        assert!(message.proto.is_none(), "{} has functions of `proto`", message.item.name);
    }
    let library = load(library.cdylib());
    assert_ne!(fingerprint(&library, "fixture_twice_ffi_node_fingerprint"), 0);
    // SAFETY: only the address is asked for.
    let encode = unsafe { library.get::<*const ()>("fixture_twice_ffi_node_encode_proto") };
    assert!(encode.is_err(), "without `proto`, nothing encodes");
}

#[test]
fn a_library_works_without_its_section() {
    let whole = Fixture::build("fixture-layout", "dev");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stripped = folder.path().join(whole.cdylib().file_name().expect("it is a file"));
    let section = format!("--remove-section={SECTION}");
    let objcopy = Command::new("objcopy").arg(section).args([whole.cdylib(), &stripped]).output();
    let Ok(output) = objcopy else {
        eprintln!("left out: there is no objcopy here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(matches!(records(&stripped), Err(ReadError::NoRecords(_))));
    let library = load(&stripped);
    assert_eq!(fingerprint(&library, "fixture_layout_ffi_nested_fingerprint"), Nested::FINGERPRINT);
    type MakeNested = unsafe extern "C" fn(*mut ffi_core::boundary::FfiStatus) -> Nested;
    // SAFETY: that is the function's type: a message by value, and the status.
    let make =
        unsafe { library.get::<MakeNested>("fixture_layout_ffi_make_nested") }.expect("it is exported");
    // SAFETY: a status may be null.
    assert_eq!(unsafe { make(std::ptr::null_mut()) }, fixture_layout::make_nested());
}

/// Links two crates that would export one symbol into one library.
#[test]
fn a_symbol_of_two_crates_fails_the_build() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("it is there");
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("the folder can be made");
        fs::write(file, text).expect("the file can be written");
    };
    let package = |name: &str, rest: &str| {
        let core = workspace.join("ffi-core");
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}\n\
             [dependencies]\nffi-core.path = {core:?}\n"
        )
    };
    let member = |prefix: &str, ty: &str| {
        format!(
            "#[derive(ffi_core::FfiMessage)]\n#[repr(C)]\n#[ffi(prefix = \"{prefix}\")]\npub struct Part {{ pub value: {ty} }}\n"
        )
    };
    // The profile is shared: each profile would have a folder, and its own build of everything that
    // macros depend on.
    let release = |lto: &str| {
        let root = package("clash", "[lib]\ncrate-type = [\"cdylib\"]");
        let parts = "clash_one.path = \"../one\"\nclash_two.path = \"../two\"\n";
        let manifest = format!("{root}{parts}[workspace]\n[profile.release]\nlto = \"{lto}\"\n");
        write("root/Cargo.toml", &manifest);
    };
    release("fat");
    write("root/src/lib.rs", "ffi_core::library!();\nuse {clash_one as _, clash_two as _};\n");
    fs::copy(workspace.join("Cargo.lock"), folder.path().join("root/Cargo.lock")).expect("it is there");
    write("one/Cargo.toml", &package("clash_one", ""));
    write("one/src/lib.rs", &member("same", "u32"));
    write("two/Cargo.toml", &package("clash_two", ""));

    let builds =
        |profile| cargo_build(&folder.path().join("root/Cargo.toml"), "clash", profile, Stdio::null()).1;
    write("two/src/lib.rs", &member("another", "u64"));
    assert!(builds("dev"), "with two prefixes it builds");
    write("two/src/lib.rs", &member("same", "u64"));
    for (profile, lto) in [("dev", "fat"), ("release", "fat"), ("release", "off")] {
        release(lto);
        assert!(!builds(profile), "under {profile}, with LTO {lto}, one of the two was picked");
    }
}
