//! Runs the steps of packaging, or says what keeps this machine from it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::input;
use crate::library_file;

use super::check::{Outcome, Rules, check};
use super::facts;
use super::step::{Step, Tool, folder};

/// Returns what this machine lacks for `steps`: programs, linkers, and standard libraries of Rust,
/// each with what brings it. `installed` tells whether there is the standard library for a target.
#[must_use]
pub fn missing(steps: &[Step], installed: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |line: String| {
        if !all.contains(&line) {
            all.push(line);
        }
    };
    for tool in steps.iter().filter_map(|it| if let Step::Run(tool) = it { Some(tool) } else { None }) {
        if !is_program(&program(tool).to_string_lossy()) {
            add(format!("{}; hint: it comes with {}", tool.program, tool.origin));
        }
        for (_, linker) in tool.environment.iter().filter(|(name, _)| name.ends_with("_LINKER")) {
            if !is_program(linker) {
                add(format!("the linker {linker}; hint: {}", linker_hint(linker)));
            }
        }
        let target = tool.arguments.iter().skip_while(|it| *it != "--target").nth(1);
        if let Some(target) = target.filter(|it| !installed(it)) {
            add(format!("Rust's standard library for {target}; hint: rustup target add {target}"));
        }
    }
    all
}

/// Returns what brings a linker.
fn linker_hint(linker: &str) -> String {
    if linker.contains("clang") {
        "install Android's NDK, and name it in ANDROID_NDK_HOME".to_owned()
    } else if linker.contains("mingw") {
        "on Debian: apt install gcc-mingw-w64".to_owned()
    } else {
        format!("on Debian: apt install gcc-{}", linker.trim_end_matches("-gcc"))
    }
}

/// Returns true if there is a program of this name on the PATH, or at this path.
fn is_program(name: &str) -> bool {
    let path = Path::new(name);
    if path.components().count() > 1 {
        return path.is_file();
    }
    let names = [name.to_owned(), format!("{name}.exe"), format!("{name}.bat")];
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| names.iter().any(|it| folder.join(it).is_file()))
}

/// Runs `steps` in their order. `show` gets each program before it is started, with its number,
/// and the outcomes of checks.
///
/// # Errors
///
/// Returns the error of the first step that fails. All checks of a library are made, and fail
/// together, at last, so that one run names all faults.
pub fn run(steps: &[Step], mut show: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let mut faults = 0;
    let total = steps.iter().filter(|it| matches!(it, Step::Run(_))).count();
    let mut started = 0;
    for step in steps {
        match step {
            Step::Run(tool) => {
                started += 1;
                show(&format!("[{started}/{total}] {step}\n"))?;
                start(tool)?;
            }
            Step::Copy { from, to } => {
                make_folder(to)?;
                fs::copy(from, to)
                    .with_context(|| format!("{} can't be copied to {}", from.display(), to.display()))?;
            }
            Step::Write { file, text } => {
                make_folder(file)?;
                fs::write(file, text).with_context(|| format!("{} can't be written", file.display()))?;
            }
            Step::Remove(path) => match fs::remove_dir_all(path) {
                Err(error) if path.exists() => bail!("{} can't be removed: {error}", path.display()),
                _ => {}
            },
            Step::Check { file, rules } => {
                show(&format!("{}\n", file.display()))?;
                for outcome in outcomes(file, rules)? {
                    faults += usize::from(outcome.hint.is_some());
                    show(&format!("  {outcome}\n"))?;
                }
            }
        }
    }
    ensure!(faults == 0, "{faults} checks failed; hint: see above");
    Ok(())
}

/// Reads a library and compares it with `rules`.
///
/// # Errors
///
/// Returns an error if it can't be read.
pub fn outcomes(file: &Path, rules: &Rules) -> Result<Vec<Outcome>> {
    let shown = file.display();
    let (bytes, _) = input::library_or_json(file).with_context(|| format!("{shown} can't be read"))?;
    let facts = facts::read(&bytes).with_context(|| format!("{shown} is no library"))?;
    let records = library_file::read(&bytes).with_context(|| format!("{shown}"))?;
    Ok(check(&facts, &records, rules))
}

fn start(tool: &Tool) -> Result<()> {
    let mut command = Command::new(program(tool));
    command.args(&tool.arguments).envs(tool.environment.iter().map(|(name, value)| (name, value)));
    let status = command.status().with_context(|| format!("{} can't be started", tool.program))?;
    ensure!(status.success(), "{} failed ({status}); its messages are above", tool.program);
    Ok(())
}

/// Returns the program to start: the cargo that runs this program, for one called `cargo`.
fn program(tool: &Tool) -> OsString {
    let own = env::var_os("CARGO").filter(|_| tool.program == "cargo");
    own.unwrap_or_else(|| tool.program.clone().into())
}

fn make_folder(file: &Path) -> Result<()> {
    let folder = folder(file);
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))
}
