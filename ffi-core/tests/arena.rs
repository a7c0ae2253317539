//! Arenas: what editors build is what views read, and what a check accepts; untrusted bytes are
//! refused, or can be read whole.
//!
//! `FFI_ARENA_MUTANTS=10000000` makes as many changed arenas as that instead of a few thousand.
//! Small enough for Miri, but for the mutants, of which it has a few dozen.
#![allow(missing_docs)]

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::num::Wrapping;

use ffi_core::arena::{
    ArenaBox, ArenaBytes, ArenaFull, ArenaMap, ArenaStr, ArenaVec, FfiArena, FfiArenaFrom as _, HEADER_LEN,
    MAX_DEPTH,
};
use ffi_core::{FfiArenaFrom, FfiEnum, FfiMessage, FfiOption, FfiStr, FfiType, FfiVec};
use proptest::prelude::*;

#[path = "arena/circles.rs"]
mod circles;

ffi_core::library!();

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Status {
    Open = 0,
    Done = 3,
}

/// Has padding, and bits that are no value.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Flags {
    paid: bool,
    weight: f64,
    status: Status,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Note {
    at: i64,
    author: ArenaStr,
    body: ArenaStr,
}

/// Lives in an arena, as it holds a `Note` in place.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(arena)]
struct Pair {
    kind: u8,
    notes: [Note; 2],
    maybe: FfiOption<Note>,
    few: FfiVec<Note, 2>,
}

/// Lives in an arena, as its cases have handles, directly and inside.
#[derive(FfiMessage)]
#[repr(C, u32)]
enum Body {
    Unset,
    Text(ArenaStr),
    Notes(ArenaVec<Note>),
    Reply(ArenaBox<Row>),
    Own(Flags),
    Pair(Pair),
    Removed,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    id: u64,
    score: FfiOption<f64>,
    name: ArenaStr,
    tags: ArenaVec<ArenaStr>,
    note: ArenaBox<Note>,
    status: Status,
    paid: bool,
    flags: Flags,
    code: FfiStr<6>,
    blob: ArenaBytes,
    counts: ArenaMap<ArenaStr, u32>,
    marks: ArenaMap<Status, Flags>,
    numbers: ArenaVec<u16>,
    yes: ArenaVec<bool>,
    pairs: ArenaVec<Pair>,
    replies: ArenaVec<Row>,
    next: ArenaBox<Row>,
    body: Body,
    bodies: ArenaVec<Body>,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Set {
    total: FfiOption<u64>,
    rows: ArenaVec<Row>,
}

/// Bytes at an address that is a multiple of 64, as `FfiArena::view` asks for.
struct Aligned {
    memory: Vec<[u8; 64]>,
    start: usize,
    len: usize,
}

impl Aligned {
    fn new(bytes: &[u8]) -> Self {
        let memory = vec![[0_u8; 64]; bytes.len() / 64 + 2];
        let start = (64 - memory.as_ptr().addr() % 64) % 64;
        let mut aligned = Self { memory, start, len: bytes.len() };
        aligned.bytes_mut().copy_from_slice(bytes);
        aligned
    }

    fn bytes(&self) -> &[u8] {
        &self.memory.as_flattened()[self.start..self.start + self.len]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory.as_flattened_mut()[self.start..self.start + self.len]
    }
}

/// A `Pair` as an ordinary value: its number, and the bodies of its notes.
type PlainPair = (u8, [String; 2], Option<String>, Vec<String>);

/// A `Body` as an ordinary value.
#[derive(Clone, Debug, Default, PartialEq)]
enum PlainBody {
    #[default]
    Unset,
    Text(String),
    Notes(Vec<String>),
    Reply(Option<Box<Plain>>),
    Own(f64),
    Pair(PlainPair),
    Removed,
}

/// A `Row` as an ordinary value.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plain {
    id: u64,
    score: Option<f64>,
    name: String,
    tags: Vec<String>,
    note: Option<(i64, String, String)>,
    paid: bool,
    weight: f64,
    code: String,
    blob: Vec<u8>,
    counts: BTreeMap<String, u32>,
    marks: BTreeMap<Status, f64>,
    numbers: Vec<u16>,
    yes: Vec<bool>,
    pairs: Vec<PlainPair>,
    replies: Vec<Plain>,
    next: Option<Box<Plain>>,
    body: PlainBody,
    bodies: Vec<PlainBody>,
}

fn plain_pair(pair: PairView<'_>) -> PlainPair {
    let notes = [0, 1].map(|index| pair.notes().get(index).unwrap().body().to_owned());
    let few = pair.few().iter().map(|note| note.body().to_owned()).collect();
    (pair.kind, notes, pair.maybe().map(|note| note.body().to_owned()), few)
}

fn plain_body(body: BodyView<'_>) -> PlainBody {
    match body {
        BodyView::Unset => PlainBody::Unset,
        BodyView::Text(text) => PlainBody::Text(text.to_owned()),
        BodyView::Notes(notes) => PlainBody::Notes(notes.iter().map(|it| it.body().to_owned()).collect()),
        BodyView::Reply(reply) => PlainBody::Reply(reply.map(|it| Box::new(plain(it)))),
        BodyView::Own(flags) => PlainBody::Own(flags.weight),
        BodyView::Pair(pair) => PlainBody::Pair(plain_pair(pair)),
        BodyView::Removed => PlainBody::Removed,
    }
}

/// Reads all of a row.
fn plain(row: RowView<'_>) -> Plain {
    let note = |note: NoteView<'_>| (note.at, note.author().to_owned(), note.body().to_owned());
    Plain {
        id: row.id,
        score: row.score(),
        name: row.name().to_owned(),
        tags: row.tags().iter().map(str::to_owned).collect(),
        note: row.note().map(note),
        paid: row.paid,
        weight: row.flags().weight,
        code: row.code.to_string(),
        blob: row.blob().to_owned(),
        counts: row.counts().iter().map(|(key, count)| (key.to_owned(), count)).collect(),
        marks: row.marks().iter().map(|(key, flags)| (key, flags.weight)).collect(),
        numbers: row.numbers().as_slice().to_owned(),
        yes: row.yes().as_slice().to_owned(),
        pairs: row.pairs().iter().map(plain_pair).collect(),
        replies: row.replies().iter().map(plain).collect(),
        next: row.next().map(|next| Box::new(plain(next))),
        body: plain_body(row.body()),
        bodies: row.bodies().iter().map(plain_body).collect(),
    }
}

/// Reads all of a set without keeping it: what depends on every byte that is read.
fn touch(set: SetView<'_>) -> u64 {
    type Sum = Wrapping<u64>;
    fn text(text: &str) -> Sum {
        text.chars().map(|char| Wrapping(u64::from(char))).sum()
    }
    fn note(note: NoteView<'_>) -> Sum {
        Wrapping(note.at as u64) + text(note.author()) + text(note.body())
    }
    fn flags(flags: &Flags) -> Sum {
        Wrapping(u64::from(flags.paid) + flags.status as u64) + Wrapping(flags.weight.to_bits())
    }
    fn pair(pair: PairView<'_>) -> Sum {
        let sum = Wrapping(u64::from(pair.kind)) + pair.maybe().map_or(Wrapping(0), note);
        sum + pair.notes().iter().chain(pair.few()).map(note).sum::<Sum>()
    }
    fn body(body: BodyView<'_>) -> Sum {
        match body {
            BodyView::Unset => Wrapping(0),
            BodyView::Text(it) => text(it),
            BodyView::Notes(notes) => notes.iter().map(note).sum(),
            BodyView::Reply(reply) => reply.map_or(Wrapping(2), row),
            BodyView::Own(own) => flags(own),
            BodyView::Pair(it) => pair(it),
            BodyView::Removed => Wrapping(3),
        }
    }
    fn row(it: RowView<'_>) -> Sum {
        let mut sum = Wrapping(it.id) + Wrapping(u64::from(it.paid) + it.status as u64) + flags(it.flags());
        sum += text(&it.code) + text(it.name()) + Wrapping(it.score().map_or(0, f64::to_bits));
        sum += it.tags().iter().map(text).sum::<Sum>() + it.note().map_or(Wrapping(0), note);
        sum += it.blob().iter().map(|byte| Wrapping(u64::from(*byte))).sum::<Sum>();
        sum += it.counts().iter().map(|(key, count)| text(key) + Wrapping(u64::from(count))).sum::<Sum>();
        sum += it.marks().iter().map(|(key, value)| Wrapping(key as u64) + flags(value)).sum::<Sum>();
        sum += it.numbers().iter().map(|number| Wrapping(u64::from(number))).sum::<Sum>();
        sum += it.yes().iter().map(|yes| Wrapping(u64::from(yes))).sum::<Sum>();
        sum += it.pairs().iter().map(pair).sum::<Sum>() + body(it.body());
        sum += it.bodies().iter().map(body).sum::<Sum>();
        sum + it.replies().iter().map(row).sum::<Sum>() + it.next().map_or(Wrapping(1), row)
    }
    (Wrapping(set.total().unwrap_or(0)) + set.rows().iter().map(row).sum::<Sum>()).0
}

fn write_note(mut note: NoteEdit<'_>, body: &str) {
    note.set_author("author");
    note.set_body(body);
}

fn write_pair(pair: &mut PairEdit<'_>, (kind, notes, maybe, few): &PlainPair) {
    pair.set_kind(*kind);
    for (index, body) in notes.iter().enumerate() {
        write_note(pair.notes().get(index).unwrap(), body);
    }
    if let Some(body) = maybe {
        write_note(pair.maybe().get_or_insert(), body);
    }
    for body in few {
        write_note(pair.few().push().unwrap(), body);
    }
}

fn write_body(body: &mut BodyEdit<'_>, from: &PlainBody) {
    match from {
        PlainBody::Unset => body.set_unset(),
        PlainBody::Text(text) => body.set_text(text),
        PlainBody::Notes(notes) => {
            let mut list = body.notes(notes.len());
            list.clear();
            for note in notes {
                write_note(list.push(), note);
            }
        }
        PlainBody::Reply(None) => body.reply().clear(),
        PlainBody::Reply(Some(reply)) => {
            let mut place = body.reply();
            place.clear();
            write(&mut place.get_or_insert(), reply);
        }
        PlainBody::Own(weight) => {
            body.set_own(Flags { paid: true, weight: *weight, status: Status::Open });
        }
        PlainBody::Pair(pair) => write_pair(&mut body.pair(), pair),
        PlainBody::Removed => body.set_removed(),
    }
}

/// Builds a row, as an application would.
fn write(row: &mut RowEdit<'_>, from: &Plain) {
    row.set_id(from.id);
    row.set_score(from.score.into());
    row.set_name(&from.name);
    row.tags(from.tags.len()).extend(from.tags.iter().map(String::as_str));
    if let Some((at, author, body)) = &from.note {
        let mut place = row.note();
        let mut note = place.get_or_insert();
        note.set_at(*at);
        note.set_author(author);
        note.set_body(body);
    }
    row.set_status(Status::Done);
    row.set_paid(from.paid);
    row.set_flags(Flags { paid: from.paid, weight: from.weight, status: Status::Open });
    row.set_code(from.code.parse().unwrap());
    row.set_blob(&from.blob);
    for (key, count) in &from.counts {
        row.counts(0).insert(key).set(*count);
    }
    for (key, weight) in &from.marks {
        row.marks(1).insert(*key).set(Flags { paid: true, weight: *weight, status: Status::Done });
    }
    row.numbers(0).extend_from_slice(&from.numbers);
    row.yes(from.yes.len()).extend(from.yes.iter().copied());
    for pair in &from.pairs {
        write_pair(&mut row.pairs(1).push(), pair);
    }
    write_body(&mut row.body(), &from.body);
    for body in &from.bodies {
        write_body(&mut row.bodies(0).push(), body);
    }
    for reply in &from.replies {
        write(&mut row.replies(0).push(), reply);
    }
    if let Some(next) = &from.next {
        write(&mut row.next().get_or_insert(), next);
    }
}

fn build(rows: &[Plain]) -> FfiArena<Set> {
    let mut arena = FfiArena::<Set>::new();
    let mut set = arena.edit();
    set.set_total(Some(rows.len() as u64).into());
    let mut list = set.rows(rows.len());
    for row in rows {
        write(&mut list.push(), row);
    }
    arena
}

fn read(set: SetView<'_>) -> Vec<Plain> {
    set.rows().iter().map(plain).collect()
}

/// A row with something in each field.
fn full() -> Plain {
    let pairs = vec![
        (1, ["a", "ö"].map(str::to_owned), Some("maybe".to_owned()), vec!["x".to_owned(), "y".to_owned()]),
        (2, ["", "日本"].map(str::to_owned), None, vec![]),
    ];
    let small = Plain { name: "reply".to_owned(), tags: vec!["t".to_owned()], ..Plain::default() };
    let bodies = vec![
        PlainBody::Text("größer".to_owned()),
        PlainBody::Notes(vec!["a".to_owned(), "b".to_owned()]),
        PlainBody::Reply(None),
        PlainBody::Own(2.5),
        PlainBody::Pair((9, ["l", "r"].map(str::to_owned), None, vec!["few".to_owned()])),
        PlainBody::Removed,
        PlainBody::Unset,
    ];
    Plain {
        id: 7,
        score: Some(1.5),
        name: "Zürich".to_owned(),
        tags: ["a", "", "größer"].map(str::to_owned).to_vec(),
        note: Some((-3, "who".to_owned(), "what".repeat(20))),
        paid: true,
        weight: 0.25,
        code: "code".to_owned(),
        blob: vec![1, 2, 255],
        counts: [("pears".to_owned(), 2), ("apples".to_owned(), 5), ("".to_owned(), 1)].into(),
        marks: [(Status::Done, 3.0), (Status::Open, 1.0)].into(),
        numbers: vec![1, 2, 3, 65_535],
        yes: vec![true, false, true],
        pairs,
        replies: vec![small.clone(), Plain { replies: vec![small.clone()], ..small.clone() }],
        next: Some(Box::new(small.clone())),
        body: PlainBody::Reply(Some(Box::new(small))),
        bodies,
    }
}

/// Returns the bytes of two full rows, whose number is a multiple of 64.
fn sample() -> Vec<u8> {
    let mut arena = build(&[full(), Plain::default(), full()]);
    let gap = arena.len().next_multiple_of(64) - arena.len();
    arena.edit().rows(0).get(1).unwrap().set_name(&"-".repeat(gap));
    let bytes = arena.to_bytes();
    assert_eq!(bytes.len() % 64, 0);
    bytes
}

#[test]
fn what_is_built_is_read() {
    let rows = [full(), Plain::default(), full()];
    let arena = build(&rows);
    assert_eq!(read(arena.root()), rows);
    assert_eq!(arena.root().total(), Some(3));
    let bytes = Aligned::new(&arena.to_bytes());
    let view = FfiArena::<Set>::view(bytes.bytes()).unwrap();
    assert_eq!(read(view), rows);
    assert_eq!(touch(view), touch(arena.root()));
    assert_eq!(read(FfiArena::<Set>::from_bytes(bytes.bytes()).unwrap().root()), rows);
    let mut written = Vec::new();
    arena.write_to(&mut written).unwrap();
    assert_eq!(written, bytes.bytes());
}

#[test]
fn the_same_build_is_the_same_bytes() {
    assert_eq!(build(&[full(), full()]).to_bytes(), build(&[full(), full()]).to_bytes());
}

#[test]
fn a_zeroed_arena_is_empty() {
    let arena = FfiArena::<Set>::new();
    assert_eq!(
        (arena.root().rows().len(), arena.wasted(), arena.len()),
        (0, 0, HEADER_LEN + size_of::<Set>())
    );
    assert!(FfiArena::<Set>::from_bytes(&arena.to_bytes()).is_ok());
    let row = FfiArena::<Row>::new();
    assert_eq!(plain(row.root()), Plain::default());
}

/// A message that can be hashed, with a list of itself.
#[derive(FfiMessage)]
#[repr(C)]
struct Folder {
    name: ArenaStr,
    sizes: ArenaMap<u32, ArenaStr>,
    folders: ArenaVec<Folder>,
}

#[test]
fn views_are_equal_if_all_their_fields_are() {
    let build = |name: &str, waste: &str| {
        let mut arena = FfiArena::<Folder>::new();
        let mut folder = arena.edit();
        folder.set_name(waste);
        folder.set_name("root");
        folder.sizes(0).insert(4).set("four");
        folder.folders(0).push().set_name(name);
        arena
    };
    let (a, b, c) = (build("a", ""), build("a", "waste"), build("c", ""));
    assert_eq!(a.root(), b.root());
    assert_ne!(a.root(), c.root());
    assert_ne!(a.root(), a.root().folders().get(0).unwrap());
    let hashes = RandomState::new();
    assert_eq!(hashes.hash_one(a.root()), hashes.hash_one(b.root()));
    assert_ne!(hashes.hash_one(a.root()), hashes.hash_one(c.root()));
}

#[cfg(all(feature = "serde", feature = "read"))]
#[test]
fn views_are_serialized_as_ordinary_values_are() {
    let mut arena = FfiArena::<Folder>::new();
    let mut folder = arena.edit();
    folder.set_name("root");
    folder.sizes(0).insert(4).set("four");
    folder.folders(0).push().set_name("inner");
    let json = serde_json::to_string(&arena.root()).unwrap();
    let inner = r#"{"name":"inner","sizes":{},"folders":[]}"#;
    assert_eq!(json, format!(r#"{{"name":"root","sizes":{{"4":"four"}},"folders":[{inner}]}}"#));
}

#[test]
fn a_view_shows_all_its_fields() {
    let mut arena = FfiArena::<Note>::new();
    let mut note = arena.edit();
    note.set_at(5);
    note.set_body("text");
    assert_eq!(format!("{note:?}"), r#"Note { at: 5, author: "", body: "text" }"#);
    assert_eq!(format!("{arena:?}"), r#"Note { at: 5, author: "", body: "text" }"#);
    let mut text = String::new();
    write!(text, "{:?}", build(&[full()])).unwrap();
    assert!(text.contains(r#"tags: ["a", "", "größer"]"#), "{text}");
    assert!(text.contains(r#"counts: {"": 1, "apples": 5, "pears": 2}"#), "{text}");
}

#[test]
fn compacting_removes_what_nothing_refers_to_and_is_idempotent() {
    let rows = [full(), full()];
    let mut arena = build(&rows);
    for length in [0, 10, 500] {
        arena.edit().rows(0).get(0).unwrap().set_name(&"x".repeat(length));
    }
    arena.edit().rows(0).get(0).unwrap().set_name(&rows[0].name);
    assert!(arena.wasted() >= 510);
    arena.compact();
    assert_eq!(read(arena.root()), rows);
    let once = arena.to_bytes();
    assert!(arena.wasted() < 64 * 8, "only gaps are left: {}", arena.wasted());
    arena.compact();
    assert_eq!(arena.to_bytes(), once);
    let mut other = FfiArena::<Set>::from_bytes(&once).unwrap();
    other.compact();
    assert_eq!(other.to_bytes(), once);
    arena.clear();
    assert_eq!(arena.to_bytes(), FfiArena::<Set>::new().to_bytes());
}

#[test]
fn a_list_that_moves_keeps_its_elements() {
    let mut arena = FfiArena::<Row>::new();
    let mut row = arena.edit();
    let count = if cfg!(miri) { 12 } else { 200_u16 };
    for number in 0..count {
        // The name is in between, so that the list can't grow in place.
        row.numbers(0).add(number);
        row.blob().set(&[1]);
        let mut tags = row.tags(0);
        tags.add(&number.to_string());
    }
    assert!(row.as_plain().numbers.iter().copied().eq(0..count));
    assert!(arena.root().tags().iter().map(str::to_owned).eq((0..count).map(|it| it.to_string())));
    assert!(FfiArena::<Row>::from_bytes(&arena.to_bytes()).is_ok());
}

impl RowEdit<'_> {
    fn as_plain(&self) -> Plain {
        plain(self.0.view())
    }
}

/// A chain, for depth.
#[derive(FfiMessage)]
#[repr(C)]
struct Link {
    next: ArenaBox<Link>,
    both: ArenaVec<Link>,
}

/// Adds a link for each level; returns how many there were room for.
fn chain(link: &mut LinkEdit<'_>, levels: u32) -> u32 {
    if levels == 0 {
        return 0;
    }
    match link.next().try_get_or_insert() {
        Ok(mut next) => 1 + chain(&mut next, levels - 1),
        Err(full) => {
            assert_eq!(full, ArenaFull::TooDeep);
            0
        }
    }
}

#[test]
fn an_arena_is_built_as_deep_as_a_check_accepts() {
    for (levels, built) in [(63, 63), (64, 64), (65, 64), (200, 64)] {
        let mut arena = FfiArena::<Link>::new();
        assert_eq!(chain(&mut arena.edit(), levels), built);
        assert!(FfiArena::<Link>::from_bytes(&arena.to_bytes()).is_ok(), "{levels}");
        arena.compact();
    }
    assert_eq!(MAX_DEPTH, 64);
}

/// Arenas of links by hand.
struct Links(Vec<u8>);

impl Links {
    const SIZE: usize = size_of::<Link>();

    /// Returns an arena of so many links, the first of which is the root, all zeros.
    fn new(count: usize) -> Self {
        let mut arena = FfiArena::<Link>::new();
        arena
            .edit()
            .both(count - 1)
            .extend((1..count).map(|_| Link { next: ArenaBox::NONE, both: ArenaVec::EMPTY }));
        let mut bytes = arena.to_bytes();
        bytes[HEADER_LEN..].fill(0);
        assert_eq!(bytes.len(), HEADER_LEN + count * Self::SIZE);
        Self(bytes)
    }

    fn at(link: usize) -> u32 {
        (HEADER_LEN + link * Self::SIZE) as u32
    }

    fn put(&mut self, at: usize, number: u32) {
        self.0[at..at + 4].copy_from_slice(&number.to_ne_bytes());
    }

    fn next(&mut self, link: usize, at: u32) {
        self.put(Self::at(link) as usize, at);
    }

    fn both(&mut self, link: usize, at: u32, len: u32) {
        self.put(Self::at(link) as usize + 4, at);
        self.put(Self::at(link) as usize + 8, len);
    }

    fn error(&self) -> Option<String> {
        FfiArena::<Link>::view(Aligned::new(&self.0).bytes()).err().map(|invalid| invalid.to_string())
    }
}

#[test]
fn deep_circular_and_exponential_arenas_end() {
    for levels in [63, 64, 65, 66] {
        let mut links = Links::new(levels + 1);
        (0..levels).for_each(|link| links.next(link, Links::at(link + 1)));
        let error = links.error();
        assert_eq!(error.is_none(), levels <= 64, "{levels}: {error:?}");
        assert!(error.is_none_or(|error| error.ends_with("nested deeper than 64 levels")));
    }
    let mut circle = Links::new(2);
    circle.next(0, Links::at(1));
    circle.next(1, Links::at(1));
    assert!(circle.error().unwrap().contains("more is referred to than the arena holds"));
    let mut itself = Links::new(1);
    itself.next(0, Links::at(0));
    assert!(itself.error().unwrap().contains("more is referred to than the arena holds"));
    // Eight times the next eight, forty times over: 8^40 paths.
    let mut bomb = Links::new(1 + 8 * 40);
    for link in 0..1 + 8 * 39_usize {
        let level = link.div_ceil(8);
        bomb.both(link, Links::at(1 + 8 * level), 8);
    }
    assert!(bomb.error().unwrap().contains("more is referred to than the arena holds"));
    let levels = if cfg!(miri) { 100 } else { 20_000 };
    let mut chain = Links::new(levels + 1);
    (0..levels).for_each(|link| chain.next(link, Links::at(link + 1)));
    assert!(chain.error().unwrap().ends_with("nested deeper than 64 levels"));
}

#[test]
fn offsets_and_lengths_out_of_bounds_are_refused() {
    let error = |at: u32, len: u32| {
        let mut links = Links::new(3);
        links.both(0, at, len);
        links.error()
    };
    assert_eq!(error(0, 0), None);
    assert_eq!(error(u32::MAX, 0), None, "nothing is at the offset of an empty list");
    assert_eq!(error(Links::at(1), 2), None);
    assert_eq!(error(Links::at(1), 3).unwrap(), "both: 36 bytes at 76 are outside of the lists of 100 bytes");
    assert!(error(Links::at(2), 2).unwrap().contains("outside"));
    assert!(error(60, 1).unwrap().contains("outside"), "the header is no list");
    assert!(error(0, 1).unwrap().contains("outside"));
    assert!(error(Links::at(1) + 1, 1).unwrap().contains("not a multiple of 4"));
    for at in [1 << 31, u32::MAX - 100, u32::MAX - 3, u32::MAX] {
        for len in [1, 2, 1 << 30, u32::MAX - 1, u32::MAX] {
            assert!(error(at, len).unwrap().contains("outside"), "{at} {len}");
        }
    }
    for at in [1, 2, 4, 63, 64 + 1, u32::MAX] {
        let mut links = Links::new(2);
        links.next(0, at);
        assert!(links.error().unwrap().starts_with("next: "), "{at}");
    }
    let mut links = Links::new(2);
    links.next(0, Links::at(1) + 4);
    assert!(links.error().unwrap().contains("outside"), "its end is");
}

/// Blocks of single bytes, of which one more is just outside.
#[derive(FfiMessage)]
#[repr(C)]
struct Blocks {
    bytes: ArenaBytes,
    flags: ArenaVec<bool>,
    text: ArenaStr,
}

#[test]
fn a_single_byte_out_of_bounds_is_refused() {
    let mut arena = FfiArena::<Blocks>::new();
    let mut blocks = arena.edit();
    blocks.set_text("behind the lists");
    blocks.set_bytes(b"12345");
    blocks.flags(3).extend([true, false, true]);
    let good = arena.to_bytes();
    let lists = HEADER_LEN + size_of::<Blocks>() + 8;
    let error = |handle: usize, at: usize, len: u32| {
        let mut bytes = good.clone();
        bytes[handle..handle + 4].copy_from_slice(&(at as u32).to_ne_bytes());
        bytes[handle + 4..handle + 8].copy_from_slice(&len.to_ne_bytes());
        FfiArena::<Blocks>::from_bytes(&bytes).err().map(|invalid| invalid.to_string())
    };
    for (field, handle) in [("bytes", HEADER_LEN), ("flags", HEADER_LEN + 8)] {
        for (at, len) in [(lists - 3, 4), (lists - 1, 2), (lists, 1), (lists + 1, 1), (HEADER_LEN - 1, 1)] {
            let text = format!("{field}: {len} bytes at {at} are outside of the lists of {lists} bytes");
            assert_eq!(error(handle, at, len), Some(text));
        }
    }
}

#[test]
fn parts_that_overlap_are_read_and_not_edited() {
    let mut links = Links::new(3);
    links.both(0, Links::at(1), 2);
    assert!(FfiArena::<Link>::from_bytes(&links.0).is_ok());
    links.next(0, Links::at(2));
    assert_eq!(links.error(), None);
    let error = FfiArena::<Link>::from_bytes(&links.0).unwrap_err().to_string();
    assert_eq!(error, "both: 24 bytes at 76 are part of something else as well, so they can't be edited");
}

#[test]
fn text_begins_and_ends_at_characters() {
    let mut arena = FfiArena::<Note>::new();
    arena.edit().set_author("öö");
    let good = Aligned::new(&arena.to_bytes());
    let handle = HEADER_LEN + 8;
    let error = |at: u32, len: u32| {
        let mut bytes = Aligned::new(good.bytes());
        bytes.bytes_mut()[handle..handle + 4].copy_from_slice(&at.to_ne_bytes());
        bytes.bytes_mut()[handle + 4..handle + 8].copy_from_slice(&len.to_ne_bytes());
        let view = FfiArena::<Note>::view(bytes.bytes());
        view.map(|note| note.author().to_owned()).map_err(|invalid| invalid.to_string())
    };
    assert_eq!((error(0, 2), error(2, 2)), (Ok("ö".to_owned()), Ok("ö".to_owned())));
    assert_eq!((error(9, 0), error(u32::MAX, 0)), (Ok(String::new()), Ok(String::new())));
    for (at, len) in [(0, 1), (0, 3), (1, 1), (1, 3), (3, 1)] {
        let text = format!("author: the text of {len} bytes at {at} begins or ends inside a character");
        assert_eq!(error(at, len), Err(text));
    }
    for (at, len) in [(0, 5), (4, 1), (u32::MAX, 1), (1, u32::MAX), (u32::MAX, u32::MAX)] {
        assert!(error(at, len).unwrap_err().contains("outside of the text of 4 bytes"), "{at} {len}");
    }
    let mut bytes = Aligned::new(good.bytes());
    *bytes.bytes_mut().last_mut().unwrap() = 0xFF;
    let invalid = FfiArena::<Note>::view(bytes.bytes()).unwrap_err();
    assert_eq!(invalid.to_string(), "text: invalid UTF-8 at byte 2");
}

#[test]
fn keys_of_maps_ascend() {
    #[derive(FfiMessage)]
    #[repr(C)]
    struct Counts {
        of: ArenaMap<u32, u32>,
    }
    let mut arena = FfiArena::<Counts>::new();
    let mut counts = arena.edit();
    let mut of = counts.of(2);
    of.insert(7).set(70);
    of.insert(3).set(30);
    assert_eq!((of.view().get(3), of.view().get(7), of.view().get(5)), (Some(30), Some(70), None));
    assert!(of.remove(3) && !of.remove(3));
    of.insert(3).set(31);
    let entries = HEADER_LEN + size_of::<Counts>();
    for (first, second, sorted) in [(3, 7, true), (7, 7, false), (8, 7, false)] {
        let mut bytes = Aligned::new(&arena.to_bytes());
        let keys: [u32; 2] = [first, second];
        for (index, key) in keys.iter().enumerate() {
            bytes.bytes_mut()[entries + 8 * index..][..4].copy_from_slice(&key.to_ne_bytes());
        }
        let view = FfiArena::<Counts>::view(bytes.bytes());
        assert_eq!(
            view.map(drop).map_err(|it| it.to_string()),
            match sorted {
                true => Ok(()),
                false => Err("of[1]: its key is not above the one before".to_owned()),
            }
        );
    }
}

#[test]
fn headers_of_other_arenas_are_refused() {
    let bytes = FfiArena::<Note>::new().to_bytes();
    let error = |bytes: &[u8]| FfiArena::<Note>::view(Aligned::new(bytes).bytes()).unwrap_err().to_string();
    assert!(error(&FfiArena::<Link>::new().to_bytes()).contains("another layout than this library's Note"));
    assert!(error(&bytes[..bytes.len() - 1]).contains("bytes is in"));
    assert!(error(&[&bytes[..], b"x"].concat()).contains("bytes is in"));
    assert!(error(&[]).contains("less than the header"));
    for (at, number) in
        [(24, u64::MAX), (24, 0), (24, 64), (32, u64::MAX), (32, 1), (24, bytes.len() as u64 - 1)]
    {
        let mut bytes = bytes.clone();
        bytes[at..at + 8].copy_from_slice(&number.to_ne_bytes());
        error(&bytes);
    }
    let mut aligned = Aligned::new(&[&[0], &bytes[..]].concat());
    let shifted = &aligned.bytes_mut()[1..];
    assert!(FfiArena::<Note>::view(shifted).unwrap_err().to_string().contains("not aligned to 64"));
    assert!(FfiArena::<Note>::from_bytes(shifted).is_ok(), "it is copied");
}

#[test]
fn an_arena_that_is_full_stays_as_it_was() {
    let mut arena = FfiArena::<Row>::new();
    let mut row = arena.edit();
    let mut replies = row.replies(1);
    replies.push().set_name("kept");
    assert_eq!(replies.try_reserve(usize::MAX), Err(ArenaFull::TooLarge));
    assert_eq!(replies.try_reserve(u32::MAX as usize), Err(ArenaFull::TooLarge));
    assert_eq!(replies.try_reserve(1 << 30), Err(ArenaFull::TooLarge));
    assert_eq!((replies.len(), replies.view().get(0).unwrap().name()), (1, "kept"));
    assert_eq!(ArenaFull::TooLarge.to_string(), "the arena would exceed 4 GiB of lists or of text");
}

#[test]
fn handles_of_values_from_outside_are_empty_when_stored() {
    let mut arena = FfiArena::<Row>::new();
    let mut row = arena.edit();
    let mut pairs = row.pairs(1);
    let mut pair = pairs.push();
    write_note(pair.notes().get(0).unwrap(), "before");
    let empty = || Note { at: 1, author: ArenaStr::EMPTY, body: ArenaStr::EMPTY };
    pair.notes().set([empty(), empty()]);
    pair.set_few(FfiVec::try_from([empty()]).unwrap());
    let pair = arena.root().pairs().get(0).unwrap();
    assert_eq!((pair.notes().get(0).unwrap().body(), pair.few().get(0).unwrap().at), ("", 1));
}

#[test]
fn a_case_becomes_active_with_zeros_and_stays_so() {
    let mut arena = FfiArena::<Row>::new();
    let mut row = arena.edit();
    row.body().set_text("text");
    row.body().notes(2).push().set_body("first");
    row.body().notes(0).push().set_body("second");
    let bodies = |row: RowView<'_>| match row.body() {
        BodyView::Notes(notes) => notes.iter().map(|it| it.body().to_owned()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bodies(arena.root()), ["first", "second"]);
    let mut row = arena.edit();
    assert!(matches!(*row.body(), Body::Notes(_)));
    // The handle of the notes is not one of the box's.
    assert!(!row.body().reply().is_some());
    row.body().set_removed();
    assert!(matches!(arena.root().body(), BodyView::Removed));
    // What a value from outside refers to is elsewhere, so its handles are empty.
    let mut row = arena.edit();
    row.set_body(Body::Text(ArenaStr::EMPTY));
    assert!(matches!(arena.root().body(), BodyView::Text("")));
    assert_eq!(format!("{:?}", arena.root().body()), r#"Text("")"#);
    let bytes = arena.to_bytes();
    let at = HEADER_LEN + std::mem::offset_of!(Row, body);
    for (tag, problem) in [(3, None), (6, None), (7, Some("body: 7 is not a case of Body"))] {
        let mut bytes = Aligned::new(&bytes);
        bytes.bytes_mut()[at] = tag;
        let error = FfiArena::<Row>::view(bytes.bytes()).err().map(|it| it.to_string());
        assert_eq!(error.as_deref(), problem);
    }
}

#[test]
fn layouts_count_all_that_a_root_reaches() {
    use ffi_core::arena::ArenaMessage;
    let schema = FfiArena::<Set>::schema();
    for name in ["Set", "Row", "Pair", "Note", "Body", "Flags", "Status"] {
        assert_eq!(schema.matches(&format!("::{name}\",\"name\"")).count(), 1, "{schema}");
    }
    assert!(schema.starts_with("[\n{\"kind\":\"message\",\"id\":\"arena::Set\""), "{schema}");
    let layouts = [Set::layout(), Row::layout(), Pair::layout(), Note::layout(), Link::layout()];
    let distinct: std::collections::HashSet<_> = layouts.into_iter().collect();
    assert_eq!(distinct.len(), layouts.len());
    assert_eq!(
        (Row::ANY_BITS, Note::ANY_BITS),
        (false, true),
        "a `bool` is in one, only handles in the other"
    );
}

/// A row as people have it.
#[derive(Clone, Debug, PartialEq, FfiArenaFrom)]
#[ffi(message = "Row")]
struct User {
    id: u64,
    score: Option<f64>,
    name: String,
    tags: Vec<String>,
    note: Option<Remark>,
    status: Status,
    paid: bool,
    blob: Vec<u8>,
    counts: HashMap<String, u32>,
    numbers: Vec<u16>,
    replies: Vec<User>,
    next: Option<Box<User>>,
}

#[derive(Clone, Debug, PartialEq, FfiArenaFrom)]
#[ffi(message = "Note")]
struct Remark {
    body: String,
    at: i64,
}

#[test]
fn ordinary_values_are_written_and_read_back() {
    let leaf = User {
        id: 1,
        score: None,
        name: "ä".to_owned(),
        tags: vec![],
        note: None,
        status: Status::Done,
        paid: true,
        blob: vec![0, 255],
        counts: (0..20).map(|key| (format!("key {key}"), key)).collect(),
        numbers: vec![7; 30],
        replies: vec![],
        next: None,
    };
    let remark = Remark { body: "long".repeat(100), at: -1 };
    let middle = User { note: Some(remark), next: Some(Box::new(leaf.clone())), ..leaf.clone() };
    let root = User {
        score: Some(0.5),
        tags: vec!["a".to_owned()],
        replies: vec![leaf, middle.clone(), middle],
        ..User::read(FfiArena::<Row>::new().root())
    };
    let arena = FfiArena::<Row>::from(&root);
    assert_eq!(User::read(arena.root()), root);
    let copy = FfiArena::<Row>::from_bytes(&arena.to_bytes()).unwrap();
    assert_eq!(User::read(copy.root()), root);
    // The order of a `HashMap` differs from one to the next.
    let same = User {
        counts: root.counts.iter().map(|(key, count)| (key.clone(), *count)).collect(),
        ..root.clone()
    };
    assert_eq!(FfiArena::<Row>::from(&same).to_bytes(), arena.to_bytes());
}

/// Numbers from a seed (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }
}

/// Changes a few numbers or bytes behind the header.
fn mutate(bytes: &mut [u8], random: &mut Random) {
    let len = bytes.len();
    for _ in 0..1 + random.below(4) {
        let at = HEADER_LEN + random.below(len - HEADER_LEN - 3);
        let number = at & !3;
        let old = u32::from_ne_bytes(bytes[number..number + 4].try_into().unwrap());
        let new = match random.below(6) {
            0 => {
                bytes[at] = random.below(256) as u8;
                continue;
            }
            1 => random.below(len + 200) as u32,
            2 => old.wrapping_add(random.below(9) as u32).wrapping_sub(4),
            3 => u32::MAX - random.below(70) as u32,
            4 => (HEADER_LEN + random.below(len / 8) * 8) as u32,
            _ => random.below(20) as u32,
        };
        bytes[number..number + 4].copy_from_slice(&new.to_ne_bytes());
    }
}

/// Memory between two pages that can't be read: its length is a multiple of 64.
#[cfg(all(target_os = "linux", not(miri)))]
mod guarded {
    const PAGE: usize = 65_536;

    pub(super) struct Guarded {
        all: *mut u8,
        pages: usize,
        len: usize,
    }

    impl Guarded {
        pub(super) fn new(len: usize) -> Self {
            assert!(len.is_multiple_of(64));
            let pages = len.next_multiple_of(PAGE);
            let (access, kind) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            // SAFETY: a new mapping touches no other memory.
            let all = unsafe { libc::mmap(std::ptr::null_mut(), pages + 2 * PAGE, access, kind, -1, 0) };
            assert_ne!(all, libc::MAP_FAILED);
            let all = all.cast::<u8>();
            // SAFETY: the range is inside of the mapping.
            let middle = unsafe { all.add(PAGE) };
            // SAFETY: the range is inside of the mapping, which nobody else uses.
            let code = unsafe { libc::mprotect(middle.cast(), pages, libc::PROT_READ | libc::PROT_WRITE) };
            assert_eq!(code, 0);
            Self { all, pages, len }
        }

        /// Returns the bytes: right behind the first guard, or right before the second.
        pub(super) fn bytes(&mut self, at_end: bool) -> &mut [u8] {
            let start = PAGE + if at_end { self.pages - self.len } else { 0 };
            // SAFETY: the offset is inside of the mapping.
            let first = unsafe { self.all.add(start) };
            // SAFETY: the range is between the guards, where all is readable, writable and
            // initialised; it is borrowed from `self`.
            unsafe { std::slice::from_raw_parts_mut(first, self.len) }
        }
    }

    impl Drop for Guarded {
        fn drop(&mut self) {
            // SAFETY: this is the mapping, which nobody uses any more.
            unsafe { libc::munmap(self.all.cast(), self.pages + 2 * PAGE) };
        }
    }
}

/// Without pages, memory as it is; Miri finds each read outside of it.
#[cfg(not(all(target_os = "linux", not(miri))))]
mod guarded {
    pub(super) struct Guarded(super::Aligned);

    impl Guarded {
        pub(super) fn new(len: usize) -> Self {
            Self(super::Aligned::new(&vec![0; len]))
        }

        pub(super) fn bytes(&mut self, _at_end: bool) -> &mut [u8] {
            self.0.bytes_mut()
        }
    }
}

/// Edits what a copy of untrusted bytes holds, and reads all of it again.
fn edit(bytes: &[u8], random: &mut Random) -> bool {
    let Ok(mut arena) = FfiArena::<Set>::from_bytes(bytes) else { return false };
    let before = touch(arena.root());
    let mut set = arena.edit();
    let mut rows = set.rows(random.below(3));
    for _ in 0..3 {
        let len = rows.len();
        if len == 0 {
            break;
        }
        let Some(mut row) = rows.get(random.below(len)) else { break };
        row.set_name("new");
        row.set_flags(Flags { paid: true, weight: 0.5, status: Status::Done });
        row.tags(1).add("tag");
        row.yes(0).add(true);
        row.numbers(0).extend_from_slice(&[u16::MAX; 9]);
        row.counts(0).insert("key").set(4);
        match *row.body() {
            Body::Reply(_) => row.body().set_text("text"),
            Body::Notes(_) => row.body().notes(1).push().set_at(5),
            _ => row.body().pair().maybe().get_or_insert().set_body("maybe"),
        }
        if let Some(mut note) = row.note().get() {
            note.set_body("body");
        }
        if let Some(mut pair) = row.pairs(0).get(0) {
            pair.maybe().get_or_insert().set_author("author");
        }
        if row.replies(0).len() > 1 {
            row.replies(0).swap(0, 1);
            row.replies(0).remove(1);
        }
    }
    let edited = touch(arena.root());
    arena.compact();
    assert_eq!(touch(arena.root()), edited);
    assert!(FfiArena::<Set>::from_bytes(&arena.to_bytes()).is_ok());
    before != edited
}

#[test]
fn changed_arenas_are_refused_or_can_be_read_and_edited_whole() {
    let short = if cfg!(miri) { 30 } else { 3_000 };
    let mutants = env::var("FFI_ARENA_MUTANTS").map_or(short, |count| count.parse().unwrap());
    let good = sample();
    let mut memory = guarded::Guarded::new(good.len());
    let mut random = Random(1234);
    let (mut accepted, mut edited) = (0, 0);
    for mutant in 0..mutants {
        let bytes = memory.bytes(mutant % 2 == 0);
        bytes.copy_from_slice(&good);
        mutate(bytes, &mut random);
        if let Ok(set) = FfiArena::<Set>::view(bytes) {
            accepted += 1;
            std::hint::black_box(touch(set));
        }
        if mutant % 8 < 2 && edit(bytes, &mut random) {
            edited += 1;
        }
    }
    assert!(accepted > mutants / 50 && accepted < mutants, "{accepted} of {mutants}");
    assert!(edited > mutants / 1_000, "{edited}");
}

#[test]
fn every_number_of_an_arena_may_be_one_more_or_less() {
    let good = sample();
    let mut memory = guarded::Guarded::new(good.len());
    let step = if cfg!(miri) { 97 } else { 1 };
    for at in (HEADER_LEN..good.len() - 3).step_by(step) {
        for change in [1_u32, u32::MAX] {
            let bytes = memory.bytes(change == 1);
            bytes.copy_from_slice(&good);
            let number = u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap()).wrapping_add(change);
            bytes[at..at + 4].copy_from_slice(&number.to_ne_bytes());
            if let Ok(set) = FfiArena::<Set>::view(bytes) {
                std::hint::black_box(touch(set));
            }
        }
    }
}

/// A change of the list of rows, or of the row whose index the first number gives.
#[derive(Clone, Debug)]
enum Step {
    Push,
    Remove(usize),
    Swap(usize, usize),
    Truncate(usize),
    Name(usize, String),
    Tag(usize, String),
    CutTags(usize, usize),
    Note(usize, Option<String>),
    Blob(usize, Vec<u8>),
    Count(usize, String, u32),
    Uncount(usize, String),
    Numbers(usize, Vec<u16>),
    Reply(usize, String),
    Score(usize, Option<f64>),
    Next(usize, Option<String>),
    Body(usize, PlainBody),
    Compact,
    Copy,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let row = 0..6_usize;
    let text = "[a-zäß日]{0,12}";
    let step = prop_oneof![
        Just(Step::Push),
        row.clone().prop_map(Step::Remove),
        (row.clone(), row.clone()).prop_map(|(a, b)| Step::Swap(a, b)),
        row.clone().prop_map(Step::Truncate),
        (row.clone(), text).prop_map(|(row, text)| Step::Name(row, text)),
        (row.clone(), text).prop_map(|(row, text)| Step::Tag(row, text)),
        (row.clone(), 0..4_usize).prop_map(|(row, len)| Step::CutTags(row, len)),
        (row.clone(), proptest::option::of(text)).prop_map(|(row, text)| Step::Note(row, text)),
        (row.clone(), proptest::collection::vec(any::<u8>(), 0..9)).prop_map(|(row, it)| Step::Blob(row, it)),
        (row.clone(), "[a-f]{0,2}", any::<u32>()).prop_map(|(row, key, it)| Step::Count(row, key, it)),
        (row.clone(), "[a-f]{0,2}").prop_map(|(row, key)| Step::Uncount(row, key)),
        (row.clone(), proptest::collection::vec(any::<u16>(), 0..9))
            .prop_map(|(row, it)| Step::Numbers(row, it)),
        (row.clone(), text).prop_map(|(row, text)| Step::Reply(row, text)),
        (row.clone(), proptest::option::of(-1e9..1e9)).prop_map(|(row, it)| Step::Score(row, it)),
        (row.clone(), proptest::option::of(text)).prop_map(|(row, text)| Step::Next(row, text)),
        (row, 0..full().bodies.len())
            .prop_map(|(row, index)| Step::Body(row, full().bodies.swap_remove(index))),
        Just(Step::Compact),
        Just(Step::Copy),
    ];
    proptest::collection::vec(step, 1..60)
}

/// Applies a step to a row of the arena and to its model.
fn apply(row: &mut RowEdit<'_>, model: &mut Plain, step: &Step) {
    match step {
        Step::Name(_, text) => {
            row.set_name(text);
            model.name.clone_from(text);
        }
        Step::Tag(_, text) => {
            row.tags(0).add(text);
            model.tags.push(text.clone());
        }
        Step::CutTags(_, len) => {
            row.tags(0).truncate(*len);
            model.tags.truncate(*len);
        }
        Step::Note(_, Some(text)) => {
            row.note().get_or_insert().set_body(text);
            model.note.get_or_insert_default().2.clone_from(text);
        }
        Step::Note(_, None) => {
            row.note().clear();
            model.note = None;
        }
        Step::Blob(_, bytes) => {
            row.set_blob(bytes);
            model.blob.clone_from(bytes);
        }
        Step::Count(_, key, count) => {
            row.counts(0).insert(key).set(*count);
            model.counts.insert(key.clone(), *count);
        }
        Step::Uncount(_, key) => {
            assert_eq!(row.counts(0).remove(key), model.counts.remove(key).is_some());
        }
        Step::Numbers(_, numbers) => {
            row.numbers(0).extend_from_slice(numbers);
            model.numbers.extend(numbers);
        }
        Step::Reply(_, text) => {
            row.replies(0).push().set_name(text);
            model.replies.push(Plain { name: text.clone(), ..Plain::default() });
        }
        Step::Score(_, score) => {
            row.set_score((*score).into());
            model.score = *score;
        }
        Step::Next(_, Some(text)) => {
            row.next().get_or_insert().tags(0).add(text);
            model.next.get_or_insert_default().tags.push(text.clone());
        }
        Step::Next(_, None) => {
            row.next().clear();
            model.next = None;
        }
        Step::Body(_, body) => {
            row.body().set_unset();
            write_body(&mut row.body(), body);
            model.body.clone_from(body);
        }
        _ => unreachable!("the step is one of the list"),
    }
}

fn run(steps: &[Step]) {
    let (mut arena, mut model) = (FfiArena::<Set>::new(), Vec::<Plain>::new());
    for step in steps {
        let mut set = arena.edit();
        let mut rows = set.rows(0);
        match *step {
            Step::Push => {
                rows.push();
                model.push(Plain::default());
            }
            Step::Remove(index) if index < model.len() => {
                rows.remove(index);
                model.remove(index);
            }
            Step::Swap(a, b) if a < model.len() && b < model.len() => {
                rows.swap(a, b);
                model.swap(a, b);
            }
            Step::Truncate(len) => {
                rows.truncate(len);
                model.truncate(len);
            }
            Step::Compact => arena.compact(),
            Step::Copy => arena = FfiArena::from_bytes(&arena.to_bytes()).unwrap(),
            Step::Remove(_) | Step::Swap(..) => {}
            Step::Name(index, _)
            | Step::Tag(index, _)
            | Step::CutTags(index, _)
            | Step::Note(index, _)
            | Step::Blob(index, _)
            | Step::Count(index, ..)
            | Step::Uncount(index, _)
            | Step::Numbers(index, _)
            | Step::Reply(index, _)
            | Step::Score(index, _)
            | Step::Next(index, _)
            | Step::Body(index, _) => {
                if let Some(row) = model.get_mut(index) {
                    apply(&mut rows.get(index).unwrap(), row, step);
                }
            }
        }
        assert_eq!(read(arena.root()), model, "after {step:?}");
        let accepted = FfiArena::<Set>::from_bytes(&arena.to_bytes());
        assert_eq!(accepted.map(|copy| read(copy.root())).as_ref(), Ok(&model), "after {step:?}");
    }
    arena.compact();
    let once = arena.to_bytes();
    arena.compact();
    assert_eq!(arena.to_bytes(), once);
    assert_eq!(read(arena.root()), model);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: if cfg!(miri) { 2 } else { 128 }, ..ProptestConfig::default() })]

    #[test]
    fn edits_do_what_they_do_to_ordinary_values(steps in steps()) {
        run(&steps);
    }
}

/// An arena as C and Dart have it: one object, and its two chunks.
mod shared {
    use ffi_core::arena::FfiArena;
    use ffi_core::arena::abi::{FfiArenaParts, arena_free, arena_new, arena_parts, arena_resize};

    use super::{Files, FilesView};

    fn parts(arena: *const FfiArena<Files>) -> FfiArenaParts {
        let null = std::ptr::null_mut();
        let mut parts = FfiArenaParts {
            lists: null,
            lists_len: 0,
            lists_capacity: 0,
            text: null,
            text_len: 0,
            text_capacity: 0,
            read_only: 0,
        };
        // SAFETY: the arena is alive, and the parts are writable.
        assert_eq!(unsafe { arena_parts(arena, &mut parts) }, 0);
        parts
    }

    fn paths(view: FilesView<'_>) -> Vec<String> {
        view.paths().iter().map(str::to_owned).collect()
    }

    #[test]
    fn chunks_that_c_has_stay() {
        let arena = arena_new::<Files>(0, 4);
        let before = parts(arena);
        // SAFETY: the arena is alive, and no other code uses it.
        let own = unsafe { &mut *arena };
        for index in 0..100 {
            own.edit().paths(0).add(&format!("a path of more than sixteen bytes: {index}"));
        }
        own.compact();
        let after = parts(arena);
        assert_ne!((before.lists, before.text), (after.lists, after.text));
        // Would be where the old chunks were, if those had been freed.
        let others: Vec<_> = (0..64).map(|_| vec![0xA5_u8; before.lists_capacity + 48]).collect();
        // SAFETY: chunks that C has a pointer to stay until the arena is freed.
        let old = unsafe { std::slice::from_raw_parts(before.lists, before.lists_capacity) };
        assert!(old[..64] == [0; 64] && !old.contains(&0xA5));
        drop(others);
        assert_eq!(paths(own.root()).len(), 100);
        // SAFETY: the arena is alive, and no other code uses it.
        let renewed = unsafe { &mut *arena }.renewed();
        // SAFETY: `renewed` returned it, and no other code uses it.
        assert_eq!(paths(unsafe { &*renewed }.root())[99], "a path of more than sixteen bytes: 99");
        // SAFETY: the arena is alive, and nobody writes to it.
        let taken = unsafe { FfiArena::check_lent(arena) };
        assert!(taken.unwrap_err().to_string().contains("given away"));
        for arena in [arena, renewed] {
            // SAFETY: no code uses it any more.
            assert_eq!(unsafe { arena_free(arena) }, 0);
        }
    }

    #[test]
    fn garbage_behind_the_lists_is_cleared() {
        let arena = arena_new::<Files>(4096, 0);
        let all = parts(arena);
        // SAFETY: C may write to all of the chunk.
        let unused = unsafe { all.lists.add(all.lists_len) };
        // SAFETY: so many bytes are behind those in use.
        unsafe { unused.write_bytes(0xA5, all.lists_capacity - all.lists_len) };
        // SAFETY: the arena is alive, and no other code uses it.
        unsafe { FfiArena::check_lent_mut(arena) }.unwrap();
        // SAFETY: the check found it valid, and no other code uses it.
        let own = unsafe { &mut *arena };
        own.edit().paths(3).push();
        assert_eq!(paths(own.root()), [""]);
        // SAFETY: the arena is alive, and no other code uses it.
        assert_eq!(unsafe { arena_resize(arena, all.lists_capacity + 1, 0) }, 2);
        // SAFETY: no code uses it any more.
        assert_eq!(unsafe { arena_free(arena) }, 0);
    }
}

#[test]
#[cfg_attr(miri, ignore = "Miri maps no files")]
fn files_are_replaced_as_a_whole() {
    let folder = tempfile_folder("files");
    let path = folder.join("files.ffi");
    let mut arena = FfiArena::<Files>::new();
    arena.edit().paths(1).add("first");
    arena.write(&path).unwrap();
    // SAFETY: nobody changes the file; `write` makes another one.
    let mapped = unsafe { FfiArena::<Files>::map(&path) }.unwrap();
    arena.edit().paths(1).add("second");
    arena.write(&path).unwrap();
    assert_eq!(mapped.root().paths().len(), 1);
    assert_eq!(mapped.compacted().unwrap().root().paths().get(0), Some("first"));
    assert_eq!(FfiArena::<Files>::open(&path).unwrap().root().paths().len(), 2);
    // Nothing but the file is left in the folder, also after a failure.
    arena.write(folder.join("none/files.ffi")).unwrap_err();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let bytes = std::fs::read(&path).unwrap();
    for damaged in [&bytes[..63], &bytes[..bytes.len() - 1], &[&bytes[..], &[0]].concat()[..]] {
        std::fs::write(&path, damaged).unwrap();
        let kinds = [
            FfiArena::<Files>::open(&path).unwrap_err().kind(),
            // SAFETY: nobody changes the file meanwhile.
            unsafe { FfiArena::<Files>::map(&path) }.unwrap_err().kind(),
        ];
        assert_eq!(kinds, [std::io::ErrorKind::InvalidData; 2]);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// One message in two versions.
mod versions {
    #![allow(dead_code)]
    use super::*;

    pub(super) mod old {
        use super::*;

        #[derive(FfiMessage)]
        #[repr(C)]
        #[ffi(prefix = "old_versions")]
        pub(crate) struct Reading {
            pub(crate) id: u32,
            pub(crate) value: f32,
            pub(crate) tags: ArenaVec<ArenaStr>,
        }
    }

    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(prefix = "new_versions")]
    pub(super) struct Reading {
        pub(super) id: u32,
        pub(super) value: f64,
        pub(super) tags: ArenaVec<ArenaStr>,
    }
}

#[test]
#[cfg_attr(miri, ignore = "Miri maps no files")]
fn another_layout_is_refused_with_its_first_difference() {
    let folder = tempfile_folder("layouts");
    let path = folder.join("reading.ffi");
    let mut arena = FfiArena::<versions::old::Reading>::new();
    arena.edit().set_value(1.5);
    arena.edit().tags(1).add("a");
    arena.write_with_schema(&path).unwrap();
    // The file with the schema is one like others to the library that wrote it.
    let again = FfiArena::<versions::old::Reading>::open(&path).unwrap();
    assert_eq!((again.root().value, again.to_bytes()), (1.5, arena.to_bytes()));
    // SAFETY: nobody changes the file; `write` makes another one.
    let mapped = unsafe { FfiArena::<versions::old::Reading>::map(&path) }.unwrap();
    assert_eq!(mapped.root().tags().get(0), Some("a"));
    // A library with the same names, but for the types.
    let bytes = std::fs::read(&path).unwrap();
    let renamed = String::from_utf8_lossy(&bytes[arena.len()..]).replace("old_versions", "new_versions");
    let bytes = [&bytes[..arena.len()], renamed.as_bytes()].concat();
    std::fs::write(&path, &bytes).unwrap();
    // 8, but 4 on i686.
    let offset = std::mem::offset_of!(versions::Reading, value);
    let difference = format!(
        "the arena's root has another layout than this library's Reading: \
         `Reading.value` is `f32` at offset 4 there, and `f64` at offset {offset} here"
    );
    assert_eq!(FfiArena::<versions::Reading>::open(&path).unwrap_err().to_string(), difference);
    // SAFETY: nobody changes the file meanwhile.
    assert_eq!(unsafe { FfiArena::<versions::Reading>::map(&path) }.unwrap_err().to_string(), difference);
    // Without a schema, or with one that says nothing, the layout is all that is known.
    for schema in [&b""[..], b"[]", &[0xFF; 40], &vec![b'x'; 2 << 20]] {
        let mut bytes = [&arena.to_bytes(), schema].concat();
        if !schema.is_empty() {
            bytes[11] = 1;
            bytes[48..56].copy_from_slice(&(arena.len() as u64).to_ne_bytes());
        }
        std::fs::write(&path, &bytes).unwrap();
        let short = difference.split_once(':').unwrap().0;
        assert_eq!(FfiArena::<versions::Reading>::open(&path).unwrap_err().to_string(), short);
        assert!(FfiArena::<versions::old::Reading>::open(&path).is_ok(), "its own layout");
    }
    // Cut anywhere, it is refused, and so is one whose header says less or more than there is.
    for len in 0..bytes.len() {
        assert!(
            FfiArena::<versions::old::Reading>::from_bytes(&bytes[..len]).is_err() || len > arena.len(),
            "{len}"
        );
    }
    for (at, value) in [(11, 0_u8), (11, 2), (11, 255), (48, 1), (50, 1), (48, 0)] {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        assert!(FfiArena::<versions::old::Reading>::from_bytes(&bytes).is_err(), "{at} {value}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
#[cfg_attr(miri, ignore = "Miri makes no pages read-only")]
fn a_frozen_arena_is_read_by_many_threads_at_once() {
    use ffi_core::arena::FrozenArena;

    let rows = [full(), Plain::default(), full()];
    let frozen = build(&rows).freeze().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let shared = FrozenArena::clone(&frozen);
            assert!(std::ptr::eq(shared.root().rows().as_slice(), frozen.root().rows().as_slice()));
            let rows = &rows;
            scope.spawn(move || assert_eq!(read(shared.root()), rows));
        }
    });
    let kept = frozen.clone();
    drop(frozen);
    // A copy can be edited, and so can a compacted one.
    let mut copy = FfiArena::clone(&kept);
    copy.edit().rows(0).push().set_name("more");
    let mut compacted = kept.compacted().unwrap();
    compacted.edit().rows(0).clear();
    assert_eq!(
        (kept.root().rows().len(), copy.root().rows().len(), compacted.root().rows().len()),
        (3, 4, 0)
    );
    assert_eq!(read(kept.root()), rows);
}

/// Writes arenas to one file until the process is ended, when the test below asks for it.
#[test]
fn writes_until_the_process_ends() {
    let Some(path) = env::var_os("FFI_ARENA_WRITTEN") else { return };
    // The pipe ends with the test that asks, however that ends.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    for number in 0_u64.. {
        let mut arena = FfiArena::<Files>::new();
        let mut root = arena.edit();
        let mut paths = root.paths(1_000);
        (0..1_000).for_each(|_| paths.add(&number.to_string()));
        arena.write(&path).unwrap();
    }
}

#[test]
#[cfg_attr(miri, ignore = "Miri starts no processes")]
fn a_process_that_ends_while_it_writes_leaves_a_whole_file() {
    use std::process::{Command, Stdio};

    let folder = tempfile_folder("killed");
    let path = folder.join("files.ffi");
    for round in 0..8 {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["writes_until_the_process_ends", "--exact"])
            .env("FFI_ARENA_WRITTEN", &path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Each reading sees one of the arenas, whole, until the writer is ended in the middle of
        // one.
        let mut seen = std::collections::HashSet::new();
        while seen.len() < 2 + round {
            let arena = match FfiArena::<Files>::open(&path) {
                Ok(arena) => arena,
                Err(error) => {
                    // Before the first one is whole there is none.
                    assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
                    assert!(writer.try_wait().unwrap().is_none(), "the writer is alive");
                    continue;
                }
            };
            let texts: std::collections::HashSet<_> =
                arena.root().paths().iter().map(str::to_owned).collect();
            assert_eq!((arena.root().paths().len(), texts.len()), (1_000, 1));
            seen.extend(texts);
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        assert_eq!(FfiArena::<Files>::open(&path).unwrap().root().paths().len(), 1_000);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfile_folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("ffi-arena-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A list of texts.
#[derive(FfiMessage)]
#[repr(C)]
struct Files {
    paths: ArenaVec<ArenaStr>,
}
