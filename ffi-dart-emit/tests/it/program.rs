//! Tests exit codes, messages and `--check` of the program.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ffi_core::schema::read::{PanicStrategy, Record};
use ffi_dart_emit::shipping::step::word;

use crate::files::{assert_golden, elf};
use crate::schema::{demo, section};

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit")).args(args).current_dir(folder).output().unwrap()
}

#[track_caller]
fn succeeds(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the program, which must fail, and returns its stdout and stderr.
#[track_caller]
fn fails(folder: &Path, args: &[&str]) -> (String, String) {
    let output = run(folder, args);
    assert_eq!(output.status.code(), Some(1));
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn folder_with(records: &[Record]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("libdemo.so"), elf(&section(records))).unwrap();
    folder
}

#[test]
fn a_header_is_written_checked_and_kept_from_harm() {
    let folder = folder_with(&demo());
    let folder = folder.path();
    let write = ["c", "libdemo.so", "--out", "include/demo.h"];
    let check = ["c", "libdemo.so", "--out", "include/demo.h", "--check"];
    let header = folder.join("include/demo.h");

    let (diff, error) = fails(folder, &check);
    assert!(diff.starts_with("--- /dev/null\n+++ b/demo.h\n"), "{diff}");
    assert_eq!(error, "error: include/demo.h is out of date: run the same command without --check\n");
    assert!(!header.exists());

    assert_eq!(succeeds(folder, &write), "include/demo.h: 1 written\n");
    assert_eq!(succeeds(folder, &write), "include/demo.h: up to date\n");
    assert_eq!(succeeds(folder, &check), "include/demo.h: up to date\n");

    let edited = fs::read_to_string(&header).unwrap() + "// mine\n";
    fs::write(&header, &edited).unwrap();
    let (diff, error) = fails(folder, &check);
    assert!(diff.contains("\n-// mine\n"), "{diff}");
    assert!(error.contains("it was edited after it was generated"), "{error}");
    let (_, error) = fails(folder, &write);
    assert!(error.contains("it was edited after it was generated"), "{error}");
    assert_eq!(fs::read_to_string(&header).unwrap(), edited);
}

#[test]
fn a_schema_goes_to_proto_and_back() {
    let folder = folder_with(&demo());
    let folder = folder.path();
    let export = ["proto", "libdemo.so", "--out", "out/demo.proto"];
    assert_eq!(succeeds(folder, &export), "out/demo.proto: 2 written\n");
    assert_eq!(succeeds(folder, &[&export[..], &["--check"]].concat()), "out/demo.proto: up to date\n");
    assert!(folder.join("out/ffi_options.proto").exists());
    let (diff, _) = fails(folder, &[&export[..], &["--package", "other", "--check"]].concat());
    assert!(diff.contains("\n-package demo;\n+package other;\n"), "{diff}");
    let (_, error) = fails(folder, &["proto", "libdemo.so", "--out", "out/ffi_options.proto"]);
    assert!(error.contains("choose another name"), "{error}");

    let import = ["import", "out/demo.proto", "--out", "src/schema.rs"];
    let said = succeeds(folder, &import);
    assert!(said.starts_with("src/schema.rs: 1 written\n  Particle: "), "{said}");
    assert_eq!(succeeds(folder, &[&import[..], &["--check"]].concat()), "src/schema.rs: up to date\n");
    fs::write(folder.join("bad.proto"), "syntax = \"proto3\";\nmessage M {\n  string x = 1;\n}\n").unwrap();
    let bounded = ["import", "bad.proto", "--out", "src/bad.rs", "--bounded"];
    let (_, error) = fails(folder, &bounded);
    assert!(
        error.starts_with("error: bad.proto: 1 problem\n\nbad.proto:3:3: field `M.x`: it has no bound"),
        "{error}"
    );
    assert!(!folder.join("src/bad.rs").exists());
    succeeds(folder, &[&bounded[..], &["--default-max-count", "9", "-I", "."]].concat());
    assert!(fs::read_to_string(folder.join("src/bad.rs")).unwrap().contains("pub x: FfiStr<9>,"));
    fs::write(folder.join("bad.options"), "M.x max_size:6\n").unwrap();
    let sidecar = succeeds(folder, &[&bounded[..], &["--options", "bad.options"]].concat());
    assert!(sidecar.ends_with("\n  M: 12 bytes\n"), "{sidecar}");
    let (_, error) =
        fails(folder, &[&bounded[..], &["--options", "bad.options", "--max-message-size", "11"]].concat());
    assert!(error.contains("bad.proto:2:1: `M` has 12 bytes, and the limit is 11"), "{error}");
    succeeds(folder, &["import", "bad.proto", "--out", "src/bad.rs"]);
    assert!(fs::read_to_string(folder.join("src/bad.rs")).unwrap().contains("pub x: ArenaStr,"));
}

#[test]
fn libraries_and_json_are_compared() {
    let folder = folder_with(&demo());
    let folder = folder.path();
    let mut changed = demo();
    for record in &mut changed {
        if let Record::Message(it) = record {
            for field in &mut it.fields {
                field.tag += 1;
            }
        }
    }
    fs::write(folder.join("new.so"), elf(&section(&changed))).unwrap();
    fs::write(folder.join("old.json"), succeeds(folder, &["inspect", "libdemo.so", "--json"])).unwrap();
    let same = succeeds(folder, &["diff", "old.json", "libdemo.so"]);
    assert_eq!(same, "0 changes: 0 break memory, 0 break the wire, 0 are compatible\n");
    let (text, error) = fails(folder, &["diff", "old.json", "new.so"]);
    assert!(text.starts_with("breaks wire: message Particle, field position: its number"), "{text}");
    assert_eq!(error, "error: 9 changes break what was there\n");
    fails(folder, &["diff", "old.json", "new.so", "--only", "wire"]);
    let json = succeeds(folder, &["diff", "old.json", "new.so", "--only", "memory", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["memory"], &report["wire"]), (&0.into(), &9.into()));
    fs::write(folder.join("other.json"), "[1]").unwrap();
    let (_, error) = fails(folder, &["diff", "other.json", "new.so"]);
    assert!(error.starts_with("error: other.json is neither a library nor what"), "{error}");
}

/// Each side may be a library, its export, another .proto file, or a descriptor set.
#[test]
fn files_of_protobuf_are_compared() {
    let folder = folder_with(&demo());
    let folder = folder.path();
    succeeds(folder, &["proto", "libdemo.so", "--out", "protos/demo.proto"]);
    let export = fs::read_to_string(folder.join("protos/demo.proto")).unwrap();
    let same = "0 changes: 0 break memory, 0 break the wire, 0 are compatible\n";
    assert_eq!(succeeds(folder, &["diff", "protos/demo.proto", "libdemo.so"]), same);
    let mut compiler = protox::Compiler::new([folder.join("protos")]).unwrap();
    compiler.include_imports(true).open_file("demo.proto").unwrap();
    fs::write(folder.join("demo.binpb"), compiler.encode_file_descriptor_set()).unwrap();
    assert_eq!(succeeds(folder, &["diff", "demo.binpb", "protos"]), same);

    // A renamed field breaks JSON and no bytes, and a text for a number both.
    let field = export.lines().find(|line| line.contains(" = 2")).unwrap();
    let name = field.split(" = ").next().unwrap().rsplit(' ').next().unwrap();
    let renamed = export.replace(&format!("{name} = 2"), "another = 2");
    fs::write(folder.join("new.proto"), renamed).unwrap();
    let include = ["-I", "protos", "-I", "."];
    let diff = |more: &[&'static str]| [&["diff", "libdemo.so", "new.proto"], &include[..], more].concat();
    let text = succeeds(folder, &diff(&[]));
    assert!(text.contains(&format!("field {name}: renamed to `another`\n")), "{text}");
    assert!(text.ends_with("1 changes: 0 break memory, 0 break the wire, 1 break only JSON or source of the .proto, 0 are compatible\n"), "{text}");
    let (_, error) = fails(folder, &diff(&["--only", "wire-json"]));
    assert_eq!(error, "error: 1 change breaks what was there\n");
    succeeds(folder, &diff(&["--only", "forward"]));

    fs::write(folder.join("broken.proto"), "message").unwrap();
    let (_, error) = fails(folder, &["diff", "libdemo.so", "broken.proto"]);
    assert!(error.starts_with("error: broken.proto can't be compared:\n\nbroken.proto: "), "{error}");
    fs::write(folder.join("cut.binpb"), [0x0A, 9, 0x0A]).unwrap();
    let (_, error) = fails(folder, &["diff", "cut.binpb", "libdemo.so"]);
    assert!(error.contains("cut.binpb: file[0]: the bytes end inside of it"), "{error}");
    let (_, error) = fails(folder, &["diff", "absent.proto", "libdemo.so"]);
    assert!(error.contains("absent.proto"), "{error}");
}

#[test]
fn a_library_is_inspected() {
    let folder = folder_with(&demo());
    assert_golden("inspect.txt", &succeeds(folder.path(), &["inspect", "libdemo.so"]));
    let json = succeeds(folder.path(), &["inspect", "libdemo.so", "--json"]);
    assert_eq!(serde_json::from_str::<Vec<Record>>(&json).unwrap().len(), demo().len());
    let page = &["inspect", "libdemo.so", "--html", "demo.html"];
    assert_eq!(succeeds(folder.path(), page), "demo.html: written\n");
    assert_golden("inspect.html", &fs::read_to_string(folder.path().join("demo.html")).unwrap());
    fs::write(folder.path().join("old.json"), json).unwrap();
    succeeds(folder.path(), &[page.as_slice(), &["--since", "old.json"]].concat());
    let page = fs::read_to_string(folder.path().join("demo.html")).unwrap();
    assert!(page.contains("<caption>0 changes</caption>"), "{page}");
    let (_, error) = fails(folder.path(), &["inspect", "libdemo.so", "--html", "none/demo.html"]);
    assert!(error.starts_with("error: none/demo.html can't be written: "), "{error}");
}

#[test]
fn errors_name_the_file_and_the_fix() {
    let folder = folder_with(&[]);
    let folder = folder.path();
    let (_, error) = fails(folder, &["inspect", "libdemo.so"]);
    assert!(error.starts_with("error: libdemo.so: there is no schema record in it. Causes"), "{error}");
    let (_, error) = fails(folder, &["inspect", "missing.so"]);
    assert!(error.starts_with("error: missing.so can't be read: "), "{error}");
    let (_, error) = fails(folder, &["dart", "libdemo.so"]);
    assert!(error.starts_with("error: pass --out FOLDER"), "{error}");
    let (_, error) = fails(folder, &["inspect", "libdemo.so", "--release"]);
    assert!(error.contains("a LIB is built already"), "{error}");
    // A folder that is in no workspace.
    let (_, error) = fails(folder, &[]);
    assert!(error.contains("run this inside a cargo workspace"), "{error}");
}

#[test]
fn problems_of_the_schema_are_listed() {
    let without_library: Vec<_> =
        demo().into_iter().filter(|record| !matches!(record, Record::Library(_))).collect();
    let folder = folder_with(&without_library);
    let (_, error) = fails(folder.path(), &["inspect", "libdemo.so"]);
    assert!(
        error.starts_with("error: libdemo.so: 1 problem in its schema\n\nlibrary: there is no"),
        "{error}"
    );
}

#[test]
fn panic_abort_is_warned_of() {
    let mut records = demo();
    for record in &mut records {
        if let Record::Library(library) = record {
            library.panic = PanicStrategy::Abort;
        }
    }
    let folder = folder_with(&records);
    let output = run(folder.path(), &["inspect", "libdemo.so"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success());
    assert!(
        stderr.contains("a panic in the library ends the process instead of becoming an exception"),
        "{stderr}"
    );
}

/// Runs cargo as well: a workspace of one small cdylib is built and found to have no records.
#[test]
fn a_crate_is_found_and_built() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"ffi-core\", \"my-app\"]\n");
    write("ffi-core/Cargo.toml", "[package]\nname = \"ffi-core\"\nedition = \"2024\"\n");
    write("ffi-core/src/lib.rs", "");
    write(
        "my-app/Cargo.toml",
        "[package]\nname = \"my-app\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"rlib\", \"cdylib\"]\n\
         [dependencies]\nffi-core = { path = \"../ffi-core\" }\n",
    );
    write("my-app/src/lib.rs", "");
    for args in [&["dart"][..], &[], &["dart", "--crate", "my_app", "--release"]] {
        let command = Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit"))
            .args(args)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .output()
            .unwrap();
        let stderr = String::from_utf8(command.stderr).unwrap();
        let profile = if args.len() > 1 { "release" } else { "debug" };
        let file = Path::new("target").join(profile).join(format!(
            "{}my_app{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        ));
        assert!(stderr.contains(&format!("{}: there is no schema record in it", file.display())), "{stderr}");
    }
    let elsewhere = ["--target-dir", "elsewhere"];
    let (_, error) = fails(folder, &[&["dart"][..], &elsewhere].concat());
    assert!(error.contains(&Path::new("elsewhere").join("debug").display().to_string()), "{error}");
    let (_, error) = fails(folder, &[&["dart", "libmy_app.so"][..], &elsewhere].concat());
    assert!(error.contains("--target-dir say how to build, and a LIB is built already"), "{error}");
    write("my-app/src/lib.rs", "no rust");
    let (_, error) = fails(folder, &["dart", "--crate", "my-app"]);
    assert!(
        error.contains("error: `cargo build --package my-app` failed; its messages are above"),
        "{error}"
    );
    assert!(error.contains("expected one of"), "the compiler's own words: {error}");
}

/// `doctor` builds the library of each package quietly, which may take minutes: on a terminal cargo
/// draws its bar all the same. `script` of util-linux gives the program a terminal.
#[test]
#[cfg(target_os = "linux")]
fn a_quiet_build_has_a_bar_on_a_terminal() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("note: skipped: there is no `script`, which util-linux has");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("pubspec.yaml", "name: app\ndependencies:\n  own: {path: own/dart}\n");
    write("own/dart/lib/src/library.g.dart", "");
    write("own/src/lib.rs", "");
    let manifest = "[package]\nname = \"own\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n";
    write("own/Cargo.toml", &format!("{manifest}[workspace]\n"));
    let cargo = folder.join("cargo");
    let text = "#!/bin/sh\nbar=\"$CARGO_TERM_PROGRESS_WHEN $CARGO_TERM_PROGRESS_WIDTH\"\n\
                [ \"$1\" = build ] && echo \"$bar\" > \"$BAR\"\nexec \"$REAL\" \"$@\"\n";
    // Written by another process, so that no other test starts a program while it is open here.
    let write = "printf '%s' \"$2\" > \"$1\" && chmod +x \"$1\"";
    let written = Command::new("sh").args(["-c", write, "sh"]).arg(&cargo).arg(text).status().unwrap();
    assert!(written.success());
    let (program, bar) = (env!("CARGO_BIN_EXE_ffi-dart-emit"), folder.join("bar.txt"));
    let on_a_terminal = format!("'{program}' doctor");
    for (command, expected) in [
        (vec!["script", "--quiet", "--command", &on_a_terminal, "/dev/null"], "always 80\n"),
        (vec![program, "doctor"], " \n"),
    ] {
        let real = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut started = Command::new(command[0]);
        started.args(&command[1..]).current_dir(folder).stdin(std::process::Stdio::null());
        started.env_remove("CARGO_TERM_PROGRESS_WHEN").env_remove("CARGO_TERM_PROGRESS_WIDTH");
        started.env("CARGO", &cargo).env("REAL", real).env("BAR", &bar);
        // The package isn't that of a library, so it fails.
        let said = started.env("CARGO_TARGET_DIR", folder.join("target")).output().unwrap();
        assert_eq!(fs::read_to_string(&bar).ok().as_deref(), Some(expected), "{said:?}");
        fs::remove_file(&bar).unwrap();
    }
}

#[test]
fn doctor_says_how_to_get_each_thing_that_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("the user's app");
    fs::create_dir(&app).unwrap();
    fs::write(app.join("pubspec.yaml"), "dependencies: {flutter: {sdk: flutter}}\n").unwrap();
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit"));
    doctor.arg("doctor").current_dir(&app).env("PATH", folder.path()).env("CARGO", "/nowhere/cargo");
    let output = doctor.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = said.lines().collect();
    for thing in ["Rust", "linker", "Dart", "Flutter"] {
        let start = format!("missing  {thing}: there is no ");

        let at = lines.iter().position(|line| line.starts_with(&start));
        let hint = at.and_then(|at| lines.get(at + 1)).unwrap_or_else(|| panic!("{thing}: {said}"));
        assert!(hint.starts_with("         hint: "), "{said}");
    }
    // There the clone has commands for them.
    if Path::new("/etc/debian_version").is_file() {
        let clone = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let clone = word(clone.to_str().unwrap());
        let app = app.canonicalize().unwrap().display().to_string().replace('\'', r"'\''");
        let commands = [
            format!("export PATH=\"$(cd {clone} && cargo xtask dart-sdk):$PATH\""),
            format!("(cd {clone} && cargo xtask flutter '{app}')"),
        ];
        for command in commands {
            assert!(lines.iter().any(|line| line.ends_with(&command)), "{command} is not in: {said}");
        }
    }
}
