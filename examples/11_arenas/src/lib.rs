//! A search in a table of cities: its results, and the table itself, are arenas. No field has a
//! bound, and nothing is copied between Rust and Dart.

use std::io;

use ffi_core::arena::{ArenaBox, ArenaStr, ArenaVec, FfiArena};
use ffi_core::{FfiMessage, ffi_export};

ffi_core::library!();

/// A remark of somebody's.
#[derive(FfiMessage)]
#[repr(C)]
pub struct Note {
    /// Name of the author.
    pub author: ArenaStr,
    /// The remark.
    pub text: ArenaStr,
}

/// A city.
#[derive(FfiMessage)]
#[repr(C)]
pub struct City {
    /// Number of the city.
    pub id: u32,
    /// Number of people.
    pub population: u32,
    /// Name of any length.
    pub name: ArenaStr,
    /// Names in other languages.
    pub other_names: ArenaVec<ArenaStr>,
    /// Remark, if there is one.
    pub note: ArenaBox<Note>,
}

/// A table of cities, and the result of a search in one.
#[derive(FfiMessage)]
#[repr(C)]
pub struct Cities {
    /// The words that were searched for.
    pub query: ArenaStr,
    /// The cities.
    pub found: ArenaVec<City>,
}

/// Writes a table of `count` cities to the file at `path`.
///
/// # Errors
///
/// Returns the error of the file system.
#[ffi_export]
pub fn make_table(path: &str, count: u32) -> Result<(), String> {
    let mut table = FfiArena::<Cities>::with_capacity(count as usize * 64, count as usize * 180);
    let mut root = table.edit();
    let mut cities = root.found(count as usize);
    for id in 0..count {
        let mut city = cities.push();
        city.set_id(id);
        city.set_population(id.wrapping_mul(2_654_435_761) % 10_000_000);
        city.set_name(&name(id));
        let mut names = city.other_names(2);
        names.add(&format!(
            "in another language, which has words that are far longer than any: {}",
            name(id + 1)
        ));
        names.add(&format!(
            "in a third language, whose words are the longest of all of them: {}",
            name(id + 2)
        ));
    }
    table.write(path).map_err(|error: io::Error| error.to_string())
}

fn name(id: u32) -> String {
    const STEMS: [&str; 5] = ["Zürich", "Łódź", "Springfield", "São Paulo", "Newton"];
    format!("{} {}", STEMS[id as usize % STEMS.len()], id / 5)
}

/// Returns the first cities of a table whose name begins with `query`, at most `most` of them.
#[ffi_export]
pub fn search(table: &FfiArena<Cities>, query: &str, most: u32) -> FfiArena<Cities> {
    let mut result = FfiArena::<Cities>::new();
    let mut root = result.edit();
    root.set_query(query);
    let hits = table.root().found().iter().filter(|city| city.name().starts_with(query));
    let mut found = root.found(0);
    for hit in hits.take(most as usize) {
        let mut city = found.push();
        city.set_id(hit.id);
        city.set_population(hit.population);
        city.set_name(hit.name());
        city.other_names(hit.other_names().len()).extend(hit.other_names());
    }
    result
}

/// Returns how many people live in all cities.
#[ffi_export]
pub fn population(cities: &FfiArena<Cities>) -> u64 {
    cities.root().found().iter().map(|city| u64::from(city.population)).sum()
}

/// Writes a remark below each city that has none.
#[ffi_export]
pub fn review(cities: &mut FfiArena<Cities>, author: &str) -> u32 {
    let count = cities.root().found().len();
    let mut root = cities.edit();
    let mut written = 0;
    for index in 0..count {
        let mut found = root.found(0);
        let mut city = found.get(index).expect("the list keeps its length");
        let mut place = city.note();
        if !place.is_some() {
            let mut note = place.get_or_insert();
            note.set_author(author);
            note.set_text("seen");
            written += 1;
        }
    }
    written
}

/// Takes a result, and returns it without cities of fewer than `least` people.
#[ffi_export]
pub fn at_least(mut cities: FfiArena<Cities>, least: u32) -> FfiArena<Cities> {
    let mut root = cities.edit();
    let mut found = root.found(0);
    for index in (0..found.len()).rev() {
        if found.view().get(index).is_some_and(|city| city.population < least) {
            found.remove(index);
        }
    }
    cities.compact();
    cities
}
