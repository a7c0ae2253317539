//! `cargo xtask platforms`.

mod emulators;
mod musl;
mod outputs;
mod runtimes;
mod windows_dart;

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::MetadataCommand;
use ffi_core::schema::read::{PanicStrategy, Record};
use ffi_dart_emit::{inspect, library_file};

use self::emulators::{ARM, ArmTools, Wine};
use self::musl::Musl;
use self::outputs::Fixtures;
use self::windows_dart::WindowsDart;
use crate::cells::{Cells, NotHere};
use crate::dart_sdk::Sdk;
use crate::debian::{self, Apt};
use crate::generated;
use crate::progress::Progress;
use crate::results::today;
use crate::toolchain::{add_to_nightly, nightly, nightly_with_source, programs};
use crate::workspace::{capture, cargo, root, run, target};

/// The arguments of `cargo xtask platforms`.
#[derive(Debug, clap::Args)]
pub struct Platforms {
    /// Rewrite the committed libraries, the smallest of each platform, and check nothing else
    #[arg(long)]
    write: bool,
    /// Try only what has this text in its line; may be given several times
    #[arg(long, value_name = "TEXT", conflicts_with = "write")]
    only: Vec<String>,
    /// Compare, compile and run only what belongs to this fixture; may be given several times
    #[arg(long = "fixture", value_name = "NAME", conflicts_with = "write")]
    fixtures: Vec<String>,
    /// Write the results into the table of PLATFORMS.md, which keeps those of other cells
    #[arg(long, conflicts_with = "write")]
    table: bool,
}

/// Packages whose records are equal on all platforms.
const PACKAGES: [&str; 2] = ["particles", "fixture-layout"];

/// Profiles to build: the one that links nearly everything, and the one whose linker drops most.
const PROFILES: [&str; 2] = ["dev", "release-min"];

/// Folder of the committed libraries, and of `records.json`, the records that each of them holds.
const COMMITTED: &str = "ffi-dart-emit/tests/it/libraries";

/// Size in bytes of the largest library that may be committed.
const MAX_COMMITTED: usize = 100_000;

/// Target of gcc for Windows.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Name of gcc for Windows.
const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// Libraries of the C runtime that rustc names to linkers. Nothing is run, so they may be empty.
const STUBS: [&str; 10] = ["c", "m", "rt", "dl", "util", "pthread", "gcc", "gcc_s", "iconv", "objc"];

/// Libraries of Windows that rustc names to Microsoft's linker. Those of gcc for Windows have the
/// same symbols.
const WINDOWS_LIBRARIES: [&str; 8] =
    ["kernel32", "advapi32", "ntdll", "userenv", "ws2_32", "dbghelp", "bcrypt", "msvcrt"];

/// Functions and data that rustc expects in Microsoft's C runtime, and that `msvcrt` of gcc doesn't
/// have. Nothing is run, so they may do nothing. A library with an undefined symbol isn't one that
/// users have, and lld crashes when it is forced to link one with debug information.
const MICROSOFT_RUNTIME: &str = "\
\t.globl _DllMainCRTStartup, _CxxThrowException, __CxxFrameHandler3, __chkstk
\t.globl exp, expf, log, logf, pow, powf
\t.globl fmod, fmodf, fmin, fminf, fmax, fmaxf, fma, fmaf, trunc, truncf, round, roundf, rint, rintf
\t.globl _fltused, _tls_index, _tls_used, \"??_7type_info@@6B@\"
\t.text
_DllMainCRTStartup: _CxxThrowException: __CxxFrameHandler3: __chkstk:
exp: expf: log: logf: pow: powf:
fmod: fmodf: fmin: fminf: fmax: fmaxf: fma: fmaf: trunc: truncf: round: roundf: rint: rintf:
\tret
\t.data
\t.balign 16
_fltused: _tls_index: \"??_7type_info@@6B@\":
\t.quad 0
_tls_used:
\t.zero 40
";

/// File with [`MICROSOFT_RUNTIME`], in the folder of stubs.
const MICROSOFT_RUNTIME_FILE: &str = "crt.obj";

/// Text stub of Apple's system library, for the linker. All symbols are looked up when a library is
/// loaded.
const LIB_SYSTEM: &str = "\
--- !tapi-tbd
tbd-version: 4
targets: [ arm64-macos ]
install-name: '/usr/lib/libSystem.B.dylib'
exports: []
...
";

/// A target, and the ways in which its libraries are linked.
struct Platform {
    triple: &'static str,
    /// Prefix and suffix of a library's file name.
    file: (&'static str, &'static str),
    links: &'static [Link],
}

/// A linker with its arguments.
struct Link {
    linker: Linker,
    arguments: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Linker {
    /// Linker that rustc chooses for the target.
    Default,
    /// GNU ld, through gcc for Windows.
    MinGw,
    /// lld, through gcc for Windows.
    MinGwLld,
    /// lld in this flavour, called by rustc itself.
    Lld(&'static str),
}

/// All targets. rustc passes `--gc-sections`, `/OPT:REF` and `-dead_strip` to the linkers that know
/// it.
const PLATFORMS: [Platform; 6] = [
    Platform {
        triple: WINDOWS,
        file: ("", ".dll"),
        links: &[
            Link { linker: Linker::MinGw, arguments: &[] },
            Link { linker: Linker::MinGwLld, arguments: &["-Wl,--gc-sections"] },
        ],
    },
    Platform {
        triple: "x86_64-pc-windows-msvc",
        file: ("", ".dll"),
        links: &[Link { linker: Linker::Lld("lld-link"), arguments: &[MICROSOFT_RUNTIME_FILE, "/OPT:REF"] }],
    },
    Platform { triple: "aarch64-unknown-linux-gnu", file: ("lib", ".so"), links: ELF },
    Platform { triple: "armv7-unknown-linux-gnueabihf", file: ("lib", ".so"), links: ELF },
    Platform {
        triple: "aarch64-apple-darwin",
        file: ("lib", ".dylib"),
        links: &[Link {
            linker: Linker::Lld("ld64.lld"),
            // Without an install name, the library would hold the path of its build.
            arguments: &["-dead_strip", "-undefined", "dynamic_lookup", "-install_name", "@rpath/lib.dylib"],
        }],
    },
    Platform {
        triple: "wasm32-unknown-unknown",
        file: ("", ".wasm"),
        links: &[Link { linker: Linker::Default, arguments: &[] }],
    },
];

const ELF: &[Link] = &[
    Link { linker: Linker::Lld("ld.lld"), arguments: &[] },
    Link { linker: Linker::Lld("ld.lld"), arguments: &["--gc-sections", "-z", "nostart-stop-gc"] },
];

/// Features of `ffi-core` that don't compile for WebAssembly, which has neither threads for tokio
/// nor the files of `tracing-appender`.
const NOT_FOR_WASM: [&str; 2] = ["tokio", "observe"];

/// Targets of which nothing is linked: their linkers or C libraries are not to be had here.
const COMPILED: [&str; 6] = [
    "aarch64-apple-ios",
    "aarch64-linux-android",
    "armv7-linux-androideabi",
    "i686-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
];

/// Targets of which `ffi-dart-emit dart` refuses libraries, and what it says.
const REFUSED: [(&str, &str); 3] = [
    ("i686-unknown-linux-gnu", "there is no Dart for 32-bit x86"),
    ("wasm32-unknown-unknown", "dart:ffi can't call WebAssembly"),
    ("s390x-unknown-linux-gnu", "there is no Dart for big-endian machines"),
];

/// Targets for which `ffi-dart-emit package` runs here, with its option.
const PACKAGED: [(&str, &str); 2] =
    [("x86_64-unknown-linux-gnu", "--linux"), ("x86_64-pc-windows-gnu", "--windows")];

/// Platforms that can't be tried on this machine at all, with the reason.
const NOT_TRIED: [(&str, &str, &str); 8] = [
    ("x86_64-pc-windows-msvc", "programs in C", "Microsoft's C runtime, without which nothing starts"),
    ("x86_64-pc-windows-msvc", "packaged and checked", "Microsoft's linker and libraries"),
    ("aarch64-apple-darwin", "programs in C, tests in Dart", "a Mac"),
    ("aarch64-apple-darwin", "packaged and checked", "Apple's lipo, codesign and notarytool"),
    ("aarch64-apple-ios", "tests in Dart", "a Mac with Xcode, a device"),
    ("aarch64-apple-ios", "packaged and checked", "Apple's xcodebuild"),
    ("aarch64-linux-android", "tests in Dart", "Android's NDK and emulator"),
    ("aarch64-linux-android", "packaged and checked", "Android's NDK"),
];

/// Page with the table of all cells.
const PAGE: &str = "PLATFORMS.md";

/// Work of a cell.
type Work<'a> = dyn FnMut() -> Result<()> + 'a;

impl Platforms {
    /// Tries everything that can be tried here on each platform, prints a line for each, and at
    /// last a table: `ok`, `failed`, or `not here` with what is missing.
    ///
    /// `ffi-core` is compiled for each target, with warnings as errors; libraries are linked by
    /// each linker, and their records compared with those of this machine's, as are those in
    /// static libraries, which need no linker; the files that are generated from them are compared
    /// with the committed ones; programs in C and tests in Dart run in qemu and wine;
    /// `ffi-dart-emit package` is run.
    ///
    /// The standard library of each target comes from rustup, lld with Rust, and gcc for Windows
    /// and Arm, qemu, wine and Dart for Arm from Debian into `.platforms/`. With `--write`, nothing
    /// is checked: the committed libraries are built again, with the standard library from a
    /// nightly toolchain with `rust-src`, so that they are small enough.
    ///
    /// # Errors
    ///
    /// Returns an error if the tools can't be installed, or a cell has failed.
    pub fn run(self) -> Result<()> {
        let fixtures = &Fixtures::new(&self.fixtures)?;
        let tools = Tools::find_or_install()?;
        if self.write {
            return write(&tools);
        }
        // Once to count the cells, and once to try them.
        let mut count = 0;
        self.each(&tools, fixtures, &mut |_, _, _| count += 1);
        let (mut cells, mut progress) = (Cells::default(), Progress::steps(count));
        self.each(&tools, fixtures, &mut |platform, what, work| {
            progress.step(format!("{platform}: {what}"));
            cells.add(platform, what, work);
        });
        drop(progress);
        let today = today()?;
        println!("\n{}", cells.table(&today));
        if self.table {
            let page = root().join(PAGE);
            let text = fs::read_to_string(&page).with_context(|| format!("cannot read {PAGE}"))?;
            let text = cells.merged(&today, &text).context(PAGE)?;
            fs::write(&page, text).with_context(|| format!("cannot write {PAGE}"))?;
        }
        ensure!(cells.failures() == 0, "{} cells failed; their errors are above", cells.failures());
        Ok(())
    }

    /// Calls `found` for each cell that was asked for, with its platform, its name and its work.
    fn each(&self, tools: &Tools, fixtures: &Fixtures, found: &mut dyn FnMut(&str, &str, &mut Work<'_>)) {
        let mut add = |platform: &str, what: &str, work: &mut Work<'_>| {
            let name = format!("{platform} {what}");
            if self.only.is_empty() || self.only.iter().any(|it| name.contains(it)) {
                found(platform, what, work);
            }
        };
        for target in PLATFORMS.iter().map(|it| it.triple).chain(COMPILED) {
            add(target, "ffi-core compiles without a warning", &mut || check(target));
        }
        let expected = OnceCell::new();
        let expected = || -> Result<&Expected> {
            match expected.get() {
                Some(known) => Ok(known),
                None => {
                    let found = expected_records()?;
                    Ok(expected.get_or_init(|| found))
                }
            }
        };
        for platform in &PLATFORMS {
            for link in platform.links {
                let what = format!("records, linked by {}", link.name());
                add(platform.triple, &what, &mut || platform.compare(tools, link, expected()?));
            }
        }
        for target in COMPILED.into_iter().filter(|it| REFUSED.iter().all(|(refused, _)| it != refused)) {
            let what = "records, in a static library";
            add(target, what, &mut || compare_static(target, expected()?));
        }
        for (target, reason) in REFUSED {
            let what = "ffi-dart-emit dart refuses it with the reason";
            add(target, what, &mut || refused(target, reason));
        }
        let (folder, part) = (target().join("platforms"), fixtures.part());
        for platform in PLATFORMS.iter().filter(|it| it.is_compared_whole()) {
            let link = &platform.links[0];
            let build =
                |package: &str, features: &[&str]| platform.build(tools, link, package, features, "dev", &[]);
            let what = format!("generated files, linked by {}{part}", link.name());
            add(platform.triple, &what, &mut || {
                add_target(platform.triple)?;
                outputs::compare(fixtures, &build, false)
            });
            if platform.triple == WINDOWS {
                add(platform.triple, &format!("programs in C, in wine{part}"), &mut || {
                    add_target(platform.triple)?;
                    let wine = Wine::find_or_install(tools.mingw.join(MINGW), &tools.cache)?;
                    outputs::run_c(&wine, fixtures, &build, &folder.join(platform.triple))
                });
                add(platform.triple, &format!("tests in Dart, in wine{part}"), &mut || {
                    add_target(platform.triple)?;
                    let sdk = Sdk::find_or_install()?;
                    let wine = Wine::find_or_install(tools.mingw.join(MINGW), &tools.cache)?;
                    let dart = WindowsDart::find_or_install(&sdk, wine, &tools.cache)?;
                    outputs::run_dart(&dart, &sdk, fixtures, &build, &folder.join(platform.triple))
                });
            }
        }
        for (triple, arm) in ARM {
            let folder = folder.join(triple);
            let mut with = |what: &str, work: &dyn Fn(&ArmTools, &outputs::Build) -> Result<()>| {
                add(triple, what, &mut || {
                    add_target(triple)?;
                    let tools = ArmTools::find_or_install(arm, &tools.cache)?;
                    work(&tools, &|package, features| build_for_arm(&tools, triple, package, features))
                });
            };
            with(&format!("generated files, linked by gcc{part}"), &|_, build| {
                outputs::compare(fixtures, build, triple.starts_with("armv7"))
            });
            with(&format!("programs in C, in qemu{part}"), &|tools, build| {
                outputs::run_c(tools, fixtures, build, &folder)
            });
            with(&format!("tests in Dart, in qemu{part}"), &|tools, build| {
                outputs::run_dart(tools, &Sdk::find_or_install()?, fixtures, build, &folder)
            });
            with("tests of kernels and pools, in qemu", &|tools, _| test_on_arm(tools, triple));
            with("packaged and checked", &|tools, _| package(&tools.programs(), triple, "--linux"));
        }
        let folder = folder.join(musl::TARGET);
        let mut with_musl = |what: &str, work: &dyn Fn(&Musl, &Sdk, &outputs::Build) -> Result<()>| {
            add(musl::TARGET, &format!("{what}, with Debian's musl{part}"), &mut || {
                add_target(musl::TARGET)?;
                let sdk = Sdk::find_or_install()?;
                let tools = Musl::find_or_install(&sdk, &tools.cache)?;
                work(&tools, &sdk, &|package, features| tools.build(package, features))
            });
        };
        with_musl("programs in C", &|tools, _, build| outputs::run_c(tools, fixtures, build, &folder));
        with_musl("tests in Dart", &|tools, sdk, build| {
            outputs::run_dart(tools, sdk, fixtures, build, &folder)
        });
        for (target, option) in PACKAGED {
            add(target, "packaged and checked", &mut || package(&tools.mingw, target, option));
        }
        for (target, what, missing) in NOT_TRIED {
            add(target, what, &mut || Err(NotHere(missing.to_owned()).into()));
        }
        add("this machine", "ffi-dart-emit installs without a warning", &mut || install(tools));
    }
}

/// Records of each package with each profile, as this machine's libraries have them.
type Expected = Vec<(&'static str, &'static str, Vec<Record>)>;

/// Builds the packages for this machine, by each of its linkers, and returns their records.
fn expected_records() -> Result<Expected> {
    let mut all = Vec::new();
    for profile in PROFILES {
        for package in PACKAGES {
            let expected = records(&this_machine(package, profile, &[])?)?;
            if GNU_LD {
                let file = this_machine(package, profile, &["-Clinker-features=-lld"])?;
                same(&records(&file)?, &expected, &file)?;
            }
            all.push((package, profile, expected));
        }
    }
    Ok(all)
}

/// Builds the library of a package for an Arm, and returns its file.
fn build_for_arm(tools: &ArmTools, triple: &str, package: &str, features: &[&str]) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--package", package]);
    command.args(["--features", &features.join(","), "--target", triple, "--"]);
    let mut linker = OsString::from("-Clinker=");
    linker.push(tools.gcc());
    // Nobody debugs them, and there are many.
    run(command.arg(linker).env("CARGO_PROFILE_DEV_DEBUG", "false"))?;
    Ok(target().join(triple).join("debug").join(format!("lib{}.so", package.replace('-', "_"))))
}

/// Runs the tests of `ffi-core` that are about the processor: kernels, and the words of pools. The
/// models of loom are not: they are the same on every processor, and take hours in an emulator.
fn test_on_arm(tools: &ArmTools, triple: &str) -> Result<()> {
    let variable = |name: &str| format!("CARGO_TARGET_{}_{name}", triple.replace('-', "_").to_uppercase());
    let pools = ["--lib", "pool::", "--", "--skip", "pool::tests::model"];
    for tests in [&["--test", "simd"][..], &pools] {
        let mut command = cargo();
        command.args(["test", "--quiet", "--package", "ffi-core", "--features", "simd", "--target", triple]);
        command.env("CARGO_PROFILE_DEV_DEBUG", "false").env(variable("LINKER"), tools.gcc());
        let runner = tools.runner().join(OsStr::new(" "));
        run(command.args(tests).env(variable("RUNNER"), runner))?;
    }
    Ok(())
}

/// Builds the static library of the example for `triple`, and returns its file. No linker is run.
fn static_library(triple: &str, package: &str, profile: &str) -> Result<PathBuf> {
    add_target(triple)?;
    let mut command = cargo();
    command.args(["rustc", "--quiet", "--lib", "--crate-type", "staticlib", "--package", package]);
    run(command.args(["--profile", profile, "--target", triple]))?;
    Ok(target().join(triple).join(folder(profile)).join(format!("lib{}.a", package.replace('-', "_"))))
}

/// Compares the records in static libraries with those of this machine's libraries.
fn compare_static(triple: &str, expected: &Expected) -> Result<()> {
    for (package, profile, records_here) in expected {
        let file = static_library(triple, package, profile)?;
        same(&records(&file)?, records_here, &file)?;
    }
    Ok(())
}

/// Checks that `ffi-dart-emit dart` refuses a library of `triple`, and says `reason`.
fn refused(triple: &str, reason: &str) -> Result<()> {
    let library = static_library(triple, PACKAGES[0], "dev")?;
    let mut emitter = generated::emitter()?;
    let out = target().join("platforms/refused");
    let Err(error) = capture(emitter.arg("dart").arg(&library).arg("--out").arg(out)) else {
        bail!("ffi-dart-emit dart takes {}", library.display());
    };
    ensure!(format!("{error:#}").contains(reason), "ffi-dart-emit dart refuses it, but says: {error:#}");
    Ok(())
}

/// Packages a library of an example for `target`, with the linker in the folder `programs`.
fn package(programs: &Path, target: &str, option: &str) -> Result<()> {
    let mut emitter = generated::emitter()?;
    let out = crate::workspace::target().join("packaged");
    emitter.args(["package", option, "--crate", PACKAGES[0], "--target", target, "--out"]).arg(out);
    run(emitter.env("PATH", path_with(programs)?))
}

/// Installs the emitter as users do, and fails on any warning.
fn install(tools: &Tools) -> Result<()> {
    let folder = tools.stubs.with_file_name("installed");
    for options in [&[][..], &["--locked"]] {
        let mut command = cargo();
        command.args(["install", "--debug", "--force", "--path", "ffi-dart-emit", "--root"]).arg(&folder);
        let said = capture(command.args(options))?.stderr;
        // Cargo always warns that the folder isn't on `PATH`.
        let warnings: Vec<_> =
            said.lines().filter(|line| line.contains("warning") && !line.contains("to your PATH")).collect();
        ensure!(warnings.is_empty(), "cargo install warns:\n{said}");
    }
    Ok(())
}

/// Compiles `ffi-core` with all features that the target has, and the pools' fixture because its
/// sizes depend on the pointer's. Fails on any warning.
fn check(target: &str) -> Result<()> {
    add_target(target)?;
    let workspace = MetadataCommand::new().current_dir(root()).no_deps().exec()?;
    for package in ["ffi-core", "fixture-pools"] {
        let manifest = workspace.packages.iter().find(|it| it.name.as_str() == package);
        let features = &manifest.with_context(|| format!("there is no package {package}"))?.features;
        let is_there = |feature: &&str| !target.starts_with("wasm32") || !NOT_FOR_WASM.contains(feature);
        let features: Vec<_> = features.keys().map(String::as_str).filter(is_there).collect();
        let mut command = cargo();
        command.args(["check", "--quiet", "--package", package, "--target", target]);
        if target == musl::TARGET {
            command.env("CARGO_ENCODED_RUSTFLAGS", musl::DYNAMIC);
        }
        let said = capture(command.args(["--features", &features.join(",")]))?.stderr;
        ensure!(!said.contains("warning"), "{package} has warnings for {target}:\n{said}");
    }
    Ok(())
}

/// Installs Rust's standard library for a target.
fn add_target(target: &str) -> Result<()> {
    capture(Command::new("rustup").args(["target", "add", target]).current_dir(root()))
        .map_err(|error| error.context(NotHere(format!("Rust's standard library for {target}"))))?;
    Ok(())
}

/// True if rustc links with lld on this machine by itself, and with GNU ld on request.
const GNU_LD: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// Builds the library that this machine would load, with `options` of rustc, and returns its file.
fn this_machine(package: &str, profile: &str, options: &[&str]) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--package", package]);
    run(command.args(["--profile", profile, "--"]).args(options))?;
    let file = format!("{}{}{}", env::consts::DLL_PREFIX, package.replace('-', "_"), env::consts::DLL_SUFFIX);
    Ok(target().join(folder(profile)).join(file))
}

impl Link {
    /// Returns a name for the table.
    fn name(&self) -> String {
        let linker = match self.linker {
            Linker::Default => "Rust's own",
            Linker::MinGw => "GNU ld",
            Linker::MinGwLld => "lld as GNU ld",
            Linker::Lld(flavour) => flavour,
        };
        let collects = ["/OPT:REF", "-dead_strip", "--gc-sections"]
            .into_iter()
            .find(|it| self.passes(it))
            .map(|it| format!(" {it}"));
        linker.to_owned() + &collects.unwrap_or_default()
    }

    fn passes(&self, argument: &str) -> bool {
        self.arguments.iter().any(|it| it.ends_with(argument))
    }
}

impl Platform {
    /// Returns true if the files that are generated from all fixtures are compared: if Dart is
    /// there for this platform, and no other cell does so.
    fn is_compared_whole(&self) -> bool {
        !self.triple.starts_with("wasm32") && ARM.iter().all(|(arm, _)| *arm != self.triple)
    }

    /// Builds all packages with all profiles, and compares their records.
    fn compare(&self, tools: &Tools, link: &Link, expected: &Expected) -> Result<()> {
        add_target(self.triple)?;
        for (package, profile, records_here) in expected {
            let file = self.build(tools, link, package, &[], profile, &[])?;
            same(&records(&file)?, &self.expected(records_here), &file)?;
        }
        Ok(())
    }

    /// Returns the records of this platform's library, given those of this machine's: on
    /// WebAssembly every panic aborts.
    fn expected(&self, this_machine: &[Record]) -> Vec<Record> {
        let mut records = this_machine.to_vec();
        for record in &mut records {
            match record {
                Record::Library(library) if self.triple.starts_with("wasm32") => {
                    library.panic = PanicStrategy::Abort;
                }
                _ => {}
            }
        }
        records
    }

    /// Builds the library of a package, and returns its file. With `options`, the nightly cargo
    /// builds it.
    fn build(
        &self,
        tools: &Tools,
        link: &Link,
        package: &str,
        features: &[&str],
        profile: &str,
        options: &[&str],
    ) -> Result<PathBuf> {
        let mut command = if options.is_empty() { cargo() } else { nightly() };
        command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib"]).args(options).args([
            "--package",
            package,
            "--features",
            &features.join(","),
            "--profile",
            profile,
            "--target",
            self.triple,
            "--",
        ]);
        command.env("PATH", tools.path()?);
        if let Some(linker) = tools.linker(link.linker) {
            let mut option = OsString::from("-Clinker=");
            option.push(linker);
            command.arg(option);
        }
        match link.linker {
            Linker::Default | Linker::MinGw => {}
            Linker::MinGwLld => {
                let mut folder = OsString::from("-Clink-arg=-B");
                folder.push(tools.rust.join("gcc-ld"));
                command.arg("-Clink-arg=-fuse-ld=lld").arg(folder);
            }
            Linker::Lld(flavour) => {
                command.arg(format!("-Clinker-flavor={flavour}")).arg("-L").arg(&tools.stubs);
                // Without it, rustc asks Xcode.
                command.env("SDKROOT", &tools.stubs);
            }
        }
        run(command.args(link.arguments.iter().map(|argument| format!("-Clink-arg={argument}"))))?;
        let (start, end) = self.file;
        let file = format!("{start}{}{end}", package.replace('-', "_"));
        Ok(target().join(self.triple).join(folder(profile)).join(file))
    }
}

/// Returns the folder name of a profile.
fn folder(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

fn records(file: &Path) -> Result<Vec<Record>> {
    let shown = file.display();
    let bytes = fs::read(file).with_context(|| format!("{shown} can't be read"))?;
    library_file::read(&bytes).with_context(|| format!("{shown}"))
}

fn same(found: &[Record], expected: &[Record], file: &Path) -> Result<()> {
    ensure!(
        found == expected,
        "{} has other records than the library of this machine: {} and {}",
        file.display(),
        inspect::json(found),
        inspect::json(expected)
    );
    Ok(())
}

/// Writes the committed libraries: the smallest that Rust makes, linked like those of users.
fn write(tools: &Tools) -> Result<()> {
    if !nightly_with_source() {
        add_to_nightly(&["rust-src"])?;
    }
    let options = [
        "-Zbuild-std=std,panic_abort",
        "-Zbuild-std-features=optimize_for_size",
        "--config=build.rustflags=[\"-Zunstable-options\",\"-Cpanic=immediate-abort\"]",
    ];
    let committed = root().join(COMMITTED);
    fs::create_dir_all(&committed)?;
    let mut expected: Option<Vec<Record>> = None;
    for platform in &PLATFORMS {
        let file = platform.build(tools, &platform.links[0], PACKAGES[0], &[], "release-min", &options)?;
        let found = records(&file)?;
        if let Some(expected) = &expected {
            same(&found, expected, &file)?;
        }
        let bytes = fs::read(&file)?;
        ensure!(bytes.len() <= MAX_COMMITTED, "{} has {} bytes", file.display(), bytes.len());
        fs::write(committed.join(platform.triple).with_extension(&platform.file.1[1..]), bytes)?;
        expected = Some(found);
    }
    let json = inspect::json(&expected.context("there are no platforms")?);
    fs::write(committed.join("records.json"), json)?;
    Ok(())
}

/// Paths of the linkers and of the files that they need.
struct Tools {
    /// Folder of all that is installed.
    cache: PathBuf,
    /// Folder with the programs of gcc for Windows.
    mingw: PathBuf,
    /// Folder with the programs that come with rustc.
    rust: PathBuf,
    /// Folder with libraries without contents.
    stubs: PathBuf,
}

impl Tools {
    fn find_or_install() -> Result<Self> {
        let dir = root().join(".platforms");
        let tools = Self {
            mingw: dir.join("root/usr/bin"),
            rust: programs()?,
            stubs: dir.join("stubs"),
            cache: dir.clone(),
        };
        ensure!(
            debian::has_tools(),
            "gcc for Windows is installed only where there are Debian's apt and dpkg"
        );
        // The file that is written last by this version.
        let last = tools.mingw.join(MINGW);
        if !last.is_file() {
            debian::replace(&dir, || last.is_file(), build)?;
        }
        tools.assemble_runtime()?;
        Ok(tools)
    }

    /// Writes [`MICROSOFT_RUNTIME`] anew, which another version of this command may have written.
    fn assemble_runtime(&self) -> Result<()> {
        let source = self.stubs.join("crt.s");
        fs::write(&source, MICROSOFT_RUNTIME)?;
        let mut assembler = Command::new(self.mingw.join("x86_64-w64-mingw32-as"));
        capture(assembler.arg(&source).arg("-o").arg(self.stubs.join(MICROSOFT_RUNTIME_FILE)))?;
        Ok(())
    }

    fn linker(&self, linker: Linker) -> Option<PathBuf> {
        match linker {
            Linker::Default => None,
            Linker::MinGw | Linker::MinGwLld => Some(self.mingw.join(MINGW)),
            Linker::Lld(_) => Some(self.rust.join("rust-lld")),
        }
    }

    /// Returns `PATH` with the programs that rustc and gcc call themselves, such as `dlltool`.
    fn path(&self) -> Result<OsString> {
        path_with(&self.mingw)
    }
}

fn path_with(programs: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&path)))?)
}

fn build(part: &Path) -> Result<()> {
    let (root, debs, stubs) = (part.join("root"), part.join("debs"), part.join("stubs"));
    let apt = Apt::of_machine(&part.join("apt"))?;
    let mut names = apt.dependencies(&["gcc-mingw-w64-x86-64-win32"])?;
    names.retain(|name| name.contains("mingw"));
    apt.download(&names, &debs)?;
    debian::unpack(&debs, &root)?;
    fs::create_dir_all(&stubs)?;
    for name in STUBS {
        fs::write(stubs.join(format!("lib{name}.a")), "!<arch>\n")?;
        fs::write(stubs.join(format!("lib{name}.tbd")), LIB_SYSTEM)?;
    }
    fs::write(stubs.join("libSystem.tbd"), LIB_SYSTEM)?;
    let libraries = root.join("usr/x86_64-w64-mingw32/lib");
    for name in WINDOWS_LIBRARIES {
        let from = libraries.join(format!("lib{name}.a"));
        fs::copy(&from, stubs.join(format!("{name}.lib")))
            .with_context(|| format!("{} can't be copied", from.display()))?;
    }
    // The package gives it this name by a script that is not run here.
    fs::hard_link(root.join("usr/bin").join(format!("{MINGW}-win32")), root.join("usr/bin").join(MINGW))?;
    debian::keep_only(part, &["root", "stubs"])
}
