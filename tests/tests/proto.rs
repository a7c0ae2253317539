//! Exported .proto files, as protobuf's own compiler and protox take them.

use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorSet;
use xtask::generated::Generated;
use xtask::protoc::Protoc;
use xtask::workspace::capture;

/// The .proto files of all fixtures. That of `stress` isn't committed: it is large, and looks like the others.
fn exported() -> Vec<PathBuf> {
    let stress = Generated::fixture("stress");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proto").join(stress.proto_file());
    capture(stress.emitter("proto").arg("--out").arg(&file)).unwrap();
    let committed = Generated::all().unwrap().into_iter();
    let committed = committed.filter_map(|it| Some(it.golden.as_ref()?.join(it.proto_file())));
    let files: Vec<_> = committed.chain([file]).collect();
    assert!(files.len() >= 5, "{files:?}");
    files
}

/// What protox makes of a file.
fn protox(file: &Path) -> FileDescriptorSet {
    let set = protox::compile([file], [file.parent().unwrap()]);
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

/// The two compilers agree on what the files say, options and comments aside.
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
                .arg("--include_imports")
                .arg(format!("--descriptor_set_out={}", out.display()))
                .arg(&file),
        )
        .unwrap();
        assert_eq!(said.to_string(), "", "{}", file.display());
        let theirs = FileDescriptorSet::decode(&*fs::read(&out).unwrap()).unwrap();
        let ours = protox(&file);
        // The options of the file itself: prost keeps no extensions, so both are compared as they are declared.
        let [theirs, ours] = [theirs, ours].map(|set| set.file.into_iter().next_back().unwrap());
        assert_eq!(theirs.message_type, ours.message_type, "{}", file.display());
        assert_eq!(theirs.enum_type, ours.enum_type, "{}", file.display());
        assert_eq!(theirs.package, ours.package);
    }
}

/// These tests can fail.
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
