//! Changes bytes at random: the result is an error, never a panic, and no damaged schema gives a
//! model.

use ffi_core::schema::read::Record;
use ffi_dart_emit::{c, dart, inspect, library_file, model};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::files::{ARM64, X86_64, archive, coff, dll, elf, fat, mach_o, module};
use crate::schema::{containers, demo, encode, flows, objects, seal, section};

/// Does everything that the program does with the bytes of a library.
fn use_it(bytes: &[u8]) {
    match library_file::read(bytes) {
        Ok(records) => {
            let _ = inspect::json(&records);
            match model::resolve(records) {
                Ok(model) => {
                    let _ = inspect::text(&model);
                    let _ = dart::package(&model, &dart::Options::default());
                    let _ = c::header(&model).map_err(|problems| problems.to_string());
                }
                Err(problems) => assert!(!problems.to_string().is_empty()),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn files() -> Vec<Vec<u8>> {
    let section = section(&[demo(), containers().split_off(1)].concat());
    vec![
        elf(&section),
        coff(&section),
        mach_o(&section),
        dll(true, &section),
        dll(false, &section),
        fat(&[(ARM64, mach_o(&section)), (X86_64, mach_o(&section))]),
        archive(&[("a.o", elf(&section)), ("b.o", coff(&section))]),
        module(&[("producers", b"rustc"), (".ffimeta", &section)]),
    ]
}

/// A change to a file.
#[derive(Clone, Debug)]
enum Mutation {
    Set(Index, u8),
    Flip(Index, u8),
    /// Overwrites a word with a number at the edge of a range, which parsers often get wrong.
    Word(Index, u32),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Truncate(Index),
}

impl Mutation {
    fn apply(self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Set(at, value) => *at.get_mut(bytes) = value,
            Self::Flip(at, bit) => *at.get_mut(bytes) ^= 1 << bit,
            Self::Word(at, word) => {
                let at = at.index(bytes.len());
                for (byte, value) in bytes[at..].iter_mut().zip(word.to_le_bytes()) {
                    *byte = value;
                }
            }
            Self::Remove(at, count) => {
                let at = at.index(bytes.len());
                bytes.drain(at..bytes.len().min(at + count));
            }
            Self::Insert(at, new) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, new);
            }
            Self::Truncate(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let words =
        prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(i32::MAX as u32), Just(1 << 31), any::<u32>()];
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, value)| Mutation::Set(at, value)),
        4 => (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        4 => (any::<Index>(), words).prop_map(|(at, word)| Mutation::Word(at, word)),
        1 => (any::<Index>(), 1..64usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => (any::<Index>(), vec(any::<u8>(), 1..64)).prop_map(|(at, new)| Mutation::Insert(at, new)),
        1 => any::<Index>().prop_map(Mutation::Truncate),
    ]
}

#[test]
fn no_mutation_panics() {
    let files = files();
    files.iter().for_each(|file| use_it(file));
    // Headers are a hundredth of a file but confuse a parser the most, so half of the mutations hit
    // them.
    let config = ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (any::<Index>(), any::<bool>(), vec(mutation(), 1..8));
    proptest!(config, |((file, only_head, mutations) in strategy)| {
        let mut bytes = file.get(&files).clone();
        let tail = if only_head { bytes.split_off(bytes.len().min(512)) } else { Vec::new() };
        mutations.into_iter().for_each(|mutation| mutation.apply(&mut bytes));
        bytes.extend(tail);
        use_it(&bytes);
    });
}

/// Returns records of every kind, in one library, which has a mailbox.
fn every() -> Vec<Record> {
    let is_library = |record: &Record| matches!(record, Record::Library(_));
    let others = [demo(), containers(), objects()].concat().into_iter().filter(|it| !is_library(it));
    flows().into_iter().chain(others).collect()
}

/// Changes numbers inside records, and then makes the fingerprints right again.
#[test]
fn no_record_panics() {
    let records = every();
    let jsons: Vec<_> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    let config = ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() };
    let number = prop_oneof![4 => 0..128u64, 1 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(1 << 63)];
    proptest!(config, |(edits in vec((any::<Index>(), any::<Index>(), number), 1..4))| {
        let mut jsons = jsons.clone();
        for (record, which, number) in edits {
            let json = record.get_mut(&mut jsons);
            let is_number = |at: &usize| json[*at..].starts_with(|char: char| char.is_ascii_digit());
            let numbers: Vec<_> = json.match_indices(':').map(|(at, _)| at + 1).filter(is_number).collect();
            if !numbers.is_empty() {
                let at = *which.get(&numbers);
                let len = json[at..].find(|char: char| !char.is_ascii_digit()).unwrap();
                json.replace_range(at..at + len, &number.to_string());
            }
        }
        use_it(&elf(&jsons.iter().flat_map(|json| encode(json)).collect::<Vec<_>>()));
        if let Ok(records) = jsons.iter().map(|json| serde_json::from_str(json)).collect() {
            use_it(&elf(&section(&seal(records))));
        }
    });
}

/// Puts words of one record into the place of those of another: ids, kinds, ways to pass, symbols.
#[test]
fn no_word_of_another_record_panics() {
    let records = every();
    assert!(model::resolve(records.clone()).is_ok(), "{}", model::resolve(records).unwrap_err());
    let jsons: Vec<_> = every().iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    let words = |json: &str| -> Vec<(usize, usize)> {
        let quotes: Vec<_> = json.match_indices('"').map(|(at, _)| at).collect();
        quotes.chunks(2).map(|pair| (pair[0], pair[1] + 1)).collect()
    };
    let config = ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() };
    let edit = (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>());
    proptest!(config, |(edits in vec(edit, 1..3))| {
        let mut jsons = jsons.clone();
        for (record, which, other, from) in edits {
            let other: &String = other.get(&jsons);
            let (start, end) = *from.get(&words(other));
            let word = other[start..end].to_owned();
            let json = record.get_mut(&mut jsons);
            let (start, end) = *which.get(&words(json));
            json.replace_range(start..end, &word);
        }
        use_it(&elf(&jsons.iter().flat_map(|json| encode(json)).collect::<Vec<_>>()));
        if let Ok(records) = jsons.iter().map(|json| serde_json::from_str(json)).collect() {
            use_it(&elf(&section(&seal(records))));
        }
    });
}

/// Fingerprints cover the layout: a flipped bit in a record is noticed whenever it changes the
/// layout.
#[test]
fn a_changed_layout_is_never_believed() {
    let records = demo();
    let json = serde_json::to_string(&records).unwrap();
    for number in
        ["\"offset\":12", "\"size\":104", "\"len\":3", "\"value\":200", "\"f64\"", "\"fallible\":true"]
    {
        assert!(json.contains(number), "{number}");
        let other = match number {
            "\"f64\"" => "\"u64\"".to_owned(),
            "\"fallible\":true" => "\"fallible\":false".to_owned(),
            _ => number[..number.len() - 1].to_owned() + "9",
        };
        let changed = serde_json::from_str(&json.replacen(number, &other, 1)).unwrap();
        assert_ne!(records, changed, "{number}");
        assert!(model::resolve(changed).is_err(), "{number} -> {other}");
    }
}
