//! Arenas: what editors build is what views read, and what a check accepts; untrusted bytes are
//! refused, or can be read whole.
//!
//! `FFI_ARENA_MUTANTS=10000000` makes as many changed arenas as that instead of a few thousand.
//! Small enough for Miri, but for the mutants, of which it has a few dozen.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;

use ffi_core::arena::{
    ArenaBox, ArenaBytes, ArenaFull, ArenaMap, ArenaStr, ArenaVec, FfiArena, HEADER_LEN, MAX_DEPTH,
};
use ffi_core::{FfiEnum, FfiMessage, FfiOption, FfiStr, FfiType, FfiVec};
use proptest::prelude::*;

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
