//! Tests the field types inside messages: layouts, records, and checks against a reading of the
//! same bytes that only knows the records.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::HashMap;
use std::mem::offset_of;
use std::sync::LazyLock;

use bytemuck::Zeroable;
use ffi_core::schema::read::{self, Record, Scalar, Type, TypeId};
use ffi_core::{
    FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOneof, FfiOpen, FfiOption, FfiRef, FfiStr, FfiType, FfiVec,
};
use ffi_tests::{Fixture, records};
use fixture_types::*;
use proptest::prelude::*;

#[test]
fn layouts_are_those_of_the_table() {
    let of = |layout: Layout| (layout.size(), layout.align());
    assert_eq!(of(Layout::new::<FfiStr<24>>()), (28, 4));
    assert_eq!(of(Layout::new::<FfiStr<1>>()), (8, 4));
    assert_eq!(of(Layout::new::<FfiBytes<5>>()), (12, 4));
    assert_eq!(of(Layout::new::<FfiVec<u64, 3>>()), (32, 8));
    assert_eq!(of(Layout::new::<FfiVec<u8, 3>>()), (8, 4));
    assert_eq!(of(Layout::new::<FfiOption<u8>>()), (2, 1));
    assert_eq!(of(Layout::new::<FfiOption<f64>>()), (16, 8));
    assert_eq!(of(Layout::new::<FfiMap<u8, u64, 2>>()), (40, 8));
    assert_eq!(of(Layout::new::<FfiRef<Node>>()), (8, 4));
    assert_eq!(of(Layout::new::<FfiOpen<Mode>>()), (1, 1));
    assert_eq!((of(Layout::new::<Small>()), Small::PAYLOAD), ((8, 4), 4));
    assert_eq!(Shape::PAYLOAD, 8);
    assert_eq!(of(Layout::new::<Row>()), (64, 8));
}

/// Returns the first bytes of a value, each of which is initialised.
fn words<T>(value: &T) -> [u32; 2] {
    const { assert!(align_of::<T>() >= 4 && size_of::<T>() >= 8) };
    // SAFETY: long enough and aligned, by the assertion; the callers pass types without padding in
    // these bytes.
    unsafe { std::ptr::from_ref(value).cast::<[u32; 2]>().read() }
}

#[test]
fn length_and_presence_are_where_they_are_said_to_be() {
    let text = FfiStr::<8>::try_from("abc\u{1}").unwrap();
    assert_eq!(words(&text), [4, u32::from_ne_bytes(*b"abc\x01")]);
    assert_eq!(words(&FfiVec::<u32, 2>::try_from([7]).unwrap()), [1, 7]);
    assert_eq!(words(&FfiMap::<u32, u32, 2>::try_from([(8, 9)]).unwrap()), [1, 8]);
    let option = FfiOption::some(5_u32);
    assert_eq!(words(&option)[0], 5);
    assert_eq!(std::ptr::from_ref(option.as_ref().unwrap()).addr(), std::ptr::from_ref(&option).addr());
    let presence = std::ptr::from_ref(&option).cast::<u8>().wrapping_add(4);
    // SAFETY: the byte after the value is the presence.
    assert_eq!(unsafe { presence.read() }, 1);
}

/// Checks the offset of a case's value, and the discriminant.
macro_rules! assert_case {
    ($value:expr, $pattern:pat => $inner:ident, $tag:expr) => {
        let value = $value;
        let $pattern = &value else { panic!("another case") };
        let offset = std::ptr::from_ref($inner).addr() - std::ptr::from_ref(&value).addr();
        assert_eq!(offset, Shape::PAYLOAD);
        assert_eq!(words(&value)[0], $tag);
    };
}

#[test]
#[expect(deprecated, reason = "a deprecated case has a place, too")]
fn cases_lie_where_the_shadow_has_them() {
    assert_case!(Shape::Circle(1.5), Shape::Circle(it) => it, 1);
    assert_case!(Shape::Label(FfiStr::new()), Shape::Label(it) => it, 2);
    assert_case!(Shape::Corner(Point::zeroed()), Shape::Corner(it) => it, 3);
    assert_case!(Shape::Path(FfiVec::new()), Shape::Path(it) => it, 4);
    assert_case!(Shape::Style(Mode::Fast), Shape::Style(it) => it, 6);
    assert_case!(Shape::Limit(FfiOption::none()), Shape::Limit(it) => it, 7);
    assert_case!(Shape::Table(FfiMap::new()), Shape::Table(it) => it, 8);
    assert_case!(Shape::Inner(Small::Ping), Shape::Inner(it) => it, 9);
    assert_case!(Shape::Matrix([1; 4]), Shape::Matrix(it) => it, 10);
    assert_case!(Shape::Raw(FfiBytes::new()), Shape::Raw(it) => it, 11);
    assert!(matches!(Shape::zeroed(), Shape::Unset));
    let byte = Small::Byte(7);
    let Small::Byte(inner) = &byte else { unreachable!() };
    assert_eq!(std::ptr::from_ref(inner).addr() - std::ptr::from_ref(&byte).addr(), Small::PAYLOAD);
}

/// The records of the fixture by id.
struct Schema {
    messages: HashMap<TypeId, read::Message>,
    enums: HashMap<TypeId, read::Enum>,
    oneofs: HashMap<TypeId, read::Oneof>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema { messages: HashMap::new(), enums: HashMap::new(), oneofs: HashMap::new() };
    for record in records(Fixture::build("fixture-types", "dev").cdylib()).expect("it is there") {
        match record {
            Record::Message(it) => drop(schema.messages.insert(it.id.clone(), it)),
            Record::Enum(it) => drop(schema.enums.insert(it.id.clone(), it)),
            Record::Oneof(it) => drop(schema.oneofs.insert(it.id.clone(), it)),
            _ => {}
        }
    }
    schema
});

fn id(name: &str) -> TypeId {
    TypeId(format!("fixture_types::{name}"))
}

fn field(message: &str, name: &str) -> Type {
    let fields = &SCHEMA.messages[&id(message)].fields;
    fields.iter().find(|field| field.item.name == name).expect("it is there").ty.clone()
}

#[test]
fn records_say_what_the_source_says() {
    let text = |cap| Type::Str { cap };
    let of = |ty: Type| Box::new(ty);
    assert_eq!(field("Texts", "name"), text(24));
    assert_eq!(field("Texts", "lines"), Type::Array { of: of(text(7)), len: 3 });
    assert_eq!(field("Blobs", "packets"), Type::Vec { of: of(Type::Bytes { cap: 5 }), cap: 3 });
    let twice = Type::Option { of: of(Type::Option { of: of(Type::Scalar(Scalar::U32)) }) };
    assert_eq!(field("Options", "twice"), twice);
    let map = Type::Map { key: of(Type::Enum(id("Mode"))), value: of(Type::Message(id("Point"))), cap: 3 };
    assert_eq!(field("Maps", "points"), map);
    assert_eq!(field("Node", "next"), Type::Ref(id("Node")));
    assert_eq!(field("Node", "lists"), Type::Ref(id("Lists")));
    assert_eq!(field("Opens", "level"), Type::Open(id("Level")));
    assert_eq!(field("Oneofs", "shape"), Type::Oneof(id("Shape")));
    assert_eq!(
        (Node::ID, Shape::ID, Mode::ID),
        ("fixture_types::Node", "fixture_types::Shape", "fixture_types::Mode")
    );
}

#[test]
fn a_oneof_has_its_record() {
    let shape = &SCHEMA.oneofs[&id("Shape")];
    assert_eq!((shape.size, shape.align, shape.payload), (size_of::<Shape>() as u64, 8, 8));
    assert_eq!(shape.fingerprint.0, Shape::FINGERPRINT);
    assert_eq!(shape.symbols.fingerprint, "fixture_types_ffi_shape_fingerprint");
    assert_eq!(shape.item.doc, "A oneof of everything.");
    let names: Vec<_> = shape.cases.iter().map(|case| &*case.item.name).collect();
    let expected =
        ["Unset", "Circle", "Label", "Corner", "Path", "Everything", "Style", "Limit", "Table", "Inner"];
    assert_eq!(names, [&expected[..], &["Matrix", "Raw"]].concat());
    let label = &shape.cases[2];
    assert_eq!((label.tag, label.item.rename.as_deref()), (4, Some("caption")));
    let tags: Vec<_> = shape.cases.iter().map(|case| case.tag).collect();
    assert_eq!(tags, [0, 1, 4, 2, 3, 5, 6, 7, 8, 9, 10, 11], "unset has none, and given tags are left out");
    assert_eq!((&label.ty, &*label.item.doc), (&Some(Type::Str { cap: 12 }), "A string."));
    assert_eq!(shape.cases[3].item.deprecated.as_deref(), Some("use `Path`"));
    assert_eq!((&shape.cases[0].ty, &shape.cases[5].ty), (&None, &None));
}

#[test]
fn every_message_has_the_size_and_fingerprint_of_its_record() {
    macro_rules! assert_message {
        ($($Message:ident)*) => {$(
            let record = &SCHEMA.messages[&id(stringify!($Message))];
            assert_eq!(record.fingerprint.0, $Message::FINGERPRINT);
            let ty = Type::Message(id(stringify!($Message)));
            assert_eq!((record.size, record.align), SCHEMA.layout(&ty));
            assert_eq!((record.size, record.align), (size_of::<$Message>() as u64, align_of::<$Message>() as u64));
            // The fields, laid out by the rules of C from the record only.
            let mut end = 0_u64;
            for field in &record.fields {
                let (size, align) = SCHEMA.layout(&field.ty);
                assert_eq!(field.offset, end.next_multiple_of(align), "{}", field.item.name);
                end = field.offset + size;
            }
            assert_eq!(record.size, end.next_multiple_of(record.align));
        )*};
    }
    assert_message!(Point Texts Blobs Lists Options Maps Oneofs Opens Node Row ResultSet All);
}

fn scalar_size(scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
        Scalar::I16 | Scalar::U16 => 2,
        Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
        Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
    }
}

/// Returns a list: the offset of its elements, its size and its alignment.
fn list((size, align): (u64, u64), cap: u64) -> (u64, (u64, u64)) {
    let (start, align) = (4_u64.next_multiple_of(align), align.max(4));
    (start, ((start + cap * size).next_multiple_of(align), align))
}

impl Schema {
    /// Returns size and alignment.
    fn layout(&self, ty: &Type) -> (u64, u64) {
        match ty {
            Type::Scalar(scalar) => (scalar_size(*scalar), scalar_size(*scalar)),
            Type::Array { of, len } => {
                let (size, align) = self.layout(of);
                (size * len, align)
            }
            Type::Message(id) => (self.messages[id].size, self.messages[id].align),
            Type::Oneof(id) => (self.oneofs[id].size, self.oneofs[id].align),
            Type::Enum(id) | Type::Open(id) => self.layout(&Type::Scalar(self.enums[id].repr)),
            Type::Str { cap } | Type::Bytes { cap } | Type::Secret { cap } => list((1, 1), *cap).1,
            Type::Vec { of, cap } => list(self.layout(of), *cap).1,
            Type::Option { of } => {
                let (size, align) = self.layout(of);
                ((size + 1).next_multiple_of(align), align)
            }
            Type::Map { key, value, cap } => list(self.entry(key, value).1, *cap).1,
            Type::Ref(_) => (8, 4),
            Type::Newtype(_) | Type::Logical(_) => unreachable!("`newtypes` alone has these"),
            Type::Columns(_) | Type::Object(_) | Type::Arena(_) => unreachable!("neither is a field"),
            Type::ArenaStr {}
            | Type::ArenaBytes {}
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("`arenas` alone has these"),
        }
    }

    /// Returns an entry of a map: the offset of its value, its size and its alignment.
    fn entry(&self, key: &Type, value: &Type) -> (u64, (u64, u64)) {
        let (key, value) = (self.layout(key), self.layout(value));
        let (offset, align) = (key.0.next_multiple_of(value.1), key.1.max(value.1));
        (offset, ((offset + value.0).next_multiple_of(align), align))
    }

    /// Returns the path to the first invalid value of that type at the start of `bytes`, or `None`
    /// if all are valid.
    fn problem(&self, ty: &Type, bytes: &[u8]) -> Option<String> {
        let word = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        match ty {
            Type::Scalar(Scalar::Bool) => (bytes[0] > 1).then(|| format!(": {} is not a bool", bytes[0])),
            Type::Scalar(_) | Type::Open(_) | Type::Ref(_) => None,
            Type::Newtype(_) | Type::Logical(_) => unreachable!("`newtypes` alone has these"),
            Type::Columns(_) | Type::Object(_) | Type::Arena(_) => unreachable!("neither is a field"),
            Type::ArenaStr {}
            | Type::ArenaBytes {}
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("`arenas` alone has these"),
            Type::Array { of, len } => self.elements(of, bytes, *len),
            Type::Message(id) => self.messages[id].fields.iter().find_map(|field| {
                let problem = self.problem(&field.ty, &bytes[field.offset as usize..])?;
                Some(format!(".{}{problem}", field.item.name))
            }),
            Type::Oneof(id) => {
                let oneof = &self.oneofs[id];
                match oneof.cases.get(word(0) as usize) {
                    Some(case) => {
                        let problem = self.problem(case.ty.as_ref()?, &bytes[oneof.payload as usize..])?;
                        Some(format!(".{}{problem}", case.item.name))
                    }
                    None => Some(format!(": {} is not a case of {}", word(0), oneof.item.name)),
                }
            }
            Type::Enum(id) => {
                let record = &self.enums[id];
                let number = match record.repr {
                    Scalar::U8 => bytes[0].into(),
                    Scalar::I32 => i64::from(word(0) as i32),
                    other => unimplemented!("{other:?}"),
                };
                let known = record.variants.iter().any(|variant| variant.value == number);
                (!known).then(|| format!(": {number} is not a {}", record.item.name))
            }
            Type::Str { cap } => too_long(word(0), *cap).or_else(|| {
                let error = str::from_utf8(&bytes[4..][..word(0) as usize]).err()?;
                Some(format!(": invalid UTF-8 at byte {}", error.valid_up_to()))
            }),
            Type::Bytes { cap } | Type::Secret { cap } => too_long(word(0), *cap),
            Type::Vec { of, cap } => too_long(word(0), *cap).or_else(|| {
                let start = list(self.layout(of), *cap).0 as usize;
                self.elements(of, &bytes[start..], word(0).into())
            }),
            Type::Option { of } => match bytes[self.layout(of).0 as usize] {
                0 => None,
                1 => self.problem(of, bytes),
                other => Some(format!(": presence {other} is neither 0 nor 1")),
            },
            Type::Map { key, value, cap } => too_long(word(0), *cap).or_else(|| {
                let (offset, entry) = self.entry(key, value);
                let start = list(entry, *cap).0 as usize;
                let entries: Vec<_> =
                    bytes[start..].chunks(entry.0 as usize).take(word(0) as usize).collect();
                let invalid = entries.iter().enumerate().find_map(|(index, bytes)| {
                    let key = || Some(format!(".key{}", self.problem(key, bytes)?));
                    let value = || Some(format!(".value{}", self.problem(value, &bytes[offset as usize..])?));
                    Some(format!("[{index}]{}", key().or_else(value)?))
                });
                invalid.or_else(|| {
                    // Keys are compared by their bytes; those of a string start after its length.
                    let key = |bytes: &[u8]| match key.as_ref() {
                        Type::Str { .. } => {
                            let len = u32::from_ne_bytes(bytes[..4].try_into().expect("four bytes"));
                            bytes[4..][..len as usize].to_vec()
                        }
                        key => bytes[..self.layout(key).0 as usize].to_vec(),
                    };
                    let mut seen = HashMap::new();
                    entries.iter().enumerate().find_map(|(index, bytes)| {
                        let earlier = seen.insert(key(bytes), index)?;
                        Some(format!("[{index}]: its key is that of [{earlier}]"))
                    })
                })
            }),
        }
    }

    fn elements(&self, of: &Type, bytes: &[u8], len: u64) -> Option<String> {
        let size = self.layout(of).0 as usize;
        (0..len as usize)
            .find_map(|index| Some(format!("[{index}]{}", self.problem(of, &bytes[index * size..])?)))
    }
}

fn too_long(len: u32, cap: u64) -> Option<String> {
    (u64::from(len) > cap).then(|| format!(": length {len} exceeds {cap}"))
}

/// Memory of a message that need not be valid.
struct Untrusted<T> {
    message: *mut T,
}

impl<T: FfiType> Untrusted<T> {
    fn new() -> Self {
        // SAFETY: no message is empty.
        let message = unsafe { alloc_zeroed(Layout::new::<T>()) }.cast::<T>();
        if message.is_null() {
            handle_alloc_error(Layout::new::<T>());
        }
        Self { message }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: allocated with this size, initialised when allocated, and borrowed from `self`.
        unsafe { std::slice::from_raw_parts_mut(self.message.cast(), size_of::<T>()) }
    }

    /// Returns the message if it is valid.
    fn checked(&self) -> Result<&T, String> {
        // SAFETY: allocated with this layout, initialised when allocated, and borrowed from `self`.
        unsafe { T::check(self.message) }.map_err(|invalid| invalid.to_string())?;
        // SAFETY: aligned and initialised, and the check found it valid; it is borrowed from
        // `self`.
        Ok(unsafe { &*self.message })
    }
}

impl<T> Drop for Untrusted<T> {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.message.cast(), Layout::new::<T>()) };
    }
}

/// A change of a few bytes: the position, in thousandths of the message, and the new bytes.
type Change = (u32, Vec<u8>);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let byte = prop_oneof![
        6 => 0..=3_u8,
        1 => any::<u8>(),
        1 => Just(0xC3),
        1 => Just(0xA9),
    ];
    let bytes = prop_oneof![
        3 => proptest::collection::vec(byte, 1..4),
        // A length, or another word.
        2 => (0..8_u32).prop_map(|word| word.to_ne_bytes().to_vec()),
        1 => any::<u32>().prop_map(|word| word.to_ne_bytes().to_vec()),
        1 => (1..400_usize).prop_map(|len| vec![0; len]),
    ];
    proptest::collection::vec((0..1_000_000_u32, bytes), 0..6)
}

/// Writes the original of a message that is then changed.
fn start<T: FfiMessage>(kind: u8, write: fn(&mut T), memory: &mut Untrusted<T>) {
    match kind {
        0 => {}
        // SAFETY: zeros are a message.
        1 => write(unsafe { &mut *memory.message }),
        _ => memory.bytes().fill(1),
    }
}

/// Checks that changed bytes are accepted and readable, or refused, as the oracle says and with its
/// words.
fn assert_checked<T: FfiMessage>(
    kind: u8,
    changes: &[Change],
    write: fn(&mut T),
    touch: fn(&T) -> u64,
) -> Result<(), TestCaseError> {
    let mut memory = Untrusted::<T>::new();
    start(kind, write, &mut memory);
    let bytes = memory.bytes();
    for (at, change) in changes {
        let at = (u64::from(*at) * bytes.len() as u64 / 1_000_000) as usize;
        for (byte, change) in bytes[at..].iter_mut().zip(change) {
            *byte = *change;
        }
    }
    let expected = SCHEMA.problem(&Type::Message(TypeId(T::ID.to_owned())), memory.bytes());
    match memory.checked() {
        Ok(message) => {
            prop_assert_eq!(expected, None);
            touch(message);
        }
        Err(error) => prop_assert_eq!(Some(format!(".{error}")), expected),
    }
    Ok(())
}

macro_rules! random_bytes {
    ($($name:ident $Message:ident $write:ident $touch:ident $is_from_dart:ident)*) => {
        proptest! {$(
            #[test]
            fn $name(kind in 0..3_u8, changes in changes()) {
                assert_checked::<$Message>(kind, &changes, $write, $touch)?;
            }
        )*}

        #[test]
        fn what_rust_writes_is_valid() {
            $(
                let mut message = $Message::new_zeroed_box();
                // SAFETY: a reference is aligned, and everything but padding in it is initialised.
                assert_eq!(unsafe { $Message::check(&*message) }, Ok(()), "zeros");
                $write(&mut message);
                // SAFETY: a reference is aligned, and everything that was written to it is
                // initialised.
                assert_eq!(unsafe { $Message::check(&*message) }, Ok(()));
                assert!(!$is_from_dart(&message));
                assert_eq!(message, message.clone());
                assert_eq!($touch(&message), $touch(&message.clone()));
            )*
        }
    };
}

random_bytes! {
    texts_are_checked_as_by_the_oracle Texts write_texts touch_texts is_texts_from_dart
    blobs_are_checked_as_by_the_oracle Blobs write_blobs touch_blobs is_blobs_from_dart
    lists_are_checked_as_by_the_oracle Lists write_lists touch_lists is_lists_from_dart
    options_are_checked_as_by_the_oracle Options write_options touch_options is_options_from_dart
    maps_are_checked_as_by_the_oracle Maps write_maps touch_maps is_maps_from_dart
    oneofs_are_checked_as_by_the_oracle Oneofs write_oneofs touch_oneofs is_oneofs_from_dart
    opens_are_checked_as_by_the_oracle Opens write_opens touch_opens is_opens_from_dart
    nodes_are_checked_as_by_the_oracle Node write_node touch_node is_node_from_dart
    rows_are_checked_as_by_the_oracle Row write_row touch_row is_row_from_dart
    result_sets_are_checked_as_by_the_oracle ResultSet write_result_set touch_result_set is_result_set_from_dart
    all_are_checked_as_by_the_oracle All write_all touch_all is_all_from_dart
}

/// Returns the refusal of a message that Rust wrote, with some bytes written over it.
fn refusal<T: FfiMessage>(write: fn(&mut T), offset: usize, bytes: &[u8]) -> String {
    let mut memory = Untrusted::<T>::new();
    start(1, write, &mut memory);
    memory.bytes()[offset..][..bytes.len()].copy_from_slice(bytes);
    memory.checked().map(drop).expect_err("it is not valid")
}

#[test]
fn a_refusal_names_the_path() {
    let row = |index| offset_of!(ResultSet, rows) + 8 + index * size_of::<Row>();
    let set = |offset, bytes: &[u8]| refusal(write_result_set, offset, bytes);
    let name = offset_of!(Row, name);
    assert_eq!(set(row(3) + name, &70_u32.to_ne_bytes()), "rows[3].name: length 70 exceeds 32");
    assert_eq!(set(row(3) + name + 4 + 3, &[0xFF]), "rows[3].name: invalid UTF-8 at byte 3");
    assert_eq!(set(row(999) + offset_of!(Row, mode), &[7]), "rows[999].mode: 7 is not a Mode");
    let presence = offset_of!(Row, score) + 8;
    assert_eq!(set(row(0) + presence, &[2]), "rows[0].score: presence 2 is neither 0 nor 1");
    assert_eq!(set(row(0) - 8, &1001_u32.to_ne_bytes()), "rows: length 1001 exceeds 1000");

    let maps = |offset, bytes: &[u8]| refusal(write_maps, offset, bytes);
    let names = offset_of!(Maps, names) + 8;
    assert_eq!(maps(names + 24 * 2, &(-1_i64).to_ne_bytes()), "names[2]: its key is that of [1]");
    let many = offset_of!(Maps, many) + 4;
    assert_eq!(maps(many + 4 * 250, &700_u16.to_ne_bytes()), "many[250]: its key is that of [100]");
    let points = offset_of!(Maps, points) + 8;
    assert_eq!(maps(points, &[4]), "points[0].key: 4 is not a Mode");
    assert_eq!(maps(points + 8, &[4]), "points[0].value.valid: 4 is not a bool");

    let shape = offset_of!(Oneofs, shape);
    let oneofs = |offset, bytes: &[u8]| refusal(write_oneofs, offset, bytes);
    assert_eq!(oneofs(shape, &12_u32.to_ne_bytes()), "shape: 12 is not a case of Shape");
    assert_eq!(oneofs(shape + 8, &5_u32.to_ne_bytes()), "shape.Path: length 5 exceeds 4");
    assert_eq!(oneofs(shape + 16, &[9]), "shape.Path[0].valid: 9 is not a bool");
}

#[test]
fn a_reference_and_an_open_enum_take_any_bits() {
    assert_eq!([FfiRef::<Node>::ANY_BITS, FfiOpen::<Mode>::ANY_BITS], [true; 2]);
    assert_eq!([FfiStr::<4>::ANY_BITS, FfiOption::<u8>::ANY_BITS, Shape::ANY_BITS], [false; 3]);
    let reference: FfiRef<Node> = bytemuck::cast([3_u32, 9]);
    assert_eq!(format!("{reference:?}"), "FfiRef(2, generation 9)");
    let open: FfiOpen<Level> = bytemuck::cast(-7_i32);
    assert_eq!((open.get(), open.raw(), format!("{open:?}")), (Err(-7), -7, "-7".to_owned()));
    assert_eq!(FfiOpen::from(Level::Cellar), Level::Cellar);
    assert_eq!(format!("{:?}", FfiOpen::from(Level::Cellar)), "Cellar");
}

/// Calls `fixture_types_ffi_{name}` through the C ABI, with a `Param` and an `Abi` as result.
fn same_as<Param, Abi>(name: &str, value: Param) -> Abi {
    type Function<Param, Abi> = unsafe extern "C" fn(Param, *mut ffi_core::boundary::FfiStatus) -> Abi;
    // SAFETY: a fixture has no code that runs when it is loaded or unloaded.
    let library = unsafe { libloading::Library::new(Fixture::build("fixture-types", "dev").cdylib()) };
    let library = library.expect("it loads");
    // SAFETY: the callers name functions of that type.
    let function = unsafe { library.get::<Function<Param, Abi>>(format!("fixture_types_ffi_{name}")) };
    let function = function.expect("it is exported");
    // SAFETY: a pointer is to a value that lives for the call; a status may be null.
    unsafe { function(value, std::ptr::null_mut()) }
}

/// Calls [`same_as`] for a message or oneof, which is passed by pointer and returned by value.
fn same<Abi>(name: &str, value: Abi) -> Abi {
    same_as(name, &raw const value)
}

/// A [`Small`] that may be invalid.
#[repr(C)]
struct Words(u32, u32);

#[test]
fn values_cross_as_c_passes_them() {
    assert_eq!(same("same_small", Small::Byte(7)), Small::Byte(7));
    assert_eq!(same("same_measure", Measure::Metres(1.5)), Measure::Metres(1.5));
    assert_eq!(same("same_measure", Measure::Seconds(-2.5)), Measure::Seconds(-2.5));
    let shape = Shape::Label("twelve bytes".parse().unwrap());
    assert_eq!(same("same_shape", shape.clone()), shape);
    let row = Row { id: 5, name: "a row".parse().unwrap(), mode: Mode::Last, score: Some(0.5).into() };
    assert_eq!(same("same_row", row), row);
    assert_eq!(same_as::<u8, u8>("same_mode", 77), 77);
    // An invalid case is refused, and the result is unset. There is padding after its discriminant.
    assert_eq!(same("same_small", Words(9, 9)).0, 0);
}

#[test]
fn checked_messages_are_read_from_good_bytes_alone() {
    let mut row = Row::zeroed();
    write_row(&mut row);
    let mut bytes = [0; size_of::<Row>()];
    bytes[8..12].copy_from_slice(&3_u32.to_ne_bytes());
    bytes[12..15].copy_from_slice(b"abc");
    let read: Row = bytemuck::checked::try_pod_read_unaligned(&bytes).expect("they are good");
    assert_eq!(read.name, "abc");
    bytes[12] = 0xFF;
    assert!(bytemuck::checked::try_pod_read_unaligned::<Row>(&bytes).is_err());
    let small: Small =
        bytemuck::checked::try_pod_read_unaligned(&[1, 0, 0, 0, 9, 0, 0, 0]).expect("it is good");
    assert_eq!(small, Small::Byte(9));
    assert!(bytemuck::checked::try_pod_read_unaligned::<Small>(&[4, 0, 0, 0, 9, 0, 0, 0]).is_err());
}
