//! Measures the import of many .proto files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};
use ffi_benches::{Contender, compare, print_ratio};
use xtask::workspace::capture;

/// Number of files.
const FILES: usize = 500;

/// Number of files in a package.
const IN_PACKAGE: usize = 10;

/// Number of messages in a file.
const MESSAGES: usize = 8;

const ROUNDS: usize = 3;

/// Target in seconds.
const TARGET: f64 = 10.0;

/// Writes .proto files into `folder`, and times the program `emitter` on all of them at once.
pub fn run(emitter: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let protos = folder.join("protos");
    for at in 0..FILES {
        let path = protos.join(name(at));
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text(at))?;
    }
    let out = folder.join("src/schema.rs");
    let run = || {
        let start = Instant::now();
        capture(Command::new(emitter).arg("import").arg(&protos).arg("--out").arg(&out))?;
        let took = start.elapsed();
        let modules = fs::read_dir(folder.join("src/schema"))?.count();
        ensure!(modules == FILES / IN_PACKAGE, "{modules} modules were written");
        Ok(took)
    };
    let title = format!("import {FILES} .proto files of {MESSAGES} messages each");
    let [samples] = compare(&title, ROUNDS, [Contender::new("the program", run)])?;
    print_ratio("import_500_files_seconds", samples.median() / 1e3, TARGET);
    Ok(())
}

fn name(at: usize) -> String {
    format!("acme/part{}/v1/file{at}.proto", at / IN_PACKAGE)
}

fn package(at: usize) -> String {
    format!("acme.part{}.v1", at / IN_PACKAGE)
}

/// Returns a file that imports three of those before it, one of them by a name that begins in a
/// package around its own.
fn text(at: usize) -> String {
    let imports: Vec<_> =
        [1, IN_PACKAGE, 3 * IN_PACKAGE + 4].iter().filter_map(|it| at.checked_sub(*it)).collect();
    let mut text = format!("// File {at}.\n\nsyntax = \"proto3\";\n\npackage {};\n\n", package(at));
    // Writing to a string doesn't fail.
    for import in &imports {
        _ = writeln!(text, "import \"{}\";", name(*import));
    }
    text += "import \"google/protobuf/timestamp.proto\";\n";
    for message in 0..MESSAGES {
        _ = write!(
            text,
            "\n// Message {message} of file {at}.\nmessage M{at}N{message} {{\n  string name = 1;\n  \
             // Number of it.\n  int64 number = 2;\n  repeated double values = 3;\n  map<string, int32> counts = 4;\n  \
             optional bool is_known = 5;\n  google.protobuf.Timestamp at = 6;\n  Kind{at} kind = 7;\n  \
             oneof choice {{\n    string text = 8;\n    sint32 offset = 9;\n  }}\n  \
             repeated M{at}N{} others = 10;\n",
            (message + 1) % MESSAGES
        );
        for (number, import) in imports.iter().enumerate() {
            let package = package(*import).replacen("acme.", "", 1);
            _ = writeln!(text, "  {package}.M{import}N{message} of{number} = {};", 20 + number);
        }
        text += "}\n";
    }
    _ = write!(
        text,
        "\nenum Kind{at} {{\n  KIND{at}_NONE = 0;\n  KIND{at}_ONE = 1;\n  KIND{at}_TWO = 2;\n}}\n\n\
         service Service{at} {{\n  // Returns one.\n  rpc Get(M{at}N0) returns (M{at}N1);\n  \
         rpc Watch(M{at}N2) returns (stream M{at}N3);\n}}\n"
    );
    text
}
