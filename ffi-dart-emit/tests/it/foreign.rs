//! Tests foreign text, files and names: no part of them is run, hidden, or read without end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ffi_core::schema::read::{Item, Record, Scalar};
use ffi_dart_emit::foreign::{self, Brackets};
use ffi_dart_emit::output::{OutputFile, Plan};
use ffi_dart_emit::proto::{self, ImportOptions};
use ffi_dart_emit::{c, dart, input, model};

use crate::files::elf;
use crate::schema::{containers, demo, enumeration, library, message, objects, scalar, seal, section};

/// Returns every known way for text to leave its comment, or to be run, fetched, resolved or
/// hidden. `MARK` is the path of a file that code in it would write.
fn tricks(mark: &Path) -> Vec<String> {
    let write = format!("std::fs::write({:?}, \"\").unwrap();", mark.display().to_string());
    let fenced = |open: &str, close: &str| format!("Text.\n{open}\n{write}\n{close}\nMore.");
    vec![
        fenced("```", "```"),
        fenced("```rust", "```"),
        fenced("```should_panic", "```"),
        fenced("~~~", "~~~"),
        fenced("````", "````"),
        fenced("   ```", "   ```"),
        fenced("> ```", "> ```"),
        fenced("- ```", "  ```"),
        fenced("1. - > ```", "```"),
        fenced("````text\n```", "```\n````"),
        fenced("```text\n```\n```", "```"),
        format!("Never closed.\n\n```\n{write}"),
        format!("    {write}"),
        format!("Indented.\n\n    {write}\n\n\t{write}\n"),
        format!("- In a list.\n\n      {write}\n\n-     {write}\n"),
        format!("<div>\n\n    {write}\n\n</div>\n<script>alert(1)</script><!-- never closed"),
        format!("``` {write} ```\n`{write}"),
        "#![doc(hidden)]\n#![deny(warnings)]\n*/ compile_error!(); /*\n#error\n//! inner".to_owned(),
        "[nowhere] [`Nothing::at_all`] [a](Missing) [b][c] ![d](https://example.org/x.png)\n\n[c]: Missing\n[^1]".to_owned(),
        "https://example.org <https://example.org> <b>x &lt;b&gt; &#96;".to_owned(),
        "| a | b |\n|---|---|\n| [x] | `y|z` |\n\n# A\n\nB\n===\n\nC\n---\n***".to_owned(),
        "{@tool dartpad} {@macro x} {@inject-html}<b>{@end-inject-html} {@youtube 1}\n@docImport 'dart:io';\n@nodoc".to_owned(),
        "\\include /etc/passwd @verbinclude x @htmlonly<script>\n\\\\dot \\\\\\@{ `\\image html y` <a href=\"z\">".to_owned(),
        "\u{202e}esrever\u{2066} \u{200f}\u{200b}\u{feff}\u{1b}[2J\u{7f}\u{85}\u{2028}next\rline\u{b}\u{c}\0".to_owned(),
        "ends in a backslash \\".to_owned(),
        "ends in a star and slash *??/\n/ */ \\u002a/ %} {{ name }}".to_owned(),
    ]
}

/// Returns a .proto file with all `tricks` as comments of everything that can have one.
fn hostile_proto(tricks: &[String]) -> String {
    let comment = |pad: &str, text: &str| {
        // protobuf's compilers end a line only at a line feed; NUL is not allowed in a comment.
        let lines = text.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n");
        lines
            .split('\n')
            .map(|line| format!("{pad}//{}{line}\n", if line.is_empty() { "" } else { " " }))
            .collect::<String>()
    };
    let mut out = "syntax = \"proto3\";\npackage a;\nimport \"ffi_options.proto\";\n\n".to_owned();
    for (at, trick) in tricks.iter().enumerate() {
        let (inner, outer) = (comment("  ", trick), comment("", trick));
        let note = foreign::proto_string(trick);
        out += &format!(
            "{outer}message M{at} {{\n{inner}  int32 x = 1 [deprecated = true, (ffi.field_deprecation) = {note}];\n{inner}  E{at} e = 2;\n}}\n\n\
             {outer}enum E{at} {{\n{inner}  E{at}_ZERO = 0;\n{inner}  E{at}_ONE = 1;\n}}\n\n\
             {outer}message O{at} {{\n{inner}  oneof value {{\n{inner}    int32 x = 1;\n  }}\n}}\n\n"
        );
    }
    out
}

#[track_caller]
fn cargo(folder: &Path, arguments: &[&str], rustdocflags: &str) -> Output {
    // The folder and the profile of the fixtures, so that dependencies are compiled once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("fixtures");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("RUSTDOCFLAGS", rustdocflags)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {text}");
    output
}

/// Runs `cargo test` in the crate of a user that imported a foreign file.
#[test]
fn comments_of_a_foreign_file_are_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mark = folder.join("written by a comment");
    let file = folder.join("a\u{202e}`\nb.proto");
    fs::write(&file, hostile_proto(&tricks(&mark))).unwrap();
    let imported =
        proto::import(&file, &ImportOptions::default()).unwrap_or_else(|problems| panic!("{problems}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::create_dir(folder.join("src")).unwrap();
    fs::write(
        folder.join("src/lib.rs"),
        "#![deny(warnings)]\n#![doc = \"Imported.\"]\n#[rustfmt::skip]\npub mod schema;\n",
    )
    .unwrap();
    fs::write(folder.join("src/schema.rs"), OutputFile::generated("schema.rs", &imported.source).contents)
        .unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let core = root.join("ffi-core").display().to_string();
    let manifest = format!(
        "[workspace]\n[package]\nname = \"imported\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\nffi-core = {{ path = {core:?} }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let tests = cargo(folder, &["test", "--doc", "--offline"], "");
    let said = String::from_utf8_lossy(&tests.stdout);
    assert!(said.contains("running 0 tests"), "{said}");
    cargo(folder, &["doc", "--no-deps", "--offline"], "-D warnings -D rustdoc::all");
    assert!(!mark.exists());
}

/// Checks that these tests can fail: the same comment without escapes is run.
#[test]
fn a_comment_that_is_kept_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("written by a comment");
    let source = folder.path().join("lib.rs");
    let rustdoc = |doc: &str| {
        let lines: String = doc.lines().map(|line| format!("/// {line}\n")).collect();
        fs::write(&source, lines + "pub struct A;\n").unwrap();
        let output =
            Command::new("rustdoc").arg("--test").arg("--edition=2024").arg(&source).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let all = tricks(&mark);
    let harmless: Vec<_> = all.iter().map(|it| foreign::markdown(it, Brackets::Text)).collect();
    let said = rustdoc(&harmless.join("\n\n"));
    assert!(said.contains("running 0 tests") && !mark.exists(), "{said}");
    let said = rustdoc(&all[0]);
    assert!(said.contains("running 1 test") && mark.exists(), "{said}");
}

/// Returns records with `doc` as every doc.
fn documented(doc: &str) -> Vec<Record> {
    let mut records = [demo(), containers().split_off(1), objects().split_off(1)].concat();
    let set = |item: &mut Item| {
        item.doc = doc.to_owned();
        item.deprecated = Some(doc.to_owned());
    };
    for record in &mut records {
        match record {
            Record::Library(_) => {}
            Record::Object(it) | Record::Service(it) => set(&mut it.item),
            Record::Callback(it) => set(&mut it.item),
            Record::Queue(it) => set(&mut it.item),
            Record::Flag(it) => set(&mut it.item),
            Record::Health(it) => set(&mut it.item),
            Record::Error(it) => {
                for variant in &mut it.variants {
                    variant.fields.iter_mut().for_each(|it| set(&mut it.item));
                    set(&mut variant.item);
                }
                set(&mut it.item);
            }
            Record::Function(it) => set(&mut it.item),
            Record::Newtype(it) => set(&mut it.item),
            Record::Message(it) => {
                it.fields.iter_mut().for_each(|it| set(&mut it.item));
                set(&mut it.item);
            }
            Record::Enum(it) => {
                it.variants.iter_mut().for_each(|it| set(&mut it.item));
                set(&mut it.item);
            }
            Record::Oneof(it) => {
                it.cases.iter_mut().for_each(|it| set(&mut it.item));
                set(&mut it.item);
            }
        }
    }
    records
}

/// Returns true for characters that no output may hold.
fn is_hidden(next: char) -> bool {
    (next.is_control() && next != '\n') || "\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}\u{2028}".contains(next)
}

/// Returns the commands and HTML elements that doxygen would find in the comments of a header. A
/// backslash escapes the next character, unless that begins the name of a command.
fn doxygen_commands(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in header.lines().map(str::trim_start) {
        let Some(mut rest) = line.strip_prefix("/**").or_else(|| line.strip_prefix('*')) else { continue };
        while let Some(at) = rest.find(['\\', '@', '<']) {
            let (mark, behind) = rest[at..].split_at(1);
            let command = |next: char| next.is_ascii_alphabetic() || matches!(next, '{' | '}' | '~');
            let tag = |next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!');
            if if mark == "<" { behind.starts_with(tag) } else { behind.starts_with(command) } {
                found.push(line.to_owned());
                break;
            }
            let escaped = behind.chars().next().filter(|_| mark == "\\").map_or(0, char::len_utf8);
            rest = &behind[escaped..];
        }
    }
    found
}

/// Docs of a foreign library, in each language that is written.
#[test]
fn docs_of_a_foreign_library_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/dart/ffi_core");
    let options = dart::Options { runtime: Some(runtime.to_owned()), ..dart::Options::default() };
    for (at, trick) in tricks(&mark).iter().enumerate() {
        let model = model::resolve(documented(trick)).unwrap();
        let header = c::header(&model).unwrap();
        let exported = proto::export(&model, None).unwrap_or_else(|problems| panic!("{trick}\n{problems}"));
        let files = dart::package(&model, &options).unwrap();
        for text in files.iter().map(|file| &file.contents).chain([&header, &exported]) {
            assert!(!text.contains(is_hidden), "{trick:?}:\n{text}");
            assert!(
                !text.lines().any(|line| line.trim_start().starts_with("///") && line.contains("{@")),
                "{text}"
            );
        }
        assert_eq!(doxygen_commands(&header), Vec::<String>::new(), "{trick:?}:\n{header}");
        Plan::new(folder.path().join(at.to_string()), files, None).write().unwrap();
        fs::write(folder.path().join(format!("{at}.h")), &header).unwrap();
        // Docs in .proto come back as text; no message of a library has an alignment of its own.
        let exported = exported.replace("  option (ffi.align) = 64;\n", "");
        let file = folder.path().join("demo.proto");
        fs::write(&file, exported).unwrap();
        let source = proto::import(&file, &ImportOptions::default())
            .unwrap_or_else(|problems| panic!("{problems}"))
            .source;
        assert!(!source.contains(is_hidden), "{source}");
    }
    assert!(gcc_takes_all(folder.path()));
    // As `dart pub get` would write it.
    let config = format!(
        "{{\"configVersion\": 2, \"packages\": [{{\"name\": \"ffi_core\", \"rootUri\": \"file://{}\", \
         \"packageUri\": \"lib/\", \"languageVersion\": \"3.8\"}}]}}",
        runtime
    );
    fs::create_dir(folder.path().join(".dart_tool")).unwrap();
    fs::write(folder.path().join(".dart_tool/package_config.json"), config).unwrap();
    let sdk = std::env::var_os("FFI_DART_SDK").map(|sdk| Path::new(&sdk).join("bin/dart"));
    let dart = sdk.unwrap_or_else(|| "dart".into());
    let Ok(output) =
        Command::new(&dart).args(["analyze", "--fatal-infos", "."]).current_dir(&folder).output()
    else {
        return println!("left out: there is no dart here");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn gcc_takes_all(folder: &Path) -> bool {
    let headers = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let headers: Vec<PathBuf> = headers.filter(|path| path.extension().is_some_and(|it| it == "h")).collect();
    assert!(!headers.is_empty());
    let Ok(output) = Command::new("gcc")
        .args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-pedantic",
            "-Werror",
            "-Wno-deprecated",
            "-fsyntax-only",
            "-x",
            "c",
        ])
        .args(headers)
        .output()
    else {
        println!("left out: there is no gcc here");
        return true;
    };
    println!("{}", String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit")).args(arguments).current_dir(folder).output().unwrap()
}

/// Returns the output of the program for a terminal.
#[track_caller]
fn shown(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains(is_hidden), "{arguments:?}: {text:?}");
    text
}

#[test]
fn nothing_foreign_reaches_the_terminal_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let evil = "x\u{1b}[2J\u{202e}\nfix: run rm -rf /";
    let x = [("x", 0, scalar(Scalar::F32))];
    // A name at any place in a record, a doc, a note, and a whole record that can't be read.
    let renamed = |change: &dyn Fn(&mut Vec<Record>)| {
        let mut records = [demo(), containers().split_off(1)].concat();
        change(&mut records);
        elf(&section(&seal(records)))
    };
    let changes: Vec<(&str, Vec<u8>)> = vec![
        ("name.so", renamed(&|all| all.push(Record::Message(message(evil, 4, 4, &x))))),
        (
            "field.so",
            renamed(&|all| all.push(Record::Message(message("N", 4, 4, &[(evil, 0, scalar(Scalar::F32))])))),
        ),
        ("variant.so", renamed(&|all| all.push(Record::Enum(enumeration("N", Scalar::U8, &[(evil, 0)]))))),
        (
            "library.so",
            renamed(&|all| {
                let mut it = library();
                it.version = evil.to_owned();
                it.symbols.alloc = evil.to_owned();
                all.push(Record::Library(it));
            }),
        ),
        ("docs.so", elf(&section(&documented(evil)))),
        ("json.so", elf(&crate::schema::encode("{\"Message\": \"\u{1b}[2J\u{202e}\"}"))),
        ("kind.so", elf(&crate::schema::encode("{\"kind\": \"\\u001b[2J\\nfix: run rm -rf /\"}"))),
    ];
    for (name, bytes) in &changes {
        fs::write(folder.join(name), bytes).unwrap();
        for command in [
            &["inspect", name][..],
            &["inspect", name, "--json"],
            &["diff", name, name],
            &["diff", name, name, "--json"],
            &["c", name, "--out", "x.h", "--check"],
            &["dart", name, "--out", "x", "--check"],
            &["proto", name, "--out", "x.proto", "--check"],
        ] {
            let text = shown(folder, command);
            let fakes = text.lines().filter(|line| line.starts_with("fix: run")).count();
            assert!(fakes == 0, "{command:?}: {text}");
        }
    }
    // The JSON is unchanged.
    let json = run(folder, &["inspect", "docs.so", "--json"]).stdout;
    let records: Vec<Record> = serde_json::from_slice(&json).unwrap();
    assert_eq!(records, crate::schema::sorted(&documented(evil)));
    fs::write(folder.join("evil.json"), "[{\"\u{1b}[2J\u{202e}\": 1}]").unwrap();
    shown(folder, &["diff", "evil.json", "docs.so"]);
    // A .proto file and its name.
    let text = "syntax = \"proto3\";\nmessage M {\n  string a\u{202e} = 1;\n}\n// \u{1b}[2J\nimport \"\u{1b}[2J.proto\";\n";
    fs::write(folder.join("e\u{1b}[2J\u{202e}.proto"), text).unwrap();
    shown(folder, &["import", "e\u{1b}[2J\u{202e}.proto", "--out", "x.rs"]);
    let text = "syntax = \"proto3\";\nimport \"ffi_options.proto\";\nmessage M {\n  \
                int32 a = 1 [(ffi.rust_type) = \"\\033[2J\"];\n  int32 b = 2 [(ffi.field_rust_name) = \"\\033\"];\n}\n";
    fs::write(folder.join("names.proto"), text).unwrap();
    shown(folder, &["import", "names.proto", "--out", "x.rs"]);
    // An existing file, which `--check` shows.
    fs::write(folder.join("way.h"), "\u{1b}[2J\u{202e}\n").unwrap();
    shown(folder, &["c", "docs.so", "--out", "way.h", "--check"]);
}

/// A sparse file costs nothing to make, and must cost nothing to refuse.
#[test]
fn what_is_too_large_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let sparse = |name: &str, start: &[u8]| {
        fs::write(folder.join(name), start).unwrap();
        fs::File::options().write(true).open(folder.join(name)).unwrap().set_len(3 << 30).unwrap();
    };
    sparse("large.so", &elf(&section(&demo())));
    sparse("large.json", b" [");
    sparse("large.proto", b"syntax = \"proto3\";");
    sparse("large.h", b"// Generated by ffi-dart-emit ");
    fs::write(folder.join("libdemo.so"), elf(&section(&demo()))).unwrap();
    fs::write(folder.join("a.proto"), "syntax = \"proto3\";\nimport \"large.proto\";\n").unwrap();
    let (library, text) = (input::MAX_LIBRARY.to_string(), input::MAX_TEXT.to_string());
    for (arguments, limit) in [
        (&["inspect", "large.so"][..], &library),
        (&["diff", "large.so", "libdemo.so"], &library),
        (&["diff", "libdemo.so", "large.json"], &text),
        (&["import", "large.proto", "--out", "x.rs"], &text),
        (&["import", "a.proto", "--out", "x.rs"], &text),
        (&["c", "libdemo.so", "--out", "large.h"], &text),
    ] {
        // A process that may not have the memory to read it.
        let program = env!("CARGO_BIN_EXE_ffi-dart-emit");
        let output = if cfg!(unix) {
            let script = "ulimit -v 1500000; exec \"$0\" \"$@\"";
            Command::new("sh")
                .args(["-c", script, program])
                .args(arguments)
                .current_dir(folder)
                .output()
                .unwrap()
        } else {
            run(folder, arguments)
        };
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        let says = format!("it has {} bytes, and no more than {limit} of", 3_u64 << 30);
        assert!(error.contains(&says), "{arguments:?}: {error}");
    }
    // A device without a size is read up to the limit.
    #[cfg(unix)]
    {
        let error = shown(folder, &["import", "/dev/zero", "--out", "x.rs"]);
        assert!(error.contains(&format!("over {text} bytes")), "{error}");
    }
}
