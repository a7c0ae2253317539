//! Messages and oneofs that hold each other in circles: two, through a oneof, three, and a map of
//! itself.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use ffi_core::arena::{ArenaBox, ArenaMap, ArenaStr, ArenaVec, FfiArena, FfiArenaFrom};
use ffi_core::{FfiArenaFrom, FfiEnum, FfiMap, FfiMessage, FfiNewtype, FfiOption, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Person {
    name: ArenaStr,
    company: ArenaBox<Company>,
    said: Said,
    moods: FfiVec<Mood, 2>,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Company {
    name: ArenaStr,
    people: ArenaVec<Person>,
    by_name: ArenaMap<ArenaStr, Person>,
    branches: ArenaMap<u32, Company>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Said {
    Nothing,
    Text(ArenaStr),
    To(ArenaBox<Person>),
    Answers(ArenaVec<Said>),
    Mood(Mood),
}

/// Without any trait that compares, hashes or serializes it.
#[derive(FfiEnum, Clone, Copy)]
#[repr(i8)]
enum Feeling {
    Sad = -1,
    Calm = 0,
    Glad = 1,
}

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Degree(f32);

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Cause {
    Unknown,
    Weather(Degree),
}

#[derive(FfiMessage)]
#[repr(C)]
struct Mood {
    feeling: Feeling,
    degree: Degree,
    cause: Cause,
    lately: FfiMap<u8, f64, 2>,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Red {
    next: ArenaBox<Green>,
    weight: f64,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Green {
    next: ArenaVec<Blue>,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Blue {
    next: FfiOption<ArenaBox<Red>>,
}

fn mood(degree: f32, lately: [(u8, f64); 2]) -> Mood {
    let lately = FfiMap::try_from(lately).unwrap_or_default();
    let cause = if degree == 0.0 { Cause::Unknown } else { Cause::Weather(Degree(-0.0)) };
    Mood { feeling: Feeling::Glad, degree: Degree(degree), cause, lately }
}

fn person(name: &str, degree: f32) -> FfiArena<Person> {
    let mut arena = FfiArena::<Person>::new();
    let mut ada = arena.edit();
    ada.set_name("waste");
    ada.set_name(name);
    let mut moods = ada.moods();
    moods.push().expect("there is room").set(mood(degree, [(2, 0.0), (1, -1.0)]));
    let mut company = ada.company();
    let mut company = company.get_or_insert();
    company.set_name("Engines");
    company.people(1).push().said().set_text("hello");
    company.by_name(1).insert("eve").said().to().get_or_insert().set_name("mallory");
    company.branches(1).insert(7).branches(1).insert(8).set_name("inner");
    let mut said = ada.said();
    let mut answers = said.answers(2);
    answers.push().answers(1).push().set_nothing();
    answers.push().set_mood(mood(degree, [(1, 1.0), (2, f64::NAN)]));
    arena
}

#[test]
fn views_in_circles_are_equal_if_all_they_hold_is() {
    let (a, b, other) = (person("ada", 1.5), person("ada", 1.5), person("ada", 1.25));
    assert_eq!(a.root(), b.root());
    assert_ne!(a.root(), other.root());
    assert_ne!(a.root(), person("eda", 1.5).root());
    let hashes = RandomState::new();
    assert_eq!(hashes.hash_one(a.root()), hashes.hash_one(b.root()));
    assert_ne!(hashes.hash_one(a.root()), hashes.hash_one(other.root()));
    let distinct: HashSet<_> = [&a, &b, &other].map(|it| it.root().said()).into_iter().collect();
    assert_eq!(distinct.len(), 2);
    let shown = format!("{a:?}");
    assert!(shown.contains(r#"{"eve": Person { name: "", company: None, said: To(Some(Person {"#), "{shown}");
}

#[test]
fn numbers_are_equal_to_themselves() {
    let of = |weight| {
        let mut arena = FfiArena::<Red>::new();
        arena.edit().set_weight(weight);
        let mut red = arena.edit();
        let mut green = red.next();
        let mut green = green.get_or_insert();
        let mut blue = green.next(1);
        let mut blue = blue.push();
        let mut next = blue.next();
        next.get_or_insert().get_or_insert().set_weight(weight);
        arena
    };
    let hashes = RandomState::new();
    for (a, b) in [(f64::NAN, -f64::NAN), (0.0, -0.0), (1.0, 1.0)] {
        assert_eq!(of(a).root(), of(b).root());
        assert_eq!(hashes.hash_one(of(a).root()), hashes.hash_one(of(b).root()));
    }
    assert_ne!(of(1.0).root(), of(f64::NAN).root());
}

/// Entries in place have no order.
#[test]
fn maps_in_place_are_equal_in_any_order() {
    let of = |entries| {
        let mut arena = FfiArena::<Person>::new();
        arena.edit().said().set_mood(mood(0.0, entries));
        arena
    };
    let (a, b) = (of([(1, 1.0), (2, 2.0)]), of([(2, 2.0), (1, 1.0)]));
    assert_eq!(a.root(), b.root());
    let hashes = RandomState::new();
    assert_eq!(hashes.hash_one(a.root()), hashes.hash_one(b.root()));
    assert_ne!(a.root(), of([(1, 1.0), (3, 2.0)]).root());
    assert_ne!(a.root(), of([(1, 1.0), (2, 3.0)]).root());
}

#[test]
#[cfg_attr(miri, ignore = "Miri has no files")]
fn circles_of_types_are_in_files() {
    let arena = person("ada", 1.5);
    let path = std::env::temp_dir().join(format!("circles-{}.ffi", std::process::id()));
    arena.write(&path).unwrap();
    let opened = FfiArena::<Person>::open(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(opened.unwrap().root(), arena.root());
}

#[test]
fn circles_of_types_are_checked_and_copied() {
    let arena = person("ada", 1.5);
    let bytes = arena.to_bytes();
    let read = FfiArena::<Person>::from_bytes(&bytes).unwrap();
    assert_eq!(read.root(), arena.root());
    let mut compact = arena.clone();
    compact.compact();
    assert!(compact.len() < arena.len() && compact.wasted() < 8);
    assert_eq!(compact.root(), arena.root());
    // Each byte that is one more is refused, or another valid value.
    for at in (0..bytes.len()).step_by(if cfg!(miri) { 7 } else { 1 }) {
        let mut changed = bytes.clone();
        changed[at] = changed[at].wrapping_add(1);
        if let Ok(other) = FfiArena::<Person>::from_bytes(&changed) {
            assert_eq!(other.root(), other.clone().root());
        }
    }
    assert!(FfiArena::<Person>::from_bytes(&FfiArena::<Red>::new().to_bytes()).is_err());
}

#[cfg(all(feature = "serde", feature = "read"))]
#[test]
fn views_in_circles_are_serialized() {
    let mut arena = FfiArena::<Person>::new();
    let mut ada = arena.edit();
    ada.set_name("ada");
    ada.said().set_mood(mood(1.5, [(1, 1.0), (2, 2.0)]));
    let json = serde_json::to_value(arena.root()).unwrap();
    let mood = r#"{"feeling":"Glad","degree":1.5,"cause":{"Weather":-0.0},"lately":{"1":1.0,"2":2.0}}"#;
    let all = format!(r#"{{"name":"ada","company":null,"said":{{"Mood":{mood}}},"moods":[]}}"#);
    assert_eq!(json, serde_json::from_str::<serde_json::Value>(&all).unwrap());
}

#[derive(Debug, PartialEq, FfiArenaFrom)]
#[ffi(message = "Person")]
struct User {
    name: String,
    company: Option<Box<Firm>>,
}

#[derive(Debug, PartialEq, FfiArenaFrom)]
#[ffi(message = "Company")]
struct Firm {
    name: String,
    people: Vec<User>,
    by_name: BTreeMap<String, User>,
    branches: BTreeMap<u32, Firm>,
}

#[test]
fn ordinary_values_in_circles_are_written_and_read() {
    let user = |name: &str, company| User { name: name.to_owned(), company };
    let firm = |people, by_name, branches| Firm { name: "firm".to_owned(), people, by_name, branches };
    let inner = firm(vec![user("eve", None)], BTreeMap::new(), BTreeMap::new());
    let by_name = BTreeMap::from([("bob".to_owned(), user("bob", None))]);
    let outer = firm(vec![user("ada", None)], by_name, BTreeMap::from([(3, inner)]));
    let user = user("root", Some(Box::new(outer)));
    let arena = FfiArena::<Person>::from(&user);
    assert_eq!(User::read(arena.root()), user);
    assert_eq!(arena.root().company().unwrap().branches().get(3).unwrap().people().len(), 1);
}
