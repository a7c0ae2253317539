//! Writes the crates that are measured, into a workspace of their own with the dependencies of this
//! one.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use xtask::stress;
use xtask::workspace::{self, capture};

/// Number of structs in a crate that is compiled.
pub const STRUCTS: usize = 100;

/// Numbers of messages in the libraries that are emitted.
pub const LIBRARIES: [usize; 2] = [200, 1000];

/// Name of the package with as many messages of every kind as the larger library has simple ones.
pub const STRESS: &str = "stress_1000";

/// Number of messages of every kind in a crate that is only compiled, and its package.
pub const MANY: usize = 5000;
pub const MANY_PACKAGE: &str = "stress_5000";

/// Derives on the structs of a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derives {
    /// No derive.
    Nothing,
    /// `FfiMessage`.
    Ours,
    /// `Serialize` and `Deserialize`.
    Serde,
}

impl Derives {
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Ours, Self::Serde];

    /// Returns the crate whose structs derive it.
    pub fn package(self) -> &'static str {
        match self {
            Self::Nothing => "structs_plain",
            Self::Ours => "structs_ours",
            Self::Serde => "structs_serde",
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Ours => "#[derive(ffi_core::FfiMessage)]\n",
            Self::Serde => "#[derive(serde::Serialize, serde::Deserialize)]\n",
        }
    }
}

/// A crate whose structs have attributes of `FfiMessage`: rustc compiles what each adds for C.
#[derive(Clone, Copy, Debug)]
pub struct Attributes {
    pub package: &'static str,
    attributes: &'static str,
    features: &'static str,
}

/// The attribute that most programs use, and all of them.
pub const ATTRIBUTES: [Attributes; 2] = [
    Attributes { package: "structs_pool", attributes: "#[ffi(pool = 2048)]", features: "" },
    Attributes {
        package: "structs_all",
        attributes: "#[ffi(pool = 2048, columns, simd)]",
        features: "\"proto\", \"simd\"",
    },
];

impl Attributes {
    fn dependency(self) -> String {
        let (path, features) = (workspace::root().join("ffi-core"), self.features);
        format!("ffi-core = {{ path = {path:?}, features = [{features}] }}\n")
    }

    fn structs(self) -> String {
        let attribute = format!("{}{}\n", Derives::Ours.attribute(), self.attributes);
        // Kernels take no `bool`.
        structs(&attribute).replace(": bool,", ": u8,")
    }
}

/// The library of twice as many structs with all attributes, which Dart loads in a debug build.
pub const STRUCTS_LIBRARY: &str = "structs_library";

/// A cargo workspace.
pub struct Workspace {
    folder: PathBuf,
    offline: bool,
}

impl Workspace {
    /// Writes all crates.
    pub fn write(folder: &Path) -> Result<Self> {
        let root = workspace::root();
        let ffi_core = format!("ffi-core = {{ path = {:?} }}\n", root.join("ffi-core"));
        let serde = "serde = { version = \"1\", features = [\"derive\"] }\n";
        let mut workspace = Self { folder: folder.to_owned(), offline: true };

        // Cold builds have a profile without incremental compilation, so that one folder holds
        // both.
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"*_*\"]\n\n\
                        [profile.cold]\ninherits = \"dev\"\nincremental = false\n";
        write(&folder.join("Cargo.toml"), manifest)?;
        // The same versions as in the workspace; cargo drops those that aren't needed.
        write(&folder.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock"))?)?;
        for count in LIBRARIES {
            let lib = "crate-type = [\"cdylib\"]\n";
            workspace.write_crate(&library(count), lib, &ffi_core, &messages(count))?;
        }
        let stress = format!("{}\nffi_core::library!();\n", stress::schema(LIBRARIES[1]));
        workspace.write_crate(STRESS, "crate-type = [\"cdylib\"]\n", &ffi_core, &stress)?;
        let many = format!("{}\nffi_core::library!();\n", stress::schema(MANY));
        workspace.write_crate(MANY_PACKAGE, "", &ffi_core, &many)?;
        for derives in Derives::ALL {
            let dependencies = match derives {
                Derives::Nothing => "",
                Derives::Ours => &ffi_core,
                Derives::Serde => serde,
            };
            workspace.write_crate(derives.package(), "", dependencies, &structs(derives.attribute()))?;
        }
        for attributes in ATTRIBUTES {
            workspace.write_crate(attributes.package, "", &attributes.dependency(), &attributes.structs())?;
        }
        let [_, all] = ATTRIBUTES;
        let half = all.structs();
        let library =
            format!("ffi_core::library!();\n{half}{}", half.replace("struct Record", "struct Other"));
        workspace.write_crate(STRUCTS_LIBRARY, "crate-type = [\"cdylib\"]\n", &all.dependency(), &library)?;
        let mut all = format!("{ffi_core}{serde}");
        for derives in Derives::ALL {
            let package = derives.package();
            writeln!(all, "{package} = {{ path = \"../{package}\" }}")?;
        }
        workspace.write_crate("structs_check", "", &all, &check())?;

        workspace.offline = workspace.cargo("fetch").output()?.status.success();
        Ok(workspace)
    }

    fn write_crate(&self, package: &str, lib: &str, dependencies: &str, source: &str) -> Result<()> {
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\n{lib}\n\
             [dependencies]\n{dependencies}"
        );
        write(&self.folder.join(package).join("Cargo.toml"), &manifest)?;
        write(&self.source(package), source)
    }

    fn source(&self, package: &str) -> PathBuf {
        self.folder.join(package).join("src/lib.rs")
    }

    /// Returns `cargo` for this workspace, without environment variables that would change the
    /// build.
    fn cargo(&self, command: &str) -> Command {
        let mut cargo = workspace::cargo();
        cargo
            .current_dir(&self.folder)
            .arg(command)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env_remove("CARGO_INCREMENTAL")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .env_remove("RUSTFLAGS");
        if self.offline {
            cargo.arg("--offline");
        }
        cargo
    }

    /// Builds a package.
    pub fn build(&self, package: &str, profile: &str) -> Result<()> {
        let mut cargo = self.cargo("build");
        capture(cargo.args(["--quiet", "--package", package, "--profile", profile]))?;
        Ok(())
    }

    /// Builds a package in the profile `dev` as it is elsewhere, with all information for
    /// debuggers: cargo reads this workspace's configuration for what lies inside of it.
    pub fn build_debug(&self, package: &str) -> Result<()> {
        let mut cargo = self.cargo("build");
        for setting in ["profile.dev.debug=2", "profile.dev.package.'*'.debug=2"] {
            cargo.args(["--config", setting]);
        }
        capture(cargo.args(["--quiet", "--package", package]))?;
        Ok(())
    }

    /// Makes cargo rebuild a package.
    pub fn touch(&self, package: &str) -> Result<()> {
        let source = self.source(package);
        let file = File::options().append(true).open(&source);
        let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
        touched.with_context(|| format!("cannot touch {}", source.display()))
    }

    /// Returns the file of a package's dynamic library.
    pub fn library(&self, package: &str, profile: &str) -> PathBuf {
        self.output(profile).join(format!("{DLL_PREFIX}{package}{DLL_SUFFIX}"))
    }

    /// Returns the folder that cargo builds into for a profile.
    pub fn output(&self, profile: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        self.folder.join("target").join(folder)
    }
}

/// Returns the name of the package with `count` messages.
pub fn library(count: usize) -> String {
    format!("messages_{count}")
}

/// Returns the name of a generated struct.
pub fn struct_name(index: usize) -> String {
    format!("Record{index:04}")
}

/// Returns 100 structs of 10 scalar fields, which only differ in the derive.
fn structs(attribute: &str) -> String {
    let mut source = String::new();
    for index in 0..STRUCTS {
        write!(source, "{attribute}#[repr(C)]\npub struct {} {{\n", struct_name(index))
            .expect("a String takes all");
        for field in 0..10 {
            let ty = SCALARS[(index + field) % SCALARS.len()];
            writeln!(source, "    pub {}_{index}: {ty},", FIELDS[field]).expect("a String takes all");
        }
        source.push_str("}\n\n");
    }
    source
}

/// Returns a library of documented messages with 10 fields each. Every fifth holds the message
/// before it and an array.
fn messages(count: usize) -> String {
    let mut source = String::from("ffi_core::library!();\n\n");
    for index in 0..count {
        write!(
            source,
            "/// What is known of one thing of kind {index}.\n\
             #[derive(ffi_core::FfiMessage, Clone, Copy)]\n#[repr(C)]\npub struct {} {{\n",
            struct_name(index)
        )
        .expect("a String takes all");
        for field in 0..10 {
            let ty = match field {
                3 if index % 5 == 4 => struct_name(index - 1),
                6 if index % 5 == 4 => "[f32; 16]".to_owned(),
                _ => SCALARS[(index + field) % SCALARS.len()].to_owned(),
            };
            let name = FIELDS[field];
            writeln!(source, "    /// Its {name}, in the unit of {name}.\n    pub {name}: {ty},")
                .expect("a String takes all");
        }
        source.push_str("}\n\n");
    }
    source
}

/// Returns the messages of [`messages`] as classes of dart:ffi, as a program by hand declares them:
/// fields with their docs, and neither values nor arrays.
pub fn dart_structs(count: usize) -> String {
    let mut source = String::from("import 'dart:ffi';\n\n");
    for index in 0..count {
        write!(
            source,
            "/// What is known of one thing of kind {index}.\nfinal class {} extends Struct {{\n",
            struct_name(index)
        )
        .expect("a String takes all");
        for (field, name) in FIELDS.into_iter().enumerate() {
            let declared = match field {
                3 if index % 5 == 4 => format!("external {}", struct_name(index - 1)),
                6 if index % 5 == 4 => "@Array(16)\n  external Array<Float>".to_owned(),
                _ => {
                    let (native, dart) = DART_SCALARS[(index + field) % SCALARS.len()];
                    format!("@{native}()\n  external {dart}")
                }
            };
            writeln!(source, "  /// Its {name}, in the unit of {name}.\n  {declared} {name};\n")
                .expect("a String takes all");
        }
        source.push_str("}\n\n");
    }
    source
}

/// Returns code that only compiles if every derive has done its work.
fn check() -> String {
    let mut source = String::from(
        "const fn message<T: ffi_core::FfiMessage>() {}\n\
         const fn serde<T: serde::Serialize + for<'a> serde::Deserialize<'a>>() {}\n\
         const fn plain<T>() {}\n",
    );
    for (function, derives) in [("plain", 0), ("message", 1), ("serde", 2)] {
        let package = Derives::ALL[derives].package();
        for index in 0..STRUCTS {
            writeln!(source, "const _: () = {function}::<{package}::{}>();", struct_name(index))
                .expect("a String takes all");
        }
    }
    source
}

const FIELDS: [&str; 10] =
    ["position", "velocity", "mass", "owner", "count", "flags", "samples", "offset", "weight", "stamp"];

const SCALARS: [&str; 10] = ["f32", "f64", "u32", "i32", "u64", "i64", "u16", "i16", "u8", "bool"];

/// The annotation and the type in Dart of each of [`SCALARS`].
const DART_SCALARS: [(&str, &str); 10] = [
    ("Float", "double"),
    ("Double", "double"),
    ("Uint32", "int"),
    ("Int32", "int"),
    ("Uint64", "int"),
    ("Int64", "int"),
    ("Uint16", "int"),
    ("Int16", "int"),
    ("Uint8", "int"),
    ("Bool", "bool"),
];

/// Writes a file unless it has the right text already, as cargo compares times.
fn write(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    let folder = file.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("cannot write {}", file.display()))
}
