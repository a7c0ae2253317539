//! Protobuf of messages that live in arenas, against prost both ways, and hostile bytes.

use std::collections::BTreeMap;

use ffi_core::arena::{ArenaBox, ArenaBytes, ArenaMap, ArenaStr, ArenaVec, FfiArena};
use ffi_core::proto::DecodeErrorKind;
use ffi_core::{FfiBytes, FfiEnum, FfiMessage, FfiOption, FfiStr, FfiTimestamp, FfiVec};
use proptest::prelude::*;
use prost::Message as _;

ffi_core::library!();

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Status {
    Open = 0,
    Done = 3,
}

#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Point {
    x: f32,
    y: f64,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Note {
    at: i64,
    body: ArenaStr,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Content {
    Unset,
    Text(ArenaStr),
    Note(ArenaBox<Note>),
    Blob(ArenaBytes),
    Number(f64),
    Nothing,
    Names(ArenaVec<ArenaStr>),
}

/// Has a field of each form.
#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    id: u64,
    name: ArenaStr,
    blob: ArenaBytes,
    numbers: ArenaVec<i32>,
    halves: ArenaVec<f32>,
    tags: ArenaVec<ArenaStr>,
    notes: ArenaVec<Note>,
    note: ArenaBox<Note>,
    lone: ArenaBox<u32>,
    counts: ArenaMap<ArenaStr, u32>,
    by_id: ArenaMap<u64, Note>,
    inner: Note,
    content: Content,
    replies: ArenaVec<Row>,
    status: Status,
    point: Point,
    at: FfiTimestamp,
    code: FfiStr<8>,
    few: FfiVec<u16, 4>,
    score: FfiOption<f64>,
    maybe: FfiOption<Note>,
    matrix: ArenaVec<ArenaVec<u32>>,
    hash: [u8; 4],
    pair: [Note; 2],
}

/// Has integers in each encoding.
#[derive(FfiMessage)]
#[repr(C)]
struct Codings {
    #[ffi(encoding = "zigzag")]
    delta: i32,
    #[ffi(encoding = "fixed")]
    digest: u64,
    #[ffi(encoding = "zigzag")]
    deltas: ArenaVec<i64>,
    #[ffi(encoding = "fixed", packed = false)]
    digests: ArenaVec<u32>,
    #[ffi(packed = false)]
    loose: ArenaVec<i32>,
    #[ffi(encoding = "zigzag")]
    maybe: ArenaBox<i64>,
    #[ffi(key_encoding = "fixed", encoding = "zigzag")]
    by_digest: ArenaMap<i32, i64>,
    #[ffi(key_encoding = "zigzag")]
    by_delta: ArenaMap<i64, ArenaStr>,
    #[ffi(encoding = "fixed")]
    few: FfiVec<i64, 4>,
    change: Change,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Change {
    Unset,
    Text(ArenaStr),
    #[ffi(encoding = "zigzag")]
    Delta(i32),
    #[ffi(encoding = "fixed")]
    Digest(u64),
}

/// A tree by a oneof beside other fields, and by the values of a map.
#[derive(FfiMessage)]
#[repr(C)]
struct Tree {
    #[ffi(tag = 1)]
    name: ArenaStr,
    #[ffi(flatten)]
    kind: Kind,
    #[ffi(tag = 6)]
    members: ArenaMap<ArenaStr, Tree>,
    #[ffi(flatten)]
    mark: Mark,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Kind {
    Unset,
    #[ffi(tag = 2)]
    Leaf(i32),
    #[ffi(tag = 3)]
    Wrapped(ArenaBox<Tree>),
    #[ffi(tag = 4)]
    Text(ArenaStr),
    #[ffi(tag = 5)]
    Nothing,
}

/// Without handles.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C, u32)]
#[expect(dead_code, reason = "read from bytes alone")]
enum Mark {
    Unset,
    #[ffi(tag = 7, encoding = "fixed")]
    Colour(u32),
    #[ffi(tag = 8)]
    Point(Point),
}

/// The same messages as prost has them.
mod peer {
    use std::collections::BTreeMap;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Point {
        #[prost(float, tag = "1")]
        pub(super) x: f32,
        #[prost(double, tag = "2")]
        pub(super) y: f64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Note {
        #[prost(int64, tag = "1")]
        pub(super) at: i64,
        #[prost(string, tag = "2")]
        pub(super) body: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Names {
        #[prost(string, repeated, tag = "1")]
        pub(super) value: Vec<String>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Empty {}

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Content {
        #[prost(oneof = "Value", tags = "1, 2, 3, 4, 5, 6")]
        pub(super) value: Option<Value>,
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(super) enum Value {
        #[prost(string, tag = "1")]
        Text(String),
        #[prost(message, tag = "2")]
        Note(Note),
        #[prost(bytes, tag = "3")]
        Blob(Vec<u8>),
        #[prost(double, tag = "4")]
        Number(f64),
        #[prost(message, tag = "5")]
        Nothing(Empty),
        #[prost(message, tag = "6")]
        Names(Names),
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Codings {
        #[prost(sint32, tag = "1")]
        pub(super) delta: i32,
        #[prost(fixed64, tag = "2")]
        pub(super) digest: u64,
        #[prost(sint64, repeated, tag = "3")]
        pub(super) deltas: Vec<i64>,
        #[prost(fixed32, repeated, packed = "false", tag = "4")]
        pub(super) digests: Vec<u32>,
        #[prost(int32, repeated, packed = "false", tag = "5")]
        pub(super) loose: Vec<i32>,
        #[prost(sint64, optional, tag = "6")]
        pub(super) maybe: Option<i64>,
        #[prost(btree_map = "sfixed32, sint64", tag = "7")]
        pub(super) by_digest: BTreeMap<i32, i64>,
        #[prost(btree_map = "sint64, string", tag = "8")]
        pub(super) by_delta: BTreeMap<i64, String>,
        #[prost(sfixed64, repeated, tag = "9")]
        pub(super) few: Vec<i64>,
        #[prost(message, optional, tag = "10")]
        pub(super) change: Option<Change>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Change {
        #[prost(oneof = "ChangeValue", tags = "1, 2, 3")]
        pub(super) value: Option<ChangeValue>,
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(super) enum ChangeValue {
        #[prost(string, tag = "1")]
        Text(String),
        #[prost(sint32, tag = "2")]
        Delta(i32),
        #[prost(fixed64, tag = "3")]
        Digest(u64),
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Tree {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(oneof = "Kind", tags = "2, 3, 4, 5")]
        pub(super) kind: Option<Kind>,
        #[prost(btree_map = "string, message", tag = "6")]
        pub(super) members: BTreeMap<String, Tree>,
        #[prost(oneof = "Mark", tags = "7, 8")]
        pub(super) mark: Option<Mark>,
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(super) enum Kind {
        #[prost(int32, tag = "2")]
        Leaf(i32),
        #[prost(message, tag = "3")]
        Wrapped(Box<Tree>),
        #[prost(string, tag = "4")]
        Text(String),
        #[prost(message, tag = "5")]
        Nothing(Empty),
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(super) enum Mark {
        #[prost(fixed32, tag = "7")]
        Colour(u32),
        #[prost(message, tag = "8")]
        Point(Point),
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Timestamp {
        #[prost(int64, tag = "1")]
        pub(super) seconds: i64,
        #[prost(int32, tag = "2")]
        pub(super) nanos: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Line {
        #[prost(uint32, repeated, tag = "1")]
        pub(super) value: Vec<u32>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Row {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(string, tag = "2")]
        pub(super) name: String,
        #[prost(bytes = "vec", tag = "3")]
        pub(super) blob: Vec<u8>,
        #[prost(int32, repeated, tag = "4")]
        pub(super) numbers: Vec<i32>,
        #[prost(float, repeated, tag = "5")]
        pub(super) halves: Vec<f32>,
        #[prost(string, repeated, tag = "6")]
        pub(super) tags: Vec<String>,
        #[prost(message, repeated, tag = "7")]
        pub(super) notes: Vec<Note>,
        #[prost(message, optional, tag = "8")]
        pub(super) note: Option<Note>,
        #[prost(uint32, optional, tag = "9")]
        pub(super) lone: Option<u32>,
        #[prost(btree_map = "string, uint32", tag = "10")]
        pub(super) counts: BTreeMap<String, u32>,
        #[prost(btree_map = "uint64, message", tag = "11")]
        pub(super) by_id: BTreeMap<u64, Note>,
        #[prost(message, optional, tag = "12")]
        pub(super) inner: Option<Note>,
        #[prost(message, optional, tag = "13")]
        pub(super) content: Option<Content>,
        #[prost(message, repeated, tag = "14")]
        pub(super) replies: Vec<Row>,
        #[prost(int32, tag = "15")]
        pub(super) status: i32,
        #[prost(message, optional, tag = "16")]
        pub(super) point: Option<Point>,
        #[prost(message, optional, tag = "17")]
        pub(super) at: Option<Timestamp>,
        #[prost(string, tag = "18")]
        pub(super) code: String,
        #[prost(uint32, repeated, tag = "19")]
        pub(super) few: Vec<u32>,
        #[prost(double, optional, tag = "20")]
        pub(super) score: Option<f64>,
        #[prost(message, optional, tag = "21")]
        pub(super) maybe: Option<Note>,
        #[prost(message, repeated, tag = "22")]
        pub(super) matrix: Vec<Line>,
        #[prost(bytes = "vec", tag = "23")]
        pub(super) hash: Vec<u8>,
        #[prost(message, repeated, tag = "24")]
        pub(super) pair: Vec<Note>,
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-zäß日]{1,9}", "[a-z]{130,300}"]
}

fn note() -> impl Strategy<Value = peer::Note> {
    (any::<i64>(), text()).prop_map(|(at, body)| peer::Note { at, body })
}

fn content() -> impl Strategy<Value = peer::Content> {
    use peer::Value;
    let value = prop_oneof![
        text().prop_map(Value::Text),
        note().prop_map(Value::Note),
        proptest::collection::vec(any::<u8>(), 0..9).prop_map(Value::Blob),
        any::<i32>().prop_map(|it| Value::Number(f64::from(it))),
        Just(Value::Nothing(peer::Empty {})),
        proptest::collection::vec(text(), 0..4).prop_map(|value| Value::Names(peer::Names { value })),
    ];
    // An unset oneof is not written at all, and so is an empty message in place.
    value.prop_map(|it| peer::Content { value: Some(it) })
}

fn some<T: Default + PartialEq>(value: T) -> Option<T> {
    Some(value).filter(|value| *value != T::default())
}

prop_compose! {
    fn flat()(
        (id, name, blob) in (any::<u64>(), text(), proptest::collection::vec(any::<u8>(), 0..200)),
        numbers in proptest::collection::vec(any::<i32>(), 0..90),
        halves in proptest::collection::vec((-1_000_i16..1_000).prop_map(|it| f32::from(it) / 2.0), 0..9),
        tags in proptest::collection::vec(text(), 0..6),
        notes in proptest::collection::vec(note(), 0..4),
        (one, lone, maybe) in (proptest::option::of(note()), proptest::option::of(any::<u32>()), proptest::option::of(note())),
        // Prost leaves out zeros in entries, which are written here.
        counts in proptest::collection::btree_map("[a-zä]{1,9}", 1..u32::MAX, 0..9),
        by_id in proptest::collection::btree_map(1..u64::MAX, (1..i64::MAX, text()), 0..5),
        inner in note(),
        content in proptest::option::of(content()),
        (status, x, y, seconds) in (prop_oneof![Just(0), Just(3)], any::<i8>(), any::<i16>(), 0..2_000_000_000_i64),
        code in "[a-z]{0,8}",
        few in proptest::collection::vec(0..65_536_u32, 0..5),
        score in proptest::option::of(-1e9..1e9),
        matrix in proptest::collection::vec(proptest::collection::vec(any::<u32>(), 0..4), 0..4),
        hash in any::<[u8; 4]>(),
        pair in (note(), note()),
    ) -> peer::Row {
        peer::Row {
            id, name, blob, numbers, halves, tags, notes, note: one, lone, counts,
            by_id: by_id.into_iter().map(|(key, (at, body))| (key, peer::Note { at, body })).collect(),
            inner: some(inner), content, replies: Vec::new(), status,
            point: some(peer::Point { x: f32::from(x), y: f64::from(y) }),
            at: some(peer::Timestamp { seconds, nanos: 0 }),
            code, few, score, maybe,
            matrix: matrix.into_iter().map(|value| peer::Line { value }).collect(),
            hash: hash.to_vec(), pair: vec![pair.0, pair.1],
        }
    }
}

fn change() -> impl Strategy<Value = peer::Change> {
    use peer::ChangeValue;
    let value = prop_oneof![
        text().prop_map(ChangeValue::Text),
        any::<i32>().prop_map(ChangeValue::Delta),
        any::<u64>().prop_map(ChangeValue::Digest),
    ];
    value.prop_map(|it| peer::Change { value: Some(it) })
}

prop_compose! {
    fn codings()(
        (delta, digest, maybe) in (any::<i32>(), any::<u64>(), proptest::option::of(any::<i64>())),
        deltas in proptest::collection::vec(any::<i64>(), 0..9),
        digests in proptest::collection::vec(any::<u32>(), 0..9),
        loose in proptest::collection::vec(any::<i32>(), 0..9),
        // Prost leaves out zeros in entries, which are written here.
        by_digest in proptest::collection::btree_map(1..i32::MAX, i64::MIN..0, 0..5),
        by_delta in proptest::collection::btree_map(i64::MIN..0, "[a-z]{1,9}", 0..5),
        few in proptest::collection::vec(any::<i64>(), 0..5),
        change in proptest::option::of(change()),
    ) -> peer::Codings {
        peer::Codings { delta, digest, deltas, digests, loose, maybe, by_digest, by_delta, few, change }
    }
}

fn mark() -> impl Strategy<Value = peer::Mark> {
    prop_oneof![
        any::<u32>().prop_map(peer::Mark::Colour),
        any::<i8>().prop_map(|x| peer::Mark::Point(peer::Point { x: f32::from(x), y: 0.0 })),
    ]
}

fn tree() -> impl Strategy<Value = peer::Tree> {
    use peer::Kind;
    let leaf = prop_oneof![
        any::<i32>().prop_map(Kind::Leaf),
        text().prop_map(Kind::Text),
        Just(Kind::Nothing(peer::Empty {})),
    ];
    let flat = (text(), proptest::option::of(leaf), proptest::option::of(mark()))
        .prop_map(|(name, kind, mark)| peer::Tree { name, kind, mark, members: BTreeMap::new() });
    flat.prop_recursive(4, 16, 3, |inner| {
        let boxed = proptest::option::of(inner.clone());
        let members = proptest::collection::btree_map("[a-z]{1,3}", inner, 0..3);
        (text(), boxed, members, proptest::option::of(mark())).prop_map(|(name, boxed, members, mark)| {
            let kind = boxed.map(|it| Kind::Wrapped(Box::new(it)));
            // Prost leaves out values of an entry that are empty, which are written here.
            let filled = |(key, it): (String, peer::Tree)| (key, peer::Tree { name: "n".to_owned(), ..it });
            peer::Tree { name, kind, members: members.into_iter().map(filled).collect(), mark }
        })
    })
}

fn row() -> impl Strategy<Value = peer::Row> {
    flat().prop_recursive(3, 12, 3, |inner| {
        (flat(), proptest::collection::vec(inner, 0..4))
            .prop_map(|(row, replies)| peer::Row { replies, ..row })
    })
}

/// Reads bytes, compares what was read to what prost reads, and returns the arena.
fn read(bytes: &[u8]) -> FfiArena<Row> {
    let arena = FfiArena::<Row>::from_proto(bytes).unwrap();
    let copy =
        FfiArena::<Row>::from_bytes(&arena.to_bytes()).expect("what is read is an arena that is edited");
    assert_eq!(copy.to_proto(), arena.to_proto());
    arena
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn prost_reads_what_is_written_and_writes_what_is_read(row in row()) {
        let bytes = row.encode_to_vec();
        let arena = read(&bytes);
        let written = arena.to_proto();
        prop_assert_eq!(&peer::Row::decode(&*written).unwrap(), &row);
        // Both write fields in the order of their numbers, and maps in that of their keys.
        prop_assert_eq!(&written, &bytes);
        // Without waste it is the same message.
        let mut compact = arena;
        compact.compact();
        prop_assert_eq!(compact.to_proto(), written);
    }

    #[test]
    fn integers_are_encoded_as_by_prost(codings in codings()) {
        let bytes = codings.encode_to_vec();
        let arena = FfiArena::<Codings>::from_proto(&bytes).unwrap();
        prop_assert_eq!(arena.root().deltas().as_slice(), &*codings.deltas);
        prop_assert!(arena.root().by_digest().iter().eq(codings.by_digest));
        prop_assert_eq!(arena.to_proto(), bytes);
    }

    #[test]
    fn oneofs_beside_other_fields_are_those_of_prost(first in tree(), second in tree()) {
        let arena = FfiArena::<Tree>::from_proto(&first.encode_to_vec()).unwrap();
        let bytes = arena.to_proto();
        prop_assert_eq!(bytes.len(), first.encoded_len());
        prop_assert_eq!(&peer::Tree::decode(&*bytes).unwrap(), &first);
        // The last case counts, and two messages of one case merge.
        let both = [first.encode_to_vec(), second.encode_to_vec()].concat();
        let read = FfiArena::<Tree>::from_proto(&both).unwrap().to_proto();
        prop_assert_eq!(peer::Tree::decode(&*read).unwrap(), peer::Tree::decode(&*both).unwrap());
    }

    #[test]
    fn messages_side_by_side_merge_as_in_prost(first in row(), second in row()) {
        let [mut first, mut second] = [first, second];
        // These have a number of elements, or a number in each message.
        (first.few, first.pair, second.pair) = (Vec::new(), Vec::new(), vec![peer::Note::default(); 2]);
        second.hash = first.hash.clone();
        let bytes = [first.encode_to_vec(), second.encode_to_vec()].concat();
        let merged = peer::Row::decode(&*bytes).unwrap();
        let written = read(&bytes).to_proto();
        prop_assert_eq!(peer::Row::decode(&*written).unwrap(), merged);
    }

    #[test]
    fn cut_and_changed_bytes_are_refused_or_read_whole(
        row in row(),
        cut in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = row.encode_to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            let ours = FfiArena::<Row>::from_proto(bytes);
            if let Ok(arena) = &ours {
                let again = FfiArena::<Row>::from_proto(&arena.to_proto()).unwrap();
                prop_assert_eq!(again.to_proto(), arena.to_proto());
                prop_assert!(FfiArena::<Row>::from_bytes(&arena.to_bytes()).is_ok());
            }
            // Prost reads what is read here, but for numbers of enums, text that has a capacity and
            // the like, which it doesn't check.
            // It refuses known numbers with another wire type, which are passed over here.
            if let (Ok(_), Err(error)) = (ours, peer::Row::decode(bytes)) {
                let error = error.to_string();
                prop_assert!(error.contains("wire type") || error.contains("varint"), "{}", error);
            }
        }
    }
}

/// Encodes a field with a length.
fn field(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag << 3 | 2];
    prost::encoding::encode_varint(contents.len() as u64, &mut out);
    out.extend(contents);
    out
}

fn error(bytes: &[u8]) -> (DecodeErrorKind, String) {
    let error = FfiArena::<Row>::from_proto(bytes).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn mistakes_have_a_kind_and_a_path() {
    use DecodeErrorKind::{TooLong, TooMany, Truncated, UnknownVariant, Utf8};
    let note = field(2, b"\xFF");
    for (bytes, kind, text) in [
        (field(7, &note), Utf8, "notes[0].body: invalid UTF-8 at byte 0"),
        ([field(7, b""), field(7, &note)].concat(), Utf8, "notes[1].body: invalid UTF-8"),
        (field(8, &note), Utf8, "note.body: invalid UTF-8"),
        (field(13, &field(2, &note)), Utf8, "content.Note.body: invalid UTF-8"),
        (field(11, &[8, 1, 18, 3, 18, 1, 255]), Utf8, "by_id[0].value.body: invalid UTF-8"),
        (b"\x12\x05ab".to_vec(), Truncated, "name: "),
        (b"\x78\x04".to_vec(), UnknownVariant, "status: "),
        ([&[18 << 3 | 2 & 7, 1, 9][..], b"too long!"].concat(), TooLong, "code: text of 9 bytes"),
        ([&[19 << 3 | 2 & 7, 1, 5][..], &[1; 5]].concat(), TooMany, "few: more than 4 elements"),
    ] {
        let mut bytes = bytes;
        // Numbers of fields from 16 on take two bytes.
        if matches!(kind, TooLong | TooMany) {
            let number = if kind == TooLong { 18_u16 } else { 19 };
            let key = number << 3 | 2;
            bytes.splice(..2, [(key & 0x7F) as u8 | 0x80, (key >> 7) as u8]);
        }
        let (found, message) = error(&bytes);
        assert_eq!(found, kind, "{message}");
        assert!(message.starts_with(text), "{message}");
    }
}

#[test]
fn deep_messages_are_refused_at_the_depth_of_arenas() {
    let nested = |levels: usize| (0..levels).fold(Vec::new(), |inner, _| field(14, &inner));
    for (levels, accepted) in [(63, true), (64, true), (65, false), (99, false), (101, false), (5_000, false)]
    {
        let bytes = nested(levels);
        match FfiArena::<Row>::from_proto(&bytes) {
            Ok(arena) => {
                assert!(accepted && FfiArena::<Row>::from_bytes(&arena.to_bytes()).is_ok(), "{levels}")
            }
            Err(error) => {
                assert!(!accepted, "{levels}: {error}");
                assert_eq!(error.kind(), DecodeErrorKind::TooDeep);
            }
        }
    }
}

#[test]
fn hostile_order_costs_linear_memory() {
    // The note occurs again and again, and each time its list, which the reader knows nothing of,
    // gets an element; elements of two lists by turns; and maps, whose keys descend.
    let count = 4_000;
    let repeat = |piece: &dyn Fn(u32) -> Vec<u8>| (0..count).flat_map(piece).collect::<Vec<u8>>();
    let by_turns = repeat(&|_| [field(6, b"a"), field(7, b"")].concat());
    let merged = repeat(&|_| field(13, &field(6, &field(1, b"a"))));
    let descending = repeat(&|number| {
        let key = format!("{:06}", count - number);
        field(10, &[field(1, key.as_bytes()), vec![16, 1]].concat())
    });
    let names = FfiArena::<Row>::from_proto(&merged).unwrap();
    let ContentView::Names(names) = names.root().content() else {
        panic!("the names are the active case");
    };
    assert_eq!(names.len(), count as usize);
    let switched = repeat(&|number| field(13, &field(if number % 2 == 0 { 2 } else { 6 }, b"")));
    for (what, bytes) in
        [("by turns", &by_turns), ("merged", &merged), ("descending", &descending), ("switched", &switched)]
    {
        let size = FfiArena::<Row>::from_proto(bytes).unwrap().len();
        // Each piece has four bytes or more, and is at most a note of 16 bytes or a handle of 8,
        // twice for room, and once more for what was moved.
        assert!(size < bytes.len() * 16 + 4_096, "{what}: {size} bytes of {}", bytes.len());
    }
    let arena = FfiArena::<Row>::from_proto(&descending).unwrap();
    let counts = arena.root().counts();
    assert_eq!((counts.len(), counts.iter().next()), (count as usize, Some(("000001", 1))));
    assert!(counts.iter().map(|(key, _)| key).is_sorted());
    assert!(FfiArena::<Row>::from_bytes(&arena.to_bytes()).is_ok());
    assert_eq!(FfiArena::<Row>::from_proto(&by_turns).unwrap().root().tags().len(), count as usize);
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    let entry = |key: &[u8], value: u8| field(10, &[field(1, key), vec![16, value]].concat());
    let bytes = [entry(b"b", 1), entry(b"a", 2), field(2, b"name"), entry(b"b", 3), entry(b"a", 4)].concat();
    let arena = FfiArena::<Row>::from_proto(&bytes).unwrap();
    assert_eq!(arena.root().counts().iter().collect::<BTreeMap<_, _>>(), [("a", 4), ("b", 3)].into());
    // Also in a list, which moves while it is read.
    let bytes = [field(14, &bytes), field(14, b""), field(2, b"x"), field(14, &bytes)].concat();
    let arena = FfiArena::<Row>::from_proto(&bytes).unwrap();
    for index in [0, 2] {
        let reply = arena.root().replies().get(index).unwrap();
        assert_eq!((reply.counts().get("a"), reply.counts().len()), (Some(4), 2));
    }
}

#[test]
fn presence_is_kept() {
    let arena = FfiArena::<Row>::from_proto(&[field(8, b""), vec![9 << 3, 0]].concat()).unwrap();
    assert_eq!((arena.root().note().map(|it| it.at), arena.root().lone()), (Some(0), Some(0)));
    assert!(FfiArena::<Row>::from_proto(b"").unwrap().root().note().is_none());
    // The array is always written.
    assert_eq!(FfiArena::<Row>::new().to_proto().len(), 13);
    // Prost leaves zeros out of entries.
    let entries = FfiArena::<Row>::from_proto(&[field(10, b""), field(11, b"")].concat()).unwrap();
    assert_eq!(entries.root().counts().get(""), Some(0));
    assert_eq!(entries.root().by_id().get(0).map(|it| it.body().len()), Some(0));
    let mut arena = FfiArena::<Row>::new();
    arena.edit().content().note();
    let written = arena.to_proto();
    // A box without a value is one of zeros, as the case is set.
    assert!(matches!(
        FfiArena::<Row>::from_proto(&written).unwrap().root().content(),
        ContentView::Note(Some(_))
    ));
}

/// Passes on what it doesn't know.
#[derive(FfiMessage)]
#[repr(C)]
struct Relay {
    #[ffi(unknown = 1000)]
    rest: ArenaBytes,
    name: ArenaStr,
    hops: ArenaVec<Hop>,
    last: ArenaBox<Hop>,
}

/// Without a limit but that of arenas.
#[derive(FfiMessage)]
#[repr(C)]
struct Hop {
    at: u32,
    #[ffi(unknown)]
    rest: ArenaBytes,
}

/// Its bytes are in place.
#[derive(FfiMessage)]
#[repr(C)]
struct Fixed {
    text: ArenaStr,
    #[ffi(unknown)]
    rest: FfiBytes<8>,
}

#[test]
fn unknown_fields_are_kept_and_written_again() {
    let known = [field(1, b"n"), field(2, &[8, 1]), field(2, &[8, 2]), field(3, &[8, 3])].concat();
    let arena = FfiArena::<Relay>::from_proto(&known).unwrap();
    assert!(arena.root().rest().is_empty());
    assert_eq!(arena.to_proto(), known);
    // In the root before and behind known fields; in an element, and in a box of several pieces.
    let (first, second) = (field(9, b"first"), vec![0xA3, 1, 8, 1, 0xA4, 1]);
    let hop = [&[8, 2][..], &first].concat();
    let bytes = [
        first.clone(),
        field(1, b"n"),
        field(2, &hop),
        second.clone(),
        field(3, &[8, 3, 0x10, 1]),
        field(3, &[0x18, 2]),
        vec![8, 0],
    ];
    let arena = FfiArena::<Relay>::from_proto(&bytes.concat()).unwrap();
    assert_eq!(arena.root().rest(), [&*first, &second, &[8, 0]].concat());
    assert_eq!(arena.root().hops().get(0).unwrap().rest(), first);
    assert_eq!(arena.root().last().unwrap().rest(), [0x10, 1, 0x18, 2]);
    let written = arena.to_proto();
    let last = field(3, &[8, 3, 0x10, 1, 0x18, 2]);
    assert_eq!(written, [field(1, b"n"), field(2, &hop), last, first, second, vec![8, 0]].concat());
    let again = FfiArena::<Relay>::from_proto(&written).unwrap();
    assert_eq!(again.to_proto(), written);
    assert!(FfiArena::<Relay>::from_bytes(&arena.to_bytes()).is_ok());

    let fixed = FfiArena::<Fixed>::from_proto(&[0x10, 1, 0x18, 2, 0x0A, 1, b'x']).unwrap();
    assert_eq!(fixed.to_proto(), [0x0A, 1, b'x', 0x10, 1, 0x18, 2]);
    let error = FfiArena::<Fixed>::from_proto(&field(5, b"seven b")).unwrap_err();
    assert!(
        error.to_string().starts_with("rest: unknown fields of 9 bytes, and the capacity is 8"),
        "{error}"
    );
}

/// Pieces of two bytes take no more than their bytes twice, whatever is between them.
#[test]
fn many_unknown_fields_take_memory_in_proportion() {
    let error = FfiArena::<Relay>::from_proto(&field(9, &[0; 998])).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::TooLong);
    assert!(error.to_string().starts_with("rest: unknown fields of 1001 bytes, and the capacity is 1000"));

    let count = 20_000;
    // One message in many pieces, and two whose unknown fields come by turns with names that move
    // the end of the memory.
    let pieces: Vec<u8> = (0..count).flat_map(|_| field(3, &[0x10, 1])).collect();
    let arena = FfiArena::<Relay>::from_proto(&pieces).unwrap();
    assert_eq!(arena.root().last().unwrap().rest().len(), 2 * count);
    assert!(arena.len() < 4 * pieces.len() + 4_096, "{} bytes of {}", arena.len(), pieces.len());
    let turns: Vec<u8> =
        (0..count).flat_map(|_| [field(3, &[0x10, 1]), field(2, &[0x10, 1])].concat()).collect();
    let arena = FfiArena::<Relay>::from_proto(&turns).unwrap();
    assert_eq!(arena.root().last().unwrap().rest().len(), 2 * count);
    assert_eq!(arena.root().hops().len(), count);
    assert!(arena.len() < 16 * turns.len() + 4_096, "{} bytes of {}", arena.len(), turns.len());
}
