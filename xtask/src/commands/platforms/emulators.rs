//! Programs of other platforms that run on this machine: Arm's in qemu, those of Windows in wine.
//!
//! Both come from Debian and are unpacked into `.platforms/`, as root is not needed for anything:
//!
//! ```text
//! .platforms/arm/qemu/             emulators of user programs, from Debian unstable
//! .platforms/arm/cross/, bin/      gcc and C libraries of this machine's release
//! .platforms/arm/arm64/, armhf/    Dart with its libraries, from Debian unstable
//! .platforms/wine/                 wine with its libraries, and Windows' drive in `prefix`
//! ```
//!
//! wine has the paths of its files written into its programs, so it runs with its folder as the
//! root of a mount namespace.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cells::NotHere;
use crate::dart_sdk::Sdk;
use crate::debian::{self, Apt, entries, keep_only, remove};
use crate::unstable;
use crate::workspace::capture;

/// Seconds after which a program that hangs is killed.
const LIMIT: &str = "900";

/// Returns a command that runs the program which its first argument names, for [`LIMIT`] seconds at
/// most.
pub(super) fn limited() -> Command {
    let mut command = Command::new("timeout");
    command.arg(LIMIT);
    command
}

/// A platform whose programs run here: a C compiler, and what starts the programs.
pub(super) trait Emulator {
    /// Returns the C compiler.
    fn compiler(&self) -> Command;

    /// Returns the command that runs `program`, which lies in a folder with the libraries that it
    /// needs.
    fn run(&self, program: &Path) -> Result<Command>;

    /// Ending of programs, with its dot.
    const ENDING: &str;

    /// The compiler's last arguments: libraries that all else may need.
    const LIBRARIES: &[&str];
}

/// A platform whose programs in Dart run here.
pub(super) trait DartEmulator {
    /// Prefix and suffix of the file names of libraries.
    const LIBRARY: (&str, &str);

    /// Extension of compiled programs.
    const ENDING: &str;

    /// Files of tests that can't run there, without `_test.dart`.
    const NOT_RUN: &[&str] = &[];

    /// Compiles the file `source` of a package, after [`Sdk::pub_get`], to the file `program`.
    fn compile(&self, sdk: &Sdk, package: &Path, source: &Path, program: &Path) -> Result<()>;

    /// Returns the command that runs a program.
    fn start(&self, started: &Started) -> Result<Command>;
}

/// A program in Dart that is to run.
pub(super) struct Started<'a> {
    /// File that [`DartEmulator::compile`] wrote.
    pub(super) program: &'a Path,
    pub(super) arguments: &'a [String],
    /// Folder that the program and what it reads lie in.
    pub(super) folder: &'a Path,
    /// Package that it belongs to, in whose folder it runs, or in one that has the package's
    /// `pubspec.yaml`.
    pub(super) package: &'a Path,
    /// Environment variables. Paths are those of this machine.
    pub(super) environment: &'a [(String, PathBuf)],
}

/// An architecture of Arm, by its names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    /// Debian's name.
    debian: &'static str,
    /// Name of the GNU tools, which start with it.
    gnu: &'static str,
    emulator: &'static str,
}

/// The architectures of Arm, each with its target of Rust.
pub(super) const ARM: [(&str, Arm); 2] = [
    (
        "aarch64-unknown-linux-gnu",
        Arm { debian: "arm64", gnu: "aarch64-linux-gnu", emulator: "qemu-aarch64" },
    ),
    (
        "armv7-unknown-linux-gnueabihf",
        Arm { debian: "armhf", gnu: "arm-linux-gnueabihf", emulator: "qemu-arm" },
    ),
];

impl Arm {
    /// Returns true if all of its tools are in `dir`.
    fn is_in(self, dir: &Path) -> bool {
        dir.join("bin").join(self.gcc()).is_file() && dir.join(self.debian).join("usr/lib/dart/bin").is_dir()
    }

    fn gcc(self) -> String {
        format!("{}-gcc", self.gnu)
    }
}

/// Script that calls the gcc of its own name, which finds its libraries in the folder `cross`.
const GCC: &str = "\
#!/bin/sh
cross=$(dirname \"$0\")/../cross
LD_LIBRARY_PATH=$cross/usr/lib/x86_64-linux-gnu exec \"$cross/usr/bin/$(basename \"$0\")\" --sysroot=\"$cross\" \"$@\"
";

/// Programs of Dart that are kept.
const DART: [&str; 1] = ["dartvm"];

/// An [`Arm`] whose tools are installed.
#[derive(Debug)]
pub(super) struct ArmTools {
    arm: Arm,
    folder: PathBuf,
}

impl ArmTools {
    /// Returns the tools in `cache`, where they are installed if they aren't there.
    ///
    /// # Errors
    ///
    /// Returns [`NotHere`] on machines that can't have them, and an error if they can't be
    /// downloaded.
    pub(super) fn find_or_install(arm: Arm, cache: &Path) -> Result<Self> {
        let dir = cache.join("arm");
        let folder = dir.clone();
        let is_there = || ARM.iter().all(|(_, it)| it.is_in(&dir));
        if !is_there() {
            check_machine("qemu")?;
            debian::replace(&dir, is_there, install_arm)?;
        }
        Ok(Self { arm, folder })
    }

    /// Returns the folder of gcc, under the name that rustc and `ffi-dart-emit package` call it by.
    pub(super) fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Returns gcc, which links for this architecture.
    pub(super) fn gcc(&self) -> PathBuf {
        self.programs().join(self.arm.gcc())
    }

    /// Returns the emulator with the C library that gcc links, as cargo's runner.
    pub(super) fn runner(&self) -> [OsString; 3] {
        let libraries = self.folder.join("cross/usr").join(self.arm.gnu);
        [self.emulator().into(), "-L".into(), libraries.into()]
    }

    fn emulator(&self) -> PathBuf {
        self.folder.join("qemu/usr/bin").join(self.arm.emulator)
    }
}

impl Emulator for ArmTools {
    const ENDING: &str = "";

    const LIBRARIES: &[&str] = &["-pthread"];

    fn compiler(&self) -> Command {
        Command::new(self.gcc())
    }

    fn run(&self, program: &Path) -> Result<Command> {
        let mut command = limited();
        command.args(self.runner()).arg(program);
        Ok(command)
    }
}

impl DartEmulator for ArmTools {
    const LIBRARY: (&str, &str) = ("lib", ".so");
    const ENDING: &str = "dill";

    fn compile(&self, sdk: &Sdk, _: &Path, source: &Path, program: &Path) -> Result<()> {
        sdk.compile_kernel(source, program)?;
        Ok(())
    }

    /// Has Dart's virtual machine run the compiled kernel. The emulator doesn't see the program's
    /// environment variables.
    fn start(&self, started: &Started) -> Result<Command> {
        let root = self.folder.join(self.arm.debian);
        let mut command = limited();
        command.arg(self.emulator()).arg("-L").arg(&root);
        for (name, value) in started.environment {
            command.arg("-E").arg(option(&format!("{name}="), value));
        }
        command.arg("-E").arg(option("CC=", &self.gcc()));
        command.arg(root.join("usr/lib/dart/bin/dartvm")).arg("--enable-asserts");
        command.arg(started.program).args(started.arguments).current_dir(started.package);
        Ok(command)
    }
}

/// Folder of this machine's libraries on Debian.
const HOST: &str = "x86_64-linux-gnu";

fn install_arm(part: &Path) -> Result<()> {
    // gcc only recommends the headers of the C library.
    let wanted =
        ARM.map(|(_, arm)| [format!("gcc-{}", arm.gnu), format!("libc6-dev-{}-cross", arm.debian)]).concat();
    let apt = Apt::of_machine(&part.join("apt"))?;
    let mut names = apt.dependencies(&wanted.iter().map(String::as_str).collect::<Vec<_>>())?;
    // All else is on this machine, which has gcc.
    names.retain(|name| name.contains("cross") || ARM.iter().any(|(_, arm)| name.contains(arm.gnu)));
    unpack(&apt, &names.iter().map(String::as_str).collect::<Vec<_>>(), &part.join("cross"))?;

    fs::create_dir(part.join("bin"))?;
    for (_, arm) in ARM {
        let file = part.join("bin").join(arm.gcc());
        fs::write(&file, GCC)?;
        capture(Command::new("chmod").arg("+x").arg(&file))?;
    }

    let architectures = ARM.map(|(_, arm)| arm.debian);
    unstable::with_apt("qemu and Dart for Arm", &part.join("apt"), &architectures, |apt| {
        let qemu = part.join("qemu");
        unpack(apt, &["qemu-user"], &qemu)?;
        keep_only(&qemu.join("usr/bin"), &ARM.map(|(_, arm)| arm.emulator))?;
        for (_, arm) in ARM {
            let root = part.join(arm.debian);
            let mut names = apt.dependencies(&[&format!("dart-sdk:{}", arm.debian)])?;
            names.retain(|name| name.ends_with(&format!(":{}", arm.debian)));
            unpack(apt, &names.iter().map(String::as_str).collect::<Vec<_>>(), &root)?;
            keep_only(&root.join("usr/lib/dart"), &["bin"])?;
            keep_only(&root.join("usr/lib/dart/bin"), &DART)?;
            // Made by a script of the package `base-files`.
            link("usr/lib", &root.join("lib"))?;
        }
        Ok(())
    })?;
    remove(&part.join("apt"))
}

/// Downloads packages without what they depend on, and unpacks them into `root`.
fn unpack(apt: &Apt, names: &[&str], root: &Path) -> Result<()> {
    let debs = root.with_extension("debs");
    remove(root)?;
    apt.download(&names.iter().map(|&it| it.to_owned()).collect(), &debs)?;
    debian::unpack(&debs, root)?;
    remove(&debs)
}

/// Packages of wine, without those that only serve windows, sound and devices.
const WINE: [&str; 9] = [
    "wine64",
    "libwine",
    "wine-common",
    "libz-mingw-w64",
    "libunwind8",
    "libc6",
    "libgcc-s1",
    "liblzma5",
    "zlib1g",
];

/// Path of wine in its root.
const WINE_PROGRAM: &str = "/usr/lib/x86_64-linux-gnu/wine/wine";

/// Script that has `$1` as the root for a program, in which `/programs` is the folder `$2`. The
/// program starts in that folder.
const ENTER: &str = "\
set -e
root=$1 programs=$2; shift 2
mount --rbind /proc \"$root/proc\"; mount --rbind /dev \"$root/dev\"; mount --bind \"$programs\" \"$root/programs\"
exec unshare --root=\"$root\" --wd=/programs \"$@\"
";

/// wine, and gcc for Windows.
#[derive(Debug)]
pub(super) struct Wine {
    root: PathBuf,
    gcc: PathBuf,
}

impl Wine {
    /// Returns the wine in `cache`, where it is installed if it isn't there. `gcc` is that for
    /// Windows.
    ///
    /// # Errors
    ///
    /// Returns [`NotHere`] on machines that can't run it, and an error if it can't be downloaded.
    pub(super) fn find_or_install(gcc: PathBuf, cache: &Path) -> Result<Self> {
        let dir = cache.join("wine");
        let is_there = || dir.join("prefix/drive_c/windows/system32/kernel32.dll").exists();
        capture(Command::new("unshare").args(["--map-root-user", "--mount", "true"])).map_err(|error| {
            error.context(NotHere("a mount namespace of one's own, which wine runs in".to_owned()))
        })?;
        if !is_there() {
            check_machine("wine")?;
            debian::replace(&dir, is_there, install_wine)?;
        }
        Ok(Self { root: dir, gcc })
    }

    /// Returns the path of a file that lies in the folder of programs, as Windows names it.
    pub(super) fn path(in_folder: &Path) -> OsString {
        let parts = in_folder.components().map(|it| it.as_os_str());
        let mut path = OsString::from("Z:\\programs");
        for part in parts {
            path.push("\\");
            path.push(part);
        }
        path
    }

    /// Returns the command that starts a program in `folder`: the first of `arguments` is its path,
    /// as [`Wine::path`] returns it.
    pub(super) fn start(&self, folder: &Path, arguments: &[OsString]) -> Command {
        wine(&self.root, folder, arguments)
    }
}

impl Emulator for Wine {
    const ENDING: &str = ".exe";

    // In the program, as gcc's library of threads isn't beside it.
    const LIBRARIES: &[&str] = &["-Wl,-Bstatic", "-lpthread", "-Wl,-Bdynamic"];

    fn compiler(&self) -> Command {
        Command::new(&self.gcc)
    }

    fn run(&self, program: &Path) -> Result<Command> {
        let folder = program.parent().context("a program lies in a folder")?;
        let name = program.file_name().context("a program has a name")?;
        Ok(self.start(folder, &[Self::path(Path::new(name))]))
    }
}

fn wine(root: &Path, programs: &Path, arguments: &[OsString]) -> Command {
    let mut command = limited();
    command.args(["unshare", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh"]);
    command.arg(root).arg(programs).arg(WINE_PROGRAM).args(arguments);
    command.env("WINEPREFIX", "/prefix").env("WINEDEBUG", "-all");
    command
}

fn install_wine(part: &Path) -> Result<()> {
    let root = part.join("root");
    unstable::with_apt("wine", &part.join("apt"), &[], |apt| unpack(apt, &WINE, &root))?;
    remove(&root.join("usr/lib").join(HOST).join("wine/i386-windows"))?;
    remove(&root.join("usr/i686-w64-mingw32"))?;
    for entry in entries(&root)? {
        fs::rename(&entry, part.join(entry.file_name().unwrap_or_default()))?;
    }
    for folder in ["proc", "dev", "tmp", "programs", "prefix/drive_c/windows/system32"] {
        fs::create_dir_all(part.join(folder))?;
    }
    link("usr/lib", &part.join("lib"))?;
    link("usr/lib64", &part.join("lib64"))?;
    // A library of wine imports it, and wine looks for it there.
    let zlib = part.join("usr/x86_64-w64-mingw32ucrt/lib/zlib1.dll");
    fs::copy(&zlib, part.join("prefix/drive_c/windows/system32/zlib1.dll"))
        .with_context(|| format!("{} can't be copied", zlib.display()))?;
    eprintln!("starting wine for the first time");
    capture(&mut wine(part, &part.join("programs"), &["wineboot".into(), "--init".into()]))?;
    for folder in ["apt", "root"] {
        remove(&part.join(folder))?;
    }
    Ok(())
}

/// Returns [`NotHere`] if Debian unstable's packages don't run on this machine.
pub(super) fn check_machine(what: &str) -> Result<()> {
    let by_hand = "this command takes no other";
    unstable::check_machine(what, by_hand).map_err(|error| NotHere(format!("{what}: {error}")))?;
    let is_host = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    Ok(is_host.then_some(()).ok_or_else(|| NotHere(format!("{what}, which is taken for Linux on x86-64")))?)
}

/// Makes the symbolic link `link`. std has a function for it, but not on all systems that this is
/// compiled on.
fn link(to: &str, link: &Path) -> Result<()> {
    capture(Command::new("ln").args(["-s", to]).arg(link))?;
    Ok(())
}

/// Returns `start` and a path behind it.
pub(super) fn option(start: &str, path: &Path) -> OsString {
    let mut option = OsString::from(start);
    option.push(path);
    option
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Writes a program of the shell.
    fn program(file: &Path, text: &str) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        capture(Command::new("chmod").arg("+x").arg(file)).unwrap();
    }

    #[test]
    fn windows_names_files_by_its_drive() {
        assert_eq!(Wine::path(Path::new("libraries/a b.dll")), "Z:\\programs\\libraries\\a b.dll");
    }

    #[test]
    fn gcc_gets_its_folder_and_all_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("a folder");
        let name = ARM[0].1.gcc();
        program(&folder.join("bin").join(&name), GCC);
        let own = "#!/bin/sh\nprintf '%s\\n' \"$LD_LIBRARY_PATH\" \"$@\"\n";
        program(&folder.join("cross/usr/bin").join(&name), own);
        let said = capture(Command::new(folder.join("bin").join(&name)).args(["-o", "two words"])).unwrap();
        let cross = folder.join("bin/../cross").display().to_string();
        assert_eq!(
            said.stdout.lines().collect::<Vec<_>>(),
            [&*format!("{cross}/usr/lib/x86_64-linux-gnu"), &format!("--sysroot={cross}"), "-o", "two words"]
        );
    }
}
