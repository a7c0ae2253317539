//! Finds the .proto files in their folders, and compiles them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::{fs, io};

use prost_reflect::prost_types::{FileDescriptorProto, SourceCodeInfo};
use prost_reflect::{DescriptorPool, FileDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

use super::scopes::{self, Names};
use super::{ImportOptions, descriptors};
use crate::foreign::rust_code;
use crate::input;
use crate::model::{Problem, Problems};
use crate::progress::Meter;
use crate::proto::published;

/// The published options and rules, for files whose folder lacks them.
struct Published;

impl FileResolver for Published {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let text = published(name).ok_or_else(|| protox::Error::file_not_found(name))?;
        File::from_source(name, text)
    }
}

/// Folders of `-I`.
struct Folders {
    include: Vec<PathBuf>,
    /// Reason why an existing file was refused, which `protox` can't report.
    refused: Rc<RefCell<Option<Problem>>>,
}

/// Name of a file -> its positions and comments.
pub(super) type Infos = HashMap<String, SourceCodeInfo>;

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
            if let Some((import, (what, fix))) =
                imports.find_map(|import| Some((import, import_problem(import)?)))
            {
                return Err(self.refuse(name.to_owned(), format!("import `{import}`: {what}"), fix));
            }
            return Ok(file);
        }
        Err(protox::Error::file_not_found(name))
    }
}

/// The files of a compilation, with full names and all of their imports.
struct Files {
    chain: ChainFileResolver,
    /// Files that were read for their names, and are still to be compiled.
    read: RefCell<HashMap<String, File>>,
    names: RefCell<HashMap<String, Option<Rc<Names>>>>,
    /// Positions and comments that were taken out of files; none if they stay in them.
    taken: Option<Rc<RefCell<Infos>>>,
}

impl Files {
    fn read(&self, name: &str) -> Result<File, protox::Error> {
        let read = self.read.borrow_mut().remove(name);
        read.map_or_else(|| self.chain.open_file(name), Ok)
    }

    /// Returns the names in a file. One that can't be read has none; the compiler reports it when
    /// it comes to the import.
    fn names(&self, name: &str) -> Option<Rc<Names>> {
        if let Some(known) = self.names.borrow().get(name) {
            return known.clone();
        }
        let file = self.read(name).ok();
        let names = file.map(|file| {
            let names = Rc::new(Names::of(file.file_descriptor_proto()));
            self.read.borrow_mut().insert(name.to_owned(), file);
            names
        });
        self.names.borrow_mut().insert(name.to_owned(), names.clone());
        names
    }
}

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let file = self.read(name)?;
        // The names in files of protobuf itself are full.
        if file.source().is_none() {
            return Ok(file);
        }
        let imports = scopes::imports(file.file_descriptor_proto(), |name| self.names(name));
        let named = &file.file_descriptor_proto().dependency;
        let are_there = imports.iter().all(|(_, names)| names.is_some());
        let is_sound = are_there && named.iter().collect::<HashSet<_>>().len() == named.len();
        // The compiler says with the text of the file where a wrong import is.
        if self.taken.is_none() && !is_sound {
            return Ok(file);
        }
        let mut file = FileDescriptorProto::from(file);
        if let Some(taken) = &self.taken
            && let Some(info) = file.source_code_info.take()
        {
            taken.borrow_mut().insert(name.to_owned(), info);
        }
        scopes::complete(&mut file, imports);
        Ok(File::from_file_descriptor_proto(file))
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

/// Files that were compiled.
pub(super) struct Compiled {
    /// Name of what was compiled, for the docs of its source.
    pub(super) title: String,
    /// Files to import, each behind those that it imports by `import public`.
    pub(super) mains: Vec<FileDescriptor>,
    /// Positions and comments.
    pub(super) infos: Infos,
    /// All files that were compiled.
    pub(super) pool: DescriptorPool,
}

/// Compiles files, and the .proto files in folders.
pub(super) fn compile(inputs: &[PathBuf], options: &ImportOptions) -> Result<Compiled, Problems> {
    if let Some(set) = &options.descriptor_set {
        let (pool, names) = descriptors::read(set).map_err(|problem| Problems(vec![problem]))?;
        let title = rust_code(&set.file_name().unwrap_or_default().to_string_lossy());
        return Ok(Compiled { title, mains: mains(&pool, &names), infos: Infos::new(), pool });
    }
    let mut files = Vec::new();
    let mut include = options.include.clone();
    let mut problems = Vec::new();
    for input in inputs {
        let is_folder = input.is_dir();
        let found = if is_folder { protos(input) } else { Ok(vec![input.clone()]) };
        match found {
            Ok(found) if found.is_empty() => problems.push(Problem {
                item: input.display().to_string(),
                what: "there is no .proto file in this folder".to_owned(),
                fix: "name a folder with .proto files, or the files".to_owned(),
            }),
            Ok(found) => files.extend(found),
            Err(error) => problems.push(Problem {
                item: input.display().to_string(),
                what: format!("it can't be read: {error}"),
                fix: "name a folder that can be read".to_owned(),
            }),
        }
        if options.include.is_empty() {
            let own = if is_folder { input } else { input.parent().unwrap_or(Path::new("")) };
            let own = if own.as_os_str().is_empty() { Path::new(".") } else { own };
            if !include.iter().any(|it| it == own) {
                include.push(own.to_owned());
            }
        }
    }
    let mut names = Vec::new();
    for file in files.clone() {
        match import_name(&file, &include) {
            Ok(name) => names.push((name, file)),
            Err(problem) => problems.push(problem),
        }
    }
    // `prost-reflect` looks through all positions of a file for each option in it, so they are kept
    // beside the files, except to say where a file is wrong.
    let infos = Rc::default();
    options.meter.expect(names.len());
    let mut compiled = open(&include, &names, Some(&infos), &options.meter);
    if compiled.is_err() {
        compiled = open(&include, &names, None, &Meter::default());
    }
    let pool = compiled.map_err(|found| problems.extend(found)).ok();
    // Two files may fail for a common import.
    let mut seen = HashSet::new();
    problems.retain(|it| seen.insert(it.to_string()));
    let Some(pool) = pool.filter(|_| problems.is_empty()) else { return Err(Problems(problems)) };
    let title = match files.as_slice() {
        [one] => rust_code(&one.file_name().unwrap_or_default().to_string_lossy()),
        several => format!("{} .proto files", several.len()),
    };
    let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
    Ok(Compiled { title, mains: mains(&pool, &names), infos: infos.take(), pool })
}

/// Compiles files, of which each has the name by which imports know it. Their positions go into
/// `infos`, if there is a place for them; `meter` counts the files.
fn open(
    include: &[PathBuf],
    files: &[(String, PathBuf)],
    infos: Option<&Rc<RefCell<Infos>>>,
    meter: &Meter,
) -> Result<DescriptorPool, Vec<Problem>> {
    let refused = Rc::default();
    let mut chain = ChainFileResolver::new();
    chain.add(Folders { include: include.to_owned(), refused: Rc::clone(&refused) });
    chain.add(Published);
    chain.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(Files {
        chain,
        read: RefCell::default(),
        names: RefCell::default(),
        taken: infos.map(Rc::clone),
    });
    compiler.include_imports(true).include_source_info(true);
    let mut problems = Vec::new();
    for (name, file) in files {
        if let Err(error) = compiler.open_file(name) {
            match refused.take() {
                Some(problem) => problems.push(problem),
                None => problems.extend(syntax_problems(file, &error)),
            }
        }
        meter.advance();
    }
    if problems.is_empty() { Ok(compiler.descriptor_pool()) } else { Err(problems) }
}

/// Returns the files of these names, each behind those that it imports by `import public`.
fn mains(pool: &DescriptorPool, names: &[String]) -> Vec<FileDescriptor> {
    let mut seen = HashSet::new();
    let mut mains = Vec::new();
    let mut todo: Vec<_> = names.iter().rev().filter_map(|name| pool.get_file_by_name(name)).collect();
    while let Some(file) = todo.pop() {
        if seen.insert(file.name().to_owned()) {
            todo.extend(file.public_dependencies());
            mains.push(file);
        }
    }
    mains
}

/// Returns the problems that the compiler has with a file.
fn syntax_problems(file: &Path, error: &protox::Error) -> Vec<Problem> {
    // Errors have a file, line and column if they know them, one error a line.
    let text = format!("{error:?}");
    let problem = |line: &str| Problem {
        item: file.display().to_string(),
        // The compiler got full names of options.
        what: line.trim().replace("'(.", "'("),
        fix: "mend the .proto file; for an import that isn't found, add `-I` with its folder".to_owned(),
    };
    text.trim().lines().map(problem).collect()
}

/// Returns the .proto files in a folder and in those below it, sorted.
fn protos(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            // A link may lead to a folder around this one.
            match entry.file_type()? {
                kind if kind.is_dir() => todo.push(path),
                _ if path.extension().is_some_and(|it| it == "proto") && path.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}
