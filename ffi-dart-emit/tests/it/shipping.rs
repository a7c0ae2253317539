//! Tests the steps of `ffi-dart-emit package` for every platform, as they are shown, and the checks
//! of real libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ffi_core::schema::read::Record;
use ffi_dart_emit::library_file;
use ffi_dart_emit::project::{Kind, Project};
use ffi_dart_emit::shipping::check::{Rules, System, check};
use ffi_dart_emit::shipping::facts::{self, Facts, Format, Version};
use ffi_dart_emit::shipping::request::Request;
use ffi_dart_emit::shipping::run::missing;
use ffi_dart_emit::shipping::step::{Step, Tool};
use ffi_dart_emit::shipping::{android, apple, linux, windows};

use crate::files::assert_golden;

pub fn request(host: &str) -> Request {
    Request {
        manifest: "rust/Cargo.toml".into(),
        library: "demo_native".to_owned(),
        builds: "target".into(),
        out: "my dist".into(),
        profile: "release".to_owned(),
        targets: Vec::new(),
        oldest: None,
        budget: Some(2_000_000),
        host: host.to_owned(),
        ndk: None,
        aar: false,
        image: None,
        domain: "com.example".to_owned(),
        sign: None,
        notarize: None,
    }
}

fn shown(steps: &[Step]) -> String {
    steps.iter().map(|it| format!("{it}\n")).collect()
}

pub const LINUX: &str = "x86_64-unknown-linux-gnu";
pub const MAC: &str = "aarch64-apple-darwin";

/// Returns the steps for every platform, with the names of their goldens.
fn all() -> Vec<(&'static str, Vec<Step>)> {
    let targets = |request: Request, targets: &[&str]| Request {
        targets: targets.iter().map(|it| (*it).to_owned()).collect(),
        ..request
    };
    let old = Request { oldest: Some(Version(2, 28)), image: Some("shop:1".to_owned()), ..request(LINUX) };
    let signed = Request {
        sign: Some("Developer ID Application: A (1)".to_owned()),
        notarize: Some("notary".to_owned()),
        ..request(MAC)
    };
    let linux_targets = [
        LINUX,
        "aarch64-unknown-linux-gnu",
        "armv7-unknown-linux-gnueabihf",
        "riscv64gc-unknown-linux-gnu",
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
    ];
    let windows_targets = ["x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"];
    let gnu_targets = ["x86_64-pc-windows-gnu", "i686-pc-windows-gnu", "aarch64-pc-windows-gnullvm"];
    vec![
        ("package_android.txt", android::steps(&request(LINUX))),
        (
            "package_aar.txt",
            android::steps(&Request { aar: true, ..targets(request(LINUX), &["x86_64-linux-android"]) }),
        ),
        ("package_ios.txt", apple::ios(&request(MAC))),
        ("package_macos.txt", apple::macos(&signed)),
        ("package_linux.txt", linux::steps(&targets(old, &linux_targets))),
        (
            "package_windows.txt",
            windows::steps(&targets(request("x86_64-pc-windows-msvc"), &windows_targets)),
        ),
        ("package_windows_gnu.txt", windows::steps(&targets(request(LINUX), &gnu_targets))),
    ]
}

#[test]
fn the_steps_are_shown_as_commands() {
    for (name, steps) in all() {
        assert_golden(name, &shown(&steps));
    }
}

/// A shell reads what is shown, and runs none of it.
#[test]
#[cfg(unix)]
fn what_is_shown_is_a_program_of_the_shell() {
    for (name, steps) in all() {
        let mut shell = Command::new("sh");
        let output = shell.args(["-n", "-c", &shown(&steps)]).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_step_uses_only_files_that_steps_before_it_have_made() {
    for (name, steps) in all() {
        let mut there: Vec<PathBuf> = Vec::new();
        for step in &steps {
            let is_there = |path: &Path| there.iter().any(|it| it.starts_with(path));
            match step {
                Step::Run(tool) if tool.program == "cargo" => there.push("target".into()),
                // cargo has made all files there.
                Step::Copy { from, to } => {
                    assert!(from.starts_with("target") || is_there(from), "{name}: {step}");
                    there.push(to.clone());
                }
                Step::Write { file, .. } => there.push(file.clone()),
                Step::Remove(path) => there.retain(|it| !it.starts_with(path)),
                Step::Check { file, .. } => assert!(is_there(file), "{name}: {step}"),
                Step::Run(Tool { program, arguments, .. }) => {
                    let inputs = arguments.iter().map(Path::new).filter(|it| it.starts_with("my dist"));
                    let (made, used): (Vec<_>, Vec<_>) = inputs
                        .partition(|it| it.extension().is_some_and(|it| it == "zip" || it == "xcframework"));
                    assert!(used.iter().all(|it| is_there(it)), "{name}: {program} {used:?}");
                    there.extend(made.into_iter().map(Path::to_owned));
                }
            }
        }
    }
}

/// Apple's `Info.plist` is read by a parser of property lists.
#[test]
fn the_property_list_of_a_framework_is_one() {
    let lists: Vec<_> = apple::ios(&request(MAC))
        .into_iter()
        .filter_map(|it| match it {
            Step::Write { file, text } if file.ends_with("Info.plist") => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(lists.len(), 2);
    for (text, platform) in lists.iter().zip(["iPhoneOS", "iPhoneSimulator"]) {
        let list: plist::Dictionary = plist::from_bytes(text.as_bytes()).unwrap();
        let string = |key: &str| list[key].as_string().unwrap();
        assert_eq!(string("CFBundleExecutable"), "demo_native");
        assert_eq!(string("CFBundleIdentifier"), "com.example.demo-native");
        assert_eq!((string("CFBundlePackageType"), string("MinimumOSVersion")), ("FMWK", "13.0"));
        let platforms = list["CFBundleSupportedPlatforms"].as_array().unwrap();
        assert_eq!(platforms.iter().map(|it| it.as_string().unwrap()).collect::<Vec<_>>(), [platform]);
    }
}

/// Arguments of xcodebuild: each framework with its option, and one output.
#[test]
fn xcodebuild_gets_both_frameworks() {
    let steps = apple::ios(&request(MAC));
    let Some(Step::Run(tool)) = steps.last() else { panic!("{steps:?}") };
    assert_eq!((tool.program.as_str(), &*tool.arguments[0]), ("xcodebuild", "-create-xcframework"));
    let pairs: Vec<_> = tool.arguments[1..].chunks(2).map(|it| (it[0].as_str(), it[1].as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("-framework", "my dist/iphoneos/demo_native.framework"),
            ("-framework", "my dist/iphonesimulator/demo_native.framework"),
            ("-output", "my dist/demo_native.xcframework"),
        ]
    );
}

#[test]
fn a_machine_without_tools_is_told_which() {
    let lacks = |steps: &[Step]| missing(steps, |target| target == LINUX).join("\n");
    let ios = lacks(&apple::ios(&request(MAC)));
    assert!(ios.contains("rustup target add aarch64-apple-ios-sim"), "{ios}");
    if !cfg!(target_os = "macos") {
        assert!(ios.contains("xcodebuild; hint: it comes with macOS with Xcode"), "{ios}");
    }
    let android = lacks(&android::steps(&request(LINUX)));
    assert!(android.contains("aarch64-linux-android21-clang; hint: install Android's NDK"), "{android}");
    assert_eq!(lacks(&linux::steps(&request(LINUX))), "", "it is built for this machine");
}

fn library(file: &str) -> (Facts, Vec<Record>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/libraries");
    let bytes = fs::read(folder.join(file)).unwrap();
    (facts::read(&bytes).unwrap(), library_file::read(&bytes).unwrap())
}

#[test]
fn the_facts_of_libraries_are_read() {
    for (file, format, processor, page) in [
        ("aarch64-unknown-linux-gnu.so", Format::Elf, "aarch64", 65536),
        ("armv7-unknown-linux-gnueabihf.so", Format::Elf, "arm", 65536),
        ("aarch64-apple-darwin.dylib", Format::MachO, "aarch64", 4096),
        ("x86_64-pc-windows-gnu.dll", Format::Pe, "x86_64", 4096),
        ("x86_64-pc-windows-msvc.dll", Format::Pe, "x86_64", 4096),
    ] {
        let (facts, _) = library(file);
        let image = &facts.images[0];
        assert_eq!((facts.images.len(), image.format, &*image.processor), (1, format, processor), "{file}");
        assert_eq!(image.page, page, "{file}");
        assert!(image.exports.contains("particles_ffi_step"), "{file}: {:?}", image.exports);
        assert!(!image.has_symbols, "{file}");
    }
    let (windows, _) = library("x86_64-pc-windows-gnu.dll");
    assert!(windows.images[0].needed.iter().any(|it| it == "KERNEL32.dll"), "{windows:?}");
    assert!(windows.images[0].oldest.is_some());
    let (apple, _) = library("aarch64-apple-darwin.dylib");
    assert_eq!(apple.images[0].name.as_deref(), Some("@rpath/lib.dylib"));
    assert_eq!(apple.images[0].needed, ["/usr/lib/libSystem.B.dylib"]);
    assert_eq!(apple.images[0].oldest, Some(Version(11, 0)));
}

/// Rules that the library of macOS meets.
fn rules() -> Rules {
    Rules {
        processors: vec!["aarch64"],
        name: Some("@rpath/lib.dylib".to_owned()),
        system: System::MacOs,
        oldest: Some(Version(11, 0)),
        page: Some(4096),
        budget: Some(100_000),
    }
}

/// Each fault is found, and only that; changed facts stand for libraries that have it.
#[test]
fn each_fault_of_a_library_is_named() {
    let (facts, records) = library("aarch64-apple-darwin.dylib");
    let faults = |facts: &Facts, rules: &Rules| -> Vec<String> {
        check(facts, &records, rules).iter().filter(|it| it.hint.is_some()).map(ToString::to_string).collect()
    };
    assert_eq!(faults(&facts, &rules()), Vec::<String>::new());
    let only = |changed: &dyn Fn(&mut Facts, &mut Rules), parts: &[&str]| {
        let (mut facts, mut rules) = (facts.clone(), rules());
        changed(&mut facts, &mut rules);
        let found = faults(&facts, &rules);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(parts.iter().all(|it| found[0].contains(it)), "{parts:?}: {found:?}");
    };
    only(
        &|_, rules| rules.processors.push("x86_64"),
        &["processors: aarch64", "build it for aarch64 and x86_64"],
    );
    only(&|facts, _| facts.images[0].format = Format::Elf, &["build it for aarch64"]);
    only(
        &|facts, _| assert!(facts.images[0].exports.remove("particles_ffi_step")),
        &["symbols that Dart looks up are exported", "something has removed particles_ffi_step"],
    );
    only(
        &|facts, _| facts.images[0].needed.push("@rpath/libz.dylib".to_owned()),
        &["bundle @rpath/libz.dylib"],
    );
    only(
        &|_, rules| rules.oldest = Some(Version(10, 15)),
        &["from macOS 11 on, wanted from 10.15 on", "--oldest"],
    );
    only(&|facts, _| facts.images[0].name = None, &["is called nothing", "@rpath/lib.dylib"]);
    only(&|facts, _| facts.images[0].page = 1024, &["pages of 1024 bytes", "max-page-size=4096"]);
    only(&|facts, _| facts.images[0].has_symbols = true, &["names and debug information", "strip"]);
    only(&|_, rules| rules.budget = Some(10), &["of 10 bytes", "--budget"]);
}

#[test]
fn foreign_libraries_of_each_system_are_named() {
    let (facts, records) = library("x86_64-pc-windows-gnu.dll");
    for (system, format, own, foreign, hint) in [
        (System::Windows, Format::Pe, "KERNEL32.dll", "VCRUNTIME140.dll", "+crt-static"),
        (System::Windows, Format::Pe, "api-ms-win-core-synch-l1-2-0.dll", "libgcc_s_seh-1.dll", "bundle"),
        (System::Linux, Format::Elf, "libc.so.6", "libssl.so.3", "$ORIGIN"),
        (System::Musl, Format::Elf, "libc.so", "libc6.so", "$ORIGIN"),
        (System::Android, Format::Elf, "liblog.so", "libc++_shared.so", "bundle"),
        (System::Ios, Format::MachO, "/usr/lib/libSystem.B.dylib", "@rpath/a.framework/a", "bundle"),
    ] {
        let mut facts = facts.clone();
        facts.images[0].format = format;
        facts.images[0].needed = vec![own.to_owned()];
        let rules =
            Rules { processors: vec!["x86_64"], name: None, system, oldest: None, page: None, budget: None };
        let faults = |facts: &Facts| -> Vec<String> {
            check(facts, &records, &rules).into_iter().filter_map(|it| it.hint).collect()
        };
        assert_eq!(faults(&facts), Vec::<String>::new(), "{system:?}");
        facts.images[0].needed.push(foreign.to_owned());
        let [found] = &faults(&facts)[..] else { panic!("{system:?}") };
        assert!(found.contains(hint), "{found}");
    }
}

/// The command, in a workspace of one crate.
#[test]
fn the_command_shows_steps_and_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let manifest = "[package]\nname = \"my-shop\"\nversion = \"0.1.0\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
                    [dependencies]\nffi-core = \"0.1\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit"));
        // The commands name the target folder, which is that of the workspace unless this is set.
        command.arg("package").args(args).current_dir(folder.path()).env_remove("CARGO_TARGET_DIR");
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, shown, _) = run(&["--android", "--dry-run", "--oldest", "24", "--budget", "500000"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains("cargo rustc --lib --crate-type cdylib --manifest-path Cargo.toml"), "{shown}");
    assert!(shown.contains("aarch64-linux-android24-clang"), "{shown}");
    assert!(
        shown.contains("# check dist/aarch64-linux-android/libmy_shop.so: aarch64, Android API 24"),
        "{shown}"
    );
    // Every platform, with each of its targets.
    for (option, file, targets) in [
        (
            "--android",
            "libmy_shop.so",
            &["aarch64-linux-android", "armv7-linux-androideabi", "x86_64-linux-android"][..],
        ),
        ("--ios", "libmy_shop.dylib", &["aarch64-apple-ios", "aarch64-apple-ios-sim", "x86_64-apple-ios"]),
        ("--macos", "libmy_shop.dylib", &["aarch64-apple-darwin", "x86_64-apple-darwin"]),
        ("--windows", "my_shop.dll", &["x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"]),
        ("--windows", "my_shop.dll", &["x86_64-pc-windows-gnu", "aarch64-pc-windows-gnullvm"]),
        ("--linux", "libmy_shop.so", &["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]),
        ("--linux", "libmy_shop.so", &["armv7-unknown-linux-gnueabihf", "x86_64-unknown-linux-musl"]),
    ] {
        let mut arguments = vec![option, "--dry-run", "--out", "out"];
        arguments.extend(targets.iter().flat_map(|it| ["--target", it]));
        let (code, shown, error) = run(&arguments);
        assert_eq!(code, Some(0), "{option}: {error}");
        for target in targets {
            assert!(shown.contains(&format!("--target {target} -- ")), "{option} {target}: {shown}");
            assert!(
                shown.contains(&format!("target/{target}/release/{file} ")),
                "{option} {target}: {shown}"
            );
        }
        assert!(shown.contains("# check out/"), "{option}: {shown}");
    }
    if !cfg!(target_os = "macos") {
        let (code, _, error) = run(&["--ios"]);
        assert_eq!(code, Some(1));
        assert!(error.contains("nothing was run. It lacks:\n") && error.contains("xcodebuild"), "{error}");
        assert!(error.contains("hint: --dry-run shows the commands"), "{error}");
    }
    let (code, _, error) = run(&[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--android") && error.contains("--windows"), "{error}");
    assert!(run(&["--linux", "--oldest", "new"]).2.contains("one or two numbers"));
    assert!(!folder.path().join("dist").exists());
}

/// The workflow and the container file that `new` writes name targets, platforms and files that are
/// there.
#[test]
fn a_new_project_releases_what_is_packaged() {
    let files = Project::new("shop", Kind::Dart, None).unwrap().files();
    let text = |path: &str| &files.iter().find(|it| it.path == Path::new(path)).unwrap().contents;
    let release = text(".github/workflows/release.yml");
    let lines: Vec<_> =
        release.lines().filter(|it| it.contains("targets: ") && it.contains("package: ")).collect();
    let windows = Request { host: "x86_64-pc-windows-msvc".to_owned(), ..request(LINUX) };
    let arm = Request { host: "aarch64-unknown-linux-gnu".to_owned(), ..request(LINUX) };
    for (option, steps) in [
        ("--linux", linux::steps(&request(LINUX))),
        ("--linux", linux::steps(&arm)),
        ("--android", android::steps(&request(LINUX))),
        ("--windows", windows::steps(&windows)),
        ("--macos", apple::macos(&request(MAC))),
        ("--ios", apple::ios(&request(MAC))),
    ] {
        let targets: Vec<_> = steps
            .iter()
            .filter_map(|it| match it {
                Step::Run(tool) => tool.arguments.iter().skip_while(|it| *it != "--target").nth(1),
                _ => None,
            })
            .map(String::as_str)
            .collect();
        let fits = |line: &&&str| {
            line.contains(&targets.join(",")) && line.contains(&format!("package: {option}}}"))
        };
        assert_eq!(lines.iter().filter(fits).count(), 1, "{option} {targets:?}: {release}");
    }
    assert_eq!(lines.len(), 6);
    let container = text("Dockerfile");
    assert!(container.contains("--target=bin/shop.dart"), "{container}");
    assert!(container.contains("ENTRYPOINT [\"/opt/shop/bin/shop\"]"), "{container}");
    assert!(text("bin/shop.dart").contains("main"));
    for (path, text) in files.iter().map(|it| (&it.path, &it.contents)) {
        assert!(!text.contains("{%") && !text.replace("${{", "").contains("{{"), "{}", path.display());
    }
    let app = Project::new("shop", Kind::Flutter, None).unwrap().files();
    assert!(app.iter().all(|it| it.path != Path::new("Dockerfile")));
}
