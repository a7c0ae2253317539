//! Arguments of `ffi-dart-emit package`, and its run.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::cargo::{Crate, relative};
use crate::project::doctor;

use super::facts::Version;
use super::request::Request;
use super::step::Step;
use super::{android, apple, linux, run, windows};

/// Arguments of `package`.
#[derive(Debug, Args)]
pub struct Package {
    #[command(flatten)]
    platform: Platform,
    /// Crate to package [default: the only one of the workspace that uses ffi-core]
    #[arg(long = "crate", value_name = "NAME")]
    name: Option<String>,
    /// Folder of what is made: `<target>/<file>` for each processor, as `prebuilt` of a package's
    /// hook wants it, and what the platform's tools take
    #[arg(long, value_name = "FOLDER", default_value = "dist")]
    out: PathBuf,
    /// Profile of cargo
    #[arg(long, value_name = "NAME", default_value = "release")]
    profile: String,
    /// Target instead of the usual ones of the platform; may be given several times
    #[arg(long = "target", value_name = "TRIPLE")]
    targets: Vec<String>,
    /// Oldest system that has to load the library: level of Android's API, version of iOS, macOS,
    /// Windows or glibc
    #[arg(long, value_name = "VERSION")]
    oldest: Option<Version>,
    /// Largest size of a library in bytes: a larger one fails
    #[arg(long, value_name = "BYTES")]
    budget: Option<u64>,
    /// Make an Android archive of the libraries, with Gradle
    #[arg(long, requires = "android")]
    aar: bool,
    /// Make a container image of the program by the `Dockerfile` of the current folder, as `new`
    /// writes it
    #[arg(long, value_name = "NAME", requires = "linux")]
    image: Option<String>,
    /// Domain in the identifiers of Apple's bundles, and of Android's archive
    #[arg(long, value_name = "DOMAIN", default_value = "com.example")]
    domain: String,
    /// Sign for Apple with this identity [default: without one]
    #[arg(long, value_name = "IDENTITY")]
    sign: Option<String>,
    /// Have Apple's notary accept the library of macOS, with this profile of the keychain
    #[arg(long, value_name = "PROFILE", requires = "sign", requires = "macos")]
    notarize: Option<String>,
    /// Run nothing; show the steps as commands of a shell
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option, of which one is given")]
struct Platform {
    /// `jniLibs` for Android
    #[arg(long)]
    android: bool,
    /// An XCFramework for iOS
    #[arg(long)]
    ios: bool,
    /// A library for both processors of macOS
    #[arg(long)]
    macos: bool,
    /// A DLL for Windows, with its import library
    #[arg(long)]
    windows: bool,
    /// A library for Linux
    #[arg(long)]
    linux: bool,
}

impl Platform {
    /// Returns the function that lists the steps.
    fn steps(&self) -> fn(&Request) -> Vec<Step> {
        match self {
            Self { android: true, .. } => android::steps,
            Self { ios: true, .. } => apple::ios,
            Self { macos: true, .. } => apple::macos,
            Self { windows: true, .. } => windows::steps,
            _ => linux::steps,
        }
    }
}

impl Package {
    /// Packages the library, or shows the steps. `show` gets what is to be shown.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such crate, if this machine lacks something (then nothing is
    /// run), or if a step or a check fails.
    pub fn run(self, show: impl FnMut(&str) -> Result<()>) -> Result<()> {
        let package = match &self.name {
            Some(name) => Crate::named(name)?,
            None => Crate::only()?,
        };
        let request = Request {
            manifest: relative(&package.folder().join("Cargo.toml")),
            library: package.library()?,
            builds: relative(package.builds()),
            out: self.out,
            profile: self.profile,
            targets: self.targets,
            oldest: self.oldest,
            budget: self.budget,
            host: doctor::host(),
            ndk: doctor::ndk_folder(),
            aar: self.aar,
            image: self.image,
            domain: self.domain,
            sign: self.sign,
            notarize: self.notarize,
        };
        let steps = self.platform.steps()(&request);
        finish(&steps, self.dry_run, &request.out, show)
    }
}

fn finish(steps: &[Step], dry_run: bool, out: &Path, mut show: impl FnMut(&str) -> Result<()>) -> Result<()> {
    if dry_run {
        return steps.iter().try_for_each(|step| show(&format!("{step}\n")));
    }
    let missing = run::missing(steps, doctor::has_target);
    if !missing.is_empty() {
        bail!(
            "this machine can't package that, and nothing was run. It lacks:\n  {}\nhint: --dry-run shows the commands, \
             for a machine that has them",
            missing.join("\n  ")
        );
    }
    run::run(steps, &mut show)?;
    show(&format!("packaged in {}\n", out.display()))
}
