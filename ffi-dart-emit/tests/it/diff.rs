//! Tests the changes between two schemas, and what they are said to break.

use ffi_core::schema::read::{
    Encoding, ErrorFieldType, ErrorType, Function, Message, Mode, Oneof, Pass, Queue, Record, Reset, Rules,
    Scalar, Type,
};
use ffi_dart_emit::diff::{Change, Kind, Level, diff, json, text};
use ffi_dart_emit::model::{self, Model};

use crate::files::assert_golden;
use crate::schema::{
    array, containers, demo, enumeration, function, id, library, map, message, oneof, option, pooled, queue,
    scalar, seal, str, vec,
};

fn resolve(records: Vec<Record>) -> Model {
    model::resolve(seal(records)).unwrap()
}

fn schema(records: Vec<Record>) -> Model {
    resolve([vec![Record::Library(library())], records].concat())
}

/// Returns the changes between two messages `M` that have one field each.
fn field(old: Type, new: Type) -> Vec<Change> {
    let one = |ty: &Type| {
        let enums = || {
            let mode = enumeration("Mode", Scalar::U8, &[("Off", 0), ("On", 1)]);
            vec![Record::Enum(mode), Record::Enum(enumeration("Other", Scalar::U8, &[("Zero", 0)]))]
        };
        let inner = Record::Message(pooled(message("Inner", 4, 4, &[("x", 0, scalar(Scalar::U32))])));
        let layout = layout(ty);
        let m = Record::Message(message("M", layout.0, layout.1, &[("x", 0, ty.clone())]));
        schema([enums(), vec![inner, m]].concat())
    };
    diff(&one(&old), &one(&new))
}

/// Returns size and alignment in `repr(C)`.
fn layout(ty: &Type) -> (u64, u64) {
    let struct_of = |parts: &[(u64, u64)]| {
        let (mut end, mut align) = (0_u64, 1);
        for (size, part) in parts {
            end = end.next_multiple_of(*part) + size;
            align = align.max(*part);
        }
        (end.next_multiple_of(align), align)
    };
    let times = |(size, align): (u64, u64), count: u64| (size * count, align);
    match ty {
        Type::Scalar(Scalar::Bool | Scalar::I8 | Scalar::U8) | Type::Enum(_) | Type::Open(_) => (1, 1),
        Type::Scalar(Scalar::I16 | Scalar::U16) => (2, 2),
        Type::Scalar(Scalar::I64 | Scalar::U64 | Scalar::F64) => (8, 8),
        Type::Scalar(_) | Type::Message(_) => (4, 4),
        Type::Array { of, len } => times(layout(of), *len),
        Type::Str { cap } | Type::Bytes { cap } | Type::Secret { cap } => struct_of(&[(4, 4), (*cap, 1)]),
        Type::Vec { of, cap } => struct_of(&[(4, 4), times(layout(of), *cap)]),
        Type::Option { of } => struct_of(&[layout(of), (1, 1)]),
        Type::Map { key, value, cap } => {
            struct_of(&[(4, 4), times(struct_of(&[layout(key), layout(value)]), *cap)])
        }
        Type::Ref(_) => (8, 4),
        Type::Newtype(_) => (4, 4),
        Type::Logical(_) => (16, 8),
        Type::Oneof(_)
        | Type::Columns(_)
        | Type::Object(_)
        | Type::Arena(_)
        | Type::ArenaStr {}
        | Type::ArenaBytes {}
        | Type::ArenaVec { .. }
        | Type::ArenaMap { .. }
        | Type::ArenaBox { .. } => unreachable!("no test has one here"),
    }
}

fn u(bits: u32) -> Type {
    scalar(match bits {
        8 => Scalar::U8,
        16 => Scalar::U16,
        32 => Scalar::U32,
        _ => Scalar::U64,
    })
}

fn i(bits: u32) -> Type {
    scalar(match bits {
        8 => Scalar::I8,
        16 => Scalar::I16,
        32 => Scalar::I32,
        _ => Scalar::I64,
    })
}

#[test]
fn nothing_has_changed() {
    for records in [demo(), containers()] {
        assert_eq!(diff(&resolve(records.clone()), &resolve(records)), []);
    }
    assert_eq!(text(&[]), "0 changes: 0 break memory, 0 break the wire, 0 are compatible\n");
}

#[test]
fn types_that_read_what_others_wrote() {
    let bytes = |cap| Type::Bytes { cap };
    let mode = || Type::Enum(id("Mode"));
    let open = || Type::Open(id("Mode"));
    let inner = || Type::Message(id("Inner"));
    let reference = || Type::Ref(id("Inner"));
    let compatible = [
        (u(8), u(64)),
        (u(16), i(32)),
        (i(8), i(64)),
        (scalar(Scalar::Bool), u(8)),
        (mode(), open()),
        (mode(), u(8)),
        (str(4), str(5)),
        (str(4), bytes(4)),
        (array(u(8), 4), array(u(8), 5)),
        (array(u(8), 4), bytes(4)),
        (array(u(16), 4), vec(u(16), 4)),
        (array(array(u(16), 2), 3), array(array(u(16), 2), 4)),
        (vec(u(16), 4), vec(u(32), 5)),
        (option(u(8)), option(u(16))),
        (option(str(4)), option(str(6))),
        (map(u(8), str(3), 2), map(u(16), str(4), 3)),
        (vec(inner(), 2), vec(reference(), 3)),
        (vec(reference(), 2), vec(inner(), 2)),
        (u(8), option(u(8))),
        (inner(), option(inner())),
    ];
    for (old, new) in compatible {
        let changes = field(old.clone(), new.clone());
        assert!(changes.iter().all(|change| change.wire.is_none()), "{old:?} {new:?} {changes:?}");
        assert!(changes.iter().any(|change| change.memory.is_some()), "{old:?} {new:?} {changes:?}");
    }
    let breaking = [
        (u(64), u(32), "numbers above 4294967295"),
        (i(32), u(32), "numbers below 0"),
        (u(32), i(32), "numbers above 2147483647"),
        (u(8), scalar(Scalar::Bool), "numbers are read as true"),
        (u(8), mode(), "no variant"),
        (open(), mode(), "no variant"),
        (mode(), Type::Enum(id("Other")), "1 is refused"),
        (scalar(Scalar::F32), scalar(Scalar::F64), "encoded in another way"),
        (str(5), str(4), "more bytes than 4"),
        (bytes(4), str(4), "encoded in another way"),
        (bytes(4), array(u(8), 4), "encoded in another way"),
        (vec(u(8), 4), bytes(4), "encoded in another way"),
        (array(u(16), 4), vec(u(16), 3), "more elements than 3"),
        (vec(u(16), 4), array(u(16), 4), "encoded in another way"),
        (array(array(u(16), 2), 3), array(array(u(16), 3), 3), "as one list"),
        (array(u(16), 4), array(u(16), 3), "more elements than 3"),
        (option(u(8)), u(8), "read as zero"),
        (map(u(8), u(8), 3), map(u(8), u(8), 2), "more entries than 2"),
        (inner(), reference(), "encoded in another way"),
        (vec(inner(), 3), vec(reference(), 2), "more elements than 2"),
        (array(reference(), 3), vec(reference(), 3), "encoded in another way"),
    ];
    for (old, new, why) in breaking {
        let changes = field(old.clone(), new.clone());
        let said = changes.iter().filter_map(|change| change.wire.as_deref()).collect::<Vec<_>>();
        assert!(said.len() == 1 && said[0].contains(why), "{old:?} {new:?} {said:?}");
    }
}

/// Returns a message of fields with these numbers.
fn fields(all: &[(&str, u32)]) -> Message {
    let typed: Vec<_> = (0..).zip(all).map(|(at, (name, _))| (*name, at * 4, u(32))).collect();
    let mut message = message("M", 4 * all.len() as u64, 4, &typed);
    for (field, (_, number)) in message.fields.iter_mut().zip(all) {
        field.tag = *number;
    }
    message
}

fn of_messages(old: Message, new: Message) -> Vec<(String, String, bool, bool)> {
    let changes = diff(&schema(vec![Record::Message(old)]), &schema(vec![Record::Message(new)]));
    let brief = |it: Change| (it.item, it.what, it.memory.is_some(), it.wire.is_some());
    changes.into_iter().map(brief).collect()
}

#[track_caller]
fn assert_has(changes: &[(String, String, bool, bool)], item: &str, what: &str, memory: bool, wire: bool) {
    let expected = (item.to_owned(), what.to_owned(), memory, wire);
    assert!(changes.contains(&expected), "{changes:#?}");
}

#[test]
fn fields_come_go_and_move() {
    let ab = || fields(&[("a", 1), ("b", 2)]);
    let added = of_messages(ab(), fields(&[("a", 1), ("b", 2), ("c", 3)]));
    assert_has(&added, "message M, field c", "added", true, false);
    assert_has(&added, "message M", "its size was 8, is 12 bytes", true, false);

    let removed = of_messages(ab(), fields(&[("a", 1)]));
    assert_has(&removed, "message M, field b", "removed", true, true);
    let mut reserving = fields(&[("a", 1)]);
    reserving.reserved = vec![(2, 2)];
    let removed = of_messages(ab(), reserving.clone());
    assert_has(&removed, "message M, field b", "removed", true, false);
    let again = of_messages(reserving, fields(&[("a", 1), ("z", 2)]));
    assert_has(&again, "message M, field z", "added", true, true);
    assert_has(&again, "message M", "2 to 2 are no longer all reserved", false, false);

    let renamed = of_messages(ab(), fields(&[("a", 1), ("z", 2)]));
    assert_eq!(renamed.len(), 1, "{renamed:?}");
    assert_has(&renamed, "message M, field b", "renamed to `z`", true, false);

    let moved = of_messages(ab(), fields(&[("b", 2), ("a", 1)]));
    assert_eq!(moved.len(), 2, "{moved:?}");
    assert_has(&moved, "message M, field a", "moved from offset 0 to 4", true, false);

    let swapped = of_messages(ab(), fields(&[("a", 2), ("b", 1)]));
    assert_eq!(swapped.len(), 2, "{swapped:?}");
    assert_has(&swapped, "message M, field a", "its number in .proto was 1, is 2", false, true);
}

#[test]
fn other_rules_break_nothing() {
    let ruled = |rules: Rules| {
        let mut message = fields(&[("a", 1)]);
        message.fields[0].rules = rules;
        message
    };
    let rules = Rules { min: Some("1".to_owned()), non_empty: true, ..Rules::default() };
    let changes = of_messages(ruled(Rules::default()), ruled(rules.clone()));
    assert_eq!(changes.len(), 1, "{changes:?}");
    let what = "its rules were none, are `range = 1.., non_empty`";
    assert_has(&changes, "message M, field a", what, false, false);

    let takes = |rules: Rules| {
        let mut takes = function("take", &[("count", Pass::Value, u(32))], None);
        takes.params[0].rules = rules;
        schema(vec![Record::Function(takes)])
    };
    let changes = diff(&takes(rules.clone()), &takes(Rules { max: Some("9".to_owned()), ..rules }));
    let said: Vec<_> = changes.iter().map(|it| format!("{}: {}", it.item, it.what)).collect();
    let what = "its rules were `range = 1.., non_empty`, are `range = 1..=9, non_empty`";
    assert_eq!(said, [format!("function take, parameter count: {what}")]);
}

#[test]
fn cases_and_variants_come_and_go() {
    let shape = |cases: &[(&str, Option<Type>)]| -> Oneof { oneof("Shape", 8, 4, 4, cases) };
    let holder = |shape| {
        let m = message("M", 8, 4, &[("shape", 0, Type::Oneof(id("Shape")))]);
        schema(vec![Record::Oneof(shape), Record::Message(m)])
    };
    let two = || holder(shape(&[("A", Some(u(32))), ("B", Some(u(32)))]));
    let one = || holder(shape(&[("A", Some(u(32)))]));
    let brief = |changes: Vec<Change>| -> Vec<_> {
        changes.into_iter().map(|it| (it.item, it.what, it.memory.is_some(), it.wire.is_some())).collect()
    };
    let removed = brief(diff(&two(), &one()));
    assert_has(&removed, "oneof Shape, case B", "removed", true, true);
    assert_has(&removed, "message M, field shape", "oneof Shape has changed", true, false);
    let added = brief(diff(&one(), &two()));
    assert_has(&added, "oneof Shape, case B", "added", true, false);

    let mode =
        |variants: &[(&str, i64)]| schema(vec![Record::Enum(enumeration("Mode", Scalar::U8, variants))]);
    let base = || mode(&[("Off", 0), ("On", 1)]);
    let changes = |new: &[(&str, i64)]| brief(diff(&base(), &mode(new)));
    assert_has(&changes(&[("Off", 0)]), "enum Mode, variant On", "removed", true, true);
    assert_has(&changes(&[("Off", 0), ("On", 1), ("Up", 2)]), "enum Mode, variant Up", "added", true, false);
    assert_has(&changes(&[("Off", 0), ("Up", 1)]), "enum Mode, variant On", "renamed to `Up`", true, false);
    assert_has(
        &changes(&[("Off", 0), ("On", 2)]),
        "enum Mode, variant On",
        "its number was 1, is 2",
        true,
        true,
    );
    let order = changes(&[("On", 1), ("Off", 0)]);
    assert_has(&order, "enum Mode", "what it holds has changed", true, false);
}

#[test]
fn libraries_and_functions_change() {
    let with = |name: &str, functions: Vec<Record>| {
        let mut library = library();
        name.clone_into(&mut library.name);
        resolve([vec![Record::Library(library)], functions].concat())
    };
    let f = |params: &[_]| Record::Function(function("f", params, None));
    let g = || Record::Function(function("g", &[], None));
    let changes = diff(
        &with("demo", vec![f(&[]), g()]),
        &with("other", vec![f(&[("x", ffi_core::schema::read::Pass::Value, u(8))])]),
    );
    let items: Vec<_> =
        changes.iter().map(|change| (change.item.as_str(), change.breaks(Kind::Memory))).collect();
    assert_eq!(items, [("library", true), ("function g", true), ("function f", true)]);
    assert!(changes.iter().all(|change| !change.breaks(Kind::Wire)));
}

/// A function that was called and is started returns something else in Dart, one that changes only
/// its threads does not.
#[test]
fn modes_change() {
    let with = |mode| {
        let mut library = library();
        library.symbols.mailbox = Some("demo_ffi0_mailbox".to_owned());
        let f = Function { mode, ..function("f", &[], None) };
        resolve(vec![Record::Library(library), Record::Function(f)])
    };
    for (old, new, breaks) in [
        (Mode::Sync, Mode::Async, true),
        (Mode::Blocking, Mode::Sync, true),
        (Mode::Async, Mode::Blocking, false),
    ] {
        let changes = diff(&with(old), &with(new));
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((change.item.as_str(), change.breaks(Kind::Memory)), ("function f", breaks), "{change:?}");
    }
}

/// The size of a queue, its message, and whether Dart listens to it are part of a package.
#[test]
fn queues_are_compared() {
    let with = |change: fn(&mut Queue)| {
        let mut tasks = queue("TASKS", "Scene");
        change(&mut tasks);
        let mut records = containers();
        for record in &mut records {
            if let Record::Library(it) = record {
                it.symbols.mailbox = Some("demo_ffi0_mailbox".to_owned());
            }
        }
        records.push(Record::Queue(tasks));
        resolve(records)
    };
    let old = with(|_| {});
    let heard = |it: &mut Queue| it.symbols.stream = Some("demo_ffi_tasks_stream".to_owned());
    for (new, what, breaks) in [
        (with(|it| it.capacity = 32), "has room for 32 of `Scene`, had for 16 of `Scene`", true),
        (with(heard), "Dart can listen to it now", false),
    ] {
        let changes = diff(&old, &new);
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((&*change.item, &*change.what), ("queue TASKS", what));
        assert_eq!(change.memory.is_some(), breaks);
    }
    let [change] = &diff(&with(heard), &old)[..] else { panic!("one change") };
    assert_eq!(change.what, "Dart can't listen to it any more");
    assert!(change.memory.is_some());
}

/// Arguments with names or in order move no byte, but source in Dart writes them.
#[test]
fn calls_are_written_in_another_way() {
    use ffi_core::schema::read::{Arguments, Pass};
    let with = |names: &[&str], ty: Type, arguments| {
        let params: Vec<_> = names.iter().map(|name| (*name, Pass::Value, ty.clone())).collect();
        let f = Function { arguments, ..function("f", &params, None) };
        resolve(vec![Record::Library(library()), Record::Function(f)])
    };
    let ab = |arguments| with(&["a", "b"], u(8), arguments);
    let flag = |name, arguments| with(&[name], Type::Scalar(Scalar::Bool), arguments);
    let three = |arguments| with(&["a", "b", "c"], u(8), arguments);
    for (old, new, what) in [
        (ab(None), ab(Some(Arguments::Named)), "`f(.., ..)`, is `f(a: .., b: ..)`"),
        (flag("on", None), flag("on", Some(Arguments::Positional)), "`f(on: ..)`, is `f(..)`"),
        (flag("on", None), flag("off", None), "`f(on: ..)`, is `f(off: ..)`"),
        (three(Some(Arguments::Positional)), three(None), "`f(.., .., ..)`, is `f(a: .., b: .., c: ..)`"),
    ] {
        let changes = diff(&old, &new);
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert!(change.memory.is_none() && change.wire.is_none(), "{change:?}");
        assert_eq!(change.what, format!("source in Dart breaks: a call was {what}"));
    }
    // The names of arguments that are written in order are of no interest to a caller.
    assert!(diff(&ab(None), &with(&["x", "y"], u(8), None)).is_empty());
    assert!(diff(&ab(None), &ab(Some(Arguments::Positional))).is_empty());
}

/// Every changed fingerprint has a change that breaks memory, and the other way round.
#[test]
fn fingerprints_and_changes_agree() {
    let old = resolve(containers());
    for seed in 0..40_usize {
        let mut records = containers();
        for record in &mut records {
            match record {
                Record::Message(it) if it.item.name == "Scene" && seed < 14 => {
                    it.fields[seed].item.name += "x";
                }
                Record::Oneof(it) if (20..25).contains(&seed) => it.cases[seed - 19].item.name += "x",
                _ => {}
            }
        }
        let new = resolve(records);
        let changes = diff(&old, &new);
        for (one, other) in old.messages.iter().zip(&new.messages) {
            let name = one.item.name.as_str();
            let item = format!("message {name}");
            let said =
                changes.iter().any(|it| it.item.split(',').next() == Some(&*item) && it.memory.is_some());
            assert_eq!(said, one.fingerprint != other.fingerprint, "{seed} {name} {changes:#?}");
        }
    }
}

/// Tests what a change breaks: memory, and for programs that have the .proto the level of
/// `buf breaking`.
///
/// The verdicts for .proto are those of buf, unless a comment says why not.
#[test]
fn the_table_of_changes_and_what_they_break() {
    const NO: Option<Level> = None;
    const PACKAGE: Option<Level> = Some(Level::Package);
    const JSON: Option<Level> = Some(Level::WireJson);
    const WIRE: Option<Level> = Some(Level::Wire);

    let of = |ty: Type| message("M", layout(&ty).0, layout(&ty).1, &[("x", 0, ty)]);
    let of_coded = |ty: Type, encoding| {
        let mut m = of(ty);
        m.fields[0].wire.encoding = encoding;
        m
    };
    let reserving = |mut m: Message, number| {
        m.reserved = vec![(number, number)];
        m
    };
    let named = |name: &str| {
        let mut m = fields(&[("a", 1)]);
        m.fields[0].item.rename = Some(name.to_owned());
        m
    };
    let loose = || {
        let mut m = of(vec(u(32), 3));
        m.fields[0].wire.unpacked = true;
        m
    };
    let pooled_with = |capacity, reset| {
        let mut m = pooled(fields(&[("a", 1)]));
        let pool = m.pool.as_mut().expect("it has one");
        (pool.capacity, pool.reset) = (capacity, reset);
        m
    };
    let a = || fields(&[("a", 1)]);
    let ab = || fields(&[("a", 1), ("b", 2)]);
    let (zigzag, fixed) = (Some(Encoding::ZigZag), Some(Encoding::Fixed));
    let table: Vec<(&str, Message, Message, bool, Option<Level>)> = vec![
        ("nothing", ab(), ab(), false, NO),
        ("a field more", a(), ab(), true, NO),
        // buf has it in WIRE_JSON, but old bytes may come to mean something else.
        ("a field less", ab(), a(), true, WIRE),
        ("a field less, its number reserved", ab(), reserving(a(), 2), true, JSON),
        ("a reserved number taken", reserving(a(), 2), ab(), true, WIRE),
        ("a number reserved", a(), reserving(a(), 9), false, NO),
        // buf has it in every level, and old bytes are read all the same.
        ("a number no longer reserved", reserving(a(), 9), a(), false, NO),
        ("a field renamed", ab(), fields(&[("a", 1), ("z", 2)]), true, JSON),
        ("a field renamed in .proto", a(), named("z"), false, JSON),
        ("fields in another order", ab(), fields(&[("b", 2), ("a", 1)]), true, NO),
        ("another number", a(), fields(&[("a", 3)]), false, WIRE),
        ("numbers swapped", ab(), fields(&[("a", 2), ("b", 1)]), false, WIRE),
        ("uint32 to uint64", of(u(32)), of(u(64)), true, JSON),
        ("uint64 to uint32", of(u(64)), of(u(32)), true, WIRE),
        ("int32 to int64", of(i(32)), of(i(64)), true, JSON),
        ("uint32 of 8 bits to one of 16", of(u(8)), of(u(16)), true, NO),
        ("uint32 to int32", of(u(32)), of(i(32)), true, WIRE),
        ("uint32 of 16 bits to int32", of(u(16)), of(i(32)), true, PACKAGE),
        ("bool to uint32", of(scalar(Scalar::Bool)), of(u(8)), true, JSON),
        ("uint32 to bool", of(u(8)), of(scalar(Scalar::Bool)), true, WIRE),
        ("float to double", of(scalar(Scalar::F32)), of(scalar(Scalar::F64)), true, WIRE),
        ("uint32 to float", of(u(32)), of(scalar(Scalar::F32)), true, WIRE),
        ("string to bytes", of(str(4)), of(Type::Bytes { cap: 4 }), true, JSON),
        ("bytes to string", of(Type::Bytes { cap: 4 }), of(str(4)), true, WIRE),
        ("a longer text", of(str(4)), of(str(8)), true, NO),
        // Other programs have no bounds.
        ("a shorter text", of(str(8)), of(str(4)), true, WIRE),
        ("a shorter list", of(vec(u(8), 8)), of(vec(u(8), 4)), true, WIRE),
        ("an array to a list", of(array(u(16), 4)), of(vec(u(16), 4)), true, NO),
        ("`optional` added", of(u(8)), of(option(u(8))), true, PACKAGE),
        // A value that is absent was none to us, and buf has it in PACKAGE.
        ("`optional` removed", of(option(u(8))), of(u(8)), true, WIRE),
        ("one to several", of(u(8)), of(vec(u(8), 4)), true, WIRE),
        ("another key of a map", of(map(u(8), u(8), 2)), of(map(u(16), u(8), 2)), true, NO),
        ("an enum opened", of(Type::Enum(id("Mode"))), of(Type::Open(id("Mode"))), true, NO),
        ("an enum closed", of(Type::Open(id("Mode"))), of(Type::Enum(id("Mode"))), true, WIRE),
        ("an enum to its integer", of(Type::Enum(id("Mode"))), of(u(8)), true, JSON),
        ("int32 to sint32", of(i(32)), of_coded(i(32), zigzag), false, WIRE),
        ("sint32 to sfixed32", of_coded(i(32), zigzag), of_coded(i(32), fixed), false, WIRE),
        ("uint64 to fixed64", of(u(64)), of_coded(u(64), fixed), false, WIRE),
        ("packed to not packed", of(vec(u(32), 3)), loose(), false, NO),
        ("not packed to packed", loose(), of(vec(u(32), 3)), false, NO),
        ("a pool added", a(), pooled(a()), true, NO),
        ("a pool removed", pooled(a()), a(), true, NO),
        ("a larger pool", pooled_with(4, Reset::Zero), pooled_with(8, Reset::Zero), false, NO),
        ("a pool that keeps", pooled_with(4, Reset::Zero), pooled_with(4, Reset::Keep), false, NO),
    ];
    let with_mode = |m: Message| {
        let mode = enumeration("Mode", Scalar::U8, &[("Off", 0), ("On", 1)]);
        schema(vec![Record::Enum(mode), Record::Message(m)])
    };
    let mut wrong = Vec::new();
    for (name, old, new, memory, level) in table {
        let changes = diff(&with_mode(old), &with_mode(new));
        let found = (
            changes.iter().any(|it| it.breaks(Kind::Memory)),
            changes.iter().filter_map(|it| it.proto).max(),
        );
        if found != (memory, level) {
            wrong.push(format!("{name}: {found:?}, not {:?}: {changes:#?}", (memory, level)));
        }
        for (kind, least) in [(Kind::Wire, WIRE), (Kind::WireJson, JSON), (Kind::File, PACKAGE)] {
            assert_eq!(changes.iter().any(|it| it.breaks(kind)), found.1 >= least, "{name}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_report_is_as_committed() {
    let old = resolve(containers());
    let mut records = containers();
    records.retain(|record| !matches!(record, Record::Function(_)));
    for record in &mut records {
        match record {
            Record::Message(it) if it.item.name == "Scene" => {
                it.fields[0].item.rename = Some("label".to_owned());
                it.fields[1].ty = Type::Bytes { cap: 1 };
                it.fields[7].item.deprecated = Some(String::new());
                it.fields[13].item.name = "flagged".to_owned();
            }
            Record::Oneof(it) => it.cases[1].tag = 40,
            _ => {}
        }
    }
    records.push(Record::Message(message("New", 1, 1, &[("x", 0, u(8))])));
    let changes = diff(&old, &resolve(records));
    assert_golden("diff.txt", &text(&changes));
    assert_golden("diff.json", &json(&changes));
}

/// Returns the changes of an error, and those that follow for the function that has it.
fn error(change: impl FnOnce(&mut ErrorType)) -> Vec<String> {
    let mut records = containers();
    let error = records.iter_mut().find_map(|it| match it {
        Record::Error(it) => Some(it),
        _ => None,
    });
    change(error.unwrap());
    let said = |change: &Change| {
        assert!(change.wire.is_none(), "an error is never encoded: {change:?}");
        let class = if change.memory.is_some() { "breaks" } else { "compatible" };
        format!("{class}: {}: {}", change.item, change.what)
    };
    diff(&resolve(containers()), &resolve(records)).iter().map(said).collect()
}

#[test]
fn changes_of_errors_are_named() {
    assert_eq!(error(|_| {}), [""; 0]);
    let item = "error SceneError, variant";
    let renamed = error(|it| it.variants[1].item.rename = Some("Nothing".to_owned()));
    assert_eq!(
        renamed,
        [format!("compatible: {item} Empty: its name in Dart and .proto was `Empty`, is `Nothing`")]
    );
    let has =
        |changes: Vec<String>, change: &str| assert!(changes.iter().any(|it| it == change), "{changes:?}");
    has(error(|it| drop(it.variants.remove(1))), &format!("breaks: {item} Empty: removed"));
    has(error(|it| it.variants.swap(1, 2)), &format!("breaks: {item} Empty: its number was 2, is 3"));
    let added = error(|it| {
        let mut more = it.variants[1].clone();
        more.item.name = "More".to_owned();
        it.variants.push(more);
    });
    has(added, &format!("breaks: {item} More: added"));
    let ty = error(|it| it.variants[0].fields[3].ty = ErrorFieldType::Text);
    has(ty, &format!("breaks: {item} Missing, field pairs: its type is another"));
    let field = error(|it| {
        drop(it.variants[0].fields.pop());
        it.variants[0].size = 88;
    });
    has(field, &format!("breaks: {item} Missing, field small: removed"));
    has(
        error(|it| it.variants[1].item.deprecated = Some(String::new())),
        &format!("compatible: {item} Empty: is deprecated now"),
    );
}
