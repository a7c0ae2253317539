//! Divides the types of a model among .proto files.
//!
//! A file has one package, and files can't import each other in a circle, although packages may
//! refer to each other both ways. So a file has the types of one package and one level: the most
//! changes of package on a way from the type through those that it holds. A file then only imports
//! files of lower levels, and of its own package. Usually that is one file for each package.
//!
//! Types of `google.protobuf` are in protobuf's own files, which are imported.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, EnumDescriptor, MessageDescriptor};
use protox::file::GoogleFileResolver;

use super::graph::components;
use super::names::{Names, PROTOBUF, TypeNames};
use crate::model::{Model, Problem, Problems, Type, TypeId};

/// Types of a model by the files that they are written to.
pub struct Files<'a> {
    /// The files, each after those that it imports.
    pub files: Vec<File>,
    /// Type -> name of the file that declares it.
    homes: HashMap<&'a TypeId, String>,
}

/// A file that is written.
pub struct File {
    pub name: String,
    pub package: String,
    /// True for the file that the export is named after, which has services and options.
    pub is_main: bool,
}

/// Protobuf's own files, but those of its compiler.
const KNOWN: [&str; 11] = [
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

/// Protobuf's own files, compiled.
static KNOWN_POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let mut compiler = protox::Compiler::with_file_resolver(GoogleFileResolver::new());
    for name in KNOWN {
        compiler.open_file(name).expect("protox has protobuf's own files");
    }
    compiler.descriptor_pool()
});

/// Returns the descriptor of the options of files.
pub fn file_options() -> MessageDescriptor {
    let name = "google.protobuf.FileOptions";
    KNOWN_POOL.get_message_by_name(name).expect("it is in descriptor.proto")
}

/// Returns the types that a type refers to, each with a flattened oneof in place of the field.
pub fn references<'a>(model: &'a Model, ty: &'a Type, flat: bool, found: &mut Vec<&'a TypeId>) {
    ty.walk_all(&mut |part| match part {
        Type::Message(index) | Type::Ref(index) => found.push(&model.message(*index).id),
        Type::Enum(index) | Type::Open(index) => found.push(&model.enumeration(*index).id),
        Type::Oneof(index) if flat => {
            let cases = &model.oneof(*index).cases;
            cases.iter().filter_map(|case| case.ty.as_ref()).for_each(|ty| {
                references(model, ty, false, found);
            });
        }
        Type::Oneof(index) => found.push(&model.oneof(*index).id),
        _ => {}
    });
}

impl<'a> Files<'a> {
    /// Divides the types of `model` that `names` has, but those in `unwritten`. `main` is the name
    /// of the file of `package`.
    pub fn new(
        model: &'a Model,
        names: &Names<'a>,
        unwritten: impl Fn(&TypeId) -> bool,
        package: &str,
        main: &str,
    ) -> Result<Self, Problems> {
        let (mut homes, mut problems) = (HashMap::new(), Vec::new());
        // Types that are in each other are in one file.
        let mut groups: BTreeMap<(&str, &str), Vec<&'a TypeId>> = BTreeMap::new();
        let mut types: Vec<_> = names.types().filter(|(id, _)| !unwritten(id)).collect();
        types.sort_by_key(|(id, _)| *id);
        for (id, it) in types {
            if it.package == PROTOBUF {
                match known(it) {
                    Ok(file) => _ = homes.insert(id, file),
                    Err(what) => problems.push(known_problem(id, what)),
                }
                continue;
            }
            let outermost = it.path.split('.').next().unwrap_or_default();
            groups.entry((&it.package, outermost)).or_default().push(id);
        }
        let index: HashMap<&TypeId, usize> = groups
            .values()
            .enumerate()
            .flat_map(|(group, ids)| ids.iter().map(move |id| (*id, group)))
            .collect();
        let mut edges = vec![Vec::new(); groups.len() + 1];
        let mut connect = |id: &TypeId, found: Vec<&TypeId>| {
            let Some(from) = index.get(id) else { return };
            edges[*from].extend(found.iter().filter_map(|id| index.get(id)).filter(|to| *to != from));
        };
        for it in &model.messages {
            let mut found = Vec::new();
            it.fields.iter().for_each(|field| references(model, &field.ty, field.wire.flat, &mut found));
            connect(&it.id, found);
        }
        for it in &model.oneofs {
            let mut found = Vec::new();
            let types = it.cases.iter().filter_map(|case| case.ty.as_ref());
            types.for_each(|ty| references(model, ty, false, &mut found));
            connect(&it.id, found);
        }
        // The services of the main file may refer to anything.
        let services = groups.len();
        if model.objects.iter().any(|it| it.is_service) {
            edges[services] = (0..services).collect();
        }
        let packages: Vec<&str> = groups.keys().map(|(package, _)| *package).chain([package]).collect();
        let levels = match levels(&edges, &packages) {
            Ok(levels) => levels,
            Err((one, other)) => {
                problems.push(Problem {
                    item: format!("packages {one} and {other}"),
                    what: "types of each hold types of the other in a circle, which no .proto files can say"
                        .to_owned(),
                    fix: "put them into one package with `#[ffi(proto(package = \"..\"))]`".to_owned(),
                });
                vec![0; packages.len()]
            }
        };
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        // The main file has the highest level of its package.
        let mut most: HashMap<&str, usize> = HashMap::new();
        for (level, of) in levels.iter().zip(&packages) {
            let most = most.entry(*of).or_default();
            *most = (*most).max(*level);
        }
        let mut files = BTreeMap::new();
        let none = Vec::new();
        for ((level, of), ids) in levels.iter().zip(&packages).zip(groups.values().chain([&none])) {
            let is_last = *level == most[*of];
            let is_main = *of == package && is_last;
            let stem = match *of == package {
                true => main.strip_suffix(".proto").unwrap_or(main).to_owned(),
                false => of.replace('.', "_"),
            };
            let mut name = match level {
                _ if is_main => main.to_owned(),
                _ if is_last => format!("{stem}.proto"),
                level => format!("{stem}_{level}.proto"),
            };
            while !is_main && (name == main || name == super::OPTIONS_FILE) {
                name = format!("_{name}");
            }
            ids.iter().for_each(|id| _ = homes.insert(*id, name.clone()));
            files.insert((*level, *of), File { name, package: (*of).to_owned(), is_main });
        }
        Ok(Self { files: files.into_values().collect(), homes })
    }

    /// Returns the name of the file that declares a type.
    pub fn home(&self, id: &TypeId) -> &str {
        self.homes.get(id).map_or("", String::as_str)
    }
}

/// Returns the level of each node: the most changes of package on a way that begins there, or more
/// if those that refer to it allow it, as each level of a package is a file. The error is two
/// packages in a circle.
fn levels<'p>(edges: &[Vec<usize>], packages: &[&'p str]) -> Result<Vec<usize>, (&'p str, &'p str)> {
    let components = components(edges);
    let mut order: Vec<_> = (0..edges.len()).collect();
    order.sort_by_key(|node| components[*node]);
    let change = |from: usize, to: usize| usize::from(packages[from] != packages[to]);
    let (mut levels, mut package) = (vec![0; edges.len()], vec![None; edges.len()]);
    for node in order.iter().copied() {
        let component = components[node];
        let other = *package[component].get_or_insert(packages[node]);
        if other != packages[node] {
            return Err((other, packages[node]));
        }
        for to in &edges[node] {
            levels[component] = levels[component].max(levels[components[*to]] + change(node, *to));
        }
    }
    let mut most = HashMap::new();
    for node in order.iter().copied() {
        let level = levels[components[node]];
        most.entry(packages[node]).and_modify(|it: &mut usize| *it = level.max(*it)).or_insert(level);
    }
    order.iter().for_each(|node| levels[components[*node]] = most[packages[*node]]);
    // Those that refer to a node come before it here, so their levels are known.
    for node in order.into_iter().rev() {
        let level = levels[components[node]];
        for to in &edges[node] {
            let at = &mut levels[components[*to]];
            *at = (*at).min(level - change(node, *to));
        }
    }
    Ok(components.iter().map(|component| levels[*component]).collect())
}

/// Returns the file of protobuf with a type of `google.protobuf`; the error is the reason why it
/// isn't that type.
fn known(names: &TypeNames) -> Result<String, String> {
    let full = format!("{PROTOBUF}.{}", names.path);
    if let Some(it) = KNOWN_POOL.get_message_by_name(&full) {
        let has = |name: &str| name.is_empty() || has_member(&it, name);
        return match names.members.iter().find(|member| !has(&member.name)) {
            None => Ok(it.parent_file().name().to_owned()),
            Some(member) => Err(format!("`{full}` of protobuf has no `{}`", member.name)),
        };
    }
    if let Some(it) = KNOWN_POOL.get_enum_by_name(&full) {
        let has = |name: &str| EnumDescriptor::get_value_by_name(&it, name).is_some();
        return match names.members.iter().find(|member| !has(&member.name)) {
            None => Ok(it.parent_file().name().to_owned()),
            Some(member) => Err(format!("`{full}` of protobuf has no `{}`", member.name)),
        };
    }
    Err(format!("protobuf has no `{full}`"))
}

/// Returns true if a message has a field or a oneof of that name.
fn has_member(it: &MessageDescriptor, name: &str) -> bool {
    it.get_field_by_name(name).is_some() || it.oneofs().any(|oneof| oneof.name() == name)
}

fn known_problem(id: &TypeId, what: String) -> Problem {
    let fix = "take another package for `#[ffi(proto(package = \"..\"))]`, or the members of protobuf's type";
    Problem { item: format!("type {id}"), what, fix: fix.to_owned() }
}
