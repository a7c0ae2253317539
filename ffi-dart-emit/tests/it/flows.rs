//! Tests each problem that records of functions, objects and streams of Dart, and of queues that
//! Dart listens to, can have.

use ffi_core::schema::read::{
    DartFunction, Function, Listener, Mode, Param, Pass, Queue, Record, Returns, Scalar, Type,
};
use ffi_dart_emit::model::resolve;

use crate::schema::{array, flows, id, item, message, scalar, seal, str};

/// Returns the problems of these records: what each is about, what is wrong, and the fix.
fn problems(records: Vec<Record>) -> Vec<String> {
    let Err(problems) = resolve(seal(records)) else { return Vec::new() };
    for problem in &problems.0 {
        assert!(!problem.fix.is_empty(), "{}", problem.item);
    }
    let mut texts: Vec<_> = problems.0.iter().map(|it| format!("{}: {}", it.item, it.what)).collect();
    // What can't be is no fact, so the fingerprint is another one as well.
    texts.retain(|text| problems.0.len() == 1 || !text.contains("its record says fingerprint"));
    texts
}

/// Returns the problems after a change of the function `name`.
fn of_function(name: &str, change: impl FnOnce(&mut Function)) -> Vec<String> {
    let mut records = flows();
    let function = records.iter_mut().find_map(|record| match record {
        Record::Function(it) if it.item.name == name => Some(it),
        _ => None,
    });
    change(function.expect("there is one"));
    problems(records)
}

/// Returns the problems after a change of the only parameter of the function `name`.
fn of_param(name: &str, change: impl FnOnce(&mut Param)) -> Vec<String> {
    of_function(name, |it| change(&mut it.params[0]))
}

/// Returns the problems after a change of the types of the function of Dart that `name` takes.
fn of_types(name: &str, change: impl FnOnce(&mut DartFunction)) -> Vec<String> {
    of_param(name, |it| change(it.function.as_mut().expect("it is a function of Dart")))
}

/// Returns the problems after a change of the trait of Dart's objects.
fn of_listener(change: impl FnOnce(&mut Listener)) -> Vec<String> {
    let mut records = flows();
    let listener = records.iter_mut().find_map(|record| match record {
        Record::Callback(it) => Some(it),
        _ => None,
    });
    change(listener.expect("there is one"));
    problems(records)
}

fn of_queue(change: impl FnOnce(&mut Queue)) -> Vec<String> {
    let mut records = flows();
    let queue = records.iter_mut().find_map(|record| match record {
        Record::Queue(it) => Some(it),
        _ => None,
    });
    change(queue.expect("there is one"));
    problems(records)
}

/// Returns the problems of the records without those for which `remove` holds.
fn without(remove: impl Fn(&Record) -> bool) -> Vec<String> {
    problems(flows().into_iter().filter(|it| !remove(it)).collect())
}

fn value(ty: Type) -> Returns {
    Returns::Value(ty)
}

fn u32() -> Returns {
    value(scalar(Scalar::U32))
}

const EACH: &str = "function demo_ffi_each, parameter each";
const KEEP: &str = "function demo_ffi_keep, parameter answer";
const LISTEN: &str = "function demo_ffi_listen, parameter sink";

#[test]
fn nothing_is_wrong_with_what_rust_writes() {
    assert_eq!(problems(flows()), [""; 0]);
}

#[test]
fn a_library_without_a_mailbox_has_none_of_them() {
    let mut records = flows();
    if let Record::Library(it) = &mut records[0] {
        it.symbols.mailbox = None;
    }
    let problems = problems(records);
    for item in [KEEP, LISTEN, "function demo_ffi_numbers", "callback demo::Sink"] {
        let expected = format!("{item}: it needs a mailbox, and the library has none");
        assert!(problems.contains(&expected), "{expected}: {problems:?}");
    }
    let queue = "queue FRAMES: Dart listens to it, and the library has no mailbox".to_owned();
    assert!(problems.contains(&queue), "{problems:?}");
}

#[test]
fn functions_of_dart_have_types_that_cross() {
    let crosses = |item: &str| [format!("{item}: a function of Dart has a type that does not cross")];
    // Only values are lent; what is kept gets whatever a function returns.
    for argument in [Returns::Text, Returns::Vec(scalar(Scalar::U8)), Returns::Pool(id("Frame"))] {
        assert_eq!(of_types("each", |it| it.arguments[0] = argument), crosses(EACH));
    }
    for answer in [Returns::Vec(scalar(Scalar::U8)), Returns::Pool(id("Frame"))] {
        assert_eq!(of_types("each", |it| it.answer = Some(answer.clone())), crosses(EACH));
        assert_eq!(of_types("keep", |it| it.answer = Some(answer)), crosses(KEEP));
    }
    for (ty, what) in [
        (array(scalar(Scalar::U8), 2), "an array is neither parameter nor result"),
        (str(8), "an `FfiStr` is neither parameter nor result"),
        (Type::Ref(id("Frame")), "an `FfiRef` is neither parameter nor result"),
        (Type::Columns(id("Frame")), "columns are neither field, element nor value"),
        (Type::Message(id("Nothing")), "there is no record of its type `demo::Nothing`"),
        // An object is none of these, nor is a trait of Dart's objects.
        (Type::Message(id("Sink")), "there is no record of its type `demo::Sink`"),
    ] {
        let problems = of_types("keep", |it| it.arguments[0] = value(ty.clone()));
        assert_eq!(problems[0], format!("{KEEP}: {what}"));
        let problems = of_types("each", |it| it.answer = Some(value(ty)));
        assert_eq!(problems[0], format!("{EACH}: {what}"));
    }
    for returns in [Returns::Pool(id("Nothing")), Returns::Object(id("Nothing")), Returns::Object(id("Sink"))]
    {
        let problems = of_types("keep", |it| it.arguments[0] = returns);
        assert!(problems[0].starts_with(&format!("{KEEP}: there is no record")), "{problems:?}");
    }
}

#[test]
fn functions_of_dart_have_a_size() {
    let seven = of_types("each", |it| it.arguments = vec![u32(); 7]);
    assert_eq!(seven, [format!("{EACH}: a function of Dart has up to 6 arguments, and it has 7")]);
    assert_eq!(of_types("each", |it| it.arguments = vec![u32(); 6]), [""; 0]);
    assert_eq!(of_types("each", |it| *it = DartFunction { arguments: Vec::new(), answer: None }), [""; 0]);
    // Dart has memory for results of 4096 bytes.
    let large = |change: &dyn Fn(&mut Vec<Record>)| {
        let large = message("Large", 4104, 4, &[("bytes", 0, array(scalar(Scalar::U32), 1026))]);
        let mut records = flows();
        records.push(Record::Message(large));
        change(&mut records);
        problems(records)
    };
    let ty = || value(Type::Message(id("Large")));
    let too_large = |item: &str| format!("{item}: 4104 bytes do not cross by value, but up to 4096");
    for (name, parameter) in [("each", EACH), ("keep", KEEP)] {
        let of = |records: &mut Vec<Record>, change: &dyn Fn(&mut DartFunction)| {
            for record in records {
                match record {
                    Record::Function(it) if it.item.name == name => {
                        change(it.params[0].function.as_mut().unwrap());
                    }
                    _ => {}
                }
            }
        };
        assert_eq!(large(&|all| of(all, &|it| it.answer = Some(ty()))), [too_large(parameter)]);
        assert_eq!(large(&|all| of(all, &|it| it.arguments = vec![ty()])), [too_large(parameter)]);
    }
    let of_listener = large(&|records| {
        for record in records {
            if let Record::Callback(it) = record {
                it.methods[1].function.answer = Some(ty());
            }
        }
    });
    assert_eq!(of_listener[0], too_large("callback demo::Sink, method ask"));
    let of_input = large(&|records| {
        for record in records {
            match record {
                Record::Function(it) if it.item.name == "numbers" => {
                    it.params[0].ty = Type::Message(id("Large"));
                }
                _ => {}
            }
        }
    });
    assert_eq!(of_input, [too_large("function demo_ffi_numbers, parameter items")]);
}

#[test]
fn functions_and_objects_of_dart_are_what_their_parameter_says() {
    let no_function = "only a function of Dart has the types of one, and it has";
    assert_eq!(of_param("each", |it| it.function = None), [format!("{EACH}: {no_function}")]);
    assert_eq!(of_param("keep", |it| it.function = None), [format!("{KEEP}: {no_function}")]);
    for pass in [Pass::Value, Pass::Slice, Pass::Listener, Pass::InputValue] {
        let problems = of_param("each", |it| it.pass = pass);
        assert_eq!(problems[0], format!("{EACH}: {no_function}"), "{pass:?}");
    }
    assert_eq!(
        of_param("listen", |it| it.listener = None),
        [format!("{LISTEN}: an object of Dart has no trait")]
    );
    for pass in [Pass::Value, Pass::Object, Pass::InputStr] {
        let problems = of_param("listen", |it| it.pass = pass);
        assert_eq!(problems[0], format!("{LISTEN}: only an object of Dart has a trait, and it has one"));
    }
    assert_eq!(
        of_param("listen", |it| it.listener = Some(id("Frame"))),
        [format!("{LISTEN}: there is no record of its type `demo::Frame`")]
    );
    let missing = without(|record| matches!(record, Record::Callback(_)));
    assert_eq!(missing, [format!("{LISTEN}: there is no record of its type `demo::Sink`")]);
    for (name, item) in [("each", EACH), ("keep", KEEP)] {
        let what = "a function of Dart is optional, or passed to a leaf function";
        assert_eq!(of_param(name, |it| it.optional = true), [format!("{item}: {what}")]);
        assert_eq!(of_function(name, |it| it.leaf = true), [format!("{item}: {what}")]);
    }
    let what = "an object of Dart is optional, or passed to a leaf function";
    assert_eq!(of_param("listen", |it| it.optional = true), [format!("{LISTEN}: {what}")]);
    assert_eq!(of_function("listen", |it| it.leaf = true), [format!("{LISTEN}: {what}")]);
    assert_eq!(
        of_function("each", |it| it.mode = Mode::Blocking),
        ["function demo_ffi_each: it runs on after the call, and borrows `each`"]
    );
}

#[test]
fn traits_of_dart_have_methods_that_dart_can_have() {
    let ask = "callback demo::Sink, method ask";
    let event = "callback demo::Sink, method event";
    let not_those = "its parameters or result are not those of its type";
    assert_eq!(of_listener(|it| drop(it.methods[1].params.pop())), [format!("{ask}: {not_those}")]);
    assert_eq!(of_listener(|it| it.methods[1].asks = false), [format!("{ask}: {not_those}")]);
    assert_eq!(
        of_listener(|it| it.methods[0].function.answer = Some(u32())),
        [format!("{event}: {not_those}")]
    );
    assert_eq!(
        of_listener(|it| it.methods[1].item.name = "event".to_owned()),
        ["callback demo::Sink: two of its methods are called `event`"]
    );
    assert_eq!(
        of_listener(|it| it.methods[1].params[1] = "part0".to_owned()),
        [format!("{ask}: two of its parameters are called `part0`")]
    );
    let evil = "a) {} }; //";
    assert_eq!(
        of_listener(|it| it.methods[0].params[0] = evil.to_owned()),
        [format!("{event}: `{evil}` is not an identifier")]
    );
    assert_eq!(
        of_listener(|it| it.methods[0].item.name = evil.to_owned()),
        [format!("callback demo::Sink, method {evil}: `{evil}` is not an identifier")]
    );
    assert_eq!(
        of_listener(|it| it.item.name = "Other".to_owned()),
        ["callback demo::Sink: its id does not fit its name `Other`"]
    );
    assert_eq!(
        of_listener(|it| it.fingerprint_symbol = "a-b".to_owned()),
        ["callback demo::Sink: `a-b` is not a symbol"]
    );
    assert_eq!(
        of_listener(|it| it.fingerprint_symbol = "demo_ffi_each".to_owned()),
        ["function demo_ffi_each: it shares the symbol `demo_ffi_each` with callback demo::Sink"]
    );
    assert_eq!(
        of_listener(|it| it.methods[1].function.answer = Some(Returns::Vec(scalar(Scalar::U8)))),
        [format!("{ask}: a function of Dart has a type that does not cross")]
    );
    let mut records = flows();
    records.push(Record::Message(message("Sink", 4, 4, &[("x", 0, scalar(Scalar::F32))])));
    let both = "callback demo::Sink: there is also message demo::Sink".to_owned();
    assert!(problems(records).contains(&both));
    let mut records = flows();
    records.push(Record::Callback(Listener {
        item: item("Sink"),
        id: id("Sink"),
        fingerprint: ffi_core::schema::read::Fingerprint(0),
        fingerprint_symbol: "demo_ffi_sink_fingerprint".to_owned(),
        methods: Vec::new(),
    }));
    assert_eq!(problems(records), ["callback demo::Sink: two different records have this name"]);
}

/// A message can't hold itself, whichever way it goes to Dart.
#[test]
fn circles_are_reported_where_they_are() {
    let node = message("Node", 4, 4, &[("next", 0, array(Type::Message(id("Node")), 1))]);
    let mut records = flows();
    records.push(Record::Message(node));
    if let Some(Record::Callback(it)) = records.iter_mut().find(|it| matches!(it, Record::Callback(_))) {
        it.methods[0].function.arguments[0] = value(Type::Message(id("Node")));
    }
    assert_eq!(problems(records), ["message demo::Node, field next: `demo::Node` holds itself"]);
}

#[test]
fn streams_of_dart_go_to_what_runs_on() {
    let numbers = "function demo_ffi_numbers";
    let optional = format!("{numbers}: a stream of Dart is optional, or goes to a call that Dart waits for");
    assert_eq!(of_function("numbers", |it| it.mode = Mode::Sync), [&*optional]);
    assert_eq!(of_param("numbers", |it| it.optional = true), [&*optional]);
    let window = format!("{numbers}: a function with a stream has a window, and no other has");
    assert_eq!(of_function("numbers", |it| it.window = 0), [&*window]);
    assert_eq!(of_param("numbers", |it| it.pass = Pass::Value), [&*window]);
    assert_eq!(
        of_function("numbers", |it| it.window = u32::MAX),
        [format!("{numbers}: a window is up to 1048576 items, and it has 4294967295")]
    );
    assert_eq!(
        of_function("numbers", |it| it.leaf = true),
        [format!("{numbers}: its result comes later, and it is a leaf function")]
    );
    let slots = "function demo_ffi_slots, parameter items";
    assert_eq!(
        of_param("slots", |it| it.ty = scalar(Scalar::U32)),
        [format!("{slots}: only a message is in a pool")]
    );
    for name in ["numbers", "lists"] {
        let item = format!("function demo_ffi_{name}, parameter items");
        let problems = of_param(name, |it| it.ty = str(4));
        assert_eq!(problems[0], format!("{item}: an `FfiStr` is neither parameter nor result"));
        let problems = of_param(name, |it| it.ty = Type::Message(id("Nothing")));
        assert_eq!(problems[0], format!("{item}: there is no record of its type `demo::Nothing`"));
    }
    let mut records = flows();
    for record in &mut records {
        if let Record::Message(it) = record {
            it.pool = None;
        }
    }
    let problems = problems(records);
    for item in [slots, KEEP, "queue FRAMES"] {
        let found = problems.iter().any(|it| it.starts_with(item));
        assert!(found, "{item}: {problems:?}");
    }
}

#[test]
fn queues_that_dart_listens_to_have_their_symbols() {
    let stream = |symbol: &str| of_queue(|it| it.symbols.stream = Some(symbol.to_owned()));
    assert_eq!(stream("a b"), ["queue FRAMES: `a b` is not a symbol"]);
    assert_eq!(
        stream("demo_ffi_frames_push"),
        ["queue FRAMES: it shares the symbol `demo_ffi_frames_push` with queue FRAMES"]
    );
    assert!(
        of_queue(|it| it.message = id("Sink"))[0].contains("there is no record of its type `demo::Sink`")
    );
}

/// Refuses what another version may have written, instead of guessing.
#[test]
fn words_that_are_not_known_are_errors_that_name_them() {
    let text = |record: &Record| serde_json::to_string(record).unwrap();
    let all: Vec<_> = flows().iter().map(text).collect();
    for (word, other) in [
        ("\"dart_fn\"", "\"dart_closure\""),
        ("\"input_value\"", "\"input_message\""),
        ("\"listener\":\"demo::Sink\"", "\"listener\":7"),
        ("\"asks\":true", "\"asks\":2"),
        ("\"window\":16", "\"window\":-1"),
        ("\"window\":16", "\"window\":4294967296"),
        ("\"kind\":\"callback\"", "\"kind\":\"callbacks\""),
        ("\"methods\":", "\"method\":"),
        ("\"answer\":\"string\"", "\"answer\":\"text\""),
    ] {
        let json = all.iter().find(|json| json.contains(word)).unwrap_or_else(|| panic!("{word}"));
        let bytes = crate::schema::encode(&json.replacen(word, other, 1));
        let error = ffi_dart_emit::library_file::read(&crate::files::elf(&bytes)).unwrap_err();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        let named = other.split(['"', ':']).rfind(|it| !it.is_empty()).unwrap();
        let expected = if word == "\"methods\":" { "methods" } else { named };
        assert!(text.contains(expected), "{other}: {text}");
    }
}
