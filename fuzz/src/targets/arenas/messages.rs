//! Messages with a field of every kind that an arena has, and with circles of types.

use ffi_core::arena::{ArenaBox, ArenaBytes, ArenaMap, ArenaStr, ArenaVec};
use ffi_core::{
    FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiStr, FfiTimestamp, FfiUuid, FfiVec,
};

#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Status {
    New = 0,
    Paid = 1,
    Sent = 7,
}

/// Has padding, and bits that are no value.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub(super) struct Point {
    pub valid: bool,
    pub x: f64,
    pub status: Status,
}

#[derive(FfiMessage)]
#[repr(C)]
pub(super) struct Note {
    pub at: i64,
    pub author: ArenaStr,
    pub body: ArenaStr,
}

/// Refers to itself, and holds other messages in place.
#[derive(FfiMessage)]
#[repr(C)]
pub(super) struct Everything {
    pub flag: bool,
    pub id: u64,
    pub status: Status,
    pub open: FfiOpen<Status>,
    pub point: Point,
    pub label: FfiStr<12>,
    pub token: FfiBytes<5>,
    pub corners: [Point; 2],
    pub few: FfiVec<u16, 3>,
    pub prices: FfiMap<u8, f32, 2>,
    pub maybe: FfiOption<Point>,
    pub at: FfiTimestamp,
    pub uuid: FfiUuid,
    pub text: ArenaStr,
    pub bytes: ArenaBytes,
    pub flags: ArenaVec<bool>,
    pub numbers: ArenaVec<f32>,
    pub states: ArenaVec<Status>,
    pub points: ArenaVec<Point>,
    pub words: ArenaVec<FfiStr<6>>,
    pub tags: ArenaVec<ArenaStr>,
    pub matrix: ArenaVec<ArenaVec<u32>>,
    pub lone: ArenaBox<u32>,
    pub scores: ArenaMap<ArenaStr, u32>,
    pub notes: ArenaMap<u64, Note>,
    pub by_status: ArenaMap<Status, ArenaVec<u8>>,
    pub inner: Note,
    pub several: FfiVec<Note, 2>,
    pub perhaps: FfiOption<Note>,
    pub chosen: FfiOption<ArenaBox<Note>>,
    pub next: ArenaBox<Everything>,
    pub replies: ArenaVec<Everything>,
}

/// Holds a [`Company`], which holds it.
#[derive(FfiMessage)]
#[repr(C)]
pub(super) struct Person {
    pub name: ArenaStr,
    pub company: ArenaBox<Company>,
    pub said: Said,
}

#[derive(FfiMessage)]
#[repr(C)]
pub(super) struct Company {
    pub people: ArenaVec<Person>,
    pub by_name: ArenaMap<ArenaStr, Person>,
    /// A map of itself.
    pub branches: ArenaMap<u32, Company>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
pub(super) enum Said {
    Nothing,
    Text(ArenaStr),
    To(ArenaBox<Person>),
    Answers(ArenaVec<Said>),
    Number(u64),
    Note(Note),
}

/// Sets each field that isn't `Everything` itself, or adds to it.
pub(super) fn fill(all: &mut EverythingEdit<'_>) {
    let point = Point { valid: true, x: -1.5, status: Status::Sent };
    all.set_flag(true);
    all.set_id(u64::MAX);
    all.set_status(Status::Paid);
    all.set_open(FfiOpen::from_raw(9));
    all.set_point(point);
    all.set_label("zürich".parse().expect("it is short"));
    all.set_token(FfiBytes::try_from(&[1, 2, 3][..]).expect("it is short"));
    all.set_corners([point, point]);
    all.set_few(FfiVec::try_from(&[1_u16, 2][..]).expect("they are few"));
    all.set_maybe(FfiOption::some(point));
    all.set_at(FfiTimestamp::new(1_700_000_000, 5_000).expect("it is in range"));
    all.set_uuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse().expect("it is one"));
    all.set_text("as long as you like");
    all.set_bytes(&[9, 8, 7]);
    all.flags(2).extend([true, false]);
    all.numbers(3).extend_from_slice(&[0.5, 1.5, -2.5]);
    all.states(2).extend([Status::Paid, Status::New]);
    all.points(1).extend([point]);
    all.words(1).extend(["six".parse().expect("it is short")]);
    all.tags(2).extend(["a", "zürich"]);
    let mut matrix = all.matrix(2);
    matrix.push().extend([1, 2, 3]);
    matrix.push().extend([4]);
    all.lone().set(Some(31));
    all.scores(2).insert("b").set(2);
    all.scores(0).insert("a").set(1);
    all.notes(1).insert(u64::MAX).set_author("last");
    all.by_status(1).insert(Status::Paid).extend([1, 2]);
    all.inner().set_body("in place");
    if let Some(mut note) = all.several().push() {
        note.set_body("first");
    }
    all.perhaps().get_or_insert().set_body("perhaps");
    all.chosen().get_or_insert().get_or_insert().set_body("chosen");
}
