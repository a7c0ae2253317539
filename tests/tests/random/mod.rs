//! Random messages of a library in memory, made only from its records.

#![allow(dead_code, reason = "each test uses a part")]

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::collections::HashMap;

use ffi_core::schema::read::{Enum, Function, Message, Oneof, Record, Scalar, Type, TypeId};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Size in bytes from which a message takes long to fill and to read.
pub const LARGE: u64 = 1 << 20;

/// Memory of a message, of its exact size, so that a read beyond it is noticed.
pub struct Memory {
    pub start: *mut u8,
    layout: Layout,
}

impl Memory {
    pub fn new(message: &Message) -> Self {
        let layout =
            Layout::from_size_align(message.size as usize, message.align as usize).expect("it is one");
        // SAFETY: no message is empty.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Self { start, layout }
    }

    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: allocated with this size, initialised when allocated, and borrowed from `self`.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.layout.size()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start, self.layout) };
    }
}

/// Rule for making bytes.
#[derive(Clone, Copy)]
pub enum Style {
    /// Any bytes.
    Noise,
    /// Values that are valid by themselves; keys of a map may be equal.
    Valid,
    /// As `Valid`, but one value in this many may be invalid.
    Faulty(u64),
    /// As `Valid`, but every other value is zero, and numbers are more often small.
    Sparse,
}

impl Style {
    pub fn of(case: u32) -> Self {
        match case % 9 {
            0 => Self::Valid,
            1 => Self::Noise,
            2 => Self::Faulty(5),
            3 | 4 => Self::Faulty(30),
            5 | 6 => Self::Faulty(500),
            7 => Self::Faulty(10_000),
            _ => Self::Sparse,
        }
    }

    /// Returns true if the next value is any bytes.
    fn slips(self, random: &mut Random) -> bool {
        match self {
            Self::Noise => true,
            Self::Valid | Self::Sparse => false,
            Self::Faulty(one_in) => random.below(one_in) == 0,
        }
    }
}

/// Pseudo-random numbers, equal in each run.
pub struct Random(TestRng);

impl Random {
    pub fn new() -> Self {
        Self(TestRng::deterministic_rng(RngAlgorithm::XorShift))
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// Records of a library.
pub struct Schema {
    pub messages: HashMap<TypeId, Message>,
    pub enums: HashMap<TypeId, Enum>,
    pub oneofs: HashMap<TypeId, Oneof>,
    pub functions: Vec<Function>,
    pub status_clear: String,
    pub owned_free: String,
}

impl Schema {
    pub fn of(records: Vec<Record>) -> Self {
        let mut schema = Self {
            messages: HashMap::new(),
            enums: HashMap::new(),
            oneofs: HashMap::new(),
            functions: Vec::new(),
            status_clear: String::new(),
            owned_free: String::new(),
        };
        for record in records {
            match record {
                Record::Message(it) => drop(schema.messages.insert(it.id.clone(), it)),
                Record::Enum(it) => drop(schema.enums.insert(it.id.clone(), it)),
                Record::Oneof(it) => drop(schema.oneofs.insert(it.id.clone(), it)),
                Record::Function(it) => schema.functions.push(it),
                Record::Library(it) => {
                    schema.status_clear = it.symbols.status_clear;
                    schema.owned_free = it.symbols.owned_free;
                }
                Record::Queue(_)
                | Record::Error(_)
                | Record::Newtype(_)
                | Record::Object(_)
                | Record::Service(_)
                | Record::Callback(_)
                | Record::Flag(_)
                | Record::Health(_) => {}
            }
        }
        schema
    }

    /// Makes a value of the type at the start of `bytes`, valid or not.
    pub fn fill(&self, ty: &Type, style: Style, random: &mut Random, bytes: &mut [u8]) {
        let size = self.layout(ty).0 as usize;
        let bytes = &mut bytes[..size];
        if matches!(style, Style::Noise) || is_leaf(ty) && style.slips(random) {
            return random.fill(bytes);
        }
        if matches!(style, Style::Sparse) {
            match (ty, random.below(4)) {
                (_, 0 | 1) => return bytes.fill(0),
                (Type::Scalar(scalar), 2) if *scalar != Scalar::Bool => {
                    // The low bytes come first on every machine that runs the tests.
                    let some = random.below(size as u64) as usize + 1;
                    bytes.fill(0);
                    return random.fill(&mut bytes[..some]);
                }
                _ => {}
            }
        }
        match ty {
            Type::Scalar(Scalar::Bool) => bytes[0] = random.below(2) as u8,
            Type::Scalar(_) | Type::Open(_) | Type::Ref(_) => random.fill(bytes),
            Type::Newtype(_) | Type::Logical(_) => unreachable!("`newtypes` alone has these"),
            Type::Columns(_) | Type::Object(_) | Type::Arena(_) => unreachable!("neither is a field"),
            Type::ArenaStr {}
            | Type::ArenaBytes {}
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("`arenas` alone has these"),
            Type::Array { of, len } => self.fill_elements(of, *len, style, random, bytes),
            Type::Message(id) => {
                for field in &self.messages[id].fields {
                    self.fill(&field.ty, style, random, &mut bytes[field.offset as usize..]);
                }
            }
            Type::Oneof(id) => {
                let oneof = &self.oneofs[id];
                let slip = u64::from(style.slips(random));
                let tag = random.below(oneof.cases.len() as u64 + slip);
                bytes[..4].copy_from_slice(&(tag as u32).to_ne_bytes());
                if let Some(ty) = oneof.cases.get(tag as usize).and_then(|case| case.ty.as_ref()) {
                    self.fill(ty, style, random, &mut bytes[oneof.payload as usize..]);
                }
            }
            Type::Enum(id) => {
                let variants = &self.enums[id].variants;
                let value = variants[random.below(variants.len() as u64) as usize].value;
                // The low bytes come first on every machine that runs the tests.
                bytes.copy_from_slice(&value.to_le_bytes()[..size]);
            }
            Type::Str { cap } => {
                let len = write_len(*cap, style, random, bytes);
                fill_text(random, &mut bytes[4..][..len]);
            }
            Type::Bytes { cap } | Type::Secret { cap } => {
                let len = write_len(*cap, style, random, bytes);
                random.fill(&mut bytes[4..][..len]);
            }
            Type::Vec { of, cap } => {
                let len = write_len(*cap, style, random, bytes);
                let start = 4_u64.next_multiple_of(self.layout(of).1) as usize;
                self.fill_elements(of, len as u64, style, random, &mut bytes[start..]);
            }
            Type::Option { of } => {
                let end = if style.slips(random) { 256 } else { 2 };
                let present = random.below(end) as u8;
                bytes[self.layout(of).0 as usize] = present;
                if present == 1 {
                    self.fill(of, style, random, bytes);
                }
            }
            Type::Map { key, value, cap } => {
                let len = write_len(*cap, style, random, bytes);
                let (offset, (size, align)) = self.entry(key, value);
                let start = 4_u64.next_multiple_of(align) as usize;
                for entry in bytes[start..].chunks_mut(size as usize).take(len) {
                    // Equal keys occur by chance.
                    self.fill(key, style, random, entry);
                    self.fill(value, style, random, &mut entry[offset as usize..]);
                }
            }
        }
    }

    fn fill_elements(&self, of: &Type, len: u64, style: Style, random: &mut Random, bytes: &mut [u8]) {
        let size = self.layout(of).0 as usize;
        for element in bytes.chunks_mut(size).take(len as usize) {
            self.fill(of, style, random, element);
        }
    }

    /// Returns size and alignment.
    pub fn layout(&self, ty: &Type) -> (u64, u64) {
        let list = |(size, align): (u64, u64), cap: u64| {
            let (start, align) = (4_u64.next_multiple_of(align), align.max(4));
            ((start + cap * size).next_multiple_of(align), align)
        };
        match ty {
            Type::Scalar(Scalar::Bool | Scalar::I8 | Scalar::U8) => (1, 1),
            Type::Scalar(Scalar::I16 | Scalar::U16) => (2, 2),
            Type::Scalar(Scalar::I32 | Scalar::U32 | Scalar::F32) => (4, 4),
            Type::Scalar(Scalar::I64 | Scalar::U64 | Scalar::F64) => (8, 8),
            Type::Array { of, len } => {
                let (size, align) = self.layout(of);
                (size * len, align)
            }
            Type::Message(id) => (self.messages[id].size, self.messages[id].align),
            Type::Oneof(id) => (self.oneofs[id].size, self.oneofs[id].align),
            Type::Enum(id) | Type::Open(id) => self.layout(&Type::Scalar(self.enums[id].repr)),
            Type::Str { cap } | Type::Bytes { cap } | Type::Secret { cap } => list((1, 1), *cap),
            Type::Vec { of, cap } => list(self.layout(of), *cap),
            Type::Option { of } => {
                let (size, align) = self.layout(of);
                ((size + 1).next_multiple_of(align), align)
            }
            Type::Map { key, value, cap } => list(self.entry(key, value).1, *cap),
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
    pub fn entry(&self, key: &Type, value: &Type) -> (u64, (u64, u64)) {
        let (key, value) = (self.layout(key), self.layout(value));
        let (offset, align) = (key.0.next_multiple_of(value.1), key.1.max(value.1));
        (offset, ((offset + value.0).next_multiple_of(align), align))
    }
}

/// Returns true if a value has no others inside.
fn is_leaf(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Scalar(_) | Type::Enum(_) | Type::Str { .. } | Type::Bytes { .. } | Type::Secret { .. }
    )
}

/// Writes the length of a list, mostly a valid one, and returns the number of elements that fit.
fn write_len(cap: u64, style: Style, random: &mut Random, bytes: &mut [u8]) -> usize {
    let len = match random.below(4) {
        _ if style.slips(random) => cap + random.below(3),
        0 => random.below(cap + 1),
        1 => cap.min(1000),
        _ => random.below(cap.min(6) + 1),
    };
    bytes[..4].copy_from_slice(&(len as u32).to_ne_bytes());
    len.min(cap) as usize
}

/// Fills `bytes` with UTF-8 of all lengths.
fn fill_text(random: &mut Random, mut bytes: &mut [u8]) {
    while !bytes.is_empty() {
        let char = ['a', '7', '\0', 'é', '€', '🐞', '\u{10FFFF}'][random.below(7) as usize];
        let char = if char.len_utf8() <= bytes.len() { char } else { 'z' };
        let (now, rest) = bytes.split_at_mut(char.len_utf8());
        char.encode_utf8(now);
        bytes = rest;
    }
}
