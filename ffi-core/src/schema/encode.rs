//! Encodes pieces to the bytes of a record, in const evaluation.
//!
//! A record is a tree of [`Piece`]s: text that the derive knows, numbers that only rustc knows, and
//! the fragments of other types. Two passes turn it into bytes: [`record_len`] adds up, [`record`]
//! copies into an array of exactly that length.
//!
//! Const evaluation costs about a microsecond a step, so every piece is one `copy_nonoverlapping`
//! and no loop runs over the bytes of a text. A writer passed by value or a loop over bytes makes a
//! ten-field message three times as slow to compile. The fields of a message are one piece, for
//! which the derive adds up the texts, and each type is encoded once.

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
    let mut out = [0; LEN];
    let mut at = put(&mut out, 0, &MAGIC);
    at = put(&mut out, at, &(json_len as u32).to_le_bytes());
    at = put_pieces(&mut out, at, pieces);
    // Not compared before: `record_len` is as long as the whole encoding.
    assert!(at == LEN, "LEN is not the record's length");
    out
}

const fn text_len(pieces: Fragment) -> usize {
    let mut len = 0;
    let mut i = 0;
    while i < pieces.len() {
        len += match &pieces[i] {
            Piece::Text(text) => text.len(),
            Piece::Number(number) => decimal_len(*number),
            Piece::Signed(number) => (*number < 0) as usize + decimal_len(number.unsigned_abs()),
            Piece::Fingerprint(_) => FINGERPRINT_LEN,
            Piece::Flag(flag) => flag_text(*flag).len(),
            Piece::Nested(pieces) => text_len(pieces),
            Piece::Field(offset, ty) => decimal_len(*offset as u64) + TYPE_KEY.len() + text_len(ty),
            Piece::Fields(texts, _, members, parts) => *texts + types_len(members, parts),
        };
        i += 1;
    }
    len
}

/// Returns the length of the offsets and types of fields.
const fn types_len(members: &[Member], parts: &PartList) -> usize {
    let (mut len, mut i) = (0, 0);
    // Without parts rustc has reported a field.
    while i < members.len() && !parts.is_empty() {
        len += decimal_len(members[i].offset as u64) + parts.get(i).text.len;
        i += 1;
    }
    len
}

/// Encodes the type of a field.
#[must_use]
pub const fn type_text(ty: Fragment) -> TypeText {
    let len = TYPE_KEY.len() + text_len(ty);
    let mut bytes = [0; TypeText::LONGEST];
    if len <= bytes.len() {
        let at = put(&mut bytes, 0, TYPE_KEY.as_bytes());
        put_pieces(&mut bytes, at, ty);
    }
    TypeText { len, bytes }
}

const fn put_pieces(out: &mut [u8], mut at: usize, pieces: Fragment) -> usize {
    let mut i = 0;
    while i < pieces.len() {
        at = match &pieces[i] {
            Piece::Text(text) => put(out, at, text.as_bytes()),
            Piece::Number(number) => put_decimal(out, at, *number),
            Piece::Signed(number) => {
                if *number < 0 {
                    at = put(out, at, b"-");
                }
                put_decimal(out, at, number.unsigned_abs())
            }
            Piece::Fingerprint(fingerprint) => put_fingerprint(out, at, *fingerprint),
            Piece::Flag(flag) => put(out, at, flag_text(*flag).as_bytes()),
            Piece::Nested(pieces) => put_pieces(out, at, pieces),
            Piece::Field(offset, ty) => {
                at = put_decimal(out, at, *offset as u64);
                at = put(out, at, TYPE_KEY.as_bytes());
                put_pieces(out, at, ty)
            }
            Piece::Fields(_, texts, members, parts) => put_fields(out, at, texts, members, parts),
        };
        i += 1;
    }
    at
}

const fn put_fields(
    out: &mut [u8],
    mut at: usize,
    texts: &[&str],
    members: &[Member],
    parts: &PartList,
) -> usize {
    let mut i = 0;
    while i < members.len() {
        at = put(out, at, texts[i].as_bytes());
        // Without parts rustc has reported a field.
        if !parts.is_empty() {
            at = put_decimal(out, at, members[i].offset as u64);
            let Part { ty, text, .. } = parts.get(i);
            if text.len <= TypeText::LONGEST {
                at = put(out, at, text.bytes.split_at(text.len).0);
            } else {
                at = put(out, at, TYPE_KEY.as_bytes());
                at = put_pieces(out, at, ty);
            }
        }
        i += 1;
    }
    at
}

/// Copies `bytes` to `out[at..]` and returns the index after them.
const fn put(out: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    assert!(at <= out.len() && bytes.len() <= out.len() - at, "the two passes disagree");
    // SAFETY: `at <= out.len()`, so the result is inside the slice or one past it.
    let target = unsafe { out.as_mut_ptr().add(at) };
    // SAFETY: `bytes` is readable for its length; `out` is writable for `bytes.len()` bytes from
    // `at`, by the assertion; a `&mut` and a `&` can't overlap; bytes need no alignment.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) };
    at + bytes.len()
}

const fn flag_text(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

const fn decimal_len(mut number: u64) -> usize {
    let mut len = 1;
    while number >= 10 {
        number /= 10;
        len += 1;
    }
    len
}

const fn put_decimal(out: &mut [u8], at: usize, mut number: u64) -> usize {
    let end = at + decimal_len(number);
    let mut i = end;
    while i > at {
        i -= 1;
        out[i] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    end
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
            Piece::Fields(_, texts, members, parts) => {
                for (index, (text, member)) in texts.iter().zip(*members).enumerate() {
                    out.push_str(text);
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

const fn put_fingerprint(out: &mut [u8], at: usize, fingerprint: u64) -> usize {
    let digits = put(out, at, b"\"0x");
    let mut i = 0;
    while i < 16 {
        let digit = (fingerprint >> (60 - 4 * i)) as usize & 0xF;
        out[digits + i] = b"0123456789abcdef"[digit];
        i += 1;
    }
    put(out, digits + 16, b"\"")
}

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
            &[Piece::Fields(4, &["a:", ",b"], &[member(0), member(16)], &PARTS), Piece::Text("}")];
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
