//! Finds the types and options that a .proto file names, as protobuf does: from the innermost scope
//! outwards, among what the file declares and what it imports.
//!
//! The pool of `prost-reflect` looks through all files that are compiled, so that a name such as
//! `config.Address` ends at the package `config` of a file that isn't imported. It also follows
//! `import public` through one file only. So each file gets full names and all of its imports
//! before it is compiled. A name that isn't found stays as it is, and the pool says why.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
};

/// Kind of a name in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Package,
    Type,
    Service,
    Extension,
}

impl Kind {
    /// Returns true if there are names within it.
    fn is_scope(self) -> bool {
        self != Self::Extension
    }
}

/// Names that a file declares, and the files that it imports by `import public`.
#[derive(Debug)]
pub(super) struct Names {
    kinds: HashMap<String, Kind>,
    public: Vec<String>,
}

impl Names {
    pub(super) fn of(file: &FileDescriptorProto) -> Self {
        let mut names = Self { kinds: HashMap::new(), public: public(file) };
        let package = file.package();
        let ends = package.match_indices('.').map(|(at, _)| at).chain([package.len()]);
        for end in ends.filter(|end| *end > 0) {
            names.kinds.insert(package[..end].to_owned(), Kind::Package);
        }
        file.message_type.iter().for_each(|it| names.add_message(package, it));
        names.add_types(package, &file.enum_type, &file.extension);
        for service in &file.service {
            names.kinds.insert(join(package, service.name()), Kind::Service);
        }
        names
    }

    fn add_message(&mut self, scope: &str, message: &DescriptorProto) {
        let full = join(scope, message.name());
        message.nested_type.iter().for_each(|it| self.add_message(&full, it));
        self.add_types(&full, &message.enum_type, &message.extension);
        self.kinds.insert(full, Kind::Type);
    }

    fn add_types(&mut self, scope: &str, enums: &[EnumDescriptorProto], extensions: &[FieldDescriptorProto]) {
        let enums = enums.iter().map(|it| (join(scope, it.name()), Kind::Type));
        let extensions = extensions.iter().map(|it| (join(scope, it.name()), Kind::Extension));
        self.kinds.extend(enums.chain(extensions));
    }
}

/// Returns the files that a file imports by `import public`.
fn public(file: &FileDescriptorProto) -> Vec<String> {
    let at = file.public_dependency.iter().filter_map(|at| usize::try_from(*at).ok());
    at.filter_map(|at| file.dependency.get(at).cloned()).collect()
}

/// Returns the names of all files that a file sees: those that it imports, and those that these
/// import by `import public`, through any number of files. `find` returns the names of a file.
pub(super) fn imports(
    file: &FileDescriptorProto,
    mut find: impl FnMut(&str) -> Option<Rc<Names>>,
) -> Vec<(String, Option<Rc<Names>>)> {
    let mut seen: HashSet<String> = file.dependency.iter().cloned().collect();
    let mut todo = file.dependency.clone();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(name) = todo.get(at).cloned() {
        let names = find(&name);
        let more = names.iter().flat_map(|names| &names.public);
        todo.extend(more.filter(|it| seen.insert((*it).clone())).cloned());
        found.push((name, names));
        at += 1;
    }
    found
}

/// Gives the names in a file their full form, and the file all of its imports.
pub(super) fn complete(file: &mut FileDescriptorProto, imports: Vec<(String, Option<Rc<Names>>)>) {
    let own = Rc::new(Names::of(file));
    let (names, known): (Vec<_>, Vec<_>) = imports.into_iter().unzip();
    // Those that it names itself come first.
    file.dependency.extend(names.into_iter().skip(file.dependency.len()));
    let scopes = Scopes(known.into_iter().flatten().chain([own]).collect());
    let package = file.package().to_owned();
    if let Some(options) = &mut file.options {
        scopes.options(&package, &mut options.uninterpreted_option);
    }
    file.message_type.iter_mut().for_each(|it| scopes.message(&package, it));
    file.enum_type.iter_mut().for_each(|it| scopes.enumeration(&package, it));
    file.extension.iter_mut().for_each(|it| scopes.field(&package, it));
    for service in &mut file.service {
        let full = join(&package, service.name());
        if let Some(options) = &mut service.options {
            scopes.options(&full, &mut options.uninterpreted_option);
        }
        for method in &mut service.method {
            let full = join(&full, method.name());
            scopes.name(&full, &mut method.input_type, Kind::Type);
            scopes.name(&full, &mut method.output_type, Kind::Type);
            if let Some(options) = &mut method.options {
                scopes.options(&full, &mut options.uninterpreted_option);
            }
        }
    }
}

/// Names that a file sees, those of each file on their own.
struct Scopes(Vec<Rc<Names>>);

impl Scopes {
    fn find(&self, full: &str) -> Option<Kind> {
        self.0.iter().find_map(|names| names.kinds.get(full).copied())
    }

    /// Returns the full name of what `name` is in `scope`. The first part of a name decides which
    /// scope has it, and the rest must be there.
    fn full(&self, scope: &str, name: &str, wanted: Kind) -> Option<String> {
        let first = name.split('.').next().unwrap_or_default();
        let outer = scope.rmatch_indices('.').map(|(at, _)| &scope[..at]);
        let mut scopes = [scope].into_iter().chain(outer).chain([""]);
        scopes.find_map(|scope| {
            let found = self.find(&join(scope, first))?;
            if first.len() == name.len() {
                return (found == wanted).then(|| Some(join(scope, name)));
            }
            let full = join(scope, name);
            found.is_scope().then(|| (self.find(&full) == Some(wanted)).then_some(full))
        })?
    }

    fn name(&self, scope: &str, name: &mut Option<String>, wanted: Kind) {
        let Some(text) = name.as_mut().filter(|it| !it.is_empty() && !it.starts_with('.')) else { return };
        if let Some(full) = self.full(scope, text, wanted) {
            *text = format!(".{full}");
        }
    }

    fn message(&self, scope: &str, message: &mut DescriptorProto) {
        let full = join(scope, message.name());
        if let Some(options) = &mut message.options {
            self.options(&full, &mut options.uninterpreted_option);
        }
        message.field.iter_mut().chain(&mut message.extension).for_each(|it| self.field(&full, it));
        message.nested_type.iter_mut().for_each(|it| self.message(&full, it));
        message.enum_type.iter_mut().for_each(|it| self.enumeration(&full, it));
        for oneof in &mut message.oneof_decl {
            let full = join(&full, oneof.name());
            if let Some(options) = &mut oneof.options {
                self.options(&full, &mut options.uninterpreted_option);
            }
        }
        for range in &mut message.extension_range {
            if let Some(options) = &mut range.options {
                self.options(&full, &mut options.uninterpreted_option);
            }
        }
    }

    fn field(&self, scope: &str, field: &mut FieldDescriptorProto) {
        let full = join(scope, field.name());
        self.name(&full, &mut field.type_name, Kind::Type);
        self.name(&full, &mut field.extendee, Kind::Type);
        if let Some(options) = &mut field.options {
            self.options(&full, &mut options.uninterpreted_option);
        }
    }

    fn enumeration(&self, scope: &str, it: &mut EnumDescriptorProto) {
        let full = join(scope, it.name());
        if let Some(options) = &mut it.options {
            self.options(&full, &mut options.uninterpreted_option);
        }
        for value in &mut it.value {
            // The values of an enum are beside it.
            let full = join(scope, value.name());
            if let Some(options) = &mut value.options {
                self.options(&full, &mut options.uninterpreted_option);
            }
        }
    }

    fn options(&self, scope: &str, options: &mut [UninterpretedOption]) {
        for part in options.iter_mut().flat_map(|it| &mut it.name).filter(|part| part.is_extension) {
            if !part.name_part.starts_with('.')
                && let Some(full) = self.full(scope, &part.name_part, Kind::Extension)
            {
                part.name_part = format!(".{full}");
            }
        }
    }
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
