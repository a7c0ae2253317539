//! Times the import, the emitter, and the derive at compile time. Run by `cargo xtask bench emit`,
//! with the folder for generated files.

mod compile;
mod derive;
mod emitter;
mod generated;
mod import;
mod open;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use generated::Workspace;

fn main() -> Result<()> {
    let folder: PathBuf = env::args_os().nth(1).context("usage: bench-emit FOLDER")?.into();
    // xtask builds both into one folder.
    let emitter = env::current_exe()?.with_file_name(format!("ffi-dart-emit{}", env::consts::EXE_SUFFIX));
    import::run(&emitter, &folder.join("import"))?;
    let workspace = Workspace::write(&folder.join("workspace"))?;
    let packages = folder.join("packages");
    emitter::run(&workspace, &emitter, &packages)?;
    open::run(&workspace, &packages, &folder.join("open"))?;
    compile::run(&packages, &folder.join("compile"))?;
    derive::run(&workspace)
}
