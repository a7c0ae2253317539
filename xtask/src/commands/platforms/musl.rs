//! Linux with musl as its C library, on Linux.
//!
//! musl comes from Debian. Dart's runtime for it is in npm's package of Sass, which is a program in
//! Dart; it starts what this machine's Dart compiles. All of it lies in `.platforms/musl/`:
//!
//! ```text
//! root/          musl with its headers
//! gcc.specs      how gcc compiles programs for it
//! link/          what libraries are linked with
//! dart           starts programs in Dart
//! ```

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::emulators::{DartEmulator, Emulator, Started, limited, option};
use super::runtimes::{self, Runtime};
use crate::dart_sdk::Sdk;
use crate::debian::{self, Apt, keep_only, remove};
use crate::workspace::{capture, cargo, run, target};

/// Its target of Rust.
pub(super) const TARGET: &str = "x86_64-unknown-linux-musl";

/// Option of rustc without which it makes no dynamic libraries for this target.
pub(super) const DYNAMIC: &str = "-Ctarget-feature=-crt-static";

/// Dart's runtime for musl.
const RUNTIME: Runtime =
    Runtime { package: "sass-embedded-linux-musl-x64", file: "package/dart-sass/src/dart", system: "musl" };

/// Folder of musl's libraries and of its headers in Debian's packages.
const FOLDER: &str = "x86_64-linux-musl";

/// musl, gcc for it, and Dart's runtime for it.
#[derive(Debug)]
pub(super) struct Musl {
    folder: PathBuf,
}

impl Musl {
    /// Returns what is in `cache`, where it is installed if it isn't there. The runtime is that of
    /// `sdk`'s version.
    ///
    /// # Errors
    ///
    /// Returns [`NotHere`](crate::cells::NotHere) on machines that can't have it, and an error if
    /// it can't be downloaded.
    pub(super) fn find_or_install(sdk: &Sdk, cache: &Path) -> Result<Self> {
        let folder = cache.join("musl");
        let is_there = || folder.join("dart").is_file();
        if !is_there() {
            super::emulators::check_machine("musl")?;
            runtimes::check_machine()?;
            debian::replace(&folder, is_there, |part| install(sdk, part, &folder))?;
        }
        let found = Self { folder };
        found.link_unwinder()?;
        Ok(found)
    }

    /// Has the linker take Rust's unwinder where rustc asks for that of gcc, which Debian has only
    /// for its own C library.
    fn link_unwinder(&self) -> Result<()> {
        let unwinder = self_contained()?.join("libunwind.a");
        fs::write(self.link().join("libgcc_s.so"), format!("INPUT(\"{}\")\n", unwinder.display()))?;
        Ok(())
    }

    fn link(&self) -> PathBuf {
        self.folder.join("link")
    }

    /// The C library, which is also what loads programs.
    fn loader(&self) -> PathBuf {
        self.folder.join("root/lib").join(FOLDER).join("libc.so")
    }

    /// Builds the library of a package, and returns its file.
    pub(super) fn build(&self, package: &str, features: &[&str]) -> Result<PathBuf> {
        // Files that begin and end a library are those of Rust's musl, as gcc's are for Debian's C
        // library. The last ends what unwinders read.
        let end = option("-Clink-arg=", &self_contained()?.join("crtendS.o"));
        let link = self.link();
        let options: [&OsStr; 6] = [
            DYNAMIC.as_ref(),
            "-Clinker=gcc".as_ref(),
            "-Clink-arg=-nostartfiles".as_ref(),
            "-L".as_ref(),
            link.as_ref(),
            &end,
        ];
        let options = options.join(OsStr::new("\u{1f}"));
        let mut command = cargo();
        command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--package", package]);
        command.args(["--features", &features.join(","), "--target", TARGET]);
        // In a folder of its own, as other libraries for this target have their C library inside.
        let folder = target().join("platforms").join("musl");
        command.env("CARGO_ENCODED_RUSTFLAGS", options).env("CARGO_TARGET_DIR", &folder);
        run(command.env("CARGO_PROFILE_DEV_DEBUG", "false"))?;
        Ok(folder.join(TARGET).join("debug").join(format!("lib{}.so", package.replace('-', "_"))))
    }
}

impl Emulator for Musl {
    const ENDING: &str = "";

    const LIBRARIES: &[&str] = &["-pthread"];

    fn compiler(&self) -> Command {
        let mut gcc = Command::new("gcc");
        gcc.arg("-specs").arg(self.folder.join("gcc.specs"));
        gcc
    }

    fn run(&self, program: &Path) -> Result<Command> {
        let mut command = limited();
        command.arg(self.loader()).arg(program);
        Ok(command)
    }
}

impl DartEmulator for Musl {
    const LIBRARY: (&str, &str) = ("lib", ".so");

    const ENDING: &str = "aot";

    fn compile(&self, sdk: &Sdk, package: &Path, source: &Path, program: &Path) -> Result<()> {
        runtimes::compile(sdk, &sdk.gen_snapshot(), "linux", package, source, program)
    }

    fn start(&self, started: &Started) -> Result<Command> {
        let mut command = limited();
        command.arg("env").current_dir(started.package);
        // Not that of `timeout`, which can't load libraries for musl.
        for (name, value) in started.environment {
            command.arg(option(&format!("{name}="), value));
        }
        command.arg(self.loader()).arg(self.folder.join("dart"));
        command.arg(started.program).args(started.arguments);
        Ok(command)
    }
}

/// Returns the folder of what Rust's musl has beside the standard library.
fn self_contained() -> Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    let libraries = capture(rustc.args(["--print", "target-libdir", "--target", TARGET]))?.stdout;
    Ok(Path::new(libraries.trim()).join("self-contained"))
}

/// Downloads everything into `part`, which will be `folder`.
fn install(sdk: &Sdk, part: &Path, folder: &Path) -> Result<()> {
    let (root, debs, link) = (part.join("root"), part.join("debs"), part.join("link"));
    let apt = Apt::of_machine(&part.join("apt"))?;
    apt.download(&["musl", "musl-dev"].map(str::to_owned).into(), &debs)?;
    debian::unpack(&debs, &root)?;
    fs::create_dir(&link)?;
    let musl = root.join("lib").join(FOLDER).join("libc.so");
    fs::copy(&musl, link.join("libc.so")).with_context(|| format!("cannot copy {}", musl.display()))?;
    // Debian's specifications are for gcc's linker and musl in the system's own folders.
    let specs = root.join("usr/lib").join(FOLDER).join("musl-gcc.specs");
    let text = fs::read_to_string(&specs).with_context(|| format!("cannot read {}", specs.display()))?;
    let usr = folder.join("root/usr").display().to_string();
    let link = format!("-L{} -L{usr}", folder.join("link").display());
    fs::write(part.join("gcc.specs"), text.replace("-L/usr", &link).replace(" /usr", &format!(" {usr}")))?;
    let dart = part.join("dart");
    fs::write(&dart, RUNTIME.download(sdk, part)?)?;
    capture(Command::new("chmod").arg("+x").arg(&dart))?;
    keep_only(part, &["root", "gcc.specs", "link", "dart"])?;
    remove(&root.join("usr/share"))
}
