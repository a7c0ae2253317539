//! Tests the C header: against the committed one, and with compilers.

use std::fs;
use std::process::Command;

use ffi_core::schema::read::{Pass, Record, Scalar, Type};
use ffi_dart_emit::{c, model};

use crate::files::assert_golden;
use crate::schema::{containers, demo, enumeration, function, id, library, message, objects, scalar, seal};

fn header(records: Vec<Record>) -> String {
    c::header(&model::resolve(records).unwrap()).unwrap()
}

/// Compiles `header` and then `main` as C and as C++, if there are compilers.
#[track_caller]
fn compiles(header: &str, main: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("header.h"), header).unwrap();
    // Included twice, to test the guard.
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
             FfiStatus status = {0, 0, NULL, 0, NULL, NULL, NULL};
             particle->int_ = 7;
             demo_ffi_advance(particle, 1, 0.5f, &status);
             demo_ffi0_status_clear(&status);
             Vec3 at = demo_ffi_origin(&status);
             return demo_ffi_mix(particle, Color_Green, &particle->mass, 1, particle, &at, true, &status);
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

/// Checks that these tests can fail.
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
        let mut records = [demo(), containers().split_off(1), objects().split_off(1)].concat();
        for record in &mut records {
            let item = match record {
                Record::Object(it) | Record::Service(it) => &mut it.item,
                Record::Callback(it) => &mut it.item,
                Record::Library(_) => continue,
                Record::Queue(it) => &mut it.item,
                Record::Newtype(it) => &mut it.item,
                Record::Error(it) => {
                    it.variants[0].item.doc = doc.to_owned();
                    it.variants[0].fields[0].item.doc = doc.to_owned();
                    &mut it.item
                }
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
                Record::Flag(it) => &mut it.item,
                Record::Health(it) => &mut it.item,
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

/// Headers of C11, and those of POSIX that have lower-case macros.
const STANDARD: &str = "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg \
                        stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype";

fn includes(headers: &str) -> String {
    headers.split_whitespace().map(|name| format!("#include <{name}.h>\n")).collect()
}

/// A program may include any header of the system before this one: each macro of theirs is a field,
/// a constant and a type here.
#[test]
fn names_that_are_macros_of_the_standard_headers() {
    let folder = tempfile::tempdir().unwrap();
    let posix =
        "unistd sys/types sys/stat sys/socket netinet/in netdb fcntl poll pthread dirent sys/wait sched";
    let all = includes(STANDARD) + &includes(posix);
    fs::write(folder.path().join("all.c"), &all).unwrap();
    let gcc = |arguments: &[&str]| Command::new("gcc").args(arguments).current_dir(&folder).output();
    let Ok(output) = gcc(&["-std=gnu11", "-D_GNU_SOURCE", "-dM", "-E", "all.c"]) else {
        return println!("left out: there is no gcc here");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let macros = String::from_utf8(output.stdout).unwrap();
    let macros: Vec<&str> = macros
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split(' ').next())
        .filter(|name| !name.contains('(') && !name.starts_with('_'))
        .collect();
    for name in ["errno", "EOF", "stdin", "INT_MAX", "st_atime"] {
        assert!(macros.contains(&name), "{name}");
    }
    let u32 = || scalar(Scalar::U32);
    let fields: Vec<_> = (0..).zip(&macros).map(|(at, name)| (*name, 4 * at, u32())).collect();
    let mut records = vec![
        Record::Library(library()),
        Record::Message(message("All", 4 * macros.len() as u64, 4, &fields)),
        Record::Enum(enumeration("EXIT", Scalar::U8, &[("SUCCESS", 0), ("FAILURE", 1)])),
        Record::Enum(enumeration("INT", Scalar::U8, &[("MIN", 0), ("MAX", 1)])),
        Record::Enum(enumeration("Color", Scalar::U8, &[("red", 0)])),
        // A constant of the header is a macro as well.
        Record::Message(message("Own", 4, 4, &[("Color_red", 0, scalar(Scalar::U32))])),
    ];
    let params: Vec<_> = macros.iter().map(|name| (*name, Pass::Value, u32())).collect();
    records.push(Record::Function(function("f", &params, None)));
    for name in ["EOF", "FILE", "I", "NAN", "INFINITY", "BUFSIZ", "DIR"] {
        records.push(Record::Message(message(name, 4, 4, &[("x", 0, u32())])));
    }
    let header = header(seal(records));
    assert!(header.contains(" Color_red_;"), "{header}");
    assert!(header.contains(" errno_;") && header.contains("} EOF_;"), "{header}");
    fs::write(folder.path().join("header.h"), header).unwrap();
    fs::write(folder.path().join("main.c"), all + "#include \"header.h\"\n").unwrap();
    let output =
        gcc(&["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "main.c"])
            .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A program that uses two libraries: equal types are shared, and those of one library get a prefix
/// if they differ.
#[test]
fn two_libraries_in_one_file() {
    let library_of = |name: &str, y: Scalar| {
        let json = |it: &Record| serde_json::to_string(it).unwrap().replace("demo_", &format!("{name}_"));
        let again = |it: &Record| serde_json::from_str::<Record>(&json(it)).unwrap();
        let point = [("x", 0, scalar(Scalar::F32)), ("y", 4, scalar(y))];
        let held = [("points", 0, crate::schema::vec(Type::Message(id("Point")), 2))];
        let records = [
            Record::Message(message("Point", 8, 4, &point)),
            Record::Message(message("Held", 20, 4, &held)),
            Record::Enum(enumeration("Mode", Scalar::U8, &[("Off", 0), ("On", 1)])),
            Record::Function(function("f", &[("p", Pass::Ref, Type::Message(id("Point")))], None)),
        ];
        let mut records: Vec<_> = records.iter().map(again).collect();
        let mut own = library();
        own.name = name.to_owned();
        records.push(again(&Record::Library(own)));
        model::resolve(seal(records)).unwrap()
    };
    let (first, same) = (library_of("first", Scalar::F32), library_of("second", Scalar::F32));
    let other = library_of("second", Scalar::U32);
    let both = |second: &model::Model| c::header(&first).unwrap() + &c::header(second).unwrap();
    compiles(
        &both(&same),
        "void f(const Held *held); void f(const Held *held) { first_ffi_f(held->points.items, 0); second_ffi_f(held->points.items, 0); }",
    );
    let prefixed = c::with_prefix(&other, "second_").unwrap();
    compiles(
        &both(&prefixed),
        "void f(const Held *held, const second_Held *second);
         void f(const Held *held, const second_Held *second) {
             first_ffi_f(held->points.items, 0);
             second_ffi_f(second->points.items, 0);
             FFI_STATIC_ASSERT(second_Mode_On == Mode_On, \"both are 1\");
         }",
    );
    for prefix in ["", "1", "a-b", "_x", "\u{202e}"] {
        let error = c::with_prefix(&other, prefix).unwrap_err().to_string();
        assert!(error.contains("no name in C begins with"), "{error}");
    }
    // Without a prefix, the compiler says what to do.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("both.h"), both(&other)).unwrap();
    let output =
        Command::new("gcc").args(["-fsyntax-only", "-x", "c", "both.h"]).current_dir(&folder).output();
    let Ok(output) = output else { return println!("left out: there is no gcc here") };
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    let says = "two libraries have a type Point: write the header of one of them with --prefix";
    assert!(error.contains(says), "{error}");
}
