//! Measures how long Dart's tools work on a package with many messages: the compilers to kernel and
//! to machine code, and the analyzer.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, compare, print_ratio};
use xtask::dart_sdk::Sdk;

use crate::generated::{LIBRARIES, dart_structs, library, struct_name};

/// A round takes half a minute.
const ROUNDS: usize = 3;

/// Has a tool of Dart's work on a program.
type Tool = fn(&Sdk, &Program) -> Result<()>;

const TOOLS: [(&str, Tool); 3] = [
    ("kernel", |sdk, program| {
        program.made("kernel.dill", |out| sdk.compile_kernel(&program.main, out).map(drop))
    }),
    ("aot", |sdk, program| program.made("program.exe", |out| sdk.compile_exe(&program.main, out).map(drop))),
    ("analyze", |sdk, program| sdk.analyze(&program.analyzed).map(drop)),
];

/// Times the package of the larger library, which is in the folder `packages`, against a file by
/// hand that declares its structs. Writes programs into `folder`.
///
/// By hand there are only the structs. The package also has a value, an array, a box and checked
/// setters for each.
pub fn run(packages: &Path, folder: &Path) -> Result<()> {
    let sdk = Sdk::find_or_install()?;
    let count = LIBRARIES[1];
    let name = library(count);
    let package = packages.join(&name);
    sdk.pub_get(&package)?;
    let ours = Program::write(
        &sdk,
        &folder.join("package"),
        &format!("dependencies:\n  {name}: {{path: {package:?}}}\n"),
        &format!("package:{name}/{name}.dart"),
        &package,
    )?;
    let structs = folder.join("structs");
    fs::create_dir_all(&structs)?;
    fs::write(structs.join("structs.dart"), dart_structs(count))?;
    let hand = Program::write(&sdk, &structs, "", "structs.dart", &structs)?;

    for (tool, run) in TOOLS {
        let time = |program: &Program| -> Result<Duration> {
            let start = Instant::now();
            run(&sdk, program)?;
            Ok(start.elapsed())
        };
        let [ours, hand] = compare(
            &format!("{tool} of {count} messages"),
            ROUNDS,
            [
                Contender::new("the generated package", || time(&ours)),
                Contender::new("structs by hand", || time(&hand)),
            ],
        )?;
        print_ratio(&format!("{tool}_1000_messages_vs_hand_written"), ours.ratio_to(&hand), 1.5);
    }
    Ok(())
}

/// A program that uses one message.
struct Program {
    folder: PathBuf,
    main: PathBuf,
    /// The folder with the messages.
    analyzed: PathBuf,
}

impl Program {
    /// Writes a program that imports `library`, which is in the folder `analyzed`, with these
    /// `dependencies` in its pubspec.
    fn write(sdk: &Sdk, folder: &Path, dependencies: &str, library: &str, analyzed: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let pubspec = format!("name: compile_bench\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\n{dependencies}");
        fs::write(folder.join("pubspec.yaml"), pubspec)?;
        sdk.pub_get(folder)?;
        let main = folder.join("main.dart");
        let first = struct_name(0);
        let text = format!(
            "import 'dart:ffi';\n\nimport '{library}';\n\nvoid main() {{\n  print(sizeOf<{first}>());\n}}\n"
        );
        fs::write(&main, text)?;
        Ok(Self { folder: folder.to_owned(), main, analyzed: analyzed.to_owned() })
    }

    /// Runs `make`, which writes the file `name` that must not be there before.
    fn made(&self, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let out = self.folder.join(name);
        // It need not exist.
        let _ = fs::remove_file(&out);
        make(&out)?;
        ensure!(fs::metadata(&out)?.len() > 0, "{} is empty", out.display());
        Ok(())
    }
}
