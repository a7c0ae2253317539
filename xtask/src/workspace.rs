//! Finds the workspace, and starts programs so that their failures can be read.

use std::{
    env, fmt, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::progress;

/// Returns the workspace root.
///
/// # Panics
///
/// Never: the path is that of this crate when it was compiled, which has a parent.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in a folder of the workspace")
}

/// Returns the folder in which cargo has built this program; other builds have folders of their own
/// below it.
#[must_use]
pub fn target() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    // Cargo puts this file into each target folder that it makes.
    let tagged = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    tagged.map_or_else(|| root().join("target"), Path::to_owned)
}

/// Returns the target folder for libraries of the workspace that are built as users build them:
/// only one package, without the features that others ask for. The file of a cdylib has no hash in
/// its name, so builds of both kinds in one folder would overwrite each other's.
#[must_use]
pub fn libraries() -> PathBuf {
    target().join("fixtures")
}

/// Returns a command for the cargo that runs this program, in the workspace root.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Prints `command` to stderr and runs it with this process's own stdin, stdout and stderr.
///
/// # Errors
///
/// Returns an error if the command cannot be started, or fails; the message names it and its
/// status.
pub fn run(command: &mut Command) -> Result<()> {
    let status = progress::pass(|| {
        eprintln!("+ {}", line(command));
        command.status().with_context(|| not_started(command))
    })?;
    if !status.success() {
        bail!("{}", failed(command, status));
    }
    Ok(())
}

/// Prints `command` to stderr and runs it, passing on its stdout line by line, each also to `look`.
///
/// # Errors
///
/// When it cannot be started, or fails; the message names the command and its status.
pub fn stream(command: &mut Command, look: impl FnMut(&str)) -> Result<()> {
    progress::pass(|| eprintln!("+ {}", line(command)));
    let status = pass_on(command, look)?;
    if !status.success() {
        bail!("{}", failed(command, status));
    }
    Ok(())
}

/// Runs `command`, passing on its stdout line by line, each also to `look`. Bytes that are no text
/// are replaced.
///
/// # Errors
///
/// When it cannot be started, or its output cannot be read.
pub fn pass_on(command: &mut Command, mut look: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| not_started(command))?;
    let output = child.stdout.take().expect("it is piped");
    for bytes in BufReader::new(output).split(b'\n') {
        let bytes = bytes?;
        let text = String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(&bytes));
        progress::print(|| println!("{text}"));
        look(&text);
    }
    Ok(child.wait()?)
}

/// Returns the environment variable by which the Dart package `package` finds its library.
#[must_use]
pub fn library_variable(package: &str) -> String {
    format!("{}_LIBRARY", package.to_uppercase())
}

/// Appends `text` to `file`, which is made if there is none.
///
/// # Errors
///
/// Returns an error if the file can't be written.
pub fn append(file: &Path, text: &str) -> Result<()> {
    let opened = fs::OpenOptions::new().append(true).create(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", file.display()))
}

/// Runs `command` and returns its output.
///
/// # Errors
///
/// Returns an error if the command cannot be started, or fails; the message names it and its
/// status, and holds its output.
pub fn capture(command: &mut Command) -> Result<Captured> {
    let Output { status, stdout, stderr } = command.output().with_context(|| not_started(command))?;
    let captured = Captured {
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    };
    if !status.success() {
        bail!("{}\n{}", failed(command, status), captured.to_string().trim_end());
    }
    Ok(captured)
}

/// Output of a successful program. Displayed as its stdout, then its stderr.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stdout.is_empty() && !self.stdout.ends_with('\n') {
            f.write_str("\n")?;
        }
        f.write_str(&self.stderr)
    }
}

/// Returns the first executable file called `program` in a folder of `PATH`.
///
/// `program` is given without the `.exe` of Windows.
#[must_use]
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| executable_names(program).map(move |name| folder.join(name)))
        .find(|file| is_executable(file))
}

#[cfg(not(windows))]
fn executable_names(program: &str) -> impl Iterator<Item = String> + use<> {
    std::iter::once(program.to_owned())
}

/// Flutter's `dart` on Windows is a batch file.
#[cfg(windows)]
fn executable_names(program: &str) -> impl Iterator<Item = String> + use<> {
    [format!("{program}.exe"), format!("{program}.bat")].into_iter()
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Returns the command as a user would type it.
fn line(command: &Command) -> String {
    let mut line = String::new();
    for word in std::iter::once(command.get_program()).chain(command.get_args()) {
        let word = word.to_string_lossy();
        if !line.is_empty() {
            line.push(' ');
        }
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "'\"$&|;<>()".contains(c)) {
            line.push_str(&format!("'{}'", word.replace('\'', r"'\''")));
        } else {
            line.push_str(&word);
        }
    }
    line
}

fn not_started(command: &Command) -> String {
    format!("`{}` cannot be started", line(command))
}

fn failed(command: &Command, status: ExitStatus) -> String {
    format!("`{}` failed: {status}", line(command))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_command_status_and_output() {
        let error = capture(Command::new("ls").arg("/no such file")).unwrap_err().to_string();
        assert!(error.starts_with("`ls '/no such file'` failed: exit status: "), "{error}");
        assert!(error.contains("No such file"), "{error}");
    }

    #[test]
    fn what_a_command_prints_is_seen_line_by_line() {
        let mut lines = Vec::new();
        stream(Command::new("printf").arg("one\\ntwo\\n"), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
        let error = stream(&mut Command::new("false"), |_| ()).unwrap_err().to_string();
        assert!(error.starts_with("`false` failed: "), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program` cannot be started");
    }
}
