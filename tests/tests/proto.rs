//! Compiles exported .proto files with protobuf's own compiler and protox.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use ffi_dart_emit::model;
use ffi_dart_emit::proto::{self, ImportOptions, descriptors};
use ffi_tests::{Fixture, build_package, import_and_build, records};
use prost_reflect::DescriptorPool;
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorSet;
use xtask::dart_sdk::Sdk;
use xtask::generated::{Generated, emitter};
use xtask::proto_tools::ProtoTool;
use xtask::protoc::Protoc;
use xtask::protos::{self, Project, Tools};
use xtask::workspace::{capture, root};

/// Returns the .proto files of all fixtures, and of the example with the most messages. That one
/// isn't committed: it is large, and similar to the others.
fn exported() -> Vec<PathBuf> {
    // Written once, as other tests read it meanwhile.
    static STRESS: LazyLock<PathBuf> = LazyLock::new(|| {
        let stress = Generated::example("09_stress");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto").join(stress.proto_file());
        capture(stress.emitter("proto").unwrap().arg("--out").arg(&file)).unwrap();
        file
    });
    let committed = Generated::all().unwrap().into_iter();
    let committed = committed.filter_map(|it| Some(it.golden.as_ref()?.join(it.proto_file())));
    let files: Vec<_> = committed.chain([STRESS.clone()]).collect();
    assert!(files.len() >= 5, "{files:?}");
    files
}

/// Returns a folder with the rules of `buf.validate`, which exports import and don't bring along.
fn rules() -> &'static Path {
    // Written once, as other tests read it meanwhile.
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_rules");
        let file = folder.join(proto::RULES_FILE);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, proto::RULES).unwrap();
        folder
    });
    &FOLDER
}

/// Returns the descriptors that protox makes of a file.
fn protox(file: &Path) -> FileDescriptorSet {
    let set = protox::compile([file], [file.parent().unwrap(), rules()]);
    set.unwrap_or_else(|error| panic!("{}: {error:?}", file.display()))
}

#[test]
fn protox_takes_every_export() {
    for file in exported() {
        let set = protox(&file);
        let own = set.file.last().unwrap();
        assert!(own.message_type.len() + own.enum_type.len() > 0, "{}", file.display());
    }
}

/// The two compilers agree on the descriptors, except for options and comments.
#[test]
fn protoc_takes_every_export_and_reads_the_same() {
    let Some(protoc) = Protoc::for_tests() else { return };
    for file in exported() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("set");
        // Warnings would be on stderr.
        let said = capture(
            protoc
                .command()
                .arg("-I")
                .arg(file.parent().unwrap())
                .arg("-I")
                .arg(rules())
                .arg("--include_imports")
                .arg(format!("--descriptor_set_out={}", out.display()))
                .arg(&file),
        )
        .unwrap();
        assert_eq!(said.to_string(), "", "{}", file.display());
        let theirs = FileDescriptorSet::decode(&*fs::read(&out).unwrap()).unwrap();
        let ours = protox(&file);
        // The options of the file itself: prost keeps no extensions, so the declarations of both
        // are compared.
        let [theirs, ours] = [theirs, ours].map(|set| set.file.into_iter().next_back().unwrap());
        assert_eq!(theirs.message_type, ours.message_type, "{}", file.display());
        assert_eq!(theirs.enum_type, ours.enum_type, "{}", file.display());
        assert_eq!(theirs.package, ours.package);
    }
}

/// A Python program that only knows the .proto files and the library of the example understand each
/// other.
#[test]
fn the_office_of_the_example_understands_the_library() {
    let Some(protoc) = Protoc::for_tests() else { return };
    let example = root().join("examples/06_proto_interop");
    let protos = example.join("proto");
    let library = Fixture::build("proto_interop", "dev");
    let folder = tempfile::tempdir().unwrap();
    let mut compile = protoc.command();
    compile.arg("-I").arg(&protos).arg(format!("--python_out={}", folder.path().display()));
    capture(compile.args(["orders.proto", "proto_interop.proto", "ffi_options.proto"])).unwrap();
    let mut office = protoc.python(folder.path()).unwrap();
    let said = capture(office.arg(example.join("python/office.py")).arg(library.cdylib())).unwrap();
    assert_eq!(said.stdout, fs::read_to_string(example.join("python/expected.txt")).unwrap());
}

/// An export is imported, compiles, and is exported again unchanged.
#[test]
fn an_export_of_the_import_is_the_same() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_import");
    // The import has no errors of services, so those are compared below.
    let is_read = |file: &PathBuf| !fs::read_to_string(file).unwrap().contains("\nservice ");
    let files: Vec<_> = exported().into_iter().filter(is_read).collect();
    let stem = |file: &Path| file.file_stem().unwrap().to_str().unwrap().to_owned();
    let packages: Vec<_> = files.iter().map(|file| (format!("{}_again", stem(file)), file.clone())).collect();
    for (file, library) in files.iter().zip(import_and_build(&folder, &packages)) {
        let name = &stem(file);
        let model = model::resolve(records(&library).unwrap()).unwrap();
        let again = proto::export(&model, Some(name)).unwrap();
        let before = fs::read_to_string(file).unwrap();
        // The import ignores two options: the crate that a type came from, and the name of the
        // library.
        let lines = |text: &str| -> Vec<String> {
            let no_use = |line: &&str| line.contains("crate) = ") || line.contains("(ffi.library)");
            let lines = text.lines().filter(|line| !line.is_empty() && !no_use(line));
            lines.skip_while(|line| line.starts_with("//")).map(str::to_owned).collect()
        };
        let (before, again) = (lines(&before), lines(&again));
        assert!(before == again, "{name}:\n{}", first_difference(&before, &again));
    }
}

/// Small files of every kind are imported at once, compile, have a Dart package, and random values
/// of their messages come back as they were.
#[test]
fn small_files_of_every_kind_go_in_and_come_back() {
    let (folder, name) = (root().join("tests/protos"), "small".to_owned());
    let project = Project { name, include: vec![folder.clone()], folder, values: 20, part: 100 };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_small");
    let library = RefCell::new(PathBuf::new());
    let build = |folder: &Path, name: &str| {
        let built = build_package(&folder.join("Cargo.toml"), name);
        library.replace(built.clone());
        Ok(built)
    };
    // Protobuf's own Python sends some as well; `cargo xtask protos` sends more.
    let (protoc, dart) = (Protoc::for_tests(), Sdk::for_tests());
    let python = || protoc.as_ref().expect("it is there").python(&target);
    let sent = protoc.as_ref().map(|_| (&python as &dyn Fn() -> _, 5));
    let tools = Tools { build: &build, protoc: protoc.as_ref(), python: sent, dart: dart.as_ref() };
    let row = protos::check(&project, &target, &tools).unwrap();
    let files = fs::read_dir(&project.folder).unwrap().map(|it| it.unwrap().path());
    let files: Vec<_> = files.filter(|it| it.extension().is_some_and(|it| it == "proto")).collect();
    assert_kept(&files, &library.borrow(), "small");
    assert!(row.failures.is_empty(), "{:#?}", row.failures);
    if protoc.is_some() {
        assert_eq!((row.peer.values, row.peer.wrong), (5 * row.messages as u64, 0));
    }
    assert_eq!((row.files, row.imported, row.compiled), (49, 49, 49));
    assert_eq!((row.emitted, row.came_back), (49, 49));
    assert!(row.messages > 60, "{row}");
    assert_eq!(row.right, row.values, "{row}");
}

/// Names in .proto stay what they are when files go in and out.
#[test]
fn an_export_has_the_names_of_the_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_names");
    let corpus = root().join("fuzz/corpus/proto");
    let files = [root().join("examples/06_proto_interop/proto/orders.proto"), corpus.join("unbounded.proto")];
    let names = ["names_a", "names_b"];
    let packages: Vec<_> =
        names.into_iter().zip(&files).map(|(name, file)| (name.to_owned(), file.clone())).collect();
    for (file, library) in files.iter().zip(import_and_build(&folder, &packages)) {
        let set = protox(file);
        let package = set.file.last().unwrap().package();
        let package = if package.is_empty() { "names" } else { package };
        assert_kept(std::slice::from_ref(file), &library, package);
    }
}

/// Checks that a library, which was made of files, is exported with all names in them. Types
/// without a package are in `package`.
#[track_caller]
fn assert_kept(files: &[PathBuf], library: &Path, package: &str) {
    let folder = files[0].parent().unwrap();
    let options = root().join("ffi-dart-emit/proto");
    let include = vec![folder.to_owned(), options, rules().to_owned()];
    let before = descriptors(files, &ImportOptions { include, ..ImportOptions::default() });
    let before = before.unwrap_or_else(|problems| panic!("{problems}"));
    let model = model::resolve(records(library).unwrap()).unwrap();
    let exported = tempfile::tempdir().unwrap();
    let written = proto::files(&model, "exported.proto", Some(package));
    let written = written.unwrap_or_else(|problems| panic!("{problems}"));
    let names: Vec<_> = written.iter().map(|file| file.path.clone()).collect();
    for file in &written {
        fs::write(exported.path().join(&file.path), &file.contents).unwrap();
    }
    let set = protox::compile(&names, [exported.path(), rules()]);
    let after = DescriptorPool::from_file_descriptor_set(set.unwrap()).unwrap();
    let (before, after) = (names_in(&before, package), names_in(&after, package));
    let lost: Vec<_> = before.difference(&after).collect();
    assert!(lost.is_empty(), "{lost:#?}\nare not among {after:#?}");
    assert!(!before.is_empty(), "there are names to keep");
}

/// Returns the names in all packages but those of options and of protobuf: of fields with their
/// numbers, their names in JSON and their oneofs, and of values.
fn names_in(pool: &DescriptorPool, package: &str) -> BTreeSet<String> {
    let own = |of: &str| !["google", "ffi", "buf"].contains(&of.split('.').next().unwrap_or_default());
    let full = |of: &str, name: &str| {
        if of.is_empty() { format!("{package}.{name}") } else { name.to_owned() }
    };
    let mut names = BTreeSet::new();
    for it in pool.all_messages().filter(|it| own(it.package_name()) && !it.is_map_entry()) {
        let name = full(it.package_name(), it.full_name());
        names.insert(format!("message {name}"));
        for field in it.fields().filter(|field| !field.is_group()) {
            let oneof = field.containing_oneof().filter(|it| !it.is_synthetic());
            let oneof = oneof.map(|it| it.name().to_owned());
            let (own, number, json) = (field.name(), field.number(), field.json_name());
            names.insert(format!("{name}: {own} = {number}, `{json}`, in {oneof:?}"));
        }
    }
    for it in pool.all_enums().filter(|it| own(it.package_name())) {
        let name = full(it.package_name(), it.full_name());
        names.extend(it.values().map(|value| format!("{name}: {} = {}", value.name(), value.number())));
    }
    names
}

/// The lints of buf find nothing in exports but what `tests/golden/buf.yaml` gives reasons for.
#[test]
fn buf_has_nothing_to_say_of_exports() {
    let Some(buf) = ProtoTool::Buf.for_tests() else { return };
    let folder = tempfile::tempdir().unwrap();
    for file in exported() {
        // A folder is called like its package.
        let stem = file.file_stem().unwrap();
        fs::create_dir_all(folder.path().join(stem)).unwrap();
        fs::copy(&file, folder.path().join(stem).join(file.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join("ffi_options.proto"), proto::OPTIONS).unwrap();
    let rules = folder.path().join(proto::RULES_FILE);
    fs::create_dir_all(rules.parent().unwrap()).unwrap();
    fs::write(&rules, proto::RULES).unwrap();
    fs::copy(root().join("tests/golden/buf.yaml"), folder.path().join("buf.yaml")).unwrap();
    let lint = || {
        let mut lint = Command::new(&buf);
        lint.arg("lint").current_dir(&folder).env("BUF_CACHE_DIR", folder.path().join(".cache"));
        lint.output().unwrap()
    };
    let output = lint();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // Checks that it can fail.
    let wrong = "syntax = \"proto3\";\npackage wrong;\nmessage bad_name {\n  int32 BadName = 1;\n}\n";
    fs::create_dir(folder.path().join("wrong")).unwrap();
    fs::write(folder.path().join("wrong/wrong.proto"), wrong).unwrap();
    let output = lint();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("bad_name") && said.contains("BadName"), "{said}");
}

/// prost's generator makes Rust of every export.
#[test]
fn prost_takes_every_export() {
    for file in exported() {
        let set = protox(&file);
        let folder = tempfile::tempdir().unwrap();
        let mut config = prost_build::Config::new();
        config.out_dir(folder.path()).compile_fds(set.clone()).unwrap();
        let own = set.file.last().unwrap();
        let source = fs::read_to_string(folder.path().join(format!("{}.rs", own.package()))).unwrap();
        let structs = source.matches("pub struct ").count();
        assert!(structs >= own.message_type.len(), "{}: {structs}", file.display());
    }
}

/// The generator of Go makes a file of every export, which it parses to format it.
#[test]
fn the_generator_of_go_takes_every_export() {
    let (Some(protoc), Some(go)) = (Protoc::for_tests(), ProtoTool::GenGo.for_tests()) else { return };
    for file in exported() {
        let folder = tempfile::tempdir().unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let mut generate = protoc.command();
        for include in [file.parent().unwrap(), rules()] {
            generate.arg("-I").arg(include);
        }
        generate.arg(format!("--plugin=protoc-gen-go={}", go.display()));
        generate.arg(format!("--go_out={}", folder.path().display()));
        for (of, to) in [(name, "own"), (proto::OPTIONS_FILE, "ffi"), (proto::RULES_FILE, "validate")] {
            generate.arg(format!("--go_opt=M{of}=example.com/{to}"));
        }
        capture(generate.arg("--go_opt=paths=source_relative").arg(&file))
            .unwrap_or_else(|error| panic!("{}: {error:#}", file.display()));
        let written = folder.path().join(name).with_extension("pb.go");
        let source = fs::read_to_string(&written).unwrap();
        let messages = protox(&file).file.last().unwrap().message_type.len();
        let structs = source.matches(" struct {\n\tstate ").count();
        assert!(structs >= messages, "{}: {structs} of {messages} messages", file.display());
    }
}

/// The schema of a generator of fixed layouts goes in with one command, and is used from Dart with
/// its services: a picture of 64 MiB, kernels, pools, references, streams both ways.
#[test]
fn a_schema_of_another_generator_runs_from_dart_with_its_services() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let (root, name) = (root(), "old_style");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_old_style");
    let (sources, program) = (folder.join("src"), root.join("tests/dart/imported"));
    fs::create_dir_all(&sources).unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n\
         ffi-core = {{ path = {:?}, features = [\"async\", \"proto\", \"simd\"] }}\n\
         futures-util = {{ version = \"0.3\", default-features = false, features = [\"std\"] }}\n",
        root.join("ffi-core")
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The same versions as in the workspace; cargo drops those that aren't needed.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(program.join("lib.rs"), sources.join("lib.rs")).unwrap();
    let mut import = emitter().unwrap();
    import.arg("import").arg(root.join("tests/protos/old_style.proto"));
    capture(import.arg("--out").arg(sources.join("schema.rs"))).unwrap();
    let library = build_package(&folder.join("Cargo.toml"), name);
    let package = folder.join("dart");
    let mut emit = emitter().unwrap();
    emit.arg("dart").arg(&library).arg("--out").arg(&package);
    capture(emit.arg("--runtime").arg(root.join("ffi-dart-emit/dart/ffi_core"))).unwrap();
    fs::create_dir_all(package.join("bin")).unwrap();
    fs::copy(program.join("imported.dart"), package.join("bin/imported.dart")).unwrap();
    sdk.pub_get(&package).unwrap();
    sdk.analyze(&package).unwrap();
    sdk.format_check(&package.join("bin")).unwrap();
    let sdk = sdk.with_env("OLD_STYLE_LIBRARY", library);
    let said = sdk.run(Path::new("bin/imported.dart"), &[], &package).unwrap();
    let expected = "0 ada admin\n`no such user` is not implemented\n5002 users\n\
                    111 found, the last one is guest 4999\n\
                    16777216 values, the last is 0.99609375\nmean 0.5\n\
                    frame 9000000, 2048 bytes\nframe 0, camera 0.0\nframe 1000000, camera 1.0\n\
                    frame 2000000, camera 2.0\nFfiOpen(PlanKind.join) of users and orders\n\
                    x 999.5, the sum of speeds is 250.0\n16777216 pixels on a small stack\n";
    assert_eq!(said.stdout, expected, "{said}");
}

/// The entry of a log that is measured is what the import makes of its file.
#[test]
fn the_log_of_the_benchmark_is_as_imported() {
    let folder = root().join("benches/proto");
    let mut import = emitter().unwrap();
    import.arg("import").arg(folder.join("log.proto")).arg("--out").arg(folder.join("src/log.rs"));
    capture(import.arg("--check")).unwrap();
}

/// Services are imported as traits, which compile, and are exported again with the same methods.
#[test]
fn services_go_out_and_in() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto_services");
    let fixture = Generated::fixture("services");
    let file = fixture.golden.as_ref().unwrap().join(fixture.proto_file());
    let before = fs::read_to_string(&file).unwrap();
    let libraries = import_and_build(&folder, &[("services_again".to_owned(), file)]);
    let model = model::resolve(records(&libraries[0]).unwrap()).unwrap();
    let again = proto::export(&model, Some("fixture_services")).unwrap();
    let methods = |text: &str| -> Vec<String> {
        let service = text.split("\nservice Store {").nth(1).expect("it is there").split("\n}").next();
        let lines = service.unwrap_or_default().lines().filter(|line| line.starts_with("  rpc "));
        lines.map(|line| line.trim_end_matches([';', '{', ' ']).to_owned()).collect()
    };
    assert_eq!(methods(&again), methods(&before));
    assert_eq!(methods(&again).len(), 9);
    assert!(methods(&again).contains(&"  rpc Watch(StoreWatchRequest) returns (stream Row)".to_owned()));
    // An error has one more variant: that a method has no implementation.
    let variants = |text: &str| {
        let error = text.split("\nmessage StoreError {").nth(1).expect("it is there").split("\n}").next();
        error.unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (first, second) = (variants(&before), variants(&again));
    assert!(first.iter().all(|line| second.contains(line)), "{second:#?}");
    assert!(second.contains(&"    Unimplemented unimplemented = 3;".to_owned()), "{second:#?}");
    // From then on nothing changes.
    let import = |text: &str| {
        let file = folder.join("fixture_services.proto");
        fs::write(&file, text).unwrap();
        proto::import(&file, &proto::ImportOptions::default()).unwrap().source
    };
    assert_eq!(import(&again), import(&before));
}

fn first_difference(before: &[String], again: &[String]) -> String {
    let at = before
        .iter()
        .zip(again)
        .position(|(one, other)| one != other)
        .unwrap_or(before.len().min(again.len()));
    let part =
        |lines: &[String]| lines[at.saturating_sub(3).min(lines.len())..(at + 3).min(lines.len())].join("\n");
    format!("line {at}\n--- before\n{}\n--- again\n{}", part(before), part(again))
}

/// Checks that these tests can fail.
#[test]
fn protoc_refuses_what_is_wrong() {
    let Some(protoc) = Protoc::for_tests() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ffi_options.proto"), ffi_dart_emit::proto::OPTIONS).unwrap();
    let source = "syntax = \"proto3\";\nimport \"ffi_options.proto\";\n\
                  message A {\n  string a = 1 [(ffi.max_len) = OPTION];\n}\n";
    let compile = |option: &str| {
        fs::write(folder.path().join("a.proto"), source.replace("OPTION", option)).unwrap();
        let mut command = protoc.command();
        command
            .arg("-I")
            .arg(folder.path())
            .arg("a.proto")
            .arg("--descriptor_set_out")
            .arg(folder.path().join("set"));
        capture(&mut command)
    };
    compile("4").unwrap();
    let error = compile("\"4\"").unwrap_err().to_string();
    assert!(error.contains("option \"ffi.max_len\""), "{error}");
}
