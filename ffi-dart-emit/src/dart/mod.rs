//! Writes a model as a Dart package.
//!
//! Each kind of item has a file here that fills its template in `templates/dart/`, where the
//! classes stand; identifiers come from `names.rs`, docs from `docs.rs`. The code that is equal in
//! every package is a real Dart package of its own, `dart/ffi_core`.

mod all_throws;
mod arena;
mod argument;
mod binding;
mod callback;
mod columns;
mod composite;
mod container;
mod crossing;
mod docs;
mod enumeration;
mod error;
mod exports;
pub mod hook;
mod input;
mod layout;
mod lead;
mod library;
mod listener;
mod message;
mod names;
mod newtype;
mod object;
mod oneof;
mod outcome;
mod owners;
pub mod placement;
mod places;
mod pool;
pub mod runtime;
mod scratch;
mod simd;
mod started;
mod throws;
mod types;
mod value;

use std::path::Path;

use askama::Template;

use crate::model::{Composite, Machine, Model, Param, Passing, Problem, Problems, Target, Type, Value};
use crate::output::OutputFile;
use crate::parallel::both;
use crate::progress::Meter;
use crate::template::render;

pub use binding::Form;

use arena::{ArenaOwnersFile, ArenasFile};
use composite::{MessagesFile, ValuesFile};
use enumeration::{ArraysFile, EnumsFile};
use error::{ErrorsFile, FailuresFile};
use hook::NativeAssets;
use library::LibraryFile;
use names::Names;
use newtype::{NewtypeArraysFile, NewtypesFile};
use object::ObjectsFile;
use pool::PoolsFile;
use simd::SimdFile;
use types::Types;

/// Path of the file with the library's class in a package.
pub const LIBRARY_FILE: &str = "lib/src/library.g.dart";

/// Options of a package.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the package; `None` for that of the library.
    pub package: Option<String>,
    /// The folder of the runtime, relative to the package: `ffi_core` if there is none.
    pub runtime: Option<String>,
    /// Code that the package bundles with the app that uses it, if any.
    pub native_assets: Option<NativeAssets>,
    /// Counts the classes that are written.
    pub meter: Meter,
}

/// Writes the package of `model`. One model always gives the same bytes.
///
/// # Errors
///
/// Returns a problem for each item without a Dart name, and for each layout that Dart can't have.
pub fn package(model: &Model, options: &Options) -> Result<Vec<OutputFile>, Problems> {
    let names = checked_names(model, options)?;
    let package = &names.package;
    let types = Types::new(model, &names);
    let meter = &options.meter;
    let readme = Readme {
        names: &names,
        file: &model.library.name,
        call: example(model, &names),
        message: model
            .messages
            .iter()
            .find(|it| it.arena.is_none())
            .map_or("Thing", |it| &names.of(&it.id).name),
        native_assets: options.native_assets.is_some(),
        pooled: pool::pooled(model).next().map(|(it, _)| &*names.of(&it.id).name),
    };
    // Without a code asset there is nothing that Dart could resolve.
    let form = options.native_assets.as_ref().map(|it| it.bindings);
    let pools = PoolsFile::new(model, &names, form.unwrap_or_default());
    let simd = SimdFile::new(model, &names);
    let arrays = ArraysFile::new(model, &names);
    let arenas = ArenasFile::new(&types);
    let arena_owners = ArenaOwnersFile::new(model, &names);
    let newtypes = NewtypesFile::new(&types);
    let newtype_arrays = NewtypeArraysFile::new(&types);
    let file = &model.library.name;
    let any = !model.messages.is_empty()
        || !model.oneofs.is_empty()
        || !model.enums.is_empty()
        || !model.newtypes.is_empty()
        || !model.errors.is_empty();
    let exports = [
        arena_owners.is_some().then_some(exports::ARENA_OWNERS),
        Some(exports::MEMORY),
        simd.is_some().then_some(exports::SIMD),
    ];
    let mut main = MainFile {
        names: &names,
        file,
        exports: Vec::new(),
        arenas: arena_owners.is_some(),
        arrays: arrays.is_some(),
        newtypes: newtype_arrays.is_some(),
        errors: !model.errors.is_empty(),
        objects: !model.objects.is_empty(),
        listeners: !model.listeners.is_empty(),
        pools: pools.is_some(),
        simd: simd.is_some(),
    };
    let library = LibraryFile::new(model, &names, form);
    let objects = ObjectsFile::new(model, &names, &library.members);
    let mut generated: Vec<(String, String)> = vec![
        (
            "lib/values.dart".into(),
            render(&ValuesLibrary {
                file,
                any,
                arenas: arenas.is_some(),
                errors: main.errors,
                newtypes: newtypes.is_some(),
                imports: newtype::imported_by_values(&names, model)
                    .into_iter()
                    .map(|index| (index, &*names.imports[index]))
                    .collect(),
            }),
        ),
        ("lib/src/enums.g.dart".into(), render(&EnumsFile::new(model, &names))),
        (LIBRARY_FILE.into(), render(&library)),
    ];
    let first = generated.len();
    generated.extend(arenas.map(|it| ("lib/src/arenas.g.dart".into(), render(&it))));
    generated.extend(arena_owners.map(|it| ("lib/src/arena_owners.g.dart".into(), render(&it))));
    generated.extend(arrays.map(|it| ("lib/src/arrays.g.dart".into(), render(&it))));
    generated.extend(newtypes.map(|it| ("lib/src/newtypes.g.dart".into(), render(&it))));
    generated.extend(newtype_arrays.map(|it| ("lib/src/newtype_arrays.g.dart".into(), render(&it))));
    if main.errors {
        generated.push(("lib/src/errors.g.dart".into(), render(&ErrorsFile::new(&types))));
        generated.push(("lib/src/failures.g.dart".into(), render(&FailuresFile::new(&types))));
    }
    let listeners = listener::ListenersFile::new(model, &names);
    generated.extend(listeners.map(|it| ("lib/src/listeners.g.dart".into(), render(&it))));
    generated.extend(objects.map(|it| ("lib/src/objects.g.dart".into(), render(&it))));
    generated.extend(pools.map(|it| ("lib/src/pools.g.dart".into(), render(&it))));
    if let Some(simd) = simd {
        generated.push(("lib/src/simd.g.dart".into(), render(&simd)));
    }
    let generated = generated.into_iter().map(|(path, body)| OutputFile::generated(path, body));
    let mut files: Vec<_> = generated.collect();
    // The largest ones, whose checksums take as long as a tenth of their text.
    let (messages, values) = both(
        || OutputFile::rendered("lib/src/messages.g.dart", &MessagesFile::new(&types, meter)),
        || OutputFile::rendered("lib/src/values.g.dart", &ValuesFile::new(&types, meter)),
    );
    files.splice(first..first, [messages, values]);
    let declare = |file: &&OutputFile| VALUES_PARTS.iter().any(|part| file.path == Path::new(part));
    let values: Vec<_> = files.iter().filter(declare).map(|file| file.contents.as_str()).collect();
    main.exports = exports.into_iter().flatten().map(|it| it.directive(&values)).collect();
    files.insert(0, OutputFile::generated(format!("lib/{package}.dart"), render(&main)));
    files.extend(options.native_assets.as_ref().and_then(|assets| assets.hook(&names, file)));
    files.extend([
        OutputFile::starter("README.md", render(&readme)),
        OutputFile::starter(
            "analysis_options.yaml",
            include_str!("../../templates/dart/analysis_options.yaml"),
        ),
        OutputFile::starter(
            "pubspec.yaml",
            render(&Pubspec {
                names: &names,
                runtime: options.runtime.as_deref().unwrap_or(runtime::PACKAGE),
                packages: newtype::packages(&names),
            }),
        ),
    ]);
    Ok(files)
}

/// Checks that [`package`] could write `model`, without writing it.
///
/// # Errors
///
/// Returns the errors of [`package`].
pub fn check(model: &Model, options: &Options) -> Result<(), Problems> {
    checked_names(model, options).map(|_| ())
}

fn checked_names<'a>(model: &'a Model, options: &Options) -> Result<Names<'a>, Problems> {
    check_targets(model)?;
    check_keys(model)?;
    let names = Names::new(model, options.package.as_deref().unwrap_or(&model.library.name))?;
    library::check(&Types::new(model, &names))?;
    Ok(names)
}

/// Refuses machines that Dart doesn't run on.
fn check_targets(model: &Model) -> Result<(), Problems> {
    let problems: Vec<_> = model
        .targets
        .iter()
        .filter_map(|target| {
            Some(Problem {
                item: format!("target {}", target.name),
                what: format!("not supported: {}", refusal(target)?),
                fix: "build it for a machine that Dart runs on: x86_64, aarch64, arm or riscv, little endian"
                    .to_owned(),
            })
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// Returns the reason why Dart can't use a library for `target`, if there is one.
fn refusal(target: &Target) -> Option<&'static str> {
    match target.machine {
        Machine::X86 if target.windows => Some("there is no Dart for 32-bit x86"),
        Machine::X86 => Some("its 64-bit numbers are aligned to 4, and there is no Dart for 32-bit x86"),
        Machine::WebAssembly => Some("dart:ffi can't call WebAssembly"),
        _ if target.big_endian => Some("it is big endian, and there is no Dart for big-endian machines"),
        Machine::Other => Some("there is no Dart for this machine"),
        Machine::X86_64 | Machine::Arm | Machine::Aarch64 | Machine::Riscv => None,
    }
}

/// Refuses keys that have no form in Dart.
fn check_keys(model: &Model) -> Result<(), Problems> {
    let mut problems = Vec::new();
    let mut check = |item: String, ty: &Type| {
        ty.walk_all(&mut |part| {
            if matches!(part, Type::Map { key, .. } | Type::ArenaMap { key, .. } if !is_key(key)) {
                problems.push(Problem {
                    item: item.clone(),
                    what: "the keys of its `FfiMap` can't be looked up in Dart".into(),
                    fix: "use a number, `bool`, enum, `FfiStr`, `FfiRef`, a logical type, or a newtype of one of these as the key".into(),
                });
            }
        });
    };
    for composite in model.by_dependency() {
        let (kind, id) = match composite {
            Composite::Message(it) => ("message", &it.id),
            Composite::Oneof(it) => ("oneof", &it.id),
        };
        for ty in composite.types() {
            check(format!("{kind} {id}"), ty);
        }
    }
    for error in &model.errors {
        for ty in error.values() {
            check(format!("error {}", error.id), ty);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

fn is_key(ty: &Type) -> bool {
    matches!(
        ty.physical(),
        Type::Scalar(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Str { .. }
            | Type::ArenaStr
            | Type::Logical(_)
            | Type::Ref(_)
    )
}

/// Parts of the library with the values.
const VALUES_PARTS: [&str; 5] = [
    "lib/src/arenas.g.dart",
    "lib/src/enums.g.dart",
    "lib/src/errors.g.dart",
    "lib/src/newtypes.g.dart",
    "lib/src/values.g.dart",
];

/// Library that users import; the other files are its parts.
#[derive(Template)]
#[template(path = "dart/package.dart.jinja", escape = "none")]
struct MainFile<'a> {
    names: &'a Names<'a>,
    file: &'a str,
    /// Directives that export libraries of the runtime.
    exports: Vec<String>,
    arenas: bool,
    arrays: bool,
    newtypes: bool,
    errors: bool,
    objects: bool,
    listeners: bool,
    pools: bool,
    simd: bool,
}

/// Library with the values, enums and exceptions, which needs no memory.
#[derive(Template)]
#[template(path = "dart/values_library.dart.jinja", escape = "none")]
struct ValuesLibrary<'a> {
    file: &'a str,
    /// True if there is a value, an enum, a newtype or an error.
    any: bool,
    arenas: bool,
    errors: bool,
    newtypes: bool,
    /// Libraries of the user's, each with the number in its prefix.
    imports: Vec<(usize, &'a str)>,
}

#[derive(Template)]
#[template(path = "dart/README.md.jinja", escape = "none")]
struct Readme<'a> {
    names: &'a Names<'a>,
    file: &'a str,
    /// A call whose arguments are all literals.
    call: Option<String>,
    message: &'a str,
    /// True if a hook bundles the library.
    native_assets: bool,
    /// First message that has a pool.
    pooled: Option<&'a str>,
}

fn example(model: &Model, names: &Names<'_>) -> Option<String> {
    let literal = |param: &Param| match param.passing {
        Passing::Value(Value::Scalar(it)) => match types::scalar(it).dart {
            "bool" => Some("true"),
            "double" => Some("1.5"),
            _ => Some("1"),
        },
        _ => None,
    };
    let functions = model.functions.iter().zip(&names.functions).filter(|(it, _)| it.member.is_none());
    functions.into_iter().find_map(|(it, own)| {
        let arguments: Option<Vec<_>> = it.params.iter().map(literal).collect();
        let arguments = own.params.iter().map(String::as_str).zip(arguments?);
        let arguments = layout::Parameters::arguments(arguments, &it.named()).all();
        let call = format!("library.{}({})", own.name, arguments.join(", "));
        Some(if it.returns.is_some() { format!("print({call});") } else { format!("{call};") })
    })
}

#[derive(Template)]
#[template(path = "dart/pubspec.yaml.jinja", escape = "none")]
struct Pubspec<'a> {
    names: &'a Names<'a>,
    runtime: &'a str,
    /// Packages of the user's with types that stand for newtypes.
    packages: Vec<&'a str>,
}
