//! Encodes pieces to the bytes of a record, in const evaluation.
//!
//! A record is a tree of [`Piece`]s: text that the derive knows, numbers that only rustc knows, and
//! the fragments of other types. Two passes turn it into bytes: [`record_len`] adds up, [`record`]
//! copies into an array of exactly that length.
//!
//! Const evaluation takes one to fifty microseconds for a function of `core`, also for `[T]::len`
//! and `<*mut T>::add`, and a third of one for what is part of the language: indices, patterns of
//! slices, and assignments of any size. So `Out` copies text by assignments of arrays, and what
//! runs once for each field calls nothing that it can do without. The fields of a message are one
//! piece with one text, which the derive has put together, and each type is encoded once.

use super::format::{HEADER_LEN, MAGIC};
pub use super::piece::{Fragment, Piece};
use super::piece::{Member, Part, PartList, TypeText};

/// Returns the piece that a record has only with the feature `proto` of this crate.
#[must_use]
pub const fn with_proto(json: &'static str) -> Piece {
    Piece::Text(if cfg!(feature = "proto") { json } else { "" })
}

/// Returns the piece that a record has only with the feature `json` of this crate.
#[must_use]
pub const fn with_json(json: &'static str) -> Piece {
    Piece::Text(if cfg!(feature = "json") { json } else { "" })
}

/// A fingerprint that a library exports, and a reference that keeps its record in the library.
///
/// C and Dart only read the fingerprint, which comes first.
#[derive(Debug)]
#[repr(C)]
pub struct Export {
    fingerprint: u64,
    record: Option<&'static u8>,
}

impl Export {
    /// Exports a fingerprint, and keeps its record, unless that is empty.
    #[must_use]
    pub const fn new(fingerprint: u64, record: &'static [u8]) -> Self {
        // Nothing can refer to a custom section of WebAssembly, and its linker keeps all of them.
        let kept = if cfg!(target_family = "wasm") { None } else { record.first() };
        Self { fingerprint, record: kept }
    }
}

/// Returns the length in bytes of the record that [`record`] makes of `pieces`.
#[must_use]
pub const fn record_len(pieces: Fragment) -> usize {
    HEADER_LEN + text_len(pieces)
}

/// Encodes a whole record: magic, length, JSON.
///
/// # Panics
///
/// Panics during const evaluation if `LEN` isn't the result of [`record_len`] for `pieces`, or if
/// the JSON is longer than `u32::MAX` bytes.
#[must_use]
pub const fn record<const LEN: usize>(pieces: Fragment) -> [u8; LEN] {
    let json_len = LEN - HEADER_LEN;
    assert!(json_len <= u32::MAX as usize, "the record is over 4 GiB");
    let mut memory = Padded { bytes: [0; LEN], slack: [0; SLACK] };
    let out = Out { start: &raw mut memory as *mut Memory, len: LEN };
    let at = out.put(0, &MAGIC);
    let at = out.put(at, &(json_len as u32).to_le_bytes());
    let at = out.put_pieces(at, pieces);
    // Not compared before: `record_len` is as long as the whole encoding.
    assert!(at == LEN, "LEN is not the record's length");
    memory.bytes
}

const fn text_len(mut pieces: Fragment) -> usize {
    let mut len = 0;
    while let [piece, rest @ ..] = pieces {
        len += match piece {
            Piece::Text(text) => size_of_val(*text),
            Piece::Number(number) => decimal_len(*number),
            Piece::Signed(number) => (*number < 0) as usize + decimal_len(number.unsigned_abs()),
            Piece::Fingerprint(_) => FINGERPRINT_LEN,
            Piece::Flag(flag) => size_of_val(flag_text(*flag)),
            Piece::Nested(pieces) => text_len(pieces),
            Piece::Field(offset, ty) => decimal_len(*offset as u64) + TYPE_KEY.len() + text_len(ty),
            Piece::Fields(text, _, members, parts) => size_of_val(*text) + types_len(members, parts),
        };
        pieces = rest;
    }
    len
}

/// Returns the length of the offsets and types of fields.
const fn types_len(mut members: &[Member], parts: &PartList) -> usize {
    let (mut len, mut index) = (0, 0);
    if parts.is_empty() {
        // Rustc has reported a field.
        return 0;
    }
    while let [member, rest @ ..] = members {
        len += decimal_len(member.offset as u64) + parts.get(index).text.len;
        members = rest;
        index += 1;
    }
    len
}

/// Encodes the type of a field.
#[must_use]
pub const fn type_text(ty: Fragment) -> TypeText {
    let len = TYPE_KEY.len() + text_len(ty);
    let mut memory = Padded { bytes: [0; TypeText::LONGEST], slack: [0; SLACK] };
    if len <= TypeText::LONGEST {
        let out = Out { start: &raw mut memory as *mut Memory, len };
        let at = out.put(0, TYPE_KEY.as_bytes());
        out.put_pieces(at, ty);
    }
    TypeText { len, bytes: memory.bytes }
}

/// Any memory, as an index into it is no call. No record is that large, and no type may be larger.
type Memory = [u8; 1 << 30];

/// Number of bytes that an assignment may write behind the text that it is for.
const SLACK: usize = 128;

const _: () = assert!(TypeText::LONGEST <= SLACK);

/// Text, and memory behind it.
#[repr(C)]
struct Padded<const LEN: usize> {
    bytes: [u8; LEN],
    slack: [u8; SLACK],
}

/// Memory for text of `len` bytes: these and [`SLACK`] more are writable as long as the value is
/// used.
#[derive(Clone, Copy)]
struct Out {
    start: *mut Memory,
    len: usize,
}

/// Copies `$len` bytes in blocks of `$block`, the last of which may overlap the one before.
macro_rules! copy_blocks {
    ($block:literal, $len:ident, $source:ident[$from:ident..], $target:expr, $at:ident) => {{
        let mut done = 0;
        while done < $len {
            if done + $block > $len {
                done = $len - $block;
            }
            // SAFETY: `done + $block <= $len`, and so many bytes are readable.
            let block = unsafe { &raw const (*$source)[$from + done] } as *const [u8; $block];
            // SAFETY: as above; bytes need no alignment.
            let block = unsafe { *block };
            // SAFETY: `done + $block <= $len`, and so many bytes are writable.
            let place = unsafe { &raw mut (*$target)[$at + done] } as *mut [u8; $block];
            // SAFETY: as above; bytes need no alignment.
            unsafe { *place = block };
            done += $block;
        }
    }};
}

/// Writes the first `$len` bytes of an array of at most [`SLACK`], and what is behind them, which
/// later text overwrites; evaluates to the index after them. A function would take longer.
macro_rules! put_start {
    ($out:expr, $at:expr, $text:expr => [u8; $size:expr], $len:expr) => {{
        let end = $at + $len;
        assert!(end <= $out.len, "the two passes disagree");
        // SAFETY: that many bytes and `SLACK` more are writable, by the assertions.
        let place = unsafe { &raw mut (*$out.start)[$at] } as *mut [u8; $size];
        // SAFETY: as above; bytes need no alignment.
        unsafe { *place = $text };
        end
    }};
}

/// Each function writes at an index and returns the index after what it has written.
impl Out {
    const fn put(self, at: usize, bytes: &[u8]) -> usize {
        // SAFETY: so many bytes are readable, and the memory is only used through `self`.
        unsafe { self.copy(at, &raw const *bytes as *const Memory, 0, size_of_val(bytes)) }
    }

    /// Copies `source[from..to]`.
    ///
    /// # Safety
    ///
    /// These bytes are readable, and none of them is in this memory.
    const unsafe fn copy(self, at: usize, source: *const Memory, from: usize, to: usize) -> usize {
        let len = to - from;
        assert!(at + len <= self.len, "the two passes disagree");
        match len {
            64.. => copy_blocks!(64, len, source[from..], self.start, at),
            16.. => copy_blocks!(16, len, source[from..], self.start, at),
            4.. => copy_blocks!(4, len, source[from..], self.start, at),
            _ => copy_blocks!(1, len, source[from..], self.start, at),
        }
        at + len
    }

    const fn put_pieces(self, mut at: usize, mut pieces: Fragment) -> usize {
        while let [piece, rest @ ..] = pieces {
            at = match piece {
                Piece::Text(text) => self.put(at, text.as_bytes()),
                Piece::Number(number) => self.put_decimal(at, *number),
                Piece::Signed(number) => {
                    if *number < 0 {
                        at = self.put(at, b"-");
                    }
                    self.put_decimal(at, number.unsigned_abs())
                }
                Piece::Fingerprint(fingerprint) => self.put_fingerprint(at, *fingerprint),
                Piece::Flag(flag) => self.put(at, flag_text(*flag).as_bytes()),
                Piece::Nested(pieces) => self.put_pieces(at, pieces),
                Piece::Field(offset, ty) => {
                    at = self.put_decimal(at, *offset as u64);
                    at = self.put(at, TYPE_KEY.as_bytes());
                    self.put_pieces(at, ty)
                }
                Piece::Fields(text, ends, members, parts) => self.put_fields(at, text, ends, members, parts),
            };
            pieces = rest;
        }
        at
    }

    const fn put_fields(
        self,
        mut at: usize,
        text: &str,
        mut ends: &[usize],
        mut members: &[Member],
        parts: &PartList,
    ) -> usize {
        let (source, len) = (&raw const *text as *const Memory, size_of_val(text));
        let (mut from, mut index, typed) = (0, 0, !parts.is_empty());
        while let ([end, other_ends @ ..], [member, others @ ..]) = (ends, members) {
            let end = *end;
            assert!(end <= len, "a part of the text is not there");
            if from + SLACK <= len && end <= from + SLACK {
                // SAFETY: so many bytes are readable, as was compared.
                let part = unsafe { &raw const (*source)[from] } as *const [u8; SLACK];
                // SAFETY: as above; bytes need no alignment.
                let part = unsafe { *part };
                at = put_start!(self, at, part => [u8; SLACK], end - from);
            } else {
                // SAFETY: these bytes of the text are readable, by the assertion.
                at = unsafe { self.copy(at, source, from, end) };
            }
            // Without parts rustc has reported a field.
            if typed {
                at = self.put_decimal(at, member.offset as u64);
                let Part { text, ty, .. } = parts.get(index);
                if text.len <= TypeText::LONGEST {
                    at = put_start!(self, at, text.bytes => [u8; TypeText::LONGEST], text.len);
                } else {
                    at = self.put(at, TYPE_KEY.as_bytes());
                    at = self.put_pieces(at, ty);
                }
            }
            from = end;
            ends = other_ends;
            members = others;
            index += 1;
        }
        at
    }

    const fn put_decimal(self, mut at: usize, number: u64) -> usize {
        if number < 10 {
            return put_start!(self, at, [b'0' + number as u8] => [u8; 1], 1);
        }
        if number >= 100 {
            at = self.put_decimal(at, number / 100);
        }
        let digits = [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
        put_start!(self, at, digits => [u8; 2], 2)
    }

    const fn put_fingerprint(self, at: usize, fingerprint: u64) -> usize {
        /// 16 bytes of 1.
        const ONES: u128 = u128::MAX / 0xFF;
        // Half of the digits moves to the upper half, then half of each half, until each digit has
        // a byte.
        let digits = fingerprint as u128;
        let digits = (digits << 32 | digits) & (u128::MAX / 0x1_0000_0001);
        let digits = (digits << 16 | digits) & (u128::MAX / 0x1_0001);
        let digits = (digits << 8 | digits) & (u128::MAX / 0x101);
        let digits = (digits << 4 | digits) & (u128::MAX / 0x11);
        // 6 more is over 15 if it is a letter.
        let letters = ((digits + ONES * 6) >> 4) & ONES;
        let text = digits + ONES * b'0' as u128 + letters * (b'a' - b'0' - 10) as u128;
        let at = self.put(at, b"\"0x");
        let at = put_start!(self, at, text.to_be_bytes() => [u8; 16], 16);
        self.put(at, b"\"")
    }
}

const fn flag_text(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

const fn decimal_len(mut number: u64) -> usize {
    if number < 1000 {
        return 1 + (number >= 10) as usize + (number >= 100) as usize;
    }
    let mut len = 1;
    while number >= 10 {
        number /= 10;
        len += 1;
    }
    len
}

/// Appends the JSON of pieces, at run time.
pub(crate) fn write_pieces(pieces: &[Piece], out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Number(number) => out.push_str(&number.to_string()),
            Piece::Signed(number) => out.push_str(&number.to_string()),
            Piece::Fingerprint(fingerprint) => out.push_str(&format!("\"{fingerprint:#018x}\"")),
            Piece::Flag(flag) => out.push_str(flag_text(*flag)),
            Piece::Nested(pieces) => write_pieces(pieces, out),
            Piece::Field(offset, ty) => {
                out.push_str(&offset.to_string());
                out.push_str(TYPE_KEY);
                write_pieces(ty, out);
            }
            Piece::Fields(text, ends, members, parts) => {
                let mut from = 0;
                for (index, (&end, member)) in ends.iter().zip(*members).enumerate() {
                    out.push_str(&text[from..end]);
                    from = end;
                    write_pieces(&[Piece::Field(member.offset, parts.get(index).ty)], out);
                }
            }
        }
    }
}

/// Text between the offset of a field and its type.
const TYPE_KEY: &str = ",\"type\":";

/// Length of `"0x`, 16 digits and `"`.
const FINGERPRINT_LEN: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FfiType;

    #[test]
    fn every_piece_is_written_as_json() {
        const PIECES: Fragment = &[
            Piece::Text("["),
            Piece::Nested(&[
                Piece::Number(0),
                Piece::Text(","),
                Piece::Number(u64::MAX),
                Piece::Text(","),
                Piece::Signed(i64::MIN),
                Piece::Text(","),
                Piece::Signed(7),
            ]),
            Piece::Text(","),
            Piece::Fingerprint(0x0123_4567_89AB_CDEF),
            Piece::Text(","),
            Piece::Flag(true),
            Piece::Text(","),
            Piece::Flag(false),
            Piece::Text(",{\"offset\":"),
            Piece::Field(16, &[Piece::Text("null")]),
            Piece::Text("}]"),
        ];
        const LEN: usize = record_len(PIECES);
        const RECORD: [u8; LEN] = record::<LEN>(PIECES);
        let (header, json) = RECORD.split_at(HEADER_LEN);
        let (magic, length) = header.split_at(MAGIC.len());
        assert_eq!(magic, MAGIC);
        assert_eq!(length, u32::try_from(json.len()).unwrap().to_le_bytes());
        assert_eq!(
            str::from_utf8(json).unwrap(),
            "[0,18446744073709551615,-9223372036854775808,7,\"0x0123456789abcdef\",true,false,{\"offset\":16,\"type\":null}]"
        );
        let mut at_run_time = String::new();
        write_pieces(PIECES, &mut at_run_time);
        assert_eq!(at_run_time.as_bytes(), json);
    }

    #[test]
    fn fields_are_written_with_the_types_of_their_parts() {
        type Long = [[[[[[[[u8; 2]; 2]; 2]; 2]; 2]; 2]; 2]; 2];
        const fn member(offset: usize) -> Member {
            Member { name: "", hash: 0, number: 0, offset }
        }
        const PARTS: PartList = PartList::Few(&[&u8::PART, &Long::PART]);
        const { assert!(PARTS.get(1).text.len > TypeText::LONGEST) };
        const PIECES: Fragment =
            &[Piece::Fields("a:,b", &[2, 4], &[member(0), member(16)], &PARTS), Piece::Text("}")];
        const LEN: usize = record_len(PIECES);
        let record = record::<LEN>(PIECES);
        let mut long = String::new();
        write_pieces(Long::TYPE, &mut long);
        let expected = format!("a:0,\"type\":\"u8\",b16,\"type\":{long}}}");
        assert_eq!(str::from_utf8(&record[HEADER_LEN..]).unwrap(), expected);
        let mut at_run_time = String::new();
        write_pieces(PIECES, &mut at_run_time);
        assert_eq!(at_run_time, expected);
    }

    #[test]
    fn an_empty_record_is_its_header() {
        const LEN: usize = record_len(&[]);
        assert_eq!(LEN, HEADER_LEN);
        assert_eq!(record::<LEN>(&[])[MAGIC.len()..], [0; 4]);
    }

    #[test]
    #[should_panic(expected = "LEN is not the record's length")]
    fn a_wrong_length_is_refused() {
        let _ = record::<13>(&[]);
    }
}
