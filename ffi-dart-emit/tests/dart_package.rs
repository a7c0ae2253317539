//! The generated package: what is in it, what has no Dart name, and that Dart's own tools have nothing to say.
//!
//! `FFI_DART` names a `dart` to use; without it the one on the `PATH` is taken, and without that the tests that need
//! Dart say so and pass.

#[path = "dart_package/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ffi_core::schema::read::{Item, Pass, Scalar, Type};
use ffi_dart_emit::dart::{Options, package};
use ffi_dart_emit::model::Model;
use schema::{Schema, array, named};

/// Everything that a schema may hold.
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
        ("b", Scalar::Bool), ("i8", Scalar::I8), ("i16", Scalar::I16), ("i32", Scalar::I32),
        ("i64", Scalar::I64), ("u8", Scalar::U8), ("u16", Scalar::U16), ("u32", Scalar::U32),
        ("u64", Scalar::U64), ("f32", Scalar::F32), ("f64", Scalar::F64),
    ];
    let mut fields: Vec<_> = scalars.iter().map(|(name, it)| (*name, Type::Scalar(*it))).collect();
    let arrays: Vec<_> = scalars.iter().map(|(name, it)| (format!("{name}_s"), *it)).collect();
    fields.extend(arrays.iter().map(|(name, it)| (name.as_str(), array(Type::Scalar(*it), 3))));
    fields.extend([("value", Type::Scalar(Scalar::U64)), ("class", f32()), ("hash_code", f32())]);
    schema.message("Everything", &fields);
    let hostile = "Sums up.\r\nSee [`Particle::x`], Vec<T>, {@youtube 1} and\0 \u{202e}\n@docImport 'x';  \n\n";
    let particle = schema.message_aligned(
        Item { doc: "A thing that moves.".into(), ..named("Particle") },
        vec![
            (Item { doc: hostile.into(), ..named("x") }, f32()),
            (named("position"), array(f32(), 3)),
            (named("id"), Type::Scalar(Scalar::U64)),
            (named("mode"), mode.clone()),
            (named("kinds"), array(mode.clone(), 2)),
            (named("wide"), wide.clone()),
            (Item { deprecated: Some("it's $gone".into()), ..named("flags") }, array(Type::Scalar(Scalar::Bool), 4)),
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
    schema.function(named("add"), &[("a", Pass::Value, f32()), ("b", Pass::Value, f32())], Some(f32()), |it| {
        it.leaf = true;
    });
    schema.function(named("mul"), &[("a", Pass::Value, f32()), ("b", Pass::Value, f32())], Some(f32()), |it| {
        it.leaf = true;
    });
    schema.function(named("reset"), &[], None, plain);
    schema.function(named("fail"), &[("code", Pass::Value, u32())], Some(u32()), |it| it.fallible = true);
    schema.function(named("not"), &[("flag", Pass::Value, Type::Scalar(Scalar::Bool))], Some(Type::Scalar(Scalar::Bool)), plain);
    schema.function(named("next_mode"), &[("mode", Pass::Value, mode.clone())], Some(mode.clone()), plain);
    schema.function(named("grow"), &[("bounds", Pass::Value, bounds.clone()), ("by", Pass::Value, f32())], Some(bounds), plain);
    schema.function(
        Item {
            doc: "Moves one particle.".into(),
            deprecated: Some("call `step_all`, which is much faster than this one, for all of them at once".into()),
            ..named("step")
        },
        &[("particle", Pass::Mut, particle.clone()), ("dt", Pass::Value, f32())],
        None,
        plain,
    );
    schema.function(
        named("step_all"),
        &[("particles", Pass::SliceMut, particle.clone()), ("dt", Pass::Value, f32()), ("result", Pass::Ref, f32())],
        Some(u32()),
        |it| it.leaf = true,
    );
    schema.function(named("sum"), &[("values", Pass::Slice, f32())], Some(f32()), plain);
    schema.function(named("count"), &[("modes", Pass::Slice, mode.clone()), ("of", Pass::Ref, mode)], Some(u32()), plain);
    schema.function(named("any"), &[("flags", Pass::Slice, Type::Scalar(Scalar::Bool))], Some(Type::Scalar(Scalar::Bool)), plain);
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

#[test]
fn write_for_hand() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("particles");
    write(&root, &files(&particles()));
    fs::write(root.join("model.txt"), format!("{:#?}", particles())).unwrap();
}

fn write(root: &Path, files: &BTreeMap<String, String>) {
    for (path, contents) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}
