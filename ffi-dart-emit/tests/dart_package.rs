//! Tests the generated package: its files, names that Dart doesn't accept, and that Dart's own
//! tools have no complaint.
//!
//! `FFI_DART` names a `dart` to use, or `FFI_DART_SDK` the folder that has `bin/dart`; otherwise
//! the one on the `PATH` is used. Without one, the tests that need Dart say so and pass.

#[path = "dart_package/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ffi_core::schema::read::{Item, Pass, Reset, Returns, Scalar, Type};
use ffi_dart_emit::c;
use ffi_dart_emit::dart::{Options, package};
use ffi_dart_emit::model::Model;
use schema::{Schema, array, bytes, map, named, option, reference, str, vec};

/// Returns a model with everything that a schema may hold.
fn particles() -> Model {
    let mut schema = Schema::new("particles");
    let f32 = || Type::Scalar(Scalar::F32);
    let mode = schema.enumeration_of(
        Item { doc: "What a particle does.".into(), ..named("Mode") },
        Scalar::U8,
        vec![
            (Item { doc: "Nothing.".into(), ..named("Idle") }, 0),
            (named("Running"), 1),
            (Item { deprecated: Some("use `Running`".into()), ..named("Default") }, 7),
        ],
    );
    let wide = schema.enumeration("Wide", Scalar::U64, &[("Zero", 0), ("Top", i64::MIN), ("All", -1)]);
    let bounds = schema.message("Bounds", &[("min", f32()), ("max", f32())]);
    let scalars = [
        ("b", Scalar::Bool),
        ("i8", Scalar::I8),
        ("i16", Scalar::I16),
        ("i32", Scalar::I32),
        ("i64", Scalar::I64),
        ("u8", Scalar::U8),
        ("u16", Scalar::U16),
        ("u32", Scalar::U32),
        ("u64", Scalar::U64),
        ("f32", Scalar::F32),
        ("f64", Scalar::F64),
    ];
    let mut fields: Vec<_> = scalars.iter().map(|(name, it)| (*name, Type::Scalar(*it))).collect();
    let arrays: Vec<_> = scalars.iter().map(|(name, it)| (format!("{name}_s"), *it)).collect();
    fields.extend(arrays.iter().map(|(name, it)| (name.as_str(), array(Type::Scalar(*it), 3))));
    fields.extend([("value", Type::Scalar(Scalar::U64)), ("class", f32()), ("hash_code", f32())]);
    schema.message("Everything", &fields);
    let hostile = "Sums up.\r\nSee [`Particle::x`], Vec<T>, {@youtube 1} and\0 \u{202e}\n@docImport 'x';  \n a  @Deprecated( b\n\n";
    let particle = schema.message_aligned(
        Item { doc: "A thing that moves.".into(), ..named("Particle") },
        vec![
            (Item { doc: hostile.into(), ..named("x") }, f32()),
            (named("position"), array(f32(), 3)),
            (named("id"), Type::Scalar(Scalar::U64)),
            (named("mode"), mode.clone()),
            (named("kinds"), array(mode.clone(), 2)),
            (named("wide"), wide.clone()),
            (
                Item { deprecated: Some("it's $gone".into()), ..named("flags") },
                array(Type::Scalar(Scalar::Bool), 4),
            ),
            (named("bounds"), bounds.clone()),
            (named("corners"), array(bounds.clone(), 2)),
            (named("transform"), array(array(f32(), 4), 4)),
            (Item { rename: Some("kind".into()), ..named("r#type".trim_start_matches("r#")) }, mode.clone()),
        ],
        8,
    );
    schema.message_aligned(named("Aligned"), vec![(named("x"), f32())], 64);
    let plain = |_: &mut _| {};
    let u32 = || Type::Scalar(Scalar::U32);
    schema.function(
        named("add"),
        &[("a", Pass::Value, f32()), ("b", Pass::Value, f32())],
        Some(f32()),
        |it| {
            it.leaf = true;
        },
    );
    schema.function(
        named("mul"),
        &[("a", Pass::Value, f32()), ("b", Pass::Value, f32())],
        Some(f32()),
        |it| {
            it.leaf = true;
        },
    );
    schema.function(named("reset"), &[], None, plain);
    schema.function(named("fail"), &[("code", Pass::Value, u32())], Some(u32()), |it| it.fallible = true);
    schema.function(
        named("not"),
        &[("flag", Pass::Value, Type::Scalar(Scalar::Bool))],
        Some(Type::Scalar(Scalar::Bool)),
        plain,
    );
    schema.function(named("next_mode"), &[("mode", Pass::Value, mode.clone())], Some(mode.clone()), plain);
    schema.function(
        named("grow"),
        &[("bounds", Pass::Value, bounds.clone()), ("by", Pass::Value, f32())],
        Some(bounds),
        plain,
    );
    schema.function(
        Item {
            doc: "Moves one particle.".into(),
            deprecated: Some(
                "call `step_all`, which is much faster than this one, for all of them at once".into(),
            ),
            ..named("step")
        },
        &[("particle", Pass::Mut, particle.clone()), ("dt", Pass::Value, f32())],
        None,
        plain,
    );
    schema.function(
        named("step_all"),
        &[
            ("particles", Pass::SliceMut, particle.clone()),
            ("dt", Pass::Value, f32()),
            ("result", Pass::Ref, f32()),
        ],
        Some(u32()),
        |it| it.leaf = true,
    );
    schema.function(named("sum"), &[("values", Pass::Slice, f32())], Some(f32()), plain);
    schema.function(
        named("count"),
        &[("modes", Pass::Slice, mode.clone()), ("of", Pass::Ref, mode)],
        Some(u32()),
        plain,
    );
    schema.function(
        named("any"),
        &[("flags", Pass::Slice, Type::Scalar(Scalar::Bool))],
        Some(Type::Scalar(Scalar::Bool)),
        plain,
    );
    schema.model()
}

/// Returns a model of text, lists, options, maps, oneofs and references, each in each other.
fn containers() -> Model {
    let mut schema = Schema::new("containers");
    let of = Type::Scalar;
    let deprecated = |name| Item { deprecated: Some("use another".into()), ..named(name) };
    let mode = schema.enumeration("Mode", Scalar::U16, &[("Off", 0), ("On", 1), ("Auto", 7)]);
    let Type::Enum(mode_id) = mode.clone() else { unreachable!("it is an enum") };
    let point = schema.message("Point", &[("x", of(Scalar::F32)), ("y", of(Scalar::F32))]);
    schema.pool(&point, Reset::Keep);
    let aligned = schema.message_aligned(named("Aligned"), vec![(named("byte"), of(Scalar::U8))], 32);
    let shape = schema.oneof_of(
        Item { doc: "What is drawn.".into(), ..named("Shape") },
        vec![
            (Item { doc: "Its radius.".into(), ..named("Circle") }, Some(of(Scalar::F64))),
            (named("Polygon"), Some(vec(point.clone(), 3))),
            (deprecated("Label"), Some(str(12))),
            (named("Hidden"), None),
            (named("At"), Some(point.clone())),
            (named("Mode"), Some(mode.clone())),
            (named("Flag"), Some(of(Scalar::Bool))),
            (named("Matrix"), Some(array(array(of(Scalar::F32), 2), 2))),
            (named("Maybe"), Some(option(of(Scalar::I64)))),
            (named("Names"), Some(map(str(4), point.clone(), 2))),
            (named("Link"), Some(reference(point.clone()))),
            (named("Blob"), Some(bytes(5))),
        ],
    );
    let node = schema.oneof("Node", &[("Leaf", Some(shape.clone())), ("Wide", Some(aligned.clone()))]);
    let flat = schema.message_aligned(
        named("Flat"),
        vec![
            (named("before"), of(Scalar::U8)),
            (Item { doc: "Its name.".into(), ..named("name") }, str(9)),
            (named("after"), of(Scalar::U8)),
            (deprecated("data"), bytes(3)),
            (named("speed"), option(of(Scalar::F32))),
            (named("tight"), of(Scalar::U8)),
            (named("mode"), option(mode.clone())),
            (named("big"), option(of(Scalar::U64))),
            (named("last"), of(Scalar::Bool)),
        ],
        1,
    );
    let mut lists: Vec<(Item, Type)> = vec![
        (named("numbers"), vec(of(Scalar::U32), 8)),
        (named("bytes"), vec(of(Scalar::U8), 5)),
        (named("doubles"), vec(of(Scalar::F64), 2)),
        (named("flags"), vec(of(Scalar::Bool), 3)),
        (named("modes"), vec(mode.clone(), 4)),
        (named("points"), vec(point.clone(), 4)),
        (named("shapes"), vec(shape.clone(), 2)),
        (named("names"), vec(str(6), 3)),
        (named("blobs"), vec(bytes(6), 3)),
        (named("rows"), vec(vec(of(Scalar::I16), 3), 2)),
        (named("grid"), vec(array(of(Scalar::F32), 3), 2)),
        (named("maybes"), vec(option(of(Scalar::I32)), 3)),
        (named("maybe_points"), vec(option(point.clone()), 3)),
        (named("links"), vec(reference(point.clone()), 2)),
        (named("wides"), vec(aligned.clone(), 2)),
        (named("tables"), vec(map(of(Scalar::U8), str(3), 2), 2)),
    ];
    lists[2].0.deprecated = Some("use `numbers`".into());
    let lists = schema.message_aligned(named("Lists"), lists, 1);
    let fixed = [
        ("shape", shape.clone()),
        ("node", node.clone()),
        ("point", point.clone()),
        ("names", array(str(5), 2)),
        ("points", array(array(point.clone(), 2), 2)),
        ("shapes", array(shape.clone(), 2)),
        ("rows", array(vec(of(Scalar::U16), 2), 3)),
        ("modes", array(mode.clone(), 3)),
        ("maybe_shape", option(shape.clone())),
        ("maybe_name", option(str(3))),
        ("maybe_list", option(vec(point.clone(), 2))),
        ("maybe_array", option(array(of(Scalar::F32), 3))),
        ("maybe_modes", option(array(mode.clone(), 2))),
        ("link", reference(point.clone())),
        ("by_name", map(str(8), of(Scalar::F64), 3)),
        ("by_mode", map(mode.clone(), point.clone(), 2)),
        ("by_link", map(reference(point.clone()), vec(shape.clone(), 1), 2)),
        ("by_id", map(of(Scalar::U64), option(str(2)), 2)),
        ("wide", option(aligned.clone())),
        ("open", Type::Open(mode_id.clone())),
        ("opens", vec(Type::Open(mode_id.clone()), 2)),
        ("open_array", array(Type::Open(mode_id.clone()), 2)),
        ("maybe_open", option(Type::Open(mode_id.clone()))),
        ("twice", option(option(of(Scalar::U32)))),
        ("thrice", vec(option(option(option(point.clone()))), 2)),
        ("by_open", map(Type::Open(mode_id.clone()), of(Scalar::U8), 2)),
        ("tail", of(Scalar::U8)),
    ];
    let fixed = schema.message("Fixed", &fixed);
    let bool = || Some(Type::Scalar(Scalar::Bool));
    for (name, ty) in [("flat", flat), ("lists", lists), ("fixed", fixed)] {
        let (fill, check) = (format!("fill_{name}"), format!("is_filled_{name}"));
        schema.function(named(&fill), &[("it", Pass::Mut, ty.clone())], None, |it| it.leaf = true);
        schema.function(named(&check), &[("it", Pass::Ref, ty)], bool(), |it| it.leaf = true);
    }
    schema.function(
        named("draw"),
        &[("shape", Pass::Ref, shape.clone()), ("all", Pass::SliceMut, shape.clone())],
        Some(shape.clone()),
        |_| {},
    );
    let open = || Type::Open(mode_id.clone());
    schema.function(
        named("same_mode"),
        &[("mode", Pass::Value, open()), ("all", Pass::Slice, open()), ("one", Pass::Ref, open())],
        Some(open()),
        |_| {},
    );
    schema.function(named("turn"), &[("by_value", Pass::Value, shape)], None, |_| {});
    schema.model()
}

fn files(model: &Model) -> BTreeMap<String, String> {
    let files = package(model, &Options::default()).unwrap_or_else(|problems| panic!("{problems}"));
    files.into_iter().map(|it| (it.path.to_str().unwrap().to_owned(), it.contents)).collect()
}

fn problems(schema: &Schema) -> Vec<String> {
    let problems = package(&schema.model(), &Options::default()).expect_err("there are problems");
    problems.0.iter().map(|it| format!("{}: {}", it.item, it.what)).collect()
}

/// Writes a package, and what `dart pub get` would: which folder each package is in.
fn write(root: &Path, files: &BTreeMap<String, String>) {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("dart/ffi_core");
    let mut libraries = files.keys().filter_map(|it| it.strip_prefix("lib/")?.strip_suffix(".dart"));
    let main = libraries.find(|it| !it.contains('/') && *it != "values");
    let main = main.expect("there is a library");
    let package = |name: &str, folder: &str| {
        format!(
            "{{\"name\": \"{name}\", \"rootUri\": \"{folder}\", \"packageUri\": \"lib/\", \
             \"languageVersion\": \"3.8\"}}"
        )
    };
    let named = format!("path: {}", runtime.display());
    let runtime = package("ffi_core", &format!("file://{}", runtime.display()));
    let config = format!("{{\"configVersion\": 2, \"packages\": [{}, {runtime}]}}", package(main, "../"));
    let mut files = files.clone();
    files.insert(".dart_tool/package_config.json".into(), config);
    if let Some(pubspec) = files.get_mut("pubspec.yaml") {
        *pubspec = pubspec.replace("path: ffi_core", &named);
    }
    for (path, contents) in &files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}

/// Names with a meaning in Dart, in `Object` or in the code around them.
const TORTURE: &[&str] = &[
    "abstract",
    "as",
    "assert",
    "async",
    "await",
    "base",
    "bool",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "covariant",
    "default",
    "deferred",
    "do",
    "double",
    "dynamic",
    "else",
    "enum",
    "export",
    "extends",
    "extension",
    "external",
    "factory",
    "false",
    "final",
    "finally",
    "for",
    "function",
    "get",
    "hide",
    "if",
    "implements",
    "import",
    "in",
    "int",
    "interface",
    "is",
    "late",
    "library",
    "mixin",
    "new",
    "null",
    "of",
    "on",
    "operator",
    "part",
    "required",
    "rethrow",
    "return",
    "sealed",
    "set",
    "show",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typedef",
    "var",
    "void",
    "when",
    "while",
    "with",
    "yield",
    "hash_code",
    "runtime_type",
    "to_string",
    "no_such_method",
    "value",
    "values",
    "index",
    "name",
    "from_value",
    "other",
    "set_from",
    "check_length",
    "big_from_bits",
    "bits_from_big",
    "size_of",
    "throw_status",
    "open",
    "instance",
    "path",
    "result",
    "status",
    "memory",
    "load",
    "fail",
    "library_memory",
    "keep_alive",
    "override",
    "check",
    "opened",
    "number",
    "i",
    "_leading",
    "trailing_",
    "address",
    "create",
    "ref",
    "pointer",
    "length",
    "bytes",
    "native",
    "status_clear",
    "list",
    "object",
    "string",
    "pragma",
    "identical",
    "print",
    // Members of generated classes, of lists and maps, and words of .proto and Rust.
    "to_dart",
    "to_native",
    "write_to",
    "target",
    "box",
    "is_present",
    "frozen",
    "bytes_frozen",
    "bytes_used",
    "bytes_written",
    "decode_string",
    "encode_string",
    "throw_tag",
    "tag",
    "payload",
    "view",
    "set_dart",
    "copy",
    "element",
    "at",
    "raw",
    "raw_length",
    "capacity",
    "assign",
    "add",
    "add_zeroed",
    "clear",
    "read",
    "write",
    "zero",
    "detach",
    "first",
    "last",
    "keys",
    "entries",
    "generation",
    "is_none",
    "index_plus_one",
    "fields",
    "cast",
    "map",
    "where",
    "expand",
    "contains",
    "reduce",
    "fold",
    "join",
    "any",
    "to_list",
    "to_set",
    "is_empty",
    "is_not_empty",
    "take",
    "skip",
    "single",
    "element_at",
    "iterator",
    "reversed",
    "add_all",
    "insert",
    "remove",
    "sort",
    "shuffle",
    "length_in_bytes",
    "buffer",
    "offset_in_bytes",
    "element_at_or_null",
    "as_typed_list",
    "free",
    "allocate",
    "message",
    "oneof",
    "repeated",
    "optional",
    "package",
    "service",
    "rpc",
    "returns",
    "reserved",
    "extensions",
    "option",
    "syntax",
    "stream",
    "group",
    "extend",
    "fixed32",
    "sint32",
    "uint64",
    "proto",
    "max",
    "to",
    "crate",
    "self",
    "fn",
    "impl",
    "mod",
    "mut",
    "pub",
    "trait",
    "unsafe",
    "use",
    "dyn",
    "move",
    "match",
    "loop",
    "let",
    "macro",
    "gen",
    "union",
    "priv",
    "become",
    "unsized",
    "virtual",
    "typeof",
    "u8",
    "f64",
    "str",
    "usize",
    "char",
];

/// Returns a model with [`TORTURE`] as every kind of member.
fn torture() -> Model {
    let mut schema = Schema::new("torture");
    let ints = |ty: Type| TORTURE.iter().map(|&name| (name, ty.clone())).collect::<Vec<_>>();
    let values: Vec<_> = TORTURE.iter().zip(0..).map(|(&name, value)| (name, value)).collect();
    let word = schema.enumeration("word", Scalar::I32, &values);
    let scalar = |it| Type::Scalar(it);
    let Type::Enum(word_id) = word.clone() else { unreachable!("it is an enum") };
    let open_word = Type::Open(word_id);
    let inner = schema.message("Inner", &[("x", scalar(Scalar::F32))]);
    schema.pool(&inner, Reset::Zero);
    for (name, ty) in [
        ("ChoiceNothing", None),
        ("ChoiceNumber", Some(scalar(Scalar::U64))),
        ("ChoiceString", Some(str(4))),
        ("ChoiceMessage", Some(inner.clone())),
        ("ChoiceVector", Some(vec(word.clone(), 2))),
    ] {
        // A case can't be called like a class of its neighbours, so each word has a name of its
        // own.
        let mut cases: Vec<_> = TORTURE
            .iter()
            .filter(|word| !["array", "box", "data", "unset"].contains(word))
            .map(|word| (*word, ty.clone()))
            .collect();
        cases.push(("holder", Some(scalar(Scalar::U8))));
        schema.oneof(name, &cases);
    }
    for (name, ty) in [
        ("Numbers", scalar(Scalar::U64)),
        ("Flags", scalar(Scalar::Bool)),
        ("Words", word.clone()),
        ("Nested", inner.clone()),
        ("WordArrays", array(word.clone(), 2)),
        ("NestedArrays", array(inner.clone(), 2)),
        ("NumberArrays", array(scalar(Scalar::F64), 2)),
        ("Strings", str(4)),
        ("Buffers", bytes(4)),
        ("Options", option(scalar(Scalar::U64))),
        ("OptionWords", option(word.clone())),
        ("OptionMessages", option(inner.clone())),
        ("Vectors", vec(scalar(Scalar::U64), 2)),
        ("VectorWords", vec(word.clone(), 2)),
        ("VectorMessages", vec(inner.clone(), 2)),
        ("Maps", map(str(4), inner.clone(), 2)),
        ("References", reference(inner.clone())),
        ("OpenWords", open_word.clone()),
        ("ArraysOfStrings", array(str(4), 2)),
    ] {
        let message = schema.message(name, &ints(ty));
        schema.pool(&message, Reset::Zero);
    }
    for name in TORTURE {
        schema.queue(named(&format!("WAITING_{}", name.to_uppercase())), &inner);
    }
    for name in TORTURE {
        let params = [(*name, Pass::Slice, word.clone()), ("x", Pass::Value, word.clone())];
        schema.function(named(name), &params, Some(word.clone()), |it| {
            it.symbol = format!("torture_ffi_fn_{name}");
        });
    }
    let params: Vec<_> = ints(inner).into_iter().map(|(name, ty)| (name, Pass::Value, ty)).collect();
    schema.function(named("every"), &params, None, |_| {});
    schema.model()
}

/// Returns every word as the name of a message, an enum and a oneof, where it can be one.
fn torture_of_types() -> Model {
    const TYPES: &[&str] = &[
        "List",
        "Iterable",
        "Iterator",
        "Map",
        "MapEntry",
        "Set",
        "Future",
        "Stream",
        "Object",
        "Enum",
        "Record",
        "Type",
        "Symbol",
        "Null",
        "Function",
        "Never",
        "Duration",
        "DateTime",
        "Exception",
        "Error",
        "Comparable",
        "Pattern",
        "RegExp",
        "Uri",
        "StringBuffer",
        "Expando",
        "Union",
        "Opaque",
        "Packed",
        "NativeType",
        "NativeFunction",
        "NativeCallable",
        "Allocator",
        "Native",
        "Finalizer",
        "NativeFinalizer",
        "ByteData",
        "ByteBuffer",
        "TypedData",
        "Endian",
        "ListMixin",
        "MapMixin",
        "ListBase",
        "Platform",
        "Random",
        "Utf8Codec",
        "Invocation",
        "ArgumentError",
        "IndexError",
        "UnsupportedError",
        "Int",
        "Long",
        "Char",
        "Self",
        // Names of the runtime, `dart:ffi` and `dart:typed_data`, which generated code writes with
        // a prefix.
        "BigInt",
        "BigList",
        "FfiException",
        "FfiMap",
        "FfiRef",
        "FfiStatus",
        "FfiValue",
        "LibraryCheck",
        "LibraryMemory",
        "Pointer",
        "PoolState",
        "PoolStats",
        "RangeError",
        "Simd",
        "StateError",
        "Struct",
        "Uint8",
        "Uint8List",
        "Void",
    ];
    use heck::ToUpperCamelCase;
    let mut all = Schema::new("torture_of_types");
    let mut taken = std::collections::HashSet::new();
    let add = |schema: &mut Schema, word: &str| {
        let message = schema.message(word, &[("x", Type::Scalar(Scalar::F32)), ("name", str(3))]);
        schema.pool(&message, Reset::Zero);
        schema.queue(named(&format!("{word}Waiting")), &message);
        let holder = schema.message(&format!("{word}R"), &[("r", reference(message.clone()))]);
        schema.pool(&holder, Reset::Keep);
        schema.enumeration(&format!("{word}E"), Scalar::U8, &[("A", 0)]);
        schema.oneof(&format!("{word}O"), &[("A", Some(vec(Type::Scalar(Scalar::U8), 3)))]);
    };
    for word in TORTURE.iter().copied().chain(TYPES.iter().copied()) {
        let word = word.to_upper_camel_case();
        let mut alone = Schema::new("alone");
        add(&mut alone, &word);
        match package(&alone.model(), &Options::default()) {
            Ok(_) if taken.insert(word.clone()) => add(&mut all, &word),
            Ok(_) => {}
            Err(problems) => {
                let named = problems.0.iter().all(|it| it.what.contains(&word) && it.fix.contains("rename"));
                assert!(named, "{word}: {problems}");
            }
        }
    }
    all.model()
}

/// Pseudo-random numbers, equal in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// Returns a unique name with up to `longest` letters.
    fn name(&mut self, number: usize, longest: u64) -> String {
        let length = usize::try_from(1 + self.below(longest)).unwrap();
        let mut name = format!("x{number}q");
        name.extend(std::iter::repeat_n('n', length.saturating_sub(name.len())));
        name
    }
}

/// Returns one of `types`, or a container of them.
fn random_type(random: &mut Random, types: &[Type], depth: u64) -> Type {
    let cap = 1 + random.below(40);
    if depth == 0 {
        return random.pick(types).clone();
    }
    match random.below(10) {
        0 => array(random_type(random, types, depth - 1), cap),
        1 => vec(random_type(random, types, depth - 1), cap),
        2 => match random_type(random, types, depth - 1) {
            twice @ Type::Option { .. } => twice,
            once => option(once),
        },
        3 => {
            let keys = [str(9), Type::Scalar(Scalar::I8), types[4].clone()];
            map(random.pick(&keys).clone(), random_type(random, types, depth - 1), cap)
        }
        4 => str(cap),
        5 => bytes(cap),
        6 => match types.iter().find(|it| matches!(it, Type::Message(_))) {
            Some(message) => reference(message.clone()),
            None => str(cap),
        },
        _ => random.pick(types).clone(),
    }
}

/// Returns a schema with names of any length, up to `longest`.
fn shape(random: &mut Random, longest: u64) -> Model {
    let mut schema = Schema::new(&random.name(0, 24.min(longest)));
    let mut types: Vec<_> =
        [Scalar::Bool, Scalar::U8, Scalar::U64, Scalar::F32].map(Type::Scalar).into_iter().collect();
    let note = |random: &mut Random| {
        (random.below(3) == 0).then(|| "ü".repeat(usize::try_from(random.below(80)).unwrap()))
    };
    let upper = |name: String| name.replacen('x', "X", 1);
    for number in 1..4 {
        let variants = (0..3).map(|value| {
            (
                Item { deprecated: note(random), ..named(&random.name(value, longest)) },
                i64::try_from(value).unwrap(),
            )
        });
        let variants = variants.collect();
        let name = upper(random.name(number, longest));
        types.push(schema.enumeration_of(named(&name), *random.pick(&[Scalar::I8, Scalar::U64]), variants));
    }
    for number in 4..10 {
        if number % 3 == 1 {
            let cases = (0..4).map(|number| {
                let ty = (random.below(4) > 0).then(|| random_type(random, &types, 2));
                (Item { deprecated: note(random), ..named(&upper(random.name(number, longest))) }, ty)
            });
            let mut cases: Vec<_> = cases.collect();
            cases[0].1 = Some(random_type(random, &types, 2));
            let name = upper(random.name(number, longest));
            let ty = schema.oneof_of(named(&name), cases);
            types.push(ty);
            continue;
        }
        let fields = (0..6).map(|number| {
            let ty = random_type(random, &types, 3);
            (Item { deprecated: note(random), ..named(&random.name(number, longest)) }, ty)
        });
        let fields = fields.collect();
        let name = upper(random.name(number, longest));
        let ty = schema.message_aligned(Item { deprecated: note(random), ..named(&name) }, fields, 1);
        schema.pool(&ty, *random.pick(&[Reset::Zero, Reset::Keep]));
        if random.below(2) == 0 {
            let name = random.name(number, longest);
            schema.queue(Item { deprecated: note(random), ..named(&name) }, &ty);
        }
        types.push(ty);
    }
    for number in 0..6 {
        let passes = [Pass::Value, Pass::Ref, Pass::Mut, Pass::Slice, Pass::SliceMut];
        let params: Vec<_> = (0..usize::try_from(random.below(6)).unwrap())
            .map(|number| (random.name(number, longest), *random.pick(&passes), random.pick(&types).clone()))
            .map(|(name, pass, ty)| match pass {
                Pass::Value if !schema.is_by_value(&ty) => (name, Pass::Ref, ty),
                pass => (name, pass, ty),
            })
            .collect();
        let params: Vec<_> =
            params.iter().map(|(name, pass, ty)| (name.as_str(), *pass, ty.clone())).collect();
        let returns =
            (random.below(4) > 0).then(|| random.pick(&types).clone()).filter(|it| schema.is_by_value(it));
        let pooled = types.iter().find_map(|it| match it {
            Type::Message(id) if random.below(4) == 0 => Some(id.clone()),
            _ => None,
        });
        let (leaf, note) = (random.below(2) == 0, note(random));
        let item = Item { deprecated: note, ..named(&random.name(number, longest)) };
        schema.function(item, &params, returns, |it| {
            it.leaf = leaf;
            it.returns = pooled.map(Returns::Pool).or(it.returns.take());
        });
    }
    schema.model()
}

/// Returns a program that runs Dart, if there is one.
fn dart() -> Option<String> {
    let in_sdk =
        || Path::new(&env::var_os("FFI_DART_SDK")?).join("bin/dart").into_os_string().into_string().ok();
    let named = env::var("FFI_DART").ok().or_else(in_sdk);
    let dart = named.clone().unwrap_or_else(|| "dart".to_owned());
    let runs = Command::new(&dart).arg("--version").output().is_ok_and(|it| it.status.success());
    if !runs {
        assert!(named.is_none(), "`{dart}`, which the environment names, does not run");
        eprintln!("left out: there is no `dart`, on the PATH or as FFI_DART or in FFI_DART_SDK");
    }
    runs.then_some(dart)
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {text}", arguments.join(" "));
}

/// Lints that users may turn on, beside those of the package itself.
const OPTIONS: &str = "
analyzer:
  language:
    strict-casts: true
    strict-inference: true
    strict-raw-types: true
linter:
  rules:
    - camel_case_types
    - comment_references
    - constant_identifier_names
    - curly_braces_in_flow_control_structures
    - dangling_library_doc_comments
    - directives_ordering
    - document_ignores
    - library_private_types_in_public_api
    - non_constant_identifier_names
    - prefer_final_fields
    - public_member_api_docs
    - strict_top_level_inference
    - unintended_html_in_doc_comment
    - unnecessary_getters_setters
    - use_super_parameters
";

#[test]
fn dart_analyze_has_nothing_to_say() {
    let Some(dart) = dart() else { return };
    let root = tempfile::tempdir().unwrap();
    let mut random = Random(1);
    let empty = Schema::new("empty").model();
    let mut enums_only = Schema::new("enums_only");
    enums_only.enumeration("E", Scalar::U8, &[("A", 0)]);
    let mut messages_only = Schema::new("messages_only");
    messages_only.message("M", &[("x", Type::Scalar(Scalar::U8))]);
    let mut functions_only = Schema::new("functions_only");
    functions_only.function(named("f"), &[], None, |_| {});
    let mut by_value = Schema::new("by_value");
    let point = by_value.message("Point", &[("x", Type::Scalar(Scalar::I32))]);
    let params = [("point", Pass::Value, point), ("count", Pass::Value, Type::Scalar(Scalar::U8))];
    by_value.function(named("f"), &params, None, |_| {});
    let mut models =
        vec![particles(), torture(), empty, enums_only.model(), messages_only.model(), containers()];
    models.push(torture_of_types());
    models.extend([functions_only.model(), by_value.model(), mentions()]);
    models.extend((0..12).map(|_| shape(&mut random, 40)));
    for (index, model) in models.iter().enumerate() {
        let root = root.path().join(index.to_string());
        write(&root, &files(model));
        fs::remove_file(root.join("analysis_options.yaml")).unwrap();
    }
    fs::write(root.path().join("analysis_options.yaml"), OPTIONS).unwrap();
    run(&dart, &["analyze", "--fatal-infos", "."], root.path());
}

#[test]
fn dart_format_changes_nothing() {
    let Some(dart) = dart() else { return };
    let root = tempfile::tempdir().unwrap();
    let mut random = Random(2);
    for index in 0..30 {
        let longest = *random.pick(&[8, 20, 30, 40]);
        let files = files(&shape(&mut random, longest));
        write(&root.path().join(index.to_string()), &files);
    }
    write(&root.path().join("particles"), &files(&particles()));
    write(&root.path().join("torture"), &files(&torture()));
    write(&root.path().join("containers"), &files(&containers()));
    run(&dart, &["format", "--output=none", "--set-exit-if-changed", "."], root.path());
}

/// Returns a model whose docs name types of Dart that its package doesn't use.
fn mentions() -> Model {
    let mut schema = Schema::new("mentions");
    let doc = "As a `Uint8List` of `dart:typed_data`, a `Pointer`, a [BigInt] or a `Float64List`.";
    let field = (Item { doc: doc.into(), ..named("x") }, Type::Scalar(Scalar::F32));
    schema.message_aligned(Item { doc: doc.into(), ..named("Plain") }, vec![field], 1);
    schema.model()
}

/// Tests that imports, exports and parts are those that the types of a model need: its docs change
/// none of them.
#[test]
fn docs_change_no_import() {
    let mut schema = Schema::new("mentions");
    schema.message("Plain", &[("x", Type::Scalar(Scalar::F32))]);
    let directives = |model: &Model| -> Vec<(String, String)> {
        let is_directive =
            |line: &&str| ["import ", "export ", "part "].iter().any(|it| line.starts_with(it));
        let of_file = |(path, contents): (String, String)| {
            let lines: Vec<_> = contents.lines().filter(is_directive).map(str::to_owned).collect();
            lines.into_iter().map(move |line| (path.clone(), line))
        };
        files(model).into_iter().filter(|(path, _)| path.ends_with(".dart")).flat_map(of_file).collect()
    };
    let (plain, documented) = (directives(&schema.model()), directives(&mentions()));
    assert!(plain.len() > 8, "{plain:?}");
    assert_eq!(plain, documented);
}

/// Tests that a user reads little code for a plain struct.
#[test]
fn the_classes_of_a_plain_struct_are_short() {
    let mut schema = Schema::new("c");
    let fields = ["x", "y", "z", "w"].map(|name| (name, Type::Scalar(Scalar::F32)));
    schema.message("Point", &fields);
    let files = files(&schema.model());
    let classes = |file: &str, until: Option<&str>| {
        let text = &files[file];
        let start = text.find("\n/// ").unwrap();
        let end = until.map_or(text.len(), |it| text.find(it).expect("the class is there"));
        text[start..end].trim().lines().count()
    };
    let owners = classes("lib/src/messages.g.dart", Some("/// Writes a [PointData]"));
    let value = classes("lib/src/values.g.dart", None);
    assert!(owners <= 120, "view, box, array and lists of fields: {owners} lines");
    assert!(value <= 80, "value: {value} lines");
}

/// Tests that the code of templates stays in its lines, unless a name is very long.
#[test]
fn no_line_is_longer_than_120_columns() {
    let mut random = Random(3);
    let mut long = Vec::new();
    let models = [particles(), containers(), mentions()];
    let models = models.into_iter().chain((0..20).map(|_| shape(&mut random, 8)));
    for (path, contents) in models.flat_map(|model| files(&model)) {
        // The table of symbols is data.
        let code =
            contents.lines().filter(|line| path.ends_with(".dart") && !line.starts_with("  $.Expected("));
        // What a decoder or a copy does with types that are in each other is one expression.
        let code = code.filter(|line| !line.contains("(it) => ") && !path.ends_with("failures.g.dart"));
        let code = code.filter(|line| !line.contains("@Deprecated("));
        long.extend(code.filter(|line| line.chars().count() > 120).map(|line| format!("{path}: {line}")));
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Memory that C wrote is read in Dart and the other way round, and every invalid byte is refused.
#[test]
fn containers_share_memory_with_c() {
    let Some(dart) = dart() else { return };
    if Command::new("gcc").arg("--version").output().is_err() {
        return println!("left out: there is no gcc here");
    }
    let root = tempfile::tempdir().unwrap();
    let model = containers();
    write(root.path(), &files(&model));
    let fingerprints = model.messages.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let fingerprints =
        fingerprints.chain(model.enums.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint)));
    let fingerprints =
        fingerprints.chain(model.oneofs.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint)));
    let functions = model.functions.iter().map(|it| (&it.fingerprint_symbol, it.fingerprint));
    let exports =
        fingerprints.chain(functions).map(|(symbol, it)| format!("const uint64_t {symbol} = {it};\n"));
    fs::write(root.path().join("containers.h"), c::header(&model).unwrap()).unwrap();
    fs::write(root.path().join("fingerprints.h"), exports.collect::<String>()).unwrap();
    fs::write(root.path().join("containers.c"), include_str!("dart_package/containers.c")).unwrap();
    fs::write(root.path().join("containers_test.dart"), include_str!("dart_package/containers_test.dart"))
        .unwrap();
    let warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror"];
    let output = ["-shared", "-fPIC", "-o", "libcontainers.so", "containers.c"];
    run("gcc", &[&warnings[..], &output].concat(), root.path());
    run(&dart, &["analyze", "--fatal-infos", "."], root.path());
    run(&dart, &["format", "--output=none", "--set-exit-if-changed", "containers_test.dart"], root.path());
    let library = root.path().join("libcontainers.so");
    run(&dart, &["--enable-asserts", "containers_test.dart", library.to_str().unwrap()], root.path());
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    assert_eq!(files(&particles()), files(&particles()));
}

#[test]
fn the_package_is_named_as_asked() {
    let options = Options { package: Some("my_sim".into()), ..Options::default() };
    let files = package(&particles(), &options).unwrap();
    let paths: Vec<_> = files.iter().map(|it| it.path.to_str().unwrap()).collect();
    assert_eq!(
        paths,
        [
            "lib/my_sim.dart",
            "lib/values.dart",
            "lib/src/enums.g.dart",
            "lib/src/library.g.dart",
            "lib/src/messages.g.dart",
            "lib/src/values.g.dart",
            "lib/src/arrays.g.dart",
            "README.md",
            "analysis_options.yaml",
            "pubspec.yaml",
        ]
    );
    let library = &files[3].contents;
    for part in ["abstract interface class MySimLibrary ", "'MY_SIM_LIBRARY'", "      'particles',\n"] {
        assert!(library.contains(part), "{part}");
    }
    for bad in ["class", "My", "1st", "a-b", "", "ä", "values"] {
        let options = Options { package: Some(bad.into()), ..Options::default() };
        let problem = &package(&particles(), &options).unwrap_err().0[0];
        assert!(problem.fix.contains("--package"), "{bad}: {problem}");
    }
}

#[test]
fn types_that_generated_code_needs_are_not_redefined() {
    let mut schema = Schema::new("c");
    schema.message("Object", &[("x", Type::Scalar(Scalar::U8))]);
    schema.enumeration("String", Scalar::U8, &[("A", 0)]);
    schema.message_aligned(
        Item { rename: Some("Point3".into()), ..named("Function") },
        vec![(named("x"), Type::Scalar(Scalar::U8))],
        1,
    );
    assert_eq!(
        problems(&schema),
        [
            "enum c::String: its Dart name `String` means something else in generated code",
            "message c::Object: its Dart name `Object` means something else in generated code",
        ]
    );
}

/// Tests that every type that generated code names and that is not the user's has the prefix, or is
/// one that a user can't take.
#[test]
fn no_type_of_generated_code_is_free_to_take() {
    let mut schema = Schema::new("c");
    let scalars = [
        Scalar::Bool,
        Scalar::I8,
        Scalar::I16,
        Scalar::I32,
        Scalar::I64,
        Scalar::U8,
        Scalar::U16,
        Scalar::U32,
        Scalar::U64,
        Scalar::F32,
        Scalar::F64,
    ];
    let names: Vec<_> = (0..scalars.len()).map(|number| format!("f{number}")).collect();
    let with = |ty: fn(Type) -> Type| {
        let fields = names.iter().zip(scalars).map(move |(name, it)| (name.as_str(), ty(Type::Scalar(it))));
        fields.collect::<Vec<_>>()
    };
    let plain = schema.message("Plain", &with(|ty| ty));
    schema.message("Arrays", &with(|ty| array(ty, 2)));
    let word = schema.enumeration("Word", Scalar::U8, &[("A", 0)]);
    schema.message("Held", &[("a", array(plain.clone(), 2)), ("b", array(word.clone(), 2))]);
    for (number, ty) in scalars.map(Type::Scalar).into_iter().chain([plain, word]).enumerate() {
        let params = [("a", Pass::Slice, ty.clone()), ("b", Pass::Ref, ty.clone())];
        schema.function(named(&format!("g{number}")), &params, Some(ty), |_| {});
    }
    let own = [
        "C",
        "Plain",
        "Arrays",
        "Word",
        "Held",
        "Containers",
        "RawContainers",
        "Mode",
        "Point",
        "Aligned",
        "Shape",
        "Node",
        "Flat",
        "Lists",
        "Fixed",
    ];
    let cases = [
        "Unset", "Circle", "Polygon", "Label", "Hidden", "At", "Mode", "Flag", "Matrix", "Maybe", "Names",
        "Link", "Blob", "Leaf", "Wide",
    ];
    let (mut used, mut prefixed) = (std::collections::BTreeSet::new(), 0);
    for (path, contents) in files(&schema.model()).into_iter().chain(files(&containers())) {
        if !path.ends_with(".dart") {
            continue;
        }
        for line in contents.lines() {
            let code = line.split("//").next().unwrap();
            let unquoted: String = code.split('\'').step_by(2).collect();
            prefixed += unquoted.matches("$.").count();
            let words = unquoted.split(|c: char| !c.is_alphanumeric() && !"_$.".contains(c));
            let words = words.map(|word| word.split('.').next().unwrap());
            used.extend(
                words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())).map(str::to_owned),
            );
        }
    }
    let free: Vec<_> = used
        .iter()
        .filter(|name| {
            !own.iter().any(|own| {
                let helpers = [
                    "",
                    "Array",
                    "Box",
                    "Data",
                    "DataNative",
                    "FieldLists",
                    "Library",
                    "LibraryClient",
                    "Pool",
                    "PoolRaw",
                    "Ref",
                ];
                name.strip_prefix("Raw")
                    .unwrap_or(name)
                    .strip_prefix(own)
                    .is_some_and(|rest| helpers.contains(&rest) || cases.contains(&rest))
            })
        })
        .filter(|name| {
            let mut schema = Schema::new("c");
            schema.message(name, &[("x", Type::Scalar(Scalar::U8))]);
            package(&schema.model(), &Options::default()).is_ok()
        })
        .collect();
    assert!(used.contains("String") && used.contains("PointBox") && prefixed > 500, "{prefixed}: {used:?}");
    assert_eq!(free, Vec::<&String>::new());
}

#[test]
fn names_that_meet_in_dart_name_both_owners() {
    let mut schema = Schema::new("c");
    let byte = || Type::Scalar(Scalar::U8);
    let mode = schema.enumeration("Mode", Scalar::U8, &[("OnOff", 0), ("On_Off", 1)]);
    schema.message("M", &[("a_b", byte()), ("aB", byte()), ("mode", mode), ("mode_raw", byte())]);
    schema.message("Dot", &[("id", Type::Scalar(Scalar::U64)), ("id_big", byte())]);
    schema.message("DotArray", &[("x", byte())]);
    schema.message("CLibrary", &[("x", byte())]);
    let slot = schema.message("Slot", &[("x", byte())]);
    schema.pool(&slot, Reset::Zero);
    schema.message("SlotPool", &[("x", byte())]);
    schema.message("SlotRef", &[("x", byte())]);
    schema.message("SlotsQueue", &[("x", byte())]);
    schema.queue(named("SLOTS"), &slot);
    schema.queue(named("SLOTS_QUEUE"), &slot);
    schema.function(
        named("do_it"),
        &[("p_q", Pass::Value, byte()), ("pQ", Pass::Value, byte())],
        None,
        |_| {},
    );
    schema.function(named("doIt"), &[], None, |_| {});
    assert_eq!(
        problems(&schema),
        [
            "enum c::Mode, variant On_Off: its Dart name `onOff` is also that of enum c::Mode, variant OnOff",
            "message c::CLibrary: its Dart name `CLibrary` is also that of library c",
            "message c::Dot, field id_big: its Dart name `idBig` is also that of the BigInt getter of message \
         c::Dot, field id",
            "message c::DotArray: its Dart name `DotArray` is also that of the Array class of message c::Dot",
            "message c::M, field aB: its Dart name `aB` is also that of message c::M, field a_b",
            "the unchecked setter of message c::M, field aB: its Dart name `aBUnchecked` is also that of the unchecked \
             setter of message c::M, field a_b",
            "message c::M, field mode_raw: its Dart name `modeRaw` is also that of the raw getter of message \
         c::M, field mode",
            "message c::SlotPool: its Dart name `SlotPool` is also that of the pool of message c::Slot",
            "message c::SlotRef: its Dart name `SlotRef` is also that of the extension for references to message \
         c::Slot",
            "queue SLOTS: its Dart name `SlotsQueue` is also that of message c::SlotsQueue",
            "queue SLOTS_QUEUE: its Dart name `SlotsQueue` is also that of queue SLOTS",
            "function c_ffi_do_it: its Dart name `doIt` is also that of function c_ffi_doIt",
            "function c_ffi_do_it, parameter pQ: its Dart name `pQ` is also that of function c_ffi_do_it, parameter p_q",
        ]
    );
}

#[test]
fn what_has_no_dart_name_asks_for_one() {
    let mut schema = Schema::new("c");
    let byte = || Type::Scalar(Scalar::U8);
    let renamed = |name: &str, to: &str| Item { rename: Some(to.into()), ..named(name) };
    schema.message_aligned(
        named("M"),
        vec![
            (named("größe"), byte()),
            (named("_1"), byte()),
            (renamed("a", "länge"), byte()),
            (renamed("b", "_hidden"), byte()),
            (renamed("c", "class"), byte()),
            (renamed("e", "Pointer"), byte()),
            (renamed("größer", "larger"), byte()),
        ],
        1,
    );
    let all = package(&schema.model(), &Options::default()).unwrap_err();
    let expected = [
        ("größe", "Dart names are ASCII"),
        ("_1", "there is no Dart name for it"),
        ("a", "`länge` can't be its Dart name"),
        ("b", "`_hidden` can't be its Dart name"),
        ("c", "its Dart name `class` means something else in generated code"),
        ("e", "`Pointer` can't be its Dart name"),
    ];
    assert_eq!(all.0.len(), expected.len(), "{all}");
    for (problem, (field, what)) in all.0.iter().zip(expected) {
        assert_eq!(
            (problem.item.as_str(), problem.what.as_str()),
            (&*format!("message c::M, field {field}"), what)
        );
    }
    assert!(all.0[0].fix.contains("#[ffi(rename"), "{all}");
}

#[test]
fn an_overaligned_message_is_padded_but_not_passed_by_value() {
    let mut schema = Schema::new("c");
    let wide = schema.message_aligned(named("Wide"), vec![(named("x"), Type::Scalar(Scalar::F32))], 16);
    schema.message("Outer", &[("a", Type::Scalar(Scalar::U8)), ("b", wide.clone())]);
    let messages = &files(&schema.model())["lib/src/messages.g.dart"];
    assert!(messages.contains("@$.Array(12) external"), "behind `x`: {messages}");
    assert!(messages.contains("@$.Array(15) external"), "before `b`: {messages}");
    schema.function(named("f"), &[], Some(wide), |_| {});
    assert_eq!(
        problems(&schema),
        [
            "function c_ffi_f: `Wide` is aligned to 16 and not to the 4 of its fields: Dart can't pass it by value",
        ]
    );
}
