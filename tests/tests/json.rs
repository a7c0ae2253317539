//! JSON of messages and arenas: names, forms and options; hostile text, with the memory that it
//! takes. Random messages against `prost-reflect` are in `proto_random.rs`, and protobuf's own
//! tests in `cargo xtask conformance`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytemuck::Zeroable;
use ffi_core::arena::{ArenaBox, ArenaBytes, ArenaMap, ArenaStr, ArenaVec, FfiArena};
use ffi_core::json::JsonOptions;
use ffi_core::proto::DecodeErrorKind::{self, *};
use ffi_core::{
    FfiBytes, FfiDecimal, FfiDuration, FfiEmpty, FfiEnum, FfiJson, FfiMap, FfiMessage, FfiNewtype, FfiOpen,
    FfiOption, FfiPooled, FfiProto, FfiRef, FfiSecret, FfiStr, FfiTimestamp, FfiUuid, FfiVec,
};

ffi_core::library!();

/// The system's allocator, which notes how much the thread has at most.
struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn note(change: isize) {
    let now = NOW.get() + change;
    NOW.set(now);
    MOST.set(MOST.get().max(now));
}

// SAFETY: each call is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size().cast_signed());
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(-layout.size().cast_signed());
        // SAFETY: the caller passes memory of `alloc`, which came from the system, with its layout.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both are there for a moment.
        note(size.cast_signed());
        // SAFETY: the caller passes memory of `alloc`, with its layout, and a size that is not 0.
        let moved = unsafe { System.realloc(memory, layout, size) };
        note(-layout.size().cast_signed());
        moved
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns how many bytes more a thread has at most while it runs this.
fn most<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.get();
    MOST.set(before);
    let result = run();
    (result, usize::try_from(MOST.get() - before).unwrap())
}

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
enum PaintColour {
    Unknown = 0,
    #[ffi(json("RED", "ROT"))]
    Red = 3,
    DarkBlue = 4,
}

/// An enum that protobuf has as an integer.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
enum Wide {
    None = 0,
    All = u64::MAX,
}

#[derive(FfiNewtype, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
struct Cents(i64);

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Price {
    amount: Cents,
    per_unit: FfiOption<f32>,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum Payment {
    Unset,
    Card(FfiStr<16>),
    #[ffi(json("bankTransfer", "bank_transfer"))]
    Transfer(u64),
    Cash,
    Mixed(FfiVec<i32, 4>),
}

/// Has each form of a bounded field.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Order {
    order_id: u64,
    #[ffi(json("labelText", "label", "caption"))]
    label: FfiStr<16>,
    colour: PaintColour,
    colours: FfiVec<FfiOpen<PaintColour>, 4>,
    prices: FfiVec<Price, 4>,
    counts: FfiMap<FfiStr<8>, u32, 20>,
    names: FfiMap<i64, FfiStr<8>, 4>,
    flags: FfiMap<bool, bool, 2>,
    weights: FfiMap<FfiBytes<2>, f64, 2>,
    matrix: [[i16; 2]; 2],
    digest: [u8; 4],
    blob: FfiBytes<8>,
    rows: FfiVec<FfiVec<u8, 2>, 2>,
    ratio: f64,
    #[ffi(encoding = "zigzag")]
    delta: i64,
    #[ffi(encoding = "fixed")]
    hash: u32,
    wide: Wide,
    done: FfiOption<bool>,
    at: FfiTimestamp,
    took: FfiDuration,
    id: FfiUuid,
    total: FfiDecimal,
    nothing: FfiOption<FfiEmpty>,
    paid: Payment,
    #[ffi(flatten)]
    shipping: Shipping,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum Shipping {
    Unset,
    #[ffi(tag = 101)]
    PickUp(bool),
    #[ffi(tag = 100)]
    Parcel(FfiStr<8>),
}

#[derive(FfiMessage)]
#[repr(C)]
struct Person {
    name: ArenaStr,
    emails: ArenaVec<ArenaStr>,
    blob: ArenaBytes,
    boss: ArenaBox<Person>,
    reports: ArenaVec<Person>,
    scores: ArenaMap<ArenaStr, i64>,
    numbers: ArenaVec<u32>,
    contact: Contact,
    extra: ArenaBox<Struct>,
    any: ArenaVec<Any>,
    mask: ArenaBox<FieldMask>,
    count: ArenaBox<Int64Value>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Contact {
    Unset,
    Phone(ArenaStr),
    Person(ArenaBox<Person>),
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Struct")]
struct Struct {
    fields: ArenaMap<ArenaStr, Value>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(json = "google.protobuf.Value")]
#[expect(clippy::enum_variant_names, reason = "the names of protobuf")]
enum Value {
    Unset,
    NullValue(FfiOpen<NullValue>),
    NumberValue(f64),
    StringValue(ArenaStr),
    BoolValue(bool),
    StructValue(ArenaBox<Struct>),
    ListValue(ArenaBox<ListValue>),
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.ListValue")]
struct ListValue {
    values: ArenaVec<Value>,
}

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[ffi(json = "google.protobuf.NullValue")]
enum NullValue {
    NullValue = 0,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Any")]
struct Any {
    type_url: ArenaStr,
    value: ArenaBytes,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.FieldMask")]
struct FieldMask {
    paths: ArenaVec<ArenaStr>,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Int64Value")]
struct Int64Value {
    value: i64,
}

#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool = 4)]
struct Node {
    id: u32,
    next: FfiRef<Node>,
    others: FfiVec<FfiRef<Node>, 2>,
}

#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool = 400)]
struct Link {
    id: u32,
    next: FfiRef<Link>,
    others: FfiVec<FfiRef<Link>, 2>,
    by_id: FfiMap<u32, FfiRef<Link>, 2>,
}

/// Values that protobuf has in wrappers, and JSON has as they are.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Wrappers {
    #[ffi(encoding = "wrapper")]
    flag: FfiOption<bool>,
    #[ffi(encoding = "wrapper")]
    count: FfiOption<i32>,
    #[ffi(encoding = "wrapper")]
    sizes: FfiVec<u64, 3>,
    #[ffi(encoding = "wrapper")]
    name: FfiOption<FfiStr<8>>,
    #[ffi(encoding = "wrapper")]
    ratios: FfiMap<i32, f32, 2>,
    #[ffi(encoding = "wrapper")]
    blob: FfiBytes<4>,
    #[ffi(flatten)]
    choice: WrapperChoice,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum WrapperChoice {
    Unset,
    #[ffi(tag = 100, encoding = "wrapper")]
    Weight(f64),
    #[ffi(tag = 101, encoding = "wrapper")]
    Label(FfiStr<8>),
}

#[derive(FfiMessage)]
#[repr(C)]
struct ArenaWrappers {
    #[ffi(encoding = "wrapper")]
    name: ArenaBox<ArenaStr>,
    #[ffi(encoding = "wrapper")]
    blobs: ArenaVec<ArenaBytes>,
    #[ffi(encoding = "wrapper")]
    sizes: ArenaMap<ArenaStr, u32>,
}

#[test]
fn wrappers_are_the_values_in_them() {
    let json = concat!(
        r#"{"flag":false,"count":0,"sizes":["0","1"],"name":"","ratios":{"-1":0.5,"7":0.0},"#,
        r#""blob":"AQI=","label":""}"#
    );
    let read = Wrappers::decode_json(json).unwrap();
    assert_eq!((read.flag, read.count), (Some(false).into(), Some(0).into()));
    assert_eq!(
        (&read.sizes[..], read.choice.clone()),
        (&[0, 1][..], WrapperChoice::Label("".parse().unwrap()))
    );
    assert_eq!(read.encode_json().unwrap(), json);
    // Field 1 with nothing in it, then field 2 with nothing in it.
    assert_eq!(read.encode_proto()[..4], [0x0A, 0, 0x12, 0]);
    assert_eq!(*Wrappers::decode_proto(&read.encode_proto()).unwrap(), *read);
    let absent = Wrappers::decode_json(r#"{"flag":null,"count":null,"name":null,"weight":null}"#).unwrap();
    assert_eq!((absent.flag, absent.count, absent.choice), (None.into(), None.into(), WrapperChoice::Unset));
    for (json, start) in [
        (r#"{"count":{}}"#, "count.value: `{}}` at byte 9"),
        (r#"{"sizes":["1",-1]}"#, "sizes[1].value: -1 before byte 16 doesn't fit into uint64"),
        (r#"{"name":"nine bytes"}"#, "name: text of 10 bytes, and the capacity is 8"),
        (r#"{"sizes":[null]}"#, "sizes[0].value: `null]}` at byte 10"),
    ] {
        let error = Wrappers::decode_json(json).unwrap_err().to_string();
        assert!(error.starts_with(start), "{json}: {error}");
    }
    let json = r#"{"name":"","blobs":["","AQI="],"sizes":{"a":0}}"#;
    let arena = FfiArena::<ArenaWrappers>::from_json(json).unwrap();
    assert_eq!(arena.to_json().unwrap(), json);
}

/// JSON of an order with a value for each field, in the order in which it is written.
const ORDER: &str = concat!(
    r#"{"orderId":"18446744073709551615","labelText":"caf\u00e9 \"x\"\n","colour":"PAINT_COLOUR_DARK_BLUE","#,
    r#""colours":["RED","PAINT_COLOUR_UNKNOWN",77],"prices":[{"amount":"-5","perUnit":0.1},{}],"#,
    r#""counts":{"a":1,"":2},"names":{"-9223372036854775808":"x"},"flags":{"true":false},"#,
    r#""weights":[{"key":"AQI=","value":"NaN"}],"matrix":[1,-2,3,-4],"digest":"AAECAw==","blob":"/+8=","#,
    r#""rows":[{"value":[1,255]},{}],"ratio":"-Infinity","delta":"-7","hash":4294967295,"#,
    r#""wide":"18446744073709551615","done":false,"at":"1970-01-01T00:00:00.000000005Z","took":"-1.500s","#,
    r#""id":"AAAAAAAAAAAAAAAAAAAABw==","total":"-12.50","nothing":{},"paid":{"mixed":{"value":[0,9]}},"#,
    r#""parcel":"box"}"#
);

#[test]
fn every_form_goes_both_ways() {
    let order = Order::decode_json(ORDER).unwrap();
    assert_eq!(order.order_id, u64::MAX);
    assert_eq!(order.label.as_str(), "caf\u{e9} \"x\"\n");
    assert_eq!(order.colour, PaintColour::DarkBlue);
    assert_eq!(order.colours.iter().map(|it| it.raw()).collect::<Vec<_>>(), [3, 0, 77]);
    assert_eq!(order.prices[0].per_unit.as_ref(), Some(&0.1));
    assert_eq!(order.matrix, [[1, -2], [3, -4]]);
    assert_eq!(order.wide, Wide::All);
    assert_eq!(order.shipping, Shipping::Parcel(FfiStr::try_from("box").unwrap()));
    // The escape of a letter is not needed, so it is not written.
    let json = order.encode_json().unwrap();
    assert_eq!(json, ORDER.replace("\\u00e9", "\u{e9}"));
    let again = Order::decode_json(&json).unwrap();
    assert_eq!(again.encode_proto(), order.encode_proto());

    let mut appended = b"[".to_vec();
    order.encode_json_into(&JsonOptions::new(), &mut appended).unwrap();
    assert_eq!(appended, format!("[{json}").as_bytes());
}

#[test]
fn names_of_proto_and_further_ones_are_read() {
    let json = r#" { "order_id" : 7 , "caption" : "x", "colour": "ROT", "pick_up": true, "paid": {"bank_transfer": "5"} } "#;
    let order = Order::decode_json(json).unwrap();
    assert_eq!(order.order_id, 7);
    assert_eq!(order.shipping, Shipping::PickUp(true));
    let json = order.encode_json().unwrap();
    let there = r#"{"orderId":"7","labelText":"x","colour":"RED","matrix":[0,0,0,0],"digest":"AAAAAA==","#;
    assert_eq!(json, format!("{there}\"paid\":{{\"bankTransfer\":\"5\"}},\"pickUp\":true}}"));
    let options = JsonOptions::new().print_original_names(true);
    let json = order.encode_json_with(&options).unwrap();
    assert!(json.starts_with(r#"{"order_id":"7","label":"x","#), "{json}");
    assert!(json.ends_with(r#""paid":{"bank_transfer":"5"},"pick_up":true}"#), "{json}");
}

#[test]
fn default_values_are_written_when_asked_for() {
    let order = Order::decode_json("{}").unwrap();
    let options = JsonOptions::new().print_default_values(true);
    let json = order.encode_json_with(&options).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"orderId":"0","labelText":"","colour":"PAINT_COLOUR_UNKNOWN","colours":[],"prices":[],"#,
            r#""counts":{},"names":{},"flags":{},"weights":[],"matrix":[0,0,0,0],"digest":"AAAAAA==","#,
            r#""blob":"","rows":[],"ratio":0.0,"delta":"0","hash":0,"wide":"0","id":"","total":""}"#
        )
    );
    assert_eq!(Order::decode_json(&json).unwrap().encode_proto(), order.encode_proto());
}

#[test]
fn null_is_absent() {
    let nulls = ORDER.split("\"").filter(|it| it.starts_with(|it: char| it.is_ascii_lowercase()));
    assert!(nulls.count() > 20);
    let names =
        ["orderId", "labelText", "colour", "colours", "prices", "counts", "weights", "matrix", "digest"];
    let names =
        names.into_iter().chain(["done", "at", "took", "id", "total", "nothing", "paid", "parcel", "pickUp"]);
    let json: Vec<_> = names.map(|name| format!("\"{name}\":null")).collect();
    let order = Order::decode_json(format!("{{{}}}", json.join(","))).unwrap();
    assert_eq!(*order, *Order::decode_json("{}").unwrap());
}

#[test]
fn unknown_fields_are_ignored_when_asked_for() {
    let json = r#"{"orderId":1,"more":{"a":[1,{"b":"\u0041"},null,true,-1.5e3]},"colour":"GREEN","colours":["GREEN","RED"]}"#;
    let error = Order::decode_json(json).unwrap_err();
    assert_eq!(error.kind(), UnknownField);
    assert!(error.to_string().starts_with("`more` is no field of Order; hint: "), "{error}");
    let options = JsonOptions::new().ignore_unknown_fields(true);
    let order = Order::decode_json_with(json, &options).unwrap();
    assert_eq!((order.order_id, order.colour), (1, PaintColour::Unknown));
    assert_eq!(order.colours.iter().map(|it| it.raw()).collect::<Vec<_>>(), [3]);
    // What is read over is JSON all the same.
    let error = Order::decode_json_with(r#"{"more":[1,]}"#, &options).unwrap_err();
    assert_eq!(error.kind(), Malformed);
}

#[test]
fn arenas_go_both_ways() {
    let json = concat!(
        r#"{"name":"Ada","emails":["a",""],"blob":"AQ==","boss":{"name":"Eve","boss":{}},"#,
        r#""reports":[{"numbers":[1,4294967295]},{}],"scores":{"go":"-1","rust":"2"},"#,
        r#""contact":{"person":{"contact":{"phone":"1"}}},"#,
        r#""extra":{"a":null,"b":[1.5,"x",true,{},[]],"c":{"d":null}},"mask":"a.bC,d","count":"0"}"#
    );
    let arena = FfiArena::<Person>::from_json(json).unwrap();
    assert_eq!(arena.root().boss().unwrap().name(), "Eve");
    assert_eq!(arena.root().mask().unwrap().paths().iter().collect::<Vec<_>>(), ["a.b_c", "d"]);
    assert_eq!(arena.to_json().unwrap(), json);
    let mut out = Vec::new();
    arena.to_json_into(&JsonOptions::new(), &mut out).unwrap();
    assert_eq!(out, json.as_bytes());
}

#[test]
fn what_comes_in_pieces_is_one_message() {
    // More than is kept before it is passed on: lists of numbers, of text and of messages.
    let numbers: Vec<_> = (0..50_000_u32).map(|it| it * 80_000).collect();
    let emails: Vec<_> = (0..20_000).map(|it| format!("{it}@example.org")).collect();
    let reports: Vec<_> =
        (0..20_000).map(|it| format!("{{\"name\":\"{it}\",\"numbers\":[{it},1]}}")).collect();
    let json = format!(
        "{{\"name\":\"{}\",\"emails\":{emails:?},\"reports\":[{}],\"numbers\":{numbers:?}}}",
        "x".repeat(100_000),
        reports.join(",")
    );
    let (arena, memory) = most(|| FfiArena::<Person>::from_json(&json).unwrap());
    let root = arena.root();
    assert_eq!(root.name().len(), 100_000);
    assert!(root.numbers().iter().eq(numbers.iter().copied()));
    assert!(root.emails().iter().eq(emails.iter().map(|it| &**it)));
    assert_eq!(root.reports().len(), 20_000);
    assert_eq!(root.reports().get(19_999).unwrap().numbers().iter().collect::<Vec<_>>(), [19_999, 1]);
    // A list that grows is there twice for a moment.
    let arena_len = arena.to_bytes().len();
    assert!(memory < 4 * arena_len + (1 << 20), "{memory} bytes for an arena of {arena_len}");
    let again = arena.to_json().unwrap();
    assert_eq!(again, json.replace(", ", ","));

    // The index in an error counts all elements, also those that were passed on.
    let broken = json.replace("19999@example.org\"", "\\uDC00\"");
    let error = FfiArena::<Person>::from_json(&broken).unwrap_err();
    assert!(error.to_string().starts_with("emails[19999]: half of a pair"), "{error}");
}

#[test]
fn any_has_a_registry() {
    let options = JsonOptions::new().any_arena::<Person>("test.Person").any::<Price>("test.Price");
    let json = concat!(
        r#"{"any":[{"@type":"a.b/test.Person","name":"Ada","any":[{}]},"#,
        r#"{"@type":"a.b/google.protobuf.Duration","value":"1s"},"#,
        r#"{"@type":"x/google.protobuf.Struct","value":{"a":[1.0]}},"#,
        r#"{"@type":"x/google.protobuf.Int64Value","value":"0"},"#,
        r#"{"@type":"x/google.protobuf.Empty"},"#,
        r#"{"@type":"x/test.Price","amount":"3"}]}"#
    );
    let arena = FfiArena::<Person>::from_json_with(json, &options).unwrap();
    assert_eq!(arena.to_json_with(&options).unwrap(), json);
    assert_eq!(arena.root().any().get(5).unwrap().value(), [8, 3]);
    let error = arena.to_json().unwrap_err();
    assert!(
        error.to_string().starts_with("any[0].type_url: an `Any` of `test.Person`, which is not"),
        "{error}"
    );
    let anywhere = r#"{"any":[{"amount":3,"@type":"x/test.Price"}]}"#;
    let arena = FfiArena::<Person>::from_json_with(anywhere, &options).unwrap();
    assert_eq!(arena.root().any().get(0).unwrap().value(), [8, 3]);

    // Bytes of another writer, whose fields are in another order and there twice.
    let mut other = FfiArena::<Person>::new();
    let mut root = other.edit();
    let mut list = root.any(1);
    let mut any = list.push();
    any.set_type_url("x/test.Price");
    any.set_value(&[21, 0, 0, 0, 63, 8, 1, 8, 3]);
    let json = other.to_json_with(&options).unwrap();
    assert_eq!(json, r#"{"any":[{"@type":"x/test.Price","amount":"3","perUnit":0.5}]}"#);

    for (json, start, kind) in [
        (r#"{"name":"x"}"#, "any[0]: an `Any` without `@type`", UnknownField),
        (r#"{"@type":"test.Price"}"#, "any[0]: `test.Price` before byte", OutOfRange),
        (r#"{"@type":"x/test.Other"}"#, "any[0].type_url: an `Any` of `test.Other`", UnknownField),
        (r#"{"@type":"x/test.Price","@type":"x/test.Price"}"#, "any[0]: `@type` is there twice", Duplicate),
        (r#"{"@type":"x/test.Price","amount":[]}"#, "any[0].amount: ", Malformed),
        (r#"{"@type":"x/google.protobuf.Duration"}"#, "any[0]: an `Any` of this type", UnknownField),
        (r#"{"@type":"x/google.protobuf.Duration","value":"1"}"#, "any[0].value: `1` before", OutOfRange),
    ] {
        let json = format!("{{\"any\":[{json}]}}");
        let error = FfiArena::<Person>::from_json_with(&json, &options).unwrap_err();
        assert!(error.to_string().starts_with(start), "{json}: {error}");
        assert_eq!(error.kind(), kind, "{json}");
    }
}

#[test]
fn values_without_json_are_refused() {
    let refused = |edit: &dyn Fn(&mut FfiArena<Person>)| {
        let mut arena = FfiArena::<Person>::new();
        edit(&mut arena);
        let mut out = b"before".to_vec();
        let error = arena.to_json_into(&JsonOptions::new(), &mut out).unwrap_err();
        assert_eq!(out, b"before");
        error.to_string()
    };
    let error = refused(&|arena| {
        arena.edit().extra().get_or_insert().fields(1).insert("a").set_number_value(f64::NAN);
    });
    assert!(error.starts_with("extra.fields[0].value: a `Value` that is no finite number"), "{error}");
    let error = refused(&|arena| {
        arena.edit().extra().get_or_insert().fields(1).insert("a");
    });
    assert!(error.starts_with("extra.fields[0].value: a `Value` that is not set"), "{error}");
    let error = refused(&|arena| arena.edit().mask().get_or_insert().paths(1).push().set("fooBar"));
    assert!(error.starts_with("mask.paths[0]: a path that has no way back"), "{error}");
}

#[test]
fn references_are_read_and_freed() {
    let json = r#"{"id":1,"next":{"id":2,"next":{"id":3}},"others":[{"id":4}]}"#;
    let mut node = Node::decode_json(json).unwrap();
    assert_eq!(Node::pool().stats().live, 3);
    assert_eq!(node.encode_json().unwrap(), json);
    node.release_proto();
    assert_eq!(Node::pool().stats().live, 0);
    // What was read before the mistake goes back.
    let error = Node::decode_json(r#"{"next":{"next":{}},"others":[{}],"id":-1}"#).unwrap_err();
    assert!(error.to_string().starts_with("id: -1 before byte"), "{error}");
    assert_eq!(Node::pool().stats().live, 0);
    let error = Node::decode_json(r#"{"next":{"next":{"next":{"next":{"next":{}}}}}}"#).unwrap_err();
    assert_eq!((error.kind(), Node::pool().stats().live), (Pool, 0));
}

#[test]
fn references_are_absent_where_they_are_in_protobuf() {
    let linked = |id, edit: &dyn Fn(&mut Link)| {
        let mut link = Link::pool().try_alloc_with(|it| it.id = id).unwrap();
        edit(&mut link);
        link.into_ref()
    };
    let same_as_protobuf = |link: &Link| {
        let json = link.encode_json().unwrap();
        let mut there = Link::decode_proto(&link.encode_proto()).unwrap();
        assert_eq!(there.encode_json().unwrap(), json);
        there.release_proto();
        json
    };
    // Deeper than readers go.
    let mut root = Link::zeroed();
    for id in (1..=150).rev() {
        let next = root.next;
        root.next = linked(id, &|it| it.next = next);
    }
    let json = same_as_protobuf(&root);
    assert!(json.contains("\"id\":100}") && !json.contains("\"id\":101"), "{json}");
    root.release_proto();

    // References to nothing, in each place that one can be.
    let gone = Link::pool().try_alloc().unwrap().handle();
    root.next = gone;
    root.others.try_push(gone).unwrap();
    assert_eq!(same_as_protobuf(&root), "{}");
    root.by_id.try_insert(7, gone).unwrap();
    root.others.try_push(linked(1, &|_| {})).unwrap();
    assert_eq!(same_as_protobuf(&root), r#"{"others":[{"id":1}],"byId":{"7":{}}}"#);
    let options = JsonOptions::new().print_default_values(true);
    assert_eq!(
        root.encode_json_with(&options).unwrap(),
        r#"{"id":0,"others":[{"id":1,"others":[],"byId":{}}],"byId":{"7":{}}}"#
    );
    root.release_proto();

    // A message isn't written inside of itself.
    let mut first = Link::pool().try_alloc_with(|it| it.id = 1).unwrap();
    let (back, inner) = (first.handle(), linked(3, &|_| {}));
    first.next = linked(2, &|it| {
        it.next = back;
        it.by_id.try_insert(1, inner).unwrap();
    });
    let json = first.encode_json().unwrap();
    assert_eq!(json, r#"{"id":1,"next":{"id":2,"byId":{"1":{"value":{"id":3}}}}}"#);

    // One that code outside of Rust may be writing to is refused.
    let outside = Link::pool().try_alloc().unwrap();
    root.next = outside.handle();
    let _pointer = outside.into_raw();
    let mut out = b"before".to_vec();
    let error = root.encode_json_into(&JsonOptions::new(), &mut out).unwrap_err();
    assert!(error.to_string().starts_with("a `Link` that is to be written"), "{error}");
    assert_eq!(out, b"before");
}

#[test]
fn what_is_nested_too_deeply_has_no_json() {
    fn deepen(mut person: PersonEdit<'_>, levels: u32) {
        match levels.checked_sub(1) {
            Some(left) => deepen(person.contact().person().get_or_insert(), left),
            None => person.set_name("deep"),
        }
    }
    let mut arena = FfiArena::<Person>::new();
    deepen(arena.edit(), 50);
    assert!(arena.to_json().unwrap().contains("deep"));
    deepen(arena.edit(), 51);
    let mut out = b"before".to_vec();
    let error = arena.to_json_into(&JsonOptions::new(), &mut out).unwrap_err();
    assert!(error.to_string().starts_with("contact.Person.contact.Person."), "{error}");
    assert!(error.to_string().contains("nested in more than 100 levels"), "{error}");
    assert_eq!(out, b"before");
}

/// Checks that JSON is refused with this kind and start, and that nothing is left in the message.
#[track_caller]
fn refused(json: impl AsRef<[u8]>, kind: DecodeErrorKind, start: &str) {
    let json = json.as_ref();
    let mut order = Order::decode_json(ORDER).unwrap();
    let (result, memory) = most(|| order.decode_json_into(json, &JsonOptions::new()));
    let error = result.unwrap_err();
    let shown = String::from_utf8_lossy(&json[..json.len().min(200)]);
    assert!(error.to_string().starts_with(start), "{shown}: {error}");
    assert!(error.to_string().contains("hint: "), "{error}");
    assert_eq!(error.kind(), kind, "{shown}: {error}");
    assert_eq!(*order, *Order::decode_json("{}").unwrap(), "{shown}");
    // A piece of protobuf, and room for keys and text.
    assert!(memory < (1 << 17) + 16 * json.len().min(1 << 16) + 4 * json.len(), "{memory} bytes: {shown}");
}

#[test]
fn what_is_not_json_is_refused() {
    for (json, kind, start) in [
        ("", Truncated, "the text ends at byte 0"),
        ("  ", Truncated, "the text ends at byte 2"),
        ("{", Truncated, "the text ends at byte 1"),
        (r#"{"orderId""#, Truncated, "the text ends at byte 10"),
        (r#"{"orderId":"#, Truncated, "order_id: the text ends at byte 11"),
        (r#"{"prices":[{"amount":1"#, Truncated, "prices[0]: the text ends"),
        ("null", Malformed, "`null` at byte 0, where an object belongs"),
        ("[]", Malformed, "`[]` at byte 0, where an object belongs"),
        ("{}{}", Malformed, "`{}` at byte 2, where nothing more belongs"),
        ("{} x", Malformed, "`x` at byte 3, where nothing more belongs"),
        ("{,}", Malformed, "`,}` at byte 1, where text in quotes belongs"),
        (r#"{"orderId":1,}"#, Malformed, "`}` at byte 13, where an element behind the comma belongs"),
        (
            r#"{"orderId":1 "label":""}"#,
            Malformed,
            "`\\\"label\\\":\\\"\\\"}` at byte 13, where `,` or `}` belongs",
        ),
        (r#"{"orderId" 1}"#, Malformed, "`1}` at byte 11, where `:` belongs"),
        (r#"{orderId:1}"#, Malformed, "`orderId:1}` at byte 1, where text in quotes"),
        (r#"{'orderId':1}"#, Malformed, "`\\'orderId\\':1}` at byte 1"),
        (r#"{"colours":[3,]}"#, Malformed, "colours: `]}` at byte 14"),
        (r#"{"colours":[3 3]}"#, Malformed, "colours: `3]}` at byte 14, where `,` or `]` belongs"),
        (r#"{"done":tru}"#, Malformed, "done: `tru}` at byte 8, where `true` or `false` belongs"),
        (r#"{"done":truest}"#, Malformed, "done: `truest}` at byte 8"),
        (r#"{"done":1}"#, Malformed, "done: `1}` at byte 8, where `true` or"),
        (r#"{"done":"true"}"#, Malformed, "done: `\\\"true\\\"}`"),
        (r#"{"orderId":01}"#, Malformed, "order_id: `01}` at byte 11, where a number belongs"),
        (r#"{"orderId":+1}"#, Malformed, "order_id: `+1}`"),
        (r#"{"orderId":NaN}"#, Malformed, "order_id: `NaN}`"),
        (r#"{"ratio":NaN}"#, Malformed, "ratio: `NaN}` at byte 9, where a number belongs"),
        (r#"{"ratio":.5}"#, Malformed, "ratio: `.5}`"),
        (r#"{"ratio":1.}"#, Malformed, "ratio: `1.}`"),
        (r#"{"label":1}"#, Malformed, "label: `1}` at byte 9, where text in quotes belongs"),
        (r#"{"prices":{}}"#, Malformed, "prices: `{}}` at byte 10, where a list belongs"),
        (r#"{"prices":[1]}"#, Malformed, "prices[0]: `1]}` at byte 11, where an object belongs"),
        (r#"{"prices":[null]}"#, Malformed, "prices[0]: `null]}` at byte 11"),
        (r#"{"counts":[]}"#, Malformed, "counts: `[]}` at byte 10, where an object belongs"),
        (r#"{"counts":{"a":null}}"#, Malformed, "counts[0].value: `null}}` at byte 15"),
        (r#"{"colour":[]}"#, Malformed, "colour: `[]}` at byte 10, where a number belongs"),
        ("{\"label\":\"a\tb\"}", Malformed, "label: a control character in text, at byte 11"),
        (r#"{"label":"\x"}"#, Malformed, "label: an escape that JSON doesn't have, at byte 10"),
        (r#"{"label":"\u12G4"}"#, Malformed, "label: four hexadecimal digits are missing"),
        (r#"{"label":"a\uD800b"}"#, Malformed, "label: half of a pair of surrogates, at byte 11"),
        (r#"{"label":"\uDC00\uD800"}"#, Malformed, "label: half of a pair of surrogates, at byte 10"),
        (r#"{"\uD800":1}"#, Malformed, "half of a pair of surrogates"),
        (r#"{"blob":"a"}"#, Malformed, "blob: the text at byte 8 is not base64: "),
        (r#"{"blob":"a=b="}"#, Malformed, "blob: the text at byte 8 is not base64: "),
        (r#"{"blob":"\u00e9"}"#, Malformed, "blob: the text at byte 8 is not base64: "),
        (r#"{"blob":"+_8="}"#, Malformed, "blob: the text at byte 8 is not base64: "),
    ] {
        refused(json, kind, start);
    }
    refused(b"{\"label\":\"\xFF\"}", Utf8, "invalid UTF-8 at byte 10 of the JSON");
    refused(b"{\"label\":\"\xED\xA0\x80\"}", Utf8, "invalid UTF-8 at byte 10 of the JSON");
    refused(b"\xEF\xBB\xBF{}", Malformed, "`\\u{feff}{}` at byte 0");
}

#[test]
fn what_does_not_fit_is_refused() {
    for (json, kind, start) in [
        (r#"{"orderId":-1}"#, OutOfRange, "order_id: -1 before byte 13 doesn't fit into uint64"),
        (r#"{"orderId":18446744073709551616}"#, OutOfRange, "order_id: 18446744073709551616 before"),
        (r#"{"orderId":"1e20"}"#, OutOfRange, "order_id: 1e20 before byte 17"),
        (r#"{"orderId":1.5}"#, OutOfRange, "order_id: 1.5 before byte 14"),
        (r#"{"orderId":" 1"}"#, OutOfRange, "order_id: ` 1` before byte 15 is not an integer"),
        (r#"{"orderId":""}"#, OutOfRange, "order_id: `` before byte 13 is not an integer"),
        (r#"{"orderId":"1x"}"#, OutOfRange, "order_id: `1x` before"),
        (r#"{"hash":4294967296}"#, OutOfRange, "hash: 4294967296 before byte 18 doesn't fit into uint32"),
        (r#"{"matrix":[1,2147483648]}"#, OutOfRange, "matrix[1]: 2147483648 before"),
        // The field is an `i16`, which protobuf has as `int32`.
        (r#"{"matrix":[1,2,3,40000]}"#, OutOfRange, "matrix[1][1]: 40000 doesn't fit into i16"),
        (r#"{"matrix":[1,2,3,4,5]}"#, TooMany, "matrix: more than 4 elements"),
        (r#"{"ratio":1e400}"#, OutOfRange, "ratio: 1e400 before byte 14 doesn't fit into double"),
        (r#"{"ratio":"inf"}"#, OutOfRange, "ratio: `inf` before byte 14 is not a number"),
        (r#"{"ratio":"-NaN"}"#, OutOfRange, "ratio: `-NaN` before"),
        (r#"{"prices":[{},{"perUnit":4e38}]}"#, OutOfRange, "prices[1].per_unit: 4e38 before byte 29"),
        (r#"{"colour":"GREEN"}"#, UnknownVariant, "colour: `GREEN` is not a PaintColour"),
        (r#"{"colour":"red"}"#, UnknownVariant, "colour: `red` is not a PaintColour"),
        (r#"{"colour":77}"#, UnknownVariant, "colour: 77 is not a PaintColour"),
        (r#"{"colour":3000000000}"#, OutOfRange, "colour: 3000000000 before"),
        (r#"{"wide":7}"#, UnknownVariant, "wide: 7 is not a Wide"),
        (r#"{"names":{"x":""}}"#, OutOfRange, "names[0].key: `x` before byte 13 is not an integer"),
        (r#"{"flags":{"1":true}}"#, OutOfRange, "flags[0].key: `1` before byte 13 is not `true` or `false`"),
        (r#"{"label":"seventeen letters"}"#, TooLong, "label: text of 17 bytes, and the capacity is 16"),
        (r#"{"blob":"AAAAAAAAAAAAAAAA"}"#, TooLong, "blob: bytes of 12 bytes, and the capacity is 8"),
        (r#"{"prices":[{},{},{},{},{}]}"#, TooMany, "prices: more than 4 elements"),
        (r#"{"rows":[{},{"value":[1,2,3]}]}"#, TooMany, "rows[1]: more than 2 elements"),
        (r#"{"at":"1970-02-30T00:00:00Z"}"#, OutOfRange, "at: `1970-02-30T00:00:00Z` before byte 28 is not"),
        (r#"{"at":"0001-01-01T00:00:00+01:00"}"#, OutOfRange, "at: a timestamp of -62135600400 seconds"),
        (r#"{"took":"400000000000s"}"#, OutOfRange, "took: a duration of 400000000000 seconds"),
        (r#"{"took":"1"}"#, OutOfRange, "took: `1` before byte 11 is not seconds"),
        (r#"{"id":"AA=="}"#, OutOfRange, "id: 1 bytes are not a UUID"),
        (r#"{"total":"1e5"}"#, OutOfRange, "total: `1e5` is not a decimal"),
        (r#"{"prices":[{"cost":1}]}"#, UnknownField, "prices[0]: `cost` is no field of Price"),
        (r#"{"rows":[{"values":[1]}]}"#, UnknownField, "rows[0]: `values` is no field of wrapper"),
        (r#"{"weights":[{"name":""}]}"#, UnknownField, "weights[0]: `name` is no field of entry"),
    ] {
        refused(json, kind, start);
    }
}

#[test]
fn what_is_there_twice_is_refused() {
    for (json, start) in [
        (r#"{"orderId":1,"orderId":1}"#, "order_id: `orderId` gives Order a value that it has already"),
        (r#"{"orderId":1,"order_id":2}"#, "order_id: `order_id` gives Order a value"),
        (r#"{"orderId":null,"orderId":2}"#, "order_id: `orderId` gives Order a value"),
        (r#"{"orderId":1,"\u006frderId":2}"#, "order_id: `\\\\u006frderId` gives Order a value"),
        (r#"{"prices":[],"prices":[]}"#, "prices: `prices` gives Order a value"),
        (r#"{"prices":[{"amount":1,"amount":1}]}"#, "prices[0].amount: `amount` gives Price"),
        (r#"{"pickUp":true,"parcel":"x"}"#, "shipping.Parcel: `parcel` gives Order a value"),
        (r#"{"pickUp":true,"pickUp":true}"#, "shipping.PickUp: `pickUp` gives"),
        (r#"{"paid":{"card":"x","cash":{}}}"#, "paid.Cash: `cash` gives Payment a value"),
        (r#"{"counts":{"b":1,"a":2,"b":3}}"#, "counts[2].key: the key is there twice"),
        (r#"{"counts":{"a":1,"\u0061":1}}"#, "counts[1].key: the key is there twice"),
        (r#"{"names":{"1":"","01":""}}"#, "names[1].key: `01` before"),
        (r#"{"names":{"1":"","1.0":""}}"#, "names[1].key: the key is there twice"),
    ] {
        let kind = if start.contains("before") { OutOfRange } else { Duplicate };
        refused(json, kind, start);
    }
    // A case that is null is no case.
    let order =
        Order::decode_json(r#"{"parcel":null,"pickUp":true,"paid":{"card":null,"cash":{}}}"#).unwrap();
    assert_eq!((&order.shipping, &order.paid), (&Shipping::PickUp(true), &Payment::Cash));
}

#[test]
fn bombs_are_refused_within_bounds() {
    let many = 1 << 20;
    let options = JsonOptions::new().ignore_unknown_fields(true);
    for bomb in [
        format!("{{\"x\":{}", "[".repeat(many)),
        format!("{{\"x\":{}", "{\"x\":".repeat(many / 4)),
        format!("{{\"extra\":{}", "{\"x\":".repeat(many / 4)),
        format!("{{\"extra\":{{\"x\":{}", "[".repeat(many)),
        "{\"boss\":".repeat(many / 8),
        "{\"reports\":[".repeat(many / 8),
        "{\"contact\":{\"person\":".repeat(many / 16),
        "{\"any\":[{\"@type\":\"x/google.protobuf.Any\",\"value\":".repeat(many / 32),
    ] {
        let (result, memory) = most(|| FfiArena::<Person>::from_json_with(&bomb, &options));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), TooDeep, "{}: {error}", &bomb[..20]);
        // The arena has room for text of the same size from the start.
        assert!(memory < 4 * bomb.len() + (1 << 20), "{memory} bytes for {}", bomb.len());
    }
    let levels = |levels: usize| format!("{}{{}}{}", "{\"boss\":".repeat(levels - 1), "}".repeat(levels - 1));
    let deep = FfiArena::<Person>::from_json(levels(50)).unwrap();
    assert_eq!(deep.to_json().unwrap(), levels(50));
    let options = JsonOptions::new().max_depth(10);
    assert!(FfiArena::<Person>::from_json_with(levels(10), &options).is_ok());
    assert_eq!(FfiArena::<Person>::from_json_with(levels(11), &options).unwrap_err().kind(), TooDeep);
    let options = JsonOptions::new().max_len(9);
    assert!(FfiArena::<Person>::from_json_with(levels(1), &options).is_ok());
    let error = FfiArena::<Person>::from_json_with(levels(2), &options).unwrap_err();
    assert!(error.to_string().starts_with("JSON of 11 bytes, and the limit is 9"), "{error}");

    // Keys of a map that are all equal, or come in the worst order, are sorted, not compared in
    // pairs.
    let keys: Vec<_> = (0..50_000).rev().map(|it| format!("\"{it:05}\":1")).collect();
    let json = format!("{{\"scores\":{{{}}}}}", keys.join(","));
    assert_eq!(FfiArena::<Person>::from_json(&json).unwrap().root().scores().len(), 50_000);
    let json = format!("{{\"scores\":{{{}}}}}", vec!["\"k\":1"; 50_000].join(","));
    assert_eq!(FfiArena::<Person>::from_json(&json).unwrap_err().kind(), Duplicate);
}

#[derive(FfiMessage, Debug)]
#[repr(C)]
struct Login {
    user: FfiStr<16>,
    password: FfiSecret<16>,
    attempts: u32,
    #[ffi(unknown)]
    rest: FfiBytes<32>,
}

#[test]
fn secrets_are_read_and_never_written_and_unknown_fields_are_no_fields() {
    let json = r#"{"user":"ada","password":"cGFzcw==","attempts":2}"#;
    let mut login = Login::decode_json(json).unwrap();
    assert_eq!(login.password, *b"pass");
    // Field 9, a number, of a later version.
    login.rest.try_extend_from_slice(&[9 << 3, 1]).unwrap();
    assert_eq!(login.encode_json().unwrap(), r#"{"user":"ada","attempts":2}"#);
    let all = JsonOptions::new().print_default_values(true);
    assert_eq!(Login::zeroed().encode_json_with(&all).unwrap(), r#"{"user":"","attempts":0}"#);
    let error = Login::decode_json(r#"{"rest": "AA=="}"#).unwrap_err();
    assert!(error.to_string().starts_with("`rest` is no field of Login"), "{error}");
}
