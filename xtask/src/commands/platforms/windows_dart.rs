//! Dart for Windows on Linux: a compiler that writes for Windows, and wine for what it writes.
//!
//! Nobody publishes a `gen_snapshot`, the compiler of Dart ahead of time, that runs here and writes
//! for Windows. Debian has the source of its Dart, of which one is built, once. Programs need
//! Dart's runtime for Windows besides, which npm's package of Sass carries, as Sass is a program in
//! Dart. All of it lies in `.platforms/windows-dart/`:
//!
//! ```text
//! gen_snapshot            runs on this machine, and writes programs for Windows
//! dart.exe                starts them
//! ```
//!
//! A program starts only if both are of one version: its compiler writes a hash of the sources
//! that snapshots depend on into it, which the runtime compares with its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;

use super::emulators::{DartEmulator, Started, Wine};
use super::runtimes::{self, Runtime};
use crate::cells::NotHere;
use crate::dart_sdk::Sdk;
use crate::debian::{self, Apt, entries, keep_only};
use crate::progress::{self, Progress};
use crate::workspace::{capture, on_path};

/// Debian's package of Dart.
const DART: &str = "dart-sdk";

/// Dart's runtime for Windows.
const RUNTIME: Runtime =
    Runtime { package: "sass-embedded-win32-x64", file: "package/dart-sass/src/dart.exe", system: "Windows" };

/// Name of the compiler, and that of the runtime.
const COMPILER: &str = "gen_snapshot";
const PROGRAM: &str = "dart.exe";

/// Packages with the libraries and headers that `gen_snapshot` is built with.
const LIBRARIES: [&str; 3] = ["libdouble-conversion-dev", "libicu-dev", "zlib1g-dev"];

/// Libraries that are linked into it, of [`LIBRARIES`].
const LINKED: [&str; 4] = ["libdouble-conversion.a", "libicuuc.a", "libicudata.a", "libz.a"];

/// Headers that Dart's source looks for at other paths than Debian's packages have them, each with
/// what it includes.
const HEADERS: [(&str, &str); 2] = [
    ("third_party/double-conversion/src/double-conversion.h", "double-conversion/double-conversion.h"),
    ("third_party/zlib/zlib.h", "zlib.h"),
];

/// Function of a library for signatures of programs for macOS, which none here is.
const NO_SIGNATURES: &str = "\
#include <cstddef>
#include <cstdint>
extern \"C\" uint8_t* SHA256(const uint8_t*, size_t, uint8_t* hash) { return hash; }
";

/// Lists of sources in Dart's files for its build: a file in `runtime`, its lists, and the folder
/// of what they name.
const LISTS: [(&str, &[&str], &str); 8] = [
    ("vm/vm_sources.gni", &["vm_sources"], "vm"),
    (
        "vm/compiler/compiler_sources.gni",
        &["compiler_sources", "compiler_api_sources", "disassembler_sources"],
        "vm/compiler",
    ),
    ("vm/ffi/ffi_sources.gni", &["ffi_sources"], "vm/ffi"),
    ("vm/heap/heap_sources.gni", &["heap_sources"], "vm/heap"),
    ("vm/regexp/regexp_sources.gni", &["regexp_sources"], "vm/regexp"),
    ("platform/platform_sources.gni", &["platform_sources"], "platform"),
    ("bin/builtin_impl_sources.gni", &["builtin_impl_sources"], "bin"),
    ("bin/io_impl_sources.gni", &["io_impl_sources"], "bin"),
];

/// Libraries of Dart with functions in C++, each with a list of its own in `runtime/lib`.
const DART_LIBRARIES: [&str; 10] = [
    "async",
    "concurrent",
    "core",
    "developer",
    "ffi",
    "isolate",
    "math",
    "mirrors",
    "typed_data",
    "vmservice",
];

/// Sources in `runtime` that its files for the build name one by one.
const SINGLE: [&str; 17] = [
    "bin/builtin.cc",
    "bin/builtin_gen_snapshot.cc",
    "bin/dart_io_api_impl.cc",
    "bin/dfe.cc",
    "bin/error_exit.cc",
    "bin/gen_snapshot.cc",
    "bin/gzip.cc",
    "bin/io_natives.cc",
    "bin/loader.cc",
    "bin/options.cc",
    "bin/snapshot_utils.cc",
    "bin/vmservice_impl.cc",
    "vm/analyze_snapshot_api_impl.cc",
    "vm/bootstrap.cc",
    "vm/dart_api_impl.cc",
    "vm/ffi_trampolines_arm64.S",
    "vm/native_api_impl.cc",
];

/// Definitions by which the source is that of a compiler ahead of time, for Windows on x86-64, as
/// releases have it.
const DEFINES: [&str; 10] = [
    "NDEBUG",
    "PRODUCT",
    "DART_PRECOMPILER",
    "DART_DISABLE_TIMELINE",
    "DART_IO_SECURE_SOCKET_DISABLED",
    "DART_TARGET_OS_WINDOWS",
    "EXCLUDE_CFE_AND_KERNEL_PLATFORM",
    "TARGET_ARCH_X64",
    "U_USING_ICU_NAMESPACE=0",
    "__STDC_FORMAT_MACROS",
];

/// Dart for Windows.
#[derive(Debug)]
pub(super) struct WindowsDart {
    folder: PathBuf,
    wine: Wine,
}

impl WindowsDart {
    /// Returns the Dart in `cache`, where it is built if it isn't there. Its programs are of the
    /// version of `sdk`.
    ///
    /// # Errors
    ///
    /// Returns [`NotHere`] on machines that have no npm or g++, or if there is no runtime of that
    /// version, and an error if `gen_snapshot` doesn't build.
    pub(super) fn find_or_install(sdk: &Sdk, wine: Wine, cache: &Path) -> Result<Self> {
        let folder = cache.join("windows-dart");
        let is_there = || [COMPILER, PROGRAM].iter().all(|it| folder.join(it).is_file());
        if !is_there() {
            runtimes::check_machine()?;
            if on_path("g++").is_none() {
                bail!(NotHere("`g++`, by which Dart's compiler for Windows is built".to_owned()));
            }
            debian::replace(&folder, is_there, |part| install(sdk, part))?;
        }
        Ok(Self { folder, wine })
    }
}

impl DartEmulator for WindowsDart {
    const LIBRARY: (&str, &str) = ("", ".dll");
    const ENDING: &str = "aot";
    // Windows loads no library before the program that asks for it.
    const NOT_RUN: &[&str] = &["opening_in_process"];

    fn compile(&self, sdk: &Sdk, package: &Path, source: &Path, program: &Path) -> Result<()> {
        runtimes::compile(sdk, &self.folder.join(COMPILER), "windows", package, source, program)
    }

    fn start(&self, started: &Started) -> Result<Command> {
        let folder = started.folder;
        for file in [self.folder.join(PROGRAM), started.package.join("pubspec.yaml")] {
            let name = file.file_name().context("a file has a name")?;
            fs::copy(&file, folder.join(name))
                .with_context(|| format!("{} can't be copied", file.display()))?;
        }
        let mut arguments = vec![Wine::path(Path::new(PROGRAM))];
        let within = |path: &Path| path.strip_prefix(folder).map(Wine::path).ok();
        arguments.push(within(started.program).context("a program lies in its folder")?);
        arguments.extend(started.arguments.iter().map(Into::into));
        let mut command = self.wine.start(folder, &arguments);
        for (name, value) in started.environment {
            command.env(name, within(value).unwrap_or_else(|| value.into()));
        }
        Ok(command)
    }
}

/// Builds in `part` the compiler, and downloads the runtime.
fn install(sdk: &Sdk, part: &Path) -> Result<()> {
    fs::write(part.join(PROGRAM), RUNTIME.download(sdk, part)?)?;
    let source = download(part)?;
    ensure!(version(&source)? == sdk.version().to_string(), RUNTIME.not_here(sdk));
    build(&source, part)?;
    keep_only(part, &[COMPILER, PROGRAM])
}

/// Downloads and unpacks Debian's source of Dart, as far as `gen_snapshot` needs it. Returns its
/// folder.
fn download(part: &Path) -> Result<PathBuf> {
    let (private, sources) = (part.join("apt"), part.join("sources"));
    let used = ["runtime/*", "tools/VERSION", "tools/make_version.py", "third_party/boringssl/src/include/*"];
    debian::from_any("the source of Dart", &private, |base, targets| {
        Apt::of_sources(&private, base, "unstable", targets)?.source(DART, &used, &sources)
    })?;
    let libraries = part.join("debs");
    let names = LIBRARIES.map(str::to_owned).into();
    Apt::of_machine(&private)?.download(&names, &libraries)?;
    debian::unpack(&libraries, &part.join("root"))?;

    Ok(sources)
}

/// Returns the version of Dart's source, as `1.2.3`.
fn version(source: &Path) -> Result<String> {
    let text = read(&source.join("tools/VERSION"))?;
    let part = |name: &str| {
        let line = text.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
        line.with_context(|| format!("tools/VERSION has no {name}"))
    };
    Ok(format!("{}.{}.{}", part("MAJOR")?, part("MINOR")?, part("PATCH")?))
}

/// Returns the hash by which a runtime knows the snapshots that it can load: MD5 of the files that
/// Dart's own script names.
fn snapshot_hash(source: &Path) -> Result<String> {
    let script = read(&source.join("tools/make_version.py"))?;
    let list = between(&script, "VM_SNAPSHOT_FILES = [", "]")?;
    let mut all = Vec::new();
    for name in quoted(list, '\'') {
        let file = source.join("runtime/vm").join(name);
        all.extend(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    let whole = source.join("snapshot_files");
    fs::write(&whole, all)?;
    let printed = capture(Command::new("md5sum").arg(&whole))?.stdout;
    Ok(printed.split(' ').next().unwrap_or_default().to_owned())
}

/// Returns the sources of `gen_snapshot`, by what Dart's files for its build list.
fn sources(runtime: &Path) -> Result<Vec<PathBuf>> {
    let mut found = SINGLE.map(|it| runtime.join(it)).to_vec();
    let mut add = |file: &str, lists: &[&str], folder: &str| -> Result<()> {
        let text = read(&runtime.join(file))?;
        for list in lists {
            let list = between(&text, &format!("{list} = ["), "]").context(file.to_owned())?;
            let sources = quoted(list, '"').filter(|it| it.ends_with(".cc"));
            found.extend(sources.map(|it| runtime.join(folder).join(it)));
        }
        Ok(())
    };
    for (file, lists, folder) in LISTS {
        add(file, lists, folder)?;
    }
    for library in DART_LIBRARIES {
        add(&format!("lib/{library}_sources.gni"), &[&format!("{library}_runtime_cc_files")], "lib")?;
    }
    Ok(found)
}

/// Compiles and links `part/gen_snapshot`.
fn build(source: &Path, part: &Path) -> Result<()> {
    let runtime = source.join("runtime");
    let (made, objects, root) = (part.join("made"), part.join("objects"), part.join("root/usr"));
    for (header, included) in HEADERS {
        write(&source.join(header), &format!("#include <{included}>\n"))?;
    }
    write(&made.join("signatures.cc"), NO_SIGNATURES)?;
    write(&made.join("version.cc"), &version_source(source)?)?;
    fs::create_dir_all(&objects)?;

    let mut files: Vec<_> = sources(&runtime)?;
    files.extend(["signatures.cc", "version.cc"].map(|it| made.join(it)));
    let boringssl = source.join("third_party/boringssl/src/include");
    let (api, third_party, headers) =
        (runtime.join("include"), source.join("third_party"), root.join("include"));
    let include = [&runtime, &api, source, &third_party, &headers, &boringssl];
    // Of ICU from 73 on. No regular expression is compiled here, which is all that asks for it.
    let sets = read(&headers.join("unicode/uset.h"))?;
    let is_older = !sets.contains("USET_SIMPLE_CASE_INSENSITIVE");
    let older = is_older.then_some("-DUSET_SIMPLE_CASE_INSENSITIVE=USET_CASE_INSENSITIVE");
    let compile = |file: &Path, object: &Path| {
        let mut compiler = Command::new("g++");
        compiler.args(["-c", "-O1", "-w", "-fno-rtti", "-fno-exceptions", "-fno-strict-aliasing", "-fPIC"]);
        if file.extension().is_some_and(|it| it == "cc") {
            compiler.arg("-std=c++20");
        }
        compiler.args(DEFINES.map(|it| format!("-D{it}"))).args(older);
        for folder in include {
            compiler.arg("-I").arg(folder);
        }
        capture(compiler.arg(file).arg("-o").arg(object))
    };
    let jobs: Vec<_> =
        files.iter().enumerate().map(|(index, file)| (file, objects.join(format!("{index}.o")))).collect();
    let progress = Mutex::new(Progress::parts("compiling Dart's compiler for Windows", jobs.len()));
    jobs.par_iter().try_for_each(|(file, object)| {
        compile(file, object)?;
        progress.lock().unwrap_or_else(PoisonError::into_inner).advance();
        anyhow::Ok(())
    })?;

    let mut link = Command::new("g++");
    link.args(jobs.iter().map(|(_, object)| object));
    let libraries = entries(&root.join("lib"))?.into_iter().find(|it| it.join(LINKED[0]).is_file());
    let libraries = libraries.with_context(|| format!("no package has {}", LINKED[0]))?;
    link.args(LINKED.map(|it| libraries.join(it))).args(["-ldl", "-lpthread", "-o"]);
    progress::busy("linking it", || capture(link.arg(part.join(COMPILER))))?;
    Ok(())
}

/// Returns the source of Dart's functions that tell its version.
fn version_source(source: &Path) -> Result<String> {
    let (version, hash) = (version(source)?, snapshot_hash(source)?);
    let values = [
        ("VERSION_STR", &*version),
        ("SEMANTIC_SDK_VERSION", &version),
        ("SNAPSHOT_HASH", &hash),
        ("CHANNEL", "stable"),
        ("GIT_HASH", "0000000000"),
        ("COMMIT_TIME", "unknown time"),
    ];
    let mut text = read(&source.join("runtime/vm/version_in.cc"))?;
    for (name, value) in values {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    Ok(text)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Returns what stands between the first `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Result<&'a str> {
    let (_, rest) = text.split_once(start).with_context(|| format!("there is no `{start}`"))?;
    Ok(rest.split_once(end).with_context(|| format!("there is no `{end}` behind `{start}`"))?.0)
}

/// Returns the texts in quotes.
fn quoted(text: &str, quote: char) -> impl Iterator<Item = &str> {
    text.split(quote).skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the files that Dart's sources list their parts in.
    fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            write(&folder.path().join(file), text).unwrap();
        }
        folder
    }

    #[test]
    fn lists_of_sources_are_read_without_headers() {
        let list = |name: &str| format!("{name} = [\n  \"a.h\",\n  \"{name}.cc\",\n]\n");
        let lists = LISTS.iter().map(|(file, lists, _)| ((*file).to_owned(), lists.to_vec()));
        let libraries =
            DART_LIBRARIES.map(|it| (format!("lib/{it}_sources.gni"), format!("{it}_runtime_cc_files")));
        let mut files: Vec<_> =
            lists.map(|(file, lists)| (file, lists.into_iter().map(list).collect::<String>())).collect();
        files.extend(libraries.map(|(file, name)| (file, list(&name))));
        let folder = written(&files.iter().map(|(a, b)| (&**a, &**b)).collect::<Vec<_>>());
        let found = sources(folder.path()).unwrap();
        assert_eq!(found.len(), SINGLE.len() + 10 + DART_LIBRARIES.len());
        assert!(found.contains(&folder.path().join("vm/compiler/disassembler_sources.cc")));
        assert!(found.contains(&folder.path().join("lib/core_runtime_cc_files.cc")));
        assert!(found.iter().all(|it| it.extension().is_some_and(|it| it != "h")));

        fs::write(folder.path().join(LISTS[2].0), "other = []\n").unwrap();
        let error = format!("{:#}", sources(folder.path()).unwrap_err());
        assert_eq!(error, "vm/ffi/ffi_sources.gni: there is no `ffi_sources = [`");
    }

    #[test]
    fn a_snapshot_is_known_by_the_files_that_the_script_names() {
        let script = "OTHER = ['x']\nVM_SNAPSHOT_FILES = [\n    'b.cc',\n    'a.h',\n]\n";
        let files =
            [("tools/make_version.py", script), ("runtime/vm/a.h", "world"), ("runtime/vm/b.cc", "hello ")];
        let folder = written(&files);
        // MD5 of "hello world".
        assert_eq!(snapshot_hash(folder.path()).unwrap(), "5eb63bbbe01eeed093cb22bb8f5acdc3");
    }

    #[test]
    fn the_version_is_in_the_source_that_tells_it() {
        let files = [
            ("tools/VERSION", "# MAJOR 9\nCHANNEL stable\nMAJOR 3\nMINOR 13\nPATCH 4\n"),
            ("tools/make_version.py", "VM_SNAPSHOT_FILES = ['a.h']"),
            ("runtime/vm/a.h", "hello world"),
            ("runtime/vm/version_in.cc", "a = \"{{SNAPSHOT_HASH}}\"; b = \"{{VERSION_STR}} ({{CHANNEL}})\";"),
        ];
        let text = version_source(written(&files).path()).unwrap();
        assert_eq!(text, "a = \"5eb63bbbe01eeed093cb22bb8f5acdc3\"; b = \"3.13.4 (stable)\";");
    }
}
