//! Appends tokens of JSON to memory, and knows where in a message it is, but no messages.
//!
//! Each element of a list has a comma behind it, and the bracket at the end takes the place of the
//! last one; each member of an object has one before it, as a part of its name, and the bracket at
//! the start takes the place of the first one. So no state says which one is the first.

use std::mem::MaybeUninit;

use super::mask::camel_path;
use super::number::{self, MaybeShort, Room};
use super::scan::plain;
use crate::arena::ArenaRef;
use crate::proto::{DecodeError, DecodeErrorKind, Followed, MAX_DEPTH, MAX_LEN};

/// Result of writing a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// The field is absent. What was appended doesn't count: the caller takes it back.
    Absent,
    /// A value that is zero or empty, as the options ask for it.
    Default,
    /// A value.
    Value,
}

/// Form in which text and bytes are appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    /// As JSON.
    Quoted,
    /// As they are.
    Raw,
    /// As paths of a `FieldMask`, without quotes.
    Paths,
}

/// Messages that an `Any` may hold, beside those of `google.protobuf`.
pub(super) trait AnyTypes {
    /// Appends the contents of an `Any`, given its full name in .proto and its bytes; `None` if it
    /// isn't known.
    fn write_any(&self, name: &str, bytes: &[u8], out: &mut Printer<'_>) -> Option<Result<(), DecodeError>>;
}

/// Memory that JSON is appended to, the choices of a caller, and the place in a message.
pub struct Printer<'a> {
    out: &'a mut Vec<u8>,
    /// Arena that the message is in, if it is in one.
    arena: ArenaRef<'a>,
    pub(super) any: &'a dyn AnyTypes,
    /// True if names are those of .proto.
    pub(super) original_names: bool,
    /// True if values that are zero or empty are written.
    pub(super) defaults: bool,
    pub(super) texts: Texts,
    /// The references that lead to the current position.
    pub(super) followed: Followed,
    /// Number of levels of messages around the current position.
    depth: u32,
    /// Number of bytes before the JSON.
    start: usize,
}

impl std::fmt::Debug for Printer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printer")
            .field("len", &self.out.len())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

impl<'a> Printer<'a> {
    pub(super) fn new(
        out: &'a mut Vec<u8>,
        arena: ArenaRef<'a>,
        any: &'a dyn AnyTypes,
        followed: Followed,
    ) -> Self {
        let (start, texts) = (out.len(), Texts::Quoted);
        Self { out, arena, any, original_names: false, defaults: false, texts, followed, depth: 0, start }
    }

    /// Returns a printer of a message that is written here, and is in another arena.
    pub(super) fn inside<'b>(&'b mut self, arena: ArenaRef<'b>) -> Printer<'b> {
        Printer {
            out: self.out,
            arena,
            any: self.any,
            original_names: self.original_names,
            defaults: self.defaults,
            texts: Texts::Quoted,
            followed: Followed::new(),
            depth: self.depth,
            start: self.start,
        }
    }

    /// Returns the arena that the message is in.
    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'a> {
        self.arena
    }

    /// Returns the number of bytes in the memory.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was appended since there were `len` bytes.
    #[inline(always)]
    pub(super) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// Returns what was appended since there were `len` bytes.
    pub(super) fn since(&self, len: usize) -> &[u8] {
        self.out.get(len..).unwrap_or_default()
    }

    /// Takes out what was appended since there were `len` bytes.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        self.out.split_off(len)
    }

    /// Goes into a message or an entry of a map.
    ///
    /// # Errors
    ///
    /// Returns an error if it is nested too deeply.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> Result<(), DecodeError> {
        if self.depth > MAX_DEPTH {
            return Err(DecodeError::too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    /// Goes into a message that may turn out absent, and returns true if it is nested too deeply.
    #[inline(always)]
    pub(super) fn enter_field(&mut self) -> bool {
        self.depth += 1;
        self.depth > MAX_DEPTH + 1
    }

    /// Leaves a message or an entry.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Appends what `message` does, unless that gets too deep or too long: a reference that leads
    /// there is absent.
    pub(super) fn if_it_fits(
        &mut self,
        message: impl FnOnce(&mut Self) -> Result<Written, DecodeError>,
    ) -> Result<Written, DecodeError> {
        let (depth, defaults, texts) = (self.depth, self.defaults, self.texts);
        if depth > MAX_DEPTH || self.len() - self.start > MAX_LEN {
            return Ok(Written::Absent);
        }
        match message(self) {
            Err(error) if error.kind() == DecodeErrorKind::TooDeep => {
                (self.depth, self.defaults, self.texts) = (depth, defaults, texts);
                Ok(Written::Absent)
            }
            written => written,
        }
    }

    /// Appends JSON.
    #[inline(always)]
    pub(super) fn put(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// Appends a byte of JSON.
    #[inline(always)]
    pub(super) fn push(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// Appends the name of a member: `,"name":`.
    #[inline(always)]
    pub(super) fn name(&mut self, name: &'static str) {
        self.out.reserve(name.len());
        copy(name.as_bytes(), self.out.spare_capacity_mut());
        let len = self.out.len() + name.len();
        // SAFETY: the bytes were written just now, to the capacity.
        unsafe { self.out.set_len(len) };
    }

    /// Makes an object of the members since there were `start` bytes.
    #[inline(always)]
    pub(super) fn object(&mut self, start: usize) {
        match self.out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => self.out.push(b'{'),
        }
        self.out.push(b'}');
    }

    /// Ends a list or object whose elements have a comma behind each.
    #[inline(always)]
    pub(super) fn close(&mut self, bracket: u8) {
        match self.out.last_mut() {
            Some(last @ b',') => *last = bracket,
            _ => self.out.push(bracket),
        }
    }

    /// Appends the JSON of a field that is zero or empty, if that is asked for.
    #[inline(always)]
    pub(super) fn default(&mut self, json: &[u8]) -> Written {
        if !self.defaults {
            return Written::Absent;
        }
        self.put(json);
        Written::Default
    }

    /// Appends what `write` writes to the start of the room, whose number of bytes it returns.
    ///
    /// # Safety
    ///
    /// `write` has initialised so many bytes, which are ASCII.
    #[inline(always)]
    unsafe fn fill(&mut self, write: impl FnOnce(&mut Room) -> usize) {
        const ROOM: usize = size_of::<Room>();
        self.out.reserve(ROOM);
        let room = self.out.spare_capacity_mut().first_chunk_mut::<ROOM>();
        let len = write(room.expect("it is reserved"));
        let len = self.out.len() + len;
        // SAFETY: the bytes are initialised, by this function's contract, and they are in the room,
        // which is in the capacity.
        unsafe { self.out.set_len(len) };
    }

    /// Appends an integer of at most 32 bits.
    #[inline(always)]
    pub(super) fn number(&mut self, number: impl Into<i64>) {
        let number: i64 = number.into();
        if number < 0 {
            self.push(b'-');
        }
        self.digits(number.unsigned_abs());
    }

    #[inline(always)]
    fn digits(&mut self, number: u64) {
        // SAFETY: the callee initialises them, as digits.
        unsafe { self.fill(|room| number::write_digits(number, room)) };
    }

    /// Appends a signed integer of 64 bits, which is text in JSON.
    #[inline(always)]
    pub(super) fn quoted_signed(&mut self, number: i64) {
        self.put(if number < 0 { b"\"-" } else { b"\"" });
        self.digits(number.unsigned_abs());
        self.push(b'"');
    }

    /// Appends an unsigned integer of 64 bits, which is text in JSON.
    #[inline(always)]
    pub(super) fn quoted_unsigned(&mut self, number: u64) {
        self.push(b'"');
        self.digits(number);
        self.push(b'"');
    }

    /// Appends a float.
    #[inline(always)]
    pub(super) fn float(&mut self, value: impl MaybeShort) {
        match value.short() {
            Some(short) => {
                let wide: f64 = value.into();
                if wide.is_sign_negative() {
                    self.push(b'-');
                }
                // SAFETY: the callee initialises them, as digits and a point.
                unsafe { self.fill(|room| number::write_short(short, room)) };
            }
            None => self.long_float(value),
        }
    }

    #[inline(never)]
    fn long_float(&mut self, value: impl MaybeShort) {
        let wide: f64 = value.into();
        if wide.is_finite() {
            self.put(zmij::Buffer::new().format_finite(value).as_bytes());
        } else {
            self.not_finite(wide);
        }
    }

    #[cold]
    fn not_finite(&mut self, value: f64) {
        self.put(match value {
            f64::INFINITY => b"\"Infinity\"",
            f64::NEG_INFINITY => b"\"-Infinity\"",
            _ => b"\"NaN\"",
        });
    }

    /// Appends text.
    ///
    /// # Errors
    ///
    /// Returns an error if it is to be a path and is none.
    #[inline(always)]
    pub(super) fn text(&mut self, text: &[u8]) -> Result<(), DecodeError> {
        if self.texts != Texts::Quoted {
            return self.bare_text(text);
        }
        let (before, special) = text.split_at(plain(text));
        self.out.reserve(before.len() + 2);
        let room = self.out.spare_capacity_mut();
        room[0].write(b'"');
        copy(before, &mut room[1..]);
        room[before.len() + 1].write(b'"');
        let len = self.out.len() + before.len() + 2;
        // SAFETY: the bytes were written just now, to the capacity.
        unsafe { self.out.set_len(len) };
        if !special.is_empty() {
            self.out.pop();
            self.escaped(special);
            self.push(b'"');
        }
        Ok(())
    }

    #[cold]
    fn bare_text(&mut self, text: &[u8]) -> Result<(), DecodeError> {
        if self.texts == Texts::Raw {
            self.put(text);
        } else if plain(text) != text.len() || !camel_path(text, self.out) {
            return Err(no_json(
                "a path that has no way back from lowerCamelCase; hint: name fields in snake_case",
            ));
        }
        Ok(())
    }

    /// Appends text that begins with a character that JSON has an escape for.
    #[inline(never)]
    fn escaped(&mut self, mut text: &[u8]) {
        while let Some((special, after)) = text.split_first() {
            let escape = match special {
                b'"' => b'"',
                b'\\' => b'\\',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                8 => b'b',
                12 => b'f',
                _ => b'u',
            };
            self.put(&[b'\\', escape]);
            if escape == b'u' {
                let digit = |value: u8| char::from_digit(value.into(), 16).map_or(0, |it| it as u8);
                self.put(&[b'0', b'0', digit(special >> 4), digit(special & 15)]);
            }
            let (before, rest) = after.split_at(plain(after));
            self.put(before);
            text = rest;
        }
    }

    /// Appends bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        if self.texts == Texts::Raw {
            return self.put(bytes);
        }
        self.push(b'"');
        number::to_base64(bytes, self.out);
        self.push(b'"');
    }

    /// Appends what `write` does in quotes.
    pub(super) fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.push(b'"');
        write(self.out);
        self.push(b'"');
    }

    /// Makes the list since there were `start` bytes text.
    pub(super) fn brackets_to_quotes(&mut self, start: usize) {
        if let [first, .., last] = &mut self.out[start..] {
            (*first, *last) = (b'"', b'"');
        }
    }
}

/// Copies text to the start of a room, without a call if it is short: by two words that may
/// overlap.
///
/// # Panics
///
/// Panics if there is no room for it.
#[inline(always)]
fn copy(text: &[u8], room: &mut [MaybeUninit<u8>]) {
    let room = &mut room[..text.len()];
    match text.len() {
        8..=16 => copy_ends::<8>(text, room),
        17..=32 => copy_ends::<16>(text, room),
        _ => {
            room.write_copy_of_slice(text);
        }
    }
}

/// Copies the first and the last `N` bytes.
#[inline(always)]
fn copy_ends<const N: usize>(text: &[u8], room: &mut [MaybeUninit<u8>]) {
    if let (Some(first), Some(to)) = (text.first_chunk::<N>(), room.first_chunk_mut::<N>()) {
        to.write_copy_of_slice(first);
    }
    if let (Some(last), Some(to)) = (text.last_chunk::<N>(), room.last_chunk_mut::<N>()) {
        to.write_copy_of_slice(last);
    }
}

/// Returns the error of a value that JSON doesn't have.
#[cold]
pub(super) fn no_json(problem: &str) -> DecodeError {
    DecodeError::new(DecodeErrorKind::OutOfRange, problem)
}
