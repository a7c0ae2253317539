//! The C header: as committed, and as compilers see it.

use std::fs;
use std::process::Command;

use ffi_core::schema::read::{Pass, Record, Scalar, Type};
use ffi_dart_emit::{c, model};

use crate::files::assert_golden;
use crate::schema::{containers, demo, enumeration, function, id, library, message, scalar, seal};

fn header(records: Vec<Record>) -> String {
    c::header(&model::resolve(records).unwrap()).unwrap()
}

/// Compiles `header` and `main` behind it as C and as C++, where there are compilers.
#[track_caller]
fn compiles(header: &str, main: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("header.h"), header).unwrap();
    // Twice: the guard holds.
    let source = format!("#include \"header.h\"\n#include \"header.h\"\n{main}\n");
    for (compiler, standard, file) in
        [("gcc", "-std=c11", "main.c"), ("g++", "-std=c++11", "main.cpp"), ("g++", "-std=c++20", "main.cpp")]
    {
        fs::write(folder.path().join(file), &source).unwrap();
        let output = Command::new(compiler)
            .args([standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", file])
            .current_dir(&folder)
            .output();
        let Ok(output) = output else {
            println!("left out: there is no {compiler} here");
            continue;
        };
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{compiler} {standard}:\n{messages}\n{header}");
    }
}

#[test]
fn the_header_is_as_committed() {
    let header = header(demo());
    assert_golden("demo.h", &header);
    let header = self::header(containers());
    assert_golden("containers.h", &header);
}

#[test]
fn compilers_agree_with_the_layout() {
    compiles(
        &header(demo()),
        "FFI_STATIC_ASSERT(Wide_All == UINT64_MAX && Wide_None == 0, \"u64\");
         FFI_STATIC_ASSERT(Deep_Least == INT64_MIN && Deep_Most == INT64_MAX, \"i64\");
         FFI_STATIC_ASSERT(sizeof(Color) == 1 && Color_Blue == 200, \"u8\");
         Color call(Particle *particle);
         Color call(Particle *particle) {
             FfiStatus status = {0, 0, NULL, 0};
             particle->int_ = 7;
             demo_ffi_advance(particle, 1, 0.5f, &status);
             demo_ffi0_status_clear(&status);
             return demo_ffi_mix(particle, Color_Green, &particle->mass, 1, particle, demo_ffi_origin(&status), true, &status);
         }",
    );
}

#[test]
fn compilers_agree_with_the_layout_of_containers() {
    compiles(
        &header(containers()),
        "FFI_STATIC_ASSERT(Shape_Unset == 0 && Shape_pair == 5, \"tags\");
         uint32_t call(Scene *scene);
         uint32_t call(Scene *scene) {
             scene->name.len = sizeof scene->name.bytes;
             scene->tags.entries[1].value.items[0] = scene->grid[1].items[0][2] > 0;
             scene->shape.tag = Shape_Label;
             scene->shape.payload.label.len = 0;
             scene->wide.value.bytes[2] = 1;
             return scene->speed.present ? scene->next.index_plus_one : scene->shapes.items[0].value.tag;
         }",
    );
}

/// A type of the user may have the name that a container would have.
#[test]
fn containers_make_way_for_messages() {
    let x = [("x", 0, crate::schema::str(3))];
    let header =
        header(seal(vec![Record::Library(library()), Record::Message(message("FfiStr_3", 8, 4, &x))]));
    assert!(header.contains("    FfiStr_3_ x;\n} FfiStr_3;"), "{header}");
    compiles(&header, "");
}

/// These tests can fail.
#[test]
fn a_wrong_layout_does_not_compile() {
    if Command::new("gcc").arg("--version").output().is_err() {
        return println!("left out: there is no gcc here");
    }
    let wrong = header(demo()).replacen("Particle, mass) == 16", "Particle, mass) == 20", 1);
    let result = std::panic::catch_unwind(|| compiles(&wrong, ""));
    assert!(result.is_err());
}

#[test]
fn docs_can_not_leave_their_comment() {
    let docs = [
        "*/ int x = ; /*",
        "/*/ **/ */*/ /",
        "ends in a backslash \\",
        "ends in a star *\\\n/ #error",
        "*??/\n/ #error",
        "\\",
        "NUL \0 and CR\r#error\r\n#error\u{b}\u{c}\t",
        "right to left \u{202E} and \u{2066} separator \u{2028}#error\u{85}#error",
        "*\n/",
        "*",
        "/",
        "\u{FFFD}\u{1F600} {{ name }} {% if %}",
    ];
    for doc in docs {
        let mut records = [demo(), containers().split_off(1)].concat();
        for record in &mut records {
            let item = match record {
                Record::Library(_) => continue,
                Record::Queue(it) => &mut it.item,
                Record::Message(it) => {
                    it.fields[0].item.doc = doc.to_owned();
                    &mut it.item
                }
                Record::Enum(it) => {
                    it.variants[0].item.doc = doc.to_owned();
                    &mut it.item
                }
                Record::Oneof(it) => {
                    it.cases[0].item.doc = doc.to_owned();
                    it.cases[1].item.doc = doc.to_owned();
                    &mut it.item
                }
                Record::Function(it) => &mut it.item,
            };
            item.doc = doc.to_owned();
            item.deprecated = Some(doc.to_owned());
        }
        compiles(&header(records), "");
    }
}

#[test]
fn keywords_and_shared_names_get_an_underscore() {
    let i32 = || scalar(Scalar::I32);
    let records = seal(vec![
        Record::Library(library()),
        Record::Message(message(
            "class",
            12,
            4,
            &[("int_", 0, i32()), ("int", 4, i32()), ("union", 8, i32())],
        )),
        Record::Function(function(
            "f",
            &[
                ("status", Pass::Value, i32()),
                ("x", Pass::Slice, i32()),
                ("x_len", Pass::Value, i32()),
                ("typename", Pass::Mut, Type::Message(id("class"))),
            ],
            None,
        )),
    ]);
    let header = header(records);
    assert!(
        header.contains("    int32_t int_;\n    int32_t int__;\n    int32_t union_;\n} class_;"),
        "{header}"
    );
    assert!(
        header.contains(
            "void demo_ffi_f(int32_t status_, const int32_t *x, size_t x_len, int32_t x_len_, \
             class_ *typename_, FfiStatus *status);"
        ),
        "{header}"
    );
    compiles(&header, "");
}

#[test]
fn a_rename_is_the_name_in_c() {
    let mut point = message("Point", 4, 4, &[("x", 0, scalar(Scalar::F32))]);
    point.item.rename = Some("Dot".to_owned());
    let header = header(seal(vec![Record::Library(library()), Record::Message(point)]));
    assert!(header.contains("} Dot;") && !header.contains("} Point;"), "{header}");
}

#[test]
fn two_items_of_one_name_are_a_problem_that_names_both() {
    let problems = |records: Vec<Record>| {
        let records = seal([vec![Record::Library(library())], records].concat());
        c::header(&model::resolve(records).unwrap()).unwrap_err().to_string()
    };
    let x = [("x", 0, scalar(Scalar::F32))];
    let mut dot = message("Dot", 4, 4, &x);
    dot.item.rename = Some("Point".to_owned());
    let both = problems(vec![Record::Message(dot), Record::Message(message("Point", 4, 4, &x))]);
    assert!(
        both.contains("message demo::Point: its name in C, `Point`, is that of message demo::Dot"),
        "{both}"
    );

    let constants = problems(vec![
        Record::Enum(enumeration("A", Scalar::U8, &[("Zero", 0), ("B_C", 1)])),
        Record::Enum(enumeration("A_B", Scalar::U8, &[("C", 0)])),
    ]);
    assert!(constants.contains("`A_B_C`, is that of enum demo::A, variant B_C"), "{constants}");

    let own = problems(vec![Record::Message(message("FfiStatus", 4, 4, &x))]);
    assert!(own.contains("is that of the header itself"), "{own}");
}
