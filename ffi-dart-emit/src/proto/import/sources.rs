//! Finds the .proto files in their folders, and compiles them.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use prost_reflect::DescriptorPool;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use super::ImportOptions;
use crate::input;
use crate::model::{Problem, Problems};
use crate::proto::{OPTIONS, OPTIONS_FILE};

/// The published options, for files whose folder lacks them.
struct Published;

impl FileResolver for Published {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == OPTIONS_FILE {
            File::from_source(name, OPTIONS)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// Folders of `-I`.
struct Folders {
    include: Vec<PathBuf>,
    /// Reason why an existing file was refused, which `protox` can't report.
    refused: Rc<RefCell<Option<Problem>>>,
}

impl Folders {
    fn refuse(&self, item: String, what: String, fix: &str) -> protox::Error {
        let error = protox::Error::new(what.clone());
        *self.refused.borrow_mut() = Some(Problem { item, what, fix: fix.to_owned() });
        error
    }

    /// Explains a wrong path of an import, which the parser calls an "invalid group name".
    fn explain(&self, text: &str, error: protox::Error) -> protox::Error {
        let import = |line: &str| {
            let place = line.strip_suffix(": invalid group name")?;
            let mut numbers = place.rsplit(':').map(|number| number.parse::<usize>().ok()?.checked_sub(1));
            let (column, line) = (numbers.next()??, numbers.next()??);
            let literal = text.lines().nth(line)?.get(column..)?;
            let path = literal.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
            Some((place.to_owned(), path.to_owned(), import_problem(path)?))
        };
        match format!("{error:?}").lines().find_map(import) {
            Some((place, path, (what, fix))) => self.refuse(place, format!("import `{path}`: {what}"), fix),
            None => error,
        }
    }
}

impl FileResolver for Folders {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        for folder in &self.include {
            let bytes = match input::text(&folder.join(name)) {
                Ok(bytes) => bytes,
                Err(error) if is_absent(&error) => continue,
                Err(error) => {
                    let what = format!("it can't be read: {error}");
                    return Err(self.refuse(name.to_owned(), what, "make it a .proto file that can be read"));
                }
            };
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                self.refuse(name.to_owned(), format!("its byte {at} is not UTF-8"), "save it as UTF-8")
            })?;
            // Editors on Windows write a byte order mark, and protobuf's compiler accepts it.
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            let file = File::from_source(name, text).map_err(|error| self.explain(text, error))?;
            let mut imports = file.file_descriptor_proto().dependency.iter();
            return match imports.find_map(|import| Some((import, import_problem(import)?))) {
                Some((import, (what, fix))) => {
                    Err(self.refuse(name.to_owned(), format!("import `{import}`: {what}"), fix))
                }
                None => Ok(file),
            };
        }
        Err(protox::Error::file_not_found(name))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns the mistake in the path of an import, and its fix.
fn import_problem(path: &str) -> Option<(&'static str, &'static str)> {
    pub(super) const FIX: &str =
        "pass `-I` with a folder that both files are below, and write the path from there";
    if path.contains('\\') {
        Some(("protobuf has `/` between folders, not `\\`", "write it with `/`"))
    } else if path.starts_with('/') || path.get(1..2) == Some(":") {
        Some(("the path is absolute, and protobuf's are relative to a folder of `-I`", FIX))
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some(("the path has an empty part, `.` or `..`, and protobuf's go down from a folder of `-I`", FIX))
    } else {
        None
    }
}

/// Returns the name by which imports know `file`: its path from the folder of `include` that it is
/// in.
fn import_name(file: &Path, include: &[PathBuf]) -> Result<String, Problem> {
    let problem =
        |what: String, fix: &str| Problem { item: file.display().to_string(), what, fix: fix.to_owned() };
    let real = fs::canonicalize(file)
        .map_err(|error| problem(format!("it can't be read: {error}"), "pass a .proto file that is there"))?;
    let below = |folder: &PathBuf| {
        let path = match file.strip_prefix(folder) {
            Ok(path) => path.to_owned(),
            Err(_) => real.strip_prefix(fs::canonicalize(folder).ok()?).ok()?.to_owned(),
        };
        let parts = path.components().filter(|part| *part != Component::CurDir);
        let parts: Option<Vec<_>> = parts
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/"))
    };
    let Some(name) = include.iter().find_map(below) else {
        let fix = "add `-I` with its folder, or that from which its imports are named";
        return Err(problem("it is in none of the folders of `-I`".to_owned(), fix));
    };
    let first = include.iter().map(|folder| folder.join(&name)).find_map(|path| fs::canonicalize(path).ok());
    match first {
        Some(first) if first != real => {
            let what = format!("imports know it as `{name}`, which is {} before", first.display());
            Err(problem(what, "put the `-I` of its folder first"))
        }
        _ => Ok(name),
    }
}

/// Compiles `file`, and returns the name by which its imports would know it.
pub(super) fn compile(file: &Path, options: &ImportOptions) -> Result<(DescriptorPool, String), Problems> {
    let own = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let include = if options.include.is_empty() { vec![own.to_owned()] } else { options.include.clone() };
    let name = import_name(file, &include).map_err(|problem| Problems(vec![problem]))?;
    let refused = Rc::default();
    let mut resolver = ChainFileResolver::new();
    resolver.add(Folders { include, refused: Rc::clone(&refused) });
    resolver.add(Published);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    let Err(error) = compiler.open_file(&name) else { return Ok((compiler.descriptor_pool(), name)) };
    if let Some(problem) = refused.take() {
        return Err(Problems(vec![problem]));
    }
    // Errors have a file, line and column if they know them, one error a line.
    let text = format!("{error:?}");
    let problem = |line: &str| Problem {
        item: file.display().to_string(),
        what: line.trim().to_owned(),
        fix: "mend the .proto file; for an import that isn't found, add `-I` with its folder".to_owned(),
    };
    Err(Problems(text.trim().lines().map(problem).collect()))
}
