//! Measures how long a program in JIT mode waits until a library with many messages is open.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use ffi_benches::{Contender, compare, print_ratio};
use ffi_dart_emit::library_file;
use ffi_dart_emit::model::{self, Model};
use xtask::dart_sdk::Sdk;
use xtask::workspace::capture;

use crate::generated::{LIBRARIES, Workspace, library};

const ROUNDS: usize = 15;

/// Times `open()` of the package of the larger library, which is in the folder `packages`, against
/// programs by hand that compare as many fingerprints: one statement after the other, as code that
/// is written without a generator does, and in a loop. Writes programs into `folder`.
///
/// The loop has no target: it reads no names for errors, and starts no memory of a library.
pub fn run(workspace: &Workspace, packages: &Path, folder: &Path) -> Result<()> {
    let sdk = Sdk::find_or_install()?;
    let name = &*library(LIBRARIES[1]);
    let file = workspace.library(name, "dev");
    let package = packages.join(name);
    fs::create_dir_all(folder)?;
    let pubspec = format!(
        "name: open_bench\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\ndependencies:\n  {name}: {{path: {:?}}}\n",
        package
    );
    fs::write(folder.join("pubspec.yaml"), pubspec)?;
    sdk.pub_get(folder)?;
    let kernel = |program: &str, text: &str| -> Result<PathBuf> {
        let file = folder.join(program);
        fs::write(&file, text)?;
        let compiled = file.with_extension("dill");
        sdk.compile_kernel(&file, &compiled)?;
        Ok(compiled)
    };
    let ours = kernel("generated.dart", &generated(name))?;
    let model = model::resolve(library_file::read(&fs::read(&file)?)?)?;
    let statements = kernel("statements.dart", &statements(&model))?;
    let table = kernel("table.dart", &table(&model))?;
    let time = |program: &Path| -> Result<Duration> {
        let printed = capture(sdk.command().arg("run").arg(program).arg(&file))?;
        Ok(Duration::from_micros(printed.stdout.trim().parse()?))
    };
    let [ours, statements, _] = compare(
        "open() of 1,000 messages, JIT",
        ROUNDS,
        [
            Contender::new("the generated package", || time(&ours)),
            Contender::new("by hand, a statement for each", || time(&statements)),
            Contender::new("by hand, a loop over a table", || time(&table)),
        ],
    )?;
    print_ratio("open_1000_messages_vs_hand_written", ours.ratio_to(&statements), 1.2);
    Ok(())
}

const MAIN: &str = "void main(List<String> arguments) {\n  final watch = Stopwatch()..start();\n  \
                    open(arguments.single);\n  print(watch.elapsedMicroseconds);\n}\n";

fn generated(package: &str) -> String {
    let class: String = package.split('_').map(capitalized).collect();
    format!(
        "import 'package:{package}/{package}.dart';\n\n{MAIN}\nvoid open(String path) => \
         {class}Library.open(path: path);\n"
    )
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Returns a program with a statement for each message.
fn statements(model: &Model) -> String {
    let mut text = format!("import 'dart:ffi';\n\n{MAIN}\n");
    text.push_str("DynamicLibrary open(String path) {\n  final library = DynamicLibrary.open(path);\n");
    for it in &model.messages {
        let (symbol, expected) = (&it.fingerprint_symbol, it.fingerprint);
        text.push_str(&format!(
            "  if (library.lookup<Uint64>('{symbol}').value != {expected}) {{\n    \
             throw StateError('{symbol} has changed');\n  }}\n"
        ));
    }
    text + "  return library;\n}\n"
}

/// Returns a program with a table of all messages.
fn table(model: &Model) -> String {
    let mut text = format!("import 'dart:ffi';\n\n{MAIN}\nconst fingerprints = {{\n");
    for it in &model.messages {
        text.push_str(&format!("  '{}': {},\n", it.fingerprint_symbol, it.fingerprint));
    }
    text + "};\n\nDynamicLibrary open(String path) {\n  final library = DynamicLibrary.open(path);\n  \
            for (final MapEntry(key: symbol, value: expected) in fingerprints.entries) {\n    \
            final found = library.lookup<Uint64>(symbol).value;\n    \
            if (found != expected) throw StateError('$symbol has changed');\n  }\n  return library;\n}\n"
}
