//! Tests protobuf's wire format: the bytes in the tables of `ffi_core::proto`, checked by hand and
//! by prost, and the refusal of bytes that aren't a message.
//!
//! `proto_random.rs` compares every message of every fixture with an encoder of its own,
//! `proto_hostile.rs` counts the cost of hostile bytes.

mod prost_types;

use std::fmt::Debug;

use bytemuck::Zeroable;
use ffi_core::boundary::{FfiOwned, FfiStatus};
use ffi_core::proto::DecodeErrorKind;
use ffi_core::{FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiProto, FfiRef, FfiStr, FfiVec};
use fixture_types as ours;
use prost::Message as _;
use prost_types as theirs;

/// Checks 1,000 random values: prost reads our bytes and writes them again, and we read an equal
/// value. A field that one side takes for another would be unknown to prost, and lost.
fn crosses<Ours: FfiMessage + FfiProto + PartialEq + Debug, Theirs: prost::Message + Default>(
    random: fn(&mut Ours, u64),
) {
    let mut value = Ours::new_zeroed_box();
    let mut seen = 0;
    for seed in 0..1000 {
        random(&mut value, seed);
        let bytes = value.encode_proto();
        assert_eq!(bytes.len(), value.encoded_len());
        let theirs = Theirs::decode(&*bytes).unwrap_or_else(|error| panic!("{seed}: {error}\n{value:?}"));
        let again = theirs.encode_to_vec();
        let back = Ours::decode_proto(&again).unwrap_or_else(|error| panic!("{seed}: {error}\n{value:?}"));
        assert_eq!(*back, *value, "{seed}");
        seen += bytes.len();
    }
    assert!(seen > 10_000, "{seen} bytes are not much");
}

#[test]
fn prost_reads_and_writes_the_same_texts() {
    crosses::<_, theirs::Texts>(ours::random_texts);
}

#[test]
fn prost_reads_and_writes_the_same_blobs() {
    crosses::<_, theirs::Blobs>(ours::random_blobs);
}

#[test]
fn prost_reads_and_writes_the_same_lists() {
    crosses::<_, theirs::Lists>(ours::random_lists);
}

#[test]
fn prost_reads_and_writes_the_same_options() {
    crosses::<_, theirs::Options>(ours::random_options);
}

#[test]
fn prost_reads_and_writes_the_same_maps() {
    crosses::<_, theirs::Maps>(ours::random_maps);
}

#[test]
fn prost_reads_and_writes_the_same_oneofs() {
    crosses::<_, theirs::Oneofs>(ours::random_oneofs);
}

#[test]
fn prost_reads_and_writes_the_same_open_enums() {
    crosses::<_, theirs::Opens>(ours::random_opens);
}

#[test]
fn prost_reads_and_writes_the_same_rows() {
    crosses::<_, theirs::Row>(ours::random_row);
    crosses::<_, theirs::ResultSet>(|set, seed| {
        if seed < 20 {
            ours::random_result_set(set, seed);
        } else {
            ours::random_row(&mut *set_row(set), seed);
        }
    });
}

/// Returns the only row of a result set.
fn set_row(set: &mut ours::ResultSet) -> &mut ours::Row {
    set.rows.clear();
    set.rows.try_push(ours::Row::zeroed()).expect("there is room");
    &mut set.rows[0]
}

/// prost reads the values that were written, field by field.
#[test]
fn prost_reads_what_was_written() {
    let mut value = ours::Oneofs::zeroed();
    ours::write_oneofs(&mut value);
    let theirs = theirs::Oneofs::decode(&*value.encode_proto()).unwrap();
    let point = |x, y| theirs::Point { valid: true, x, y };
    let small = |value| theirs::Small { value };
    let path = theirs::PointList { value: vec![point(1.0, 2.0), point(3.0, 4.0)] };
    assert_eq!(theirs.before, 1);
    assert_eq!(theirs.shape.unwrap().value, Some(theirs::ShapeValue::Path(path)));
    assert_eq!(theirs.small, Some(small(Some(theirs::SmallValue::Byte(9)))));
    let smalls = [Some(theirs::SmallValue::Ping(())), Some(theirs::SmallValue::Flag(true)), None];
    assert_eq!(theirs.smalls, smalls.map(small));
    let shapes = [
        theirs::ShapeValue::Label("twelve bytes".to_owned()),
        theirs::ShapeValue::Inner(small(Some(theirs::SmallValue::Byte(1)))),
    ];
    assert_eq!(theirs.shapes, shapes.map(|value| theirs::Shape { value: Some(value) }));
}

/// Both write equal bytes, unless the order differs.
#[test]
fn prost_writes_the_same_bytes() {
    for seed in 0..1000 {
        let mut texts = ours::Texts::zeroed();
        ours::random_texts(&mut texts, seed);
        let bytes = texts.encode_proto();
        assert_eq!(theirs::Texts::decode(&*bytes).unwrap().encode_to_vec(), bytes);
        let mut options = ours::Options::zeroed();
        ours::random_options(&mut options, seed);
        // prost takes -0.0 for zero, protoc doesn't.
        options.point.set(None);
        let bytes = options.encode_proto();
        assert_eq!(theirs::Options::decode(&*bytes).unwrap().encode_to_vec(), bytes);
    }
}

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
enum Level {
    Ground = 0,
    Cellar = -1,
    Roof = 300,
}

/// A number outside of the range of an int32.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
enum Mask {
    None = 0,
    All = u64::MAX,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool = 64)]
struct Numbers {
    tiny: i8,
    short: i16,
    int: i32,
    long: i64,
    byte: u8,
    word: u16,
    count: u32,
    large: u64,
    single: f32,
    double: f64,
    flag: bool,
    level: Level,
    open: FfiOpen<Level>,
    mask: Mask,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
#[ffi(reserved(2, 4..=5))]
struct Arrays {
    digest: [u8; 3],
    #[ffi(tag = 1)]
    matrix: [[i16; 2]; 2],
    digests: [[u8; 2]; 2],
    names: [FfiStr<4>; 2],
    lists: [FfiVec<u8, 2>; 2],
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Odd {
    by_bytes: FfiMap<FfiBytes<4>, u8, 2>,
    by_option: FfiMap<FfiOption<u8>, u8, 2>,
    reference: FfiRef<Numbers>,
    references: FfiVec<FfiRef<Numbers>, 2>,
    nested: Numbers,
}

fn numbers() -> Numbers {
    Numbers::zeroed()
}

#[test]
fn numbers_are_those_of_the_table() {
    let bytes = |numbers: Numbers| numbers.encode_proto();
    assert!(bytes(numbers()).is_empty());
    assert_eq!(bytes(Numbers { tiny: 1, ..numbers() }), [0x08, 1]);
    let minus_one = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1];
    assert_eq!(bytes(Numbers { short: -1, ..numbers() }), [&[0x10][..], &minus_one].concat());
    assert_eq!(bytes(Numbers { int: 300, ..numbers() }), [0x18, 0xAC, 2]);
    assert_eq!(bytes(Numbers { long: -1, ..numbers() }), [&[0x20][..], &minus_one].concat());
    assert_eq!(bytes(Numbers { byte: 255, ..numbers() }), [0x28, 0xFF, 1]);
    assert_eq!(bytes(Numbers { large: u64::MAX, ..numbers() }), [&[0x40][..], &minus_one].concat());
    assert_eq!(bytes(Numbers { single: -0.0, ..numbers() }), [0x4D, 0, 0, 0, 0x80], "not zero");
    assert_eq!(bytes(Numbers { double: 1.0, ..numbers() }), [0x51, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]);
    assert_eq!(bytes(Numbers { flag: true, ..numbers() }), [0x58, 1]);
    assert_eq!(bytes(Numbers { level: Level::Cellar, ..numbers() }), [&[0x60][..], &minus_one].concat());
    assert_eq!(bytes(Numbers { open: FfiOpen::from_raw(5), ..numbers() }), [0x68, 5]);
    assert_eq!(bytes(Numbers { mask: Mask::All, ..numbers() }), [&[0x70][..], &minus_one].concat());
}

#[test]
fn arrays_are_those_of_the_table() {
    let arrays = Arrays {
        digest: [1, 0, 2],
        matrix: [[1, 2], [3, 0]],
        digests: [[4, 5], [0, 0]],
        names: ["a".parse().unwrap(), FfiStr::new()],
        lists: [FfiVec::try_from([7, 8]).unwrap(), FfiVec::new()],
    };
    // 3, 6, 7 and 8 are the numbers left for fields without one.
    let expected = [
        &[0x0A, 4, 1, 2, 3, 0][..],
        &[0x1A, 3, 1, 0, 2],
        &[0x32, 2, 4, 5, 0x32, 2, 0, 0],
        &[0x3A, 1, b'a', 0x3A, 0],
        &[0x42, 4, 0x0A, 2, 7, 8, 0x42, 0],
    ]
    .concat();
    assert_eq!(arrays.encode_proto(), expected);
    assert_eq!(*Arrays::decode_proto(&expected).unwrap(), arrays);
    assert_eq!(*Arrays::decode_proto(&[]).unwrap(), Arrays::zeroed(), "what isn't there is zero");
    let short = Arrays::decode_proto(&[0x0A, 1, 9, 0x1A, 1, 8]).unwrap();
    assert_eq!((short.matrix, short.digest), ([[9, 0], [0, 0]], [8, 0, 0]));
}

#[test]
fn what_protobuf_has_no_map_for_is_a_list_of_entries() {
    let odd = Odd {
        by_bytes: FfiMap::try_from([(FfiBytes::try_from(b"\xFF").unwrap(), 0)]).unwrap(),
        by_option: FfiMap::try_from([(FfiOption::none(), 1), (FfiOption::some(0), 2)]).unwrap(),
        ..Odd::zeroed()
    };
    let expected = [
        &[0x0A, 5, 0x0A, 1, 0xFF, 0x10, 0][..],
        &[0x12, 4, 0x0A, 0, 0x10, 1, 0x12, 6, 0x0A, 2, 0x08, 0, 0x10, 2],
    ]
    .concat();
    assert_eq!(odd.encode_proto(), expected);
    assert_eq!(*Odd::decode_proto(&expected).unwrap(), odd);
    // Empty references in a list are not written.
    let references = FfiVec::try_from([FfiRef::none(), FfiRef::none()]).unwrap();
    assert_eq!(Odd { references, ..Odd::zeroed() }.encode_proto(), b"");
}

#[test]
fn other_writers_may_write_otherwise() {
    // Numbers one by one, and packed in several parts.
    let lists = ours::Lists::decode_proto(&[0x08, 1, 0x0A, 2, 2, 3, 0x08, 4]).unwrap();
    assert_eq!(lists.numbers, [1, 2, 3, 4]);
    let arrays = Arrays::decode_proto(&[0x08, 1, 0x0A, 2, 2, 3]).unwrap();
    assert_eq!(arrays.matrix, [[1, 2], [3, 0]]);
    // int32 as five bytes, numbers with redundant bytes, `true` as any number.
    let bytes = [0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x28, 0x81, 0x80, 0x00, 0x58, 0x40];
    let read = Numbers::decode_proto(&bytes).unwrap();
    assert_eq!((read.int, read.byte, read.flag), (-1, 1, true));
    // A varint of ten bytes is cut to 64 bits.
    let bytes = [&[0x40, 0x81][..], &[0x80; 8], &[0x7E]].concat();
    assert_eq!(Numbers::decode_proto(&bytes).unwrap().large, 1);
    // The last of several values counts.
    assert_eq!(Numbers::decode_proto(&[0x08, 1, 0x08, 2]).unwrap().tiny, 2);
    // A known number with another wire type is not known: a field, an element, a key, a case.
    let read = Numbers::decode_proto(&[0x0D, 0, 0, 0, 0, 0x0B, 0x08, 1, 0x0C, 0x18, 1]).unwrap();
    assert_eq!(*read, Numbers { int: 1, ..numbers() });
    let lists = ours::Lists::decode_proto(&[0x0D, 1, 0, 0, 0, 0x08, 1]).unwrap();
    assert_eq!(lists.numbers, [1]);
    let maps = ours::Maps::decode_proto(&[0x32, 6, 0x0A, 0, 0x10, 5, 0x08, 3]).unwrap();
    assert_eq!(maps.many[&3], 5);
    assert_eq!(*ours::Shape::decode_proto(&[0x28, 1]).unwrap(), ours::Shape::zeroed());
    // Unknown fields: each wire type, a group in a group, a large number.
    let unknown = [
        &[0x80, 0x7D, 1][..],
        &[0x81, 0x7D, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0x82, 0x7D, 2, 0xFF, 0xFF],
        &[0x83, 0x7D, 0x0B, 0x08, 1, 0x0C, 0x84, 0x7D],
        &[0x85, 0x7D, 1, 2, 3, 4],
        &[0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 1],
        &[0x08, 7],
    ]
    .concat();
    assert_eq!(*Numbers::decode_proto(&unknown).unwrap(), Numbers { tiny: 7, ..numbers() });
    // A message in two parts: fields merge, lists continue, arrays start again.
    let all = ours::All::decode_proto(&[0x1A, 3, 0x0A, 1, 1, 0x1A, 6, 0x0A, 1, 2, 0x22, 1, 1]).unwrap();
    assert_eq!((&all.lists.numbers[..], &all.lists.flags[..]), (&[1, 2][..], &[true][..]));
    // A oneof whose case changes, and a case that is a message in two parts.
    let shape =
        ours::Shape::decode_proto(&[0x4A, 2, 0x10, 1, 0x12, 2, 0x08, 1, 0x12, 5, 0x1D, 0, 0, 0x80, 0x3F]);
    #[expect(deprecated, reason = "the case of a message")]
    let corner = ours::Shape::Corner(ours::Point { valid: true, x: 0.0, y: 1.0 });
    assert_eq!(*shape.unwrap(), corner);
    // A key twice: the last value counts, also when the map is full.
    let entry = |key: u8, value: u8| [0x22, 7, 0x08, key, 0x12, 3, 0x0A, 1, value];
    let maps = ours::Maps::decode_proto(&[entry(1, 10), entry(2, 20), entry(1, 11)].concat()).unwrap();
    assert_eq!((maps.lists.len(), &maps.lists[&1][..], &maps.lists[&2][..]), (2, &[11][..], &[20][..]));
    // An entry without key and value, and one whose key comes last.
    let maps = ours::Maps::decode_proto(&[0x32, 0, 0x32, 4, 0x10, 5, 0x08, 3]).unwrap();
    assert_eq!((maps.many[&0], maps.many[&3]), (0, 5));
}

/// A oneof beside other fields.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Event {
    #[ffi(tag = 1)]
    id: u32,
    #[ffi(flatten)]
    body: Body,
    #[ffi(tag = 6)]
    note: FfiStr<8>,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
enum Body {
    Unset,
    #[ffi(tag = 2)]
    Point(ours::Point),
    #[ffi(tag = 3, encoding = "zigzag")]
    Delta(i32),
    #[ffi(tag = 4)]
    Ping,
    #[ffi(tag = 5)]
    Numbers(FfiVec<u32, 3>),
}

#[test]
fn cases_of_a_flattened_oneof_are_fields_of_the_message() {
    use theirs::EventBody as Peer;

    let body = |body| Event { id: 7, body, note: "n".parse().unwrap() };
    let point = |x| ours::Point { valid: false, x, y: 0.0 };
    let list = FfiVec::try_from([1, 300]).unwrap();
    for (ours, peer) in [
        (body(Body::Unset), None),
        (body(Body::Point(point(1.5))), Some(Peer::Point(theirs::Point { x: 1.5, ..Default::default() }))),
        (body(Body::Delta(-2)), Some(Peer::Delta(-2))),
        (body(Body::Delta(0)), Some(Peer::Delta(0))),
        (body(Body::Ping), Some(Peer::Ping(()))),
        (body(Body::Numbers(list)), Some(Peer::Numbers(theirs::Uint32List { value: vec![1, 300] }))),
    ] {
        let bytes = ours.encode_proto();
        assert_eq!(bytes.len(), ours.encoded_len());
        let peer = theirs::Event { id: 7, body: peer, note: "n".to_owned() };
        assert_eq!(theirs::Event::decode(&*bytes).unwrap(), peer);
        assert_eq!(*Event::decode_proto(&peer.encode_to_vec()).unwrap(), ours);
    }
    // The last case counts, and a message in two parts merges, also around another field.
    let read = |bytes: &[u8]| Event::decode_proto(bytes).unwrap().body;
    assert_eq!(read(&[0x22, 0, 0x18, 3]), Body::Delta(-2));
    let parts = [&[0x12, 2, 0x08, 1, 0x08, 9, 0x12, 9, 0x11][..], &1.5_f64.to_le_bytes()].concat();
    assert_eq!(read(&parts), Body::Point(ours::Point { valid: true, ..point(1.5) }));
    assert_eq!(read(&[0x18, 3, 0x1D, 0, 0, 0, 0]), Body::Delta(-2), "another wire type is no case");
    let error = Event::decode_proto(&[0x2A, 6, 0x0A, 4, 1, 2, 3, 4]).unwrap_err();
    assert!(error.to_string().starts_with("body.Numbers: more than 3 elements"), "{error}");
}

/// Passes on what it doesn't know.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Relay {
    #[ffi(unknown)]
    rest: FfiBytes<48>,
    #[ffi(tag = 2)]
    id: u32,
    #[ffi(tag = 7)]
    next: FfiOption<Hop>,
    #[ffi(flatten)]
    body: Body8,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
struct Hop {
    at: u32,
    #[ffi(unknown = 6)]
    rest: FfiBytes<64>,
}

#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum Body8 {
    Unset,
    #[ffi(tag = 8)]
    Count(u32),
}

/// A newer version of [`Relay`]: prost reads what was kept.
#[derive(prost::Message, Clone, PartialEq)]
struct NewRelay {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, tag = "2")]
    id: u32,
    #[prost(message, optional, tag = "7")]
    next: Option<NewHop>,
    #[prost(fixed64, repeated, tag = "536870911")]
    wide: Vec<u64>,
}

#[derive(prost::Message, Clone, PartialEq)]
struct NewHop {
    #[prost(uint32, tag = "1")]
    at: u32,
    #[prost(sint32, tag = "20")]
    delta: i32,
}

#[test]
fn unknown_fields_are_kept_and_written_again() {
    let hop = Some(NewHop { at: 3, delta: -5 });
    let new = NewRelay { name: "of a newer schema".to_owned(), id: 4, next: hop, wide: vec![7, u64::MAX] };
    let relay = Relay::decode_proto(&new.encode_to_vec()).unwrap();
    assert_eq!((relay.id, relay.next.as_ref().unwrap().at), (4, 3));
    let bytes = relay.encode_proto();
    assert_eq!(bytes.len(), relay.encoded_len());
    assert_eq!(NewRelay::decode(&*bytes).unwrap(), new);
    assert_eq!(*Relay::decode_proto(&bytes).unwrap(), *relay);

    // A group with another in it, a known number with another wire type, and keys of five bytes.
    let unknown =
        [&[0x53, 0x5B, 8, 1, 0x5C, 0x54][..], &[0x15, 1, 2, 3, 4], &[0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 9]];
    let mixed = [unknown[0], &[0x40, 5], unknown[1], &[0x10, 6], unknown[2]].concat();
    let relay = Relay::decode_proto(&mixed).unwrap();
    assert_eq!((relay.id, &relay.body), (6, &Body8::Count(5)));
    assert_eq!(relay.rest[..], unknown.concat());
    assert_eq!(relay.encode_proto(), [&[0x10, 6, 0x40, 5], &*unknown.concat()].concat());

    // The pieces of a message that comes in several are all kept, in their order.
    let pieces = [&[0x3A, 2, 0x10, 1][..], &[0x3A, 4, 0x18, 2, 8, 9], &[0x3A, 0]].concat();
    let hop = Relay::decode_proto(&pieces).unwrap().next.as_ref().unwrap().clone();
    assert_eq!((hop.at, &hop.rest[..]), (9, &[0x10, 1, 0x18, 2][..]));
    // A message of only unknown fields is there.
    let relay =
        Relay { next: FfiOption::some(Hop { at: 0, rest: FfiBytes::default() }), ..*Relay::new_zeroed_box() };
    assert_eq!(relay.encode_proto(), [0x3A, 0]);

    // What was there goes with the next message that is read.
    let mut again = Relay::decode_proto(&mixed).unwrap();
    again.decode_proto_into(&[0x10, 1]).unwrap();
    assert!(again.rest.is_empty());
}

#[test]
fn more_unknown_fields_than_there_is_room_for_are_refused() {
    let refused = |bytes: &[u8]| {
        let error = Relay::decode_proto(bytes).unwrap_err();
        (error.kind(), error.to_string())
    };
    let text = |len: u8| [&[0x0A, len][..], &vec![b'x'; len.into()]].concat();
    assert_eq!(Relay::decode_proto(&text(46)).unwrap().rest.len(), 48);
    let hint =
        "hint: more room for them in the field with `#[ffi(unknown)]`, or no such field, which drops them";
    let (kind, said) = refused(&text(47));
    assert_eq!(kind, DecodeErrorKind::TooLong);
    assert_eq!(said, format!("rest: unknown fields of 49 bytes, and the capacity is 48; {hint}"));
    // The limit of the attribute counts, all pieces together.
    let (_, said) = refused(&[0x3A, 4, 0x10, 1, 0x18, 2, 0x3A, 4, 0x20, 3, 0x28, 4]);
    assert_eq!(said, format!("next.rest: unknown fields of 8 bytes, and the capacity is 6; {hint}"));
    let (kind, said) = refused(&[0x0A, 5, 1]);
    assert_eq!(kind, DecodeErrorKind::Truncated);
    assert!(said.starts_with("rest: the bytes end inside this field"), "{said}");
    let deep = [vec![0x53; 101], vec![0x54; 101]].concat();
    assert_eq!(refused(&deep).0, DecodeErrorKind::TooDeep);
}

#[test]
fn many_keys_are_found_again() {
    // 300 keys, each three times: more than are compared one by one.
    let entries = (0..900_u32).map(|turn| (turn * 7 % 300, turn as u8));
    let bytes = theirs::Maps {
        many: entries.clone().take(300).map(|(key, value)| (key, u32::from(value))).collect(),
        ..Default::default()
    };
    let again = |(key, value): (u32, u8)| {
        let entry = theirs::Uint32Map { value: [(key, u32::from(value))].into() }.encode_to_vec();
        [&[0x32][..], &entry[1..]].concat()
    };
    let more: Vec<u8> = entries.clone().skip(300).flat_map(again).collect();
    let read = ours::Maps::decode_proto(&[bytes.encode_to_vec(), more].concat()).unwrap();
    let mut expected = FfiMap::<u16, u8, 300>::new();
    expected.try_extend(entries.map(|(key, value)| (key as u16, value))).unwrap();
    assert_eq!(read.many, expected);
}

#[test]
fn refusals_name_the_field_and_say_what_to_do() {
    use DecodeErrorKind as Kind;

    fn refused<M: FfiProto + Debug>(bytes: &[u8], kind: Kind, text: &str) {
        let error = M::decode_proto(bytes).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert_eq!(error.kind(), kind, "{error}");
        let mut message = M::decode_proto(&[]).unwrap();
        assert_eq!(message.decode_proto_into(bytes), Err(error), "into one that is there");
        assert_eq!(message.encoded_len(), M::decode_proto(&[]).unwrap().encoded_len(), "it is empty then");
    }

    let long = [&[0x12, 40, 0x12, 38][..], &[b'x'; 38]].concat();
    refused::<ours::ResultSet>(
        &long,
        Kind::TooLong,
        "rows[0].name: text of 38 bytes, and the capacity is 32; hint: a larger `FfiStr<N>` here, or a shorter text there",
    );
    refused::<ours::Blobs>(
        &[0x12, 2, 0, 0],
        Kind::TooLong,
        "single: bytes of 2 bytes, and the capacity is 1; hint: a larger `FfiBytes<N>` here, or fewer bytes there",
    );
    refused::<Arrays>(
        &[0x32, 1, 0, 0x32, 3, 0, 0, 0],
        Kind::TooLong,
        "digests[1]: bytes of 3 bytes, and the capacity is 2; hint: a longer array here, or fewer bytes there",
    );
    refused::<ours::Blobs>(
        &[0x1A, 0, 0x1A, 0, 0x1A, 0, 0x1A, 0],
        Kind::TooMany,
        "packets: more than 3 elements; hint: more room for them here, or fewer of them there",
    );
    refused::<Arrays>(
        &[0x0A, 5, 1, 2, 3, 4, 5],
        Kind::TooMany,
        "matrix: more than 4 elements; hint: more room for them here, or fewer of them there",
    );
    refused::<ours::Maps>(
        &[0x2A, 2, 0x08, 0, 0x2A, 2, 0x08, 1, 0x3A, 2, 0x08, 1, 0x3A, 2, 0x08, 2, 0x3A, 2, 0x08, 3],
        Kind::TooMany,
        "smalls[2]: more than 2 entries; hint: more room for them here, or fewer of them there",
    );
    refused::<ours::Texts>(
        &[0x0A, 3, b'a', 0xFF, b'b'],
        Kind::Utf8,
        "name: invalid UTF-8 at byte 1; hint: what isn't text is `FfiBytes<N>`, bytes in .proto",
    );
    refused::<ours::Maps>(
        &[0x0A, 3, 0x0A, 1, 0xFF],
        Kind::Utf8,
        "ages[0].key: invalid UTF-8 at byte 0; hint: what isn't text is `FfiBytes<N>`, bytes in .proto",
    );
    refused::<ours::Lists>(
        &[0x2A, 2, 3, 7],
        Kind::UnknownVariant,
        "modes[1]: 7 is not a Mode; hint: `FfiOpen<Mode>` takes numbers that are not known yet",
    );
    refused::<Numbers>(
        &[0x28, 0xAC, 2],
        Kind::OutOfRange,
        "byte: 300 doesn't fit into u8; hint: a wider type here, or a smaller number there",
    );
    refused::<Arrays>(
        &[0x0A, 6, 1, 2, 0x80, 0x80, 0x04, 1],
        Kind::OutOfRange,
        "matrix[1][0]: 65536 doesn't fit into i16; hint: a wider type here, or a smaller number there",
    );
    refused::<ours::Opens>(
        &[0x08, 0x80, 2],
        Kind::OutOfRange,
        "mode: 256 doesn't fit into u8; hint: a wider type here, or a smaller number there",
    );
    let cut = "hint: they were cut off, or are not of this message";
    let truncated = format!("the bytes end inside this field; {cut}");
    refused::<ours::Texts>(&[0x0A, 2, b'a'], Kind::Truncated, &format!("name: {truncated}"));
    refused::<Numbers>(&[0x08, 0x80], Kind::Truncated, &format!("tiny: {truncated}"));
    refused::<Numbers>(&[0x51, 1, 2], Kind::Truncated, &format!("double: {truncated}"));
    refused::<Numbers>(&[0x80], Kind::Truncated, &truncated);
    let endless = [&[0x0A][..], &[0xFF; 9], &[1]].concat();
    refused::<ours::Texts>(&endless, Kind::Truncated, &format!("name: {truncated}"));
    let damaged = "hint: the bytes are damaged, or not protobuf at all";
    let overlong = [&[0x08][..], &[0xFF; 11]].concat();
    refused::<Numbers>(
        &overlong,
        Kind::Malformed,
        &format!("tiny: a varint of more than ten bytes; {damaged}"),
    );
    refused::<Numbers>(&[0], Kind::Malformed, &format!("0x0 is not the key of a field; {damaged}"));
    refused::<Numbers>(&[0x0F], Kind::Malformed, &format!("0xf is not the key of a field; {damaged}"));
    let large = [0x88, 0x80, 0x80, 0x80, 0x10];
    refused::<Numbers>(&large, Kind::Malformed, &format!("0x100000008 is not the key of a field; {damaged}"));
    refused::<Numbers>(
        &[0x84, 0x7D],
        Kind::Malformed,
        &format!("group 2000 ends and has not begun; {damaged}"),
    );
    let groups = [0x83, 0x7D].repeat(200);
    refused::<Numbers>(
        &groups,
        Kind::TooDeep,
        "nested in more than 100 levels; hint: the bytes are damaged or hostile",
    );
}

#[test]
fn groups_are_skipped_to_the_limit() {
    let nested =
        |levels: usize| [[0x83, 0x7D].repeat(levels), [0x84, 0x7D].repeat(levels), vec![0x08, 1]].concat();
    assert_eq!(Numbers::decode_proto(&nested(100)).unwrap().tiny, 1);
    assert_eq!(Numbers::decode_proto(&nested(101)).unwrap_err().kind(), DecodeErrorKind::TooDeep);
    // One after the other is not one inside the other.
    assert_eq!(Numbers::decode_proto(&nested(1).repeat(1000)).unwrap().tiny, 1);
}

#[test]
fn a_large_message_is_never_on_the_stack() {
    #[derive(FfiMessage)]
    #[repr(C)]
    struct Frame {
        number: u32,
        pixels: FfiVec<u32, 4_000_000>,
        planes: [[f32; 1_000_000]; 2],
        maybe: FfiOption<[u64; 1_000_000]>,
    }

    let work = || {
        let mut frame = Frame::new_zeroed_box();
        frame.number = 7;
        frame.pixels.try_extend(0..1_000_000).expect("there is room");
        frame.planes[1][999_999] = 1.5;
        let bytes = frame.encode_proto();
        let read = Frame::decode_proto(&bytes).unwrap();
        assert!((read.number, &read.pixels, &read.planes) == (7, &frame.pixels, &frame.planes));
        assert!(read.maybe.is_none());
        frame.decode_proto_into(&[0x22, 3, 0x0A, 1, 9]).unwrap();
        assert_eq!(frame.maybe.as_ref().map(|there| (there[0], there[1])), Some((9, 0)));
        assert!((frame.number, frame.pixels.len(), frame.planes[1][999_999]) == (0, 0, 0.0));
    };
    // A fortieth of the message.
    std::thread::Builder::new().stack_size(800_000).spawn(work).unwrap().join().unwrap();
}

#[test]
fn bytes_are_appended() {
    let numbers = Numbers { int: 300, ..numbers() };
    let mut vec = vec![1, 2];
    numbers.encode_proto_into(&mut vec);
    assert_eq!(vec, [1, 2, 0x18, 0xAC, 2]);
    let mut roomy = Vec::with_capacity(100);
    numbers.encode_proto_into(&mut roomy);
    numbers.encode_proto_into(&mut roomy);
    assert_eq!((&roomy[..], roomy.capacity()), (&[0x18, 0xAC, 2, 0x18, 0xAC, 2][..], 100));
}

unsafe extern "C" {
    fn fixture_types_ffi_point_encode_proto(message: *const u8, status: *mut FfiStatus) -> *mut FfiOwned;
    fn fixture_types_ffi_point_decode_proto(
        bytes: *const u8,
        len: usize,
        message: *mut u8,
        status: *mut FfiStatus,
    );
    fn fixture_types_ffi0_status_clear(status: *mut FfiStatus);
}

/// Returns what the status says, and frees it.
fn failure(mut status: FfiStatus) -> (i32, String) {
    if status.code == 0 {
        return (0, String::new());
    }
    // SAFETY: a failed call leaves a message of that length.
    let text = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
    let result = (status.code, str::from_utf8(text).expect("messages are UTF-8").to_owned());
    // SAFETY: the status was written by the library, and is ours.
    unsafe { fixture_types_ffi0_status_clear(&mut status) };
    result
}

#[test]
fn c_is_not_believed() {
    let decode = |bytes: *const u8, len, message: *mut u8| {
        let mut status = FfiStatus::zeroed();
        // SAFETY: where the pointers aren't refused, they are those of the memory below; the status
        // is ours.
        unsafe { fixture_types_ffi_point_decode_proto(bytes, len, message, &mut status) };
        failure(status)
    };
    let encode = |message: *const u8| {
        let mut status = FfiStatus::zeroed();
        // SAFETY: where the pointer isn't refused, it is that of the memory below; the status is
        // ours.
        let owned = unsafe { fixture_types_ffi_point_encode_proto(message, &mut status) };
        assert!(owned.is_null(), "a function that failed returns zeros");
        failure(status)
    };
    let mut memory = [u64::MAX; 3];
    let message = memory.as_mut_ptr().cast::<u8>();
    let bytes = [0x08, 1, 0x08];

    assert_eq!(encode(std::ptr::null()), (3, "`message` is null".to_owned()));
    assert_eq!(encode(message), (4, "message.valid: 255 is not a bool".to_owned()));
    assert_eq!(encode(std::ptr::without_provenance(12)).0, 3);
    assert_eq!(decode(bytes.as_ptr(), 2, std::ptr::null_mut()), (3, "`message` is null".to_owned()));
    assert_eq!(decode(std::ptr::null(), 2, message), (3, "`bytes` is null".to_owned()));
    assert_eq!(decode(bytes.as_ptr(), 2, std::ptr::without_provenance_mut(12)).0, 3);
    let (code, text) = decode(message.wrapping_add(20), 4, message);
    assert!(code == 3 && text.contains("overlap"), "{text}");
    assert_eq!(memory, [u64::MAX; 3], "nothing was written by what was refused");

    // Memory that isn't a valid message becomes one.
    assert_eq!(decode(bytes.as_ptr(), 2, message), (0, String::new()));
    // SAFETY: it has been decoded, and is aligned as its strictest field.
    assert_eq!(unsafe { message.cast::<ours::Point>().read() }, ours::Point { valid: true, x: 0.0, y: 0.0 });
    assert_eq!(decode(std::ptr::null(), 0, message), (0, String::new()), "no bytes need no pointer");
    let (code, text) = decode(bytes.as_ptr(), 3, message);
    assert!(code == 4 && text.starts_with("valid: the bytes end inside this field"), "{text}");
    // SAFETY: a message that couldn't be decoded is empty.
    assert_eq!(unsafe { message.cast::<ours::Point>().read() }, ours::Point::zeroed());
}
