//! Tests each problem that records can have.

use ffi_core::schema::fingerprint::{MESSAGE, SCALAR, hash_name, mix};
use ffi_core::schema::read::{
    Enum, ErrorFieldType, ErrorType, Function, Library, Message, Mode, Pass, Record, Scalar, Type,
};
use ffi_dart_emit::model::{Composite, Model, resolve};

use crate::schema::{
    array, containers, demo, enumeration, flows, function, id, library, map, message, objects, oneof, option,
    pooled, scalar, seal, str, vec,
};

fn f32() -> Type {
    scalar(Scalar::F32)
}

/// Returns the problems of these records beside a library record, without their fixes.
fn problems(records: Vec<Record>) -> Vec<String> {
    let records = seal([vec![Record::Library(library())], records].concat());
    let fixes_cut = |problem: &ffi_dart_emit::model::Problem| format!("{}: {}", problem.item, problem.what);
    resolve(records).map_or_else(|problems| problems.0.iter().map(fixes_cut).collect(), |_| Vec::new())
}

fn of_message(message: Message) -> Vec<String> {
    problems(vec![Record::Message(message)])
}

fn of_enum(enumeration: Enum) -> Vec<String> {
    problems(vec![Record::Enum(enumeration)])
}

fn of_function(function: Function) -> Vec<String> {
    problems(vec![Record::Function(function)])
}

fn of_libraries(libraries: Vec<Library>) -> String {
    resolve(libraries.into_iter().map(Record::Library).collect()).unwrap_err().to_string()
}

fn point() -> Message {
    message("Point", 8, 4, &[("x", 0, f32()), ("y", 4, f32())])
}

fn resolved(records: Vec<Record>) -> Model {
    resolve(records).unwrap_or_else(|problems| panic!("{problems}"))
}

fn name_of(composite: Composite<'_>) -> &str {
    match composite {
        Composite::Message(it) => &it.item.name,
        Composite::Oneof(it) => &it.item.name,
    }
}

#[test]
fn bounds_of_a_range_are_numbers() {
    for (bound, is_number) in [("1", true), ("-0.5", true), ("1e3", true), ("inf", false), ("1`] x", false)] {
        let mut point = point();
        point.fields[0].rules.max = Some(bound.to_owned());
        let problem = format!("message demo::Point, field x: the bound of its range is no number: `{bound}`");
        assert_eq!(of_message(point), if is_number { vec![] } else { vec![problem] });
    }
}

/// A secret is in a field of a message, as Dart's values leave such fields out, and not what holds
/// a secret in another way.
#[test]
fn a_secret_is_a_field_and_nothing_else() {
    let secret = || Type::Secret { cap: 4 };
    let key = message("Key", 8, 4, &[("key", 0, secret())]);
    let keys = message("Keys", 20, 4, &[("keys", 0, vec(Type::Message(id("Key")), 2))]);
    assert_eq!(problems(vec![Record::Message(key), Record::Message(keys)]), [""; 0]);
    let refused = "an `FfiSecret` is held by something else than a message";
    for (size, held) in [(12, option(secret())), (20, vec(secret(), 2)), (16, array(secret(), 2))] {
        let key = message("Key", size, 4, &[("key", 0, held)]);
        assert_eq!(of_message(key), [format!("message demo::Key, field key: {refused}")]);
    }
    let problem = format!("oneof demo::Proof, case Key: {refused}");
    let proof = oneof("Proof", 12, 4, 4, &[("Key", Some(secret()))]);
    assert_eq!(problems(vec![Record::Oneof(proof)]), [problem]);
}

#[test]
fn order_does_not_matter() {
    let mut reversed = demo();
    reversed.reverse();
    assert_eq!(format!("{:?}", resolved(demo())), format!("{:?}", resolved(reversed)));
}

#[test]
fn messages_come_after_those_they_hold() {
    let outer = message("A", 8, 4, &[("inner", 0, array(Type::Message(id("Point")), 1))]);
    let records = vec![Record::Library(library()), Record::Message(outer), Record::Message(point())];
    let model = resolved(seal(records));
    let names: Vec<_> = model.by_dependency().into_iter().map(name_of).collect();
    assert_eq!(names, ["Point", "A"]);
}

#[test]
fn padding_is_where_the_gaps_are() {
    let model = resolved(demo());
    let particle = model.messages.iter().find(|it| it.item.name == "Particle").unwrap();
    let padding: Vec<_> = particle.fields.iter().map(|field| field.padding).collect();
    assert_eq!(padding, [0, 0, 2, 0, 0, 7]);
}

#[test]
fn there_is_one_library() {
    assert!(of_libraries(vec![]).contains("there is no library record"));
    resolved(vec![Record::Library(library()), Record::Library(library())]);
    let other = Library { name: "other".to_owned(), ..library() };
    assert!(of_libraries(vec![library(), other]).contains("there are 2 library records: `demo`, `other`"));
}

#[test]
fn the_calling_convention_says_which_side_to_update() {
    let newer = of_libraries(vec![Library { abi: library().abi + 1, ..library() }]);
    assert!(newer.contains("update ffi-dart-emit"), "{newer}");
    let older = of_libraries(vec![Library { abi: library().abi - 1, ..library() }]);
    assert!(older.contains("update the library's ffi-core"), "{older}");
}

#[test]
fn names_are_identifiers() {
    let bad = "x; } int main(void) {\n";
    let quoted = "`x; } int main(void) {\\n`";
    assert!(
        of_libraries(vec![Library { name: bad.to_owned(), ..library() }]).contains("is not a crate name")
    );
    assert!(
        of_libraries(vec![Library { version: "1\n".to_owned(), ..library() }])
            .contains("`1\\n` is not a version")
    );

    let mut it = point();
    it.fields[0].item.name = bad.to_owned();
    assert_eq!(of_message(it), [format!("message demo::Point, field {bad}: {quoted} is not an identifier")]);
    let mut it = point();
    it.item.rename = Some(bad.to_owned());
    assert_eq!(of_message(it), [format!("message demo::Point: {quoted} is not an identifier")]);
    let mut it = point();
    it.symbols.fingerprint = "a-b".to_owned();
    assert_eq!(of_message(it), ["message demo::Point: `a-b` is not a symbol"]);
    let mut it = point();
    it.item.name = "Other".to_owned();
    assert_eq!(of_message(it), ["message demo::Point: its id does not fit its name `Other`"]);

    let mut it = enumeration("E", Scalar::U8, &[("A", 0)]);
    it.variants[0].item.rename = Some(String::new());
    assert_eq!(of_enum(it), ["enum demo::E: `` is not an identifier"]);
    let it = function("f", &[("1a", Pass::Value, f32())], None);
    assert_eq!(of_function(it), ["function demo_ffi_f, parameter 1a: `1a` is not an identifier"]);
}

#[test]
fn symbols_are_distinct() {
    let mut f = function("f", &[], None);
    f.symbol = "demo_ffi0_free".to_owned();
    assert_eq!(
        of_function(f),
        ["function demo_ffi0_free: it shares the symbol `demo_ffi0_free` with library demo"]
    );
}

#[test]
fn one_name_is_one_record() {
    let identical = vec![Record::Message(point()), Record::Message(point())];
    assert_eq!(problems(identical), [""; 0]);
    let mut wider = point();
    wider.size = 12;
    let different = vec![Record::Message(point()), Record::Message(wider)];
    assert_eq!(problems(different), ["message demo::Point: two different records have this name"]);
}

#[test]
fn every_type_has_a_record() {
    let it = message("A", 4, 4, &[("b", 0, Type::Message(id("B")))]);
    assert!(of_message(it)[0].contains("field b: there is no record of its type `demo::B`"));
    let it = function("f", &[("e", Pass::Value, Type::Enum(id("E")))], None);
    assert!(of_function(it)[0].contains("parameter e: there is no record of its type `demo::E`"));
    // A message is no enum, whatever type a field gives it.
    let it = function("f", &[("e", Pass::Value, Type::Enum(id("Point")))], None);
    let problems = problems(vec![Record::Message(point()), Record::Function(it)]);
    assert!(problems[0].contains("there is no record of its type `demo::Point`"), "{problems:?}");
}

#[test]
fn no_message_holds_itself() {
    let holds = |name: &str, held: &str| {
        Record::Message(message(name, 4, 4, &[("next", 0, array(Type::Message(id(held)), 1))]))
    };
    let library = || Record::Library(library());
    for (cycle, reported) in [
        (vec![library(), holds("A", "A")], "message demo::A, field next: `demo::A` holds itself"),
        (
            vec![library(), holds("A", "B"), holds("B", "C"), holds("C", "A")],
            "message demo::C, field next: `demo::A` holds itself",
        ),
    ] {
        let problems = resolve(cycle).unwrap_err();
        assert_eq!(problems.0.len(), 1);
        assert!(problems.to_string().starts_with(reported), "{problems}");
    }
}

/// Messages may nest deeper than the stack, and a type that two fields share must not be visited
/// twice.
#[test]
fn deep_nesting_and_wide_sharing_end() {
    const DEPTH: u64 = 50_000;
    let name = |level: u64| format!("M{level}");
    let f32_fingerprint = mix(&[SCALAR, hash_name("f32")]);
    let mut records = vec![Record::Library(library())];
    let (mut held, mut held_fingerprint) = (f32(), f32_fingerprint);
    for level in 0..DEPTH {
        let fields = [("a", 0, held.clone()), ("b", 4 * (level + 1), f32())];
        let mut it = message(&name(level), 4 * (level + 2), 4, &fields);
        let facts = [MESSAGE, hash_name(&it.item.name), it.size, it.align];
        let of_fields =
            [hash_name("a"), 0, held_fingerprint, hash_name("b"), it.fields[1].offset, f32_fingerprint];
        it.fingerprint.0 = mix(&[&facts[..], &of_fields].concat());
        (held, held_fingerprint) = (Type::Message(it.id.clone()), it.fingerprint.0);
        records.push(Record::Message(it));
    }
    let model = resolved(records.clone());
    let order = model.by_dependency().into_iter().map(name_of);
    assert!(order.eq((0..DEPTH).map(name)));

    // Each level holds the next message twice, which makes 2^50000 paths. The sizes are wrong, and
    // reported.
    for record in &mut records {
        if let Record::Message(it) = record {
            it.fields[1].ty = it.fields[0].ty.clone();
        }
    }
    assert!(resolve(records).is_err());
}

#[test]
fn layouts_are_possible() {
    let with = |size, align, fields: &[(&str, u64, Type)]| of_message(message("M", size, align, fields));
    let x = || [("x", 0, f32())];
    assert_eq!(with(4, 4, &x()), [""; 0]);
    assert!(with(4, 3, &x())[0].contains("size 4 with alignment 3 is not possible"));
    assert!(with(4, 0, &x())[0].contains("size 4 with alignment 0 is not possible"));
    assert!(with(6, 4, &x())[0].contains("size 6 with alignment 4 is not possible"));
    assert!(with(0, 1, &[])[1].contains("size 0 with alignment 1 is not possible"));
    assert!(with(4, 4, &[])[0].contains("it has no fields"));
    assert!(with(8, 4, &[("x", 4, f32())])[0].contains("field x: 4 bytes aligned to 4 can't be at offset 4"));
    assert!(with(4, 4, &[("x", u64::MAX, f32())])[0].contains("field x: 4 bytes aligned to 4"));
    let overlapping = [("x", 0, f32()), ("y", 2, f32())];
    assert!(with(8, 4, &overlapping)[0].contains("field y: 4 bytes aligned to 4 can't be at offset 2"));
    let gap = [("x", 0, f32()), ("y", 8, f32())];
    assert!(with(12, 4, &gap)[0].contains("field y: 4 bytes aligned to 4 can't be at offset 8"));
    assert!(with(8, 4, &x())[0].contains("size 8 with alignment 4 is not possible"));
    assert!(with(4, 2, &x())[0].contains("size 4 with alignment 2 is not possible"));
    assert_eq!(with(16, 16, &x()), [""; 0], "`align(16)`");
    assert!(with(4, 4, &[("x", 0, array(f32(), 0))])[0].contains("an array of 0 elements"));
    let huge = array(array(f32(), u64::MAX / 4), u64::MAX / 4);
    assert!(with(4, 4, &[("x", 0, huge)])[0].contains("elements is not possible"));
}

/// Returns the problems of a oneof with this layout and these cases.
fn of_oneof(size: u64, align: u64, payload: u64, cases: &[(&str, Option<Type>)]) -> Vec<String> {
    problems(vec![Record::Oneof(oneof("O", size, align, payload, cases))])
}

#[test]
fn oneofs_have_the_layout_of_their_cases() {
    let cases = || [("A", Some(scalar(Scalar::U8))), ("B", Some(scalar(Scalar::U64))), ("C", Some(str(9)))];
    assert_eq!(of_oneof(24, 8, 8, &cases()), [""; 0]);
    assert_eq!(of_oneof(8, 4, 4, &[("A", Some(scalar(Scalar::U8)))]), [""; 0]);
    for (size, align, payload) in [(16, 8, 8), (32, 8, 8), (24, 4, 8), (24, 16, 8), (24, 8, 4), (24, 0, 8)] {
        assert_eq!(
            of_oneof(size, align, payload, &cases()),
            [format!(
                "oneof demo::O: size {size} with alignment {align} and data at offset {payload} is not possible"
            )]
        );
    }
    assert!(of_oneof(4, 4, 4, &[("A", None)])[0].contains("no case holds data"));
    let mut set_at_once = oneof("O", 8, 4, 4, &[]);
    set_at_once.cases[0].ty = Some(f32());
    assert_eq!(
        problems(vec![Record::Oneof(set_at_once)]),
        ["oneof demo::O: its first case is not one without data"]
    );
}

#[test]
fn capacities_are_possible() {
    let of = |ty| of_message(message("M", 8, 4, &[("x", 0, ty)])).remove(0);
    let u64 = || scalar(Scalar::U64);
    for (ty, cap) in [
        (str(0), 0),
        (str(1 << 32), 1 << 32),
        (Type::Bytes { cap: 0 }, 0),
        (vec(u64(), 0), 0),
        (vec(u64(), u64::MAX), u64::MAX),
        (vec(array(u64(), 1 << 40), 1 << 30), 1 << 30),
        (map(u64(), u64(), 0), 0),
    ] {
        assert_eq!(of(ty), format!("message demo::M, field x: a capacity of {cap} is not possible"));
    }
    let huge = array(scalar(Scalar::U8), i64::MAX as u64);
    assert!(of(option(huge.clone())).contains("9223372036854775807 bytes and more are not possible"));
    assert!(of(map(huge, u64(), 1)).contains("9223372036854775807 bytes and more are not possible"));
}

/// A chain of containers around a message leads back to it; a reference does not.
#[test]
fn containers_hold_but_references_do_not() {
    let of = |ty| {
        let node = message("Node", 64, 8, &[("next", 0, ty)]);
        let choice = oneof("Choice", 72, 8, 8, &[("Node", Some(Type::Message(id("Node"))))]);
        // Not sealed: a message that holds itself has no fingerprint.
        let records = vec![Record::Library(library()), Record::Message(node), Record::Oneof(choice)];
        let problems = resolve(records).unwrap_err();
        problems.0.iter().map(|it| format!("{}: {}", it.item, it.what)).collect::<Vec<_>>()
    };
    let node = || Type::Message(id("Node"));
    let choice = || Type::Oneof(id("Choice"));
    for ty in [
        node(),
        array(node(), 2),
        vec(node(), 2),
        option(node()),
        map(node(), f32(), 2),
        map(f32(), vec(option(node()), 1), 2),
    ] {
        assert_eq!(of(ty), ["message demo::Node, field next: `demo::Node` holds itself"]);
    }
    assert_eq!(of(vec(choice(), 1)), ["message demo::Node, field next: `demo::Choice` holds itself"]);
    let reference = message("Node", 8, 4, &[("next", 0, Type::Ref(id("Node")))]);
    assert_eq!(of_message(reference.clone())[0], "message demo::Node, field next: `demo::Node` has no pool");
    assert_eq!(of_message(pooled(reference)), [""; 0]);
}

#[test]
fn an_open_enum_is_an_enum_with_another_fingerprint() {
    let with = |ty| {
        let it = message("M", 1, 1, &[("x", 0, ty)]);
        let e = enumeration("E", Scalar::U8, &[("A", 0)]);
        resolved(seal(vec![Record::Library(library()), Record::Message(it), Record::Enum(e)]))
    };
    let (open, closed) = (with(Type::Open(id("E"))), with(Type::Enum(id("E"))));
    assert_ne!(open.messages[0].fingerprint, closed.messages[0].fingerprint);
    let it = message("M", 1, 1, &[("x", 0, Type::Open(id("E")))]);
    assert!(of_message(it)[0].contains("field x: there is no record of its type `demo::E`"));
}

#[test]
fn an_id_is_that_of_one_type() {
    let it = oneof("Point", 8, 4, 4, &[("A", Some(f32()))]);
    let both = problems(vec![Record::Message(point()), Record::Oneof(it)]);
    assert!(both.contains(&"oneof demo::Point: there is also message demo::Point".to_owned()), "{both:?}");
}

#[test]
fn enums_have_an_integer_and_distinct_values_with_a_zero() {
    assert!(of_enum(enumeration("E", Scalar::F32, &[("A", 0)]))[0].contains("`f32` can't be its repr"));
    assert!(of_enum(enumeration("E", Scalar::Bool, &[("A", 0)]))[0].contains("`bool` can't be its repr"));
    assert!(
        of_enum(enumeration("E", Scalar::U8, &[("A", 0), ("B", 0)]))[0]
            .contains("two variants have the value 0")
    );
    assert!(of_enum(enumeration("E", Scalar::U8, &[("A", 1)]))[0].contains("no variant has the value 0"));
    assert!(of_enum(enumeration("E", Scalar::U8, &[]))[0].contains("no variant has the value 0"));
    assert!(
        of_enum(enumeration("E", Scalar::U8, &[("A", 0), ("B", 256)]))[0].contains("`u8` has no value 256")
    );
    assert!(
        of_enum(enumeration("E", Scalar::I16, &[("A", 0), ("B", -32769)]))[0].contains("no value -32769")
    );
    assert_eq!(of_enum(enumeration("E", Scalar::U64, &[("A", 0), ("B", -1)])), [""; 0]);
}

#[test]
fn only_types_with_a_name_cross_the_boundary() {
    let it = function(
        "f",
        &[("a", Pass::Value, array(f32(), 2)), ("b", Pass::Ref, vec(f32(), 2)), ("c", Pass::Ref, str(2))],
        Some(option(f32())),
    );
    assert_eq!(
        of_function(it),
        [
            "function demo_ffi_f: an `FfiOption` is neither parameter nor result",
            "function demo_ffi_f, parameter a: an array is neither parameter nor result",
            "function demo_ffi_f, parameter b: an `FfiVec` is neither parameter nor result",
            "function demo_ffi_f, parameter c: an `FfiStr` is neither parameter nor result",
        ]
    );
}

#[test]
fn every_fingerprint_is_checked() {
    let every = [demo as fn() -> Vec<Record>, containers, objects, flows];
    for (library, index) in every.iter().flat_map(|library| (0..library().len()).map(move |it| (library, it)))
    {
        let mut records = library();
        let fingerprint = match &mut records[index] {
            Record::Library(_) => continue,
            Record::Object(it) | Record::Service(it) => &mut it.fingerprint,
            Record::Callback(it) => &mut it.fingerprint,
            Record::Message(it) => &mut it.fingerprint,
            Record::Enum(it) => &mut it.fingerprint,
            Record::Oneof(it) => &mut it.fingerprint,
            Record::Function(it) => &mut it.fingerprint,
            Record::Queue(it) => &mut it.fingerprint,
            Record::Flag(it) => &mut it.fingerprint,
            Record::Health(it) => &mut it.fingerprint,
            Record::Newtype(it) => &mut it.fingerprint,
            Record::Error(it) => &mut it.fingerprint,
        };
        fingerprint.0 ^= 1;
        let problems = resolve(records).unwrap_err().to_string();
        assert!(problems.contains("its record says fingerprint"), "{problems}");
    }
}

#[test]
fn all_problems_are_reported_at_once_each_with_its_fix() {
    let mut it = point();
    it.align = 3;
    it.fields[1].offset = 2;
    let records = seal(vec![
        Record::Library(library()),
        Record::Message(it),
        Record::Enum(enumeration("E", Scalar::U8, &[("A", 1)])),
    ]);
    let problems = resolve(records).unwrap_err();
    assert_eq!(problems.0.len(), 3, "{problems}");
    assert_eq!(problems.to_string().matches("\n  fix: ").count(), 3, "{problems}");
}

/// Rust has no two members of one name, so no compiler writes such a record.
#[test]
fn two_members_of_one_name_are_refused_for_every_writer() {
    let x = || scalar(Scalar::U32);
    for (record, what) in [
        (
            Record::Message(message("M", 8, 4, &[("x", 0, x()), ("x", 4, x())])),
            "two of its fields are called `x`",
        ),
        (
            Record::Oneof(oneof("O", 8, 4, 4, &[("A", Some(x())), ("A", Some(x()))])),
            "two of its cases are called `A`",
        ),
        (
            Record::Enum(enumeration("E", Scalar::U8, &[("A", 0), ("A", 1)])),
            "two of its variants are called `A`",
        ),
        (
            Record::Function(function("f", &[("x", Pass::Value, x()), ("x", Pass::Value, x())], None)),
            "two of its parameters are called `x`",
        ),
    ] {
        let error = resolve(seal(vec![Record::Library(library()), record])).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}

/// A library of another version of ffi-core is not reported as damaged.
#[test]
fn a_fingerprint_of_another_layout() {
    let mut records = demo();
    let Record::Message(it) = &mut records[1] else { panic!("it is a message") };
    it.fingerprint.0 ^= 1;
    let text = resolve(records).unwrap_err().to_string();
    assert!(text.contains("its ffi-core is of another version than this ffi-dart-emit"), "{text}");
    assert!(!text.contains("damaged"), "{text}");
}

fn of_error(change: impl FnOnce(&mut ErrorType)) -> Vec<String> {
    let mut records = containers();
    let error = records.iter_mut().find_map(|it| match it {
        Record::Error(it) => Some(it),
        _ => None,
    });
    change(error.unwrap());
    let fixes_cut = |problem: &ffi_dart_emit::model::Problem| format!("{}: {}", problem.item, problem.what);
    resolve(seal(records)).map_or_else(|problems| problems.0.iter().map(fixes_cut).collect(), |_| Vec::new())
}

#[test]
fn errors_have_one_layout() {
    assert_eq!(of_error(|_| {}), [""; 0]);
    let missing = "error demo::SceneError, variant Missing";
    let moved = of_error(|it| it.variants[0].fields[0].offset = 0);
    assert_eq!(moved[0], format!("{missing}, field id: 8 bytes aligned to 8 can't be at offset 0"));
    assert_eq!(
        of_error(|it| it.variants[0].size = 96),
        [format!("{missing}: size 96 with alignment 8 is not possible")]
    );
    assert_eq!(
        of_error(|it| it.variants[1].align = 8),
        ["error demo::SceneError, variant Empty: size 8 with alignment 8 is not possible"]
    );
    assert_eq!(
        of_error(|it| it.variants[2].size = 8),
        ["error demo::SceneError, variant Secret: size 8 with alignment 8 is not possible"]
    );
}

#[test]
fn errors_have_variants_that_fit() {
    assert_eq!(of_error(|it| it.variants.clear()), ["error demo::SceneError: it has no variant"]);
    assert_eq!(
        of_error(|it| it.is_struct = true),
        ["error demo::SceneError: its variants are not those of a struct"]
    );
    let secret = "error demo::SceneError, variant Secret";
    let internal = of_error(|it| it.variants[2].fields = it.variants[0].fields[2..3].to_vec());
    assert_eq!(internal[0], format!("{secret}: it is internal and has fields"));
    let twice = of_error(|it| it.variants[1].item.name = "Missing".to_owned());
    assert_eq!(twice, ["error demo::SceneError: two of its variants are called `Missing`"]);
    let evil = of_error(|it| it.variants[1].item.name = "a'; b".to_owned());
    assert_eq!(evil, ["error demo::SceneError, variant a'; b: `a\\'; b` is not an identifier"]);
    let unknown = of_error(|it| {
        it.variants[0].fields[1].ty = ErrorFieldType::Value(Type::Message(id("Nothing")));
    });
    assert!(
        unknown[0].ends_with("field shape: there is no record of its type `demo::Nothing`"),
        "{unknown:?}"
    );
}

#[test]
fn a_function_has_an_error_that_exists() {
    let mut records = containers();
    for record in &mut records {
        if let Record::Function(it) = record {
            it.error = Some(id("Nothing"));
            it.fallible = false;
        }
    }
    let problems = resolve(seal(records)).unwrap_err().to_string();
    assert!(problems.contains("it has the error `demo::Nothing` and can't fail"), "{problems}");
    assert!(problems.contains("there is no record of its type `demo::Nothing`"), "{problems}");
}

#[test]
fn a_function_that_is_started_borrows_nothing_and_needs_a_mailbox() {
    let started = |mailbox: Option<&str>, leaf, pass| {
        let mut library = library();
        library.symbols.mailbox = mailbox.map(str::to_owned);
        let it = Function { mode: Mode::Async, leaf, ..function("f", &[("x", pass, f32())], None) };
        let records = seal(vec![Record::Library(library), Record::Function(it)]);
        resolve(records)
            .map_or_else(|problems| problems.0.into_iter().map(|it| it.what).collect(), |_| Vec::new())
    };
    let mailbox = Some("demo_ffi0_mailbox");
    assert_eq!(started(mailbox, false, Pass::Value), [""; 0]);
    assert_eq!(started(mailbox, false, Pass::Slice), [""; 0]);
    assert_eq!(started(None, false, Pass::Value), ["it needs a mailbox, and the library has none"]);
    assert_eq!(started(mailbox, true, Pass::Value), ["its result comes later, and it is a leaf function"]);
    for pass in [Pass::Ref, Pass::Mut, Pass::SliceMut] {
        assert_eq!(started(mailbox, false, pass), ["it runs on after the call, and borrows `x`"]);
    }
}
