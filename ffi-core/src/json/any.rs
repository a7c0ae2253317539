//! Writes the contents of an `Any`, which are protobuf.

use bytemuck::Zeroable;

use super::known::value::{BOOL, LIST, NULL, NUMBER, STRUCT, TEXT};
use super::known::{self, ONLY};
use super::print::{Printer, Texts, Written, no_json};
use super::shape::{JsonType, Kind, Known, Shape};
use crate::proto::{DecodeError, DecodeErrorKind, ProtoType, Reader, WireType, Wrapped};
use crate::types::logical::{FfiDuration, FfiEmpty, FfiTimestamp};

/// Numbers of the fields of a map's entry.
const KEY: u32 = 1;
const ENTRY_VALUE: u32 = 2;

/// Appends an `Any`, given its fields.
///
/// # Errors
///
/// Returns an error if its type isn't known, its bytes are none of it, or have no JSON.
pub(super) fn write(url: &[u8], bytes: &[u8], out: &mut Printer<'_>) -> Result<Written, DecodeError> {
    out.push(b'{');
    if url.is_empty() && bytes.is_empty() {
        out.push(b'}');
        return Ok(Written::Absent);
    }
    let url = String::from_utf8_lossy(url);
    let name = url.rsplit_once('/').map_or(&*url, |(_, name)| name);
    out.put(b"\"@type\":");
    out.text(url.as_bytes())?;
    // A level of its own, so that `Any`s in each other end.
    out.enter()?;
    match known::kind(name) {
        Some(Kind::Message(table)) if table().known == Known::No => {
            of::<FfiEmpty>(bytes)?;
        }
        Some(kind) => {
            out.put(b",\"value\":");
            contents(kind, bytes, out)?;
        }
        None => {
            let types = out.any;
            let written = types.write_any(name, bytes, out);
            written.unwrap_or_else(|| Err(unknown_type(name).in_field("type_url")))?;
        }
    }
    out.leave();
    out.push(b'}');
    Ok(Written::Value)
}

/// Returns the value of bytes.
fn of<T: ProtoType + Zeroable>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut value = T::zeroed();
    value.read_value(&mut Reader::new(bytes))?;
    Ok(value)
}

fn write_of<T: ProtoType + JsonType>(bytes: &[u8], out: &mut Printer<'_>) -> Result<(), DecodeError> {
    let value = of::<T>(bytes)?;
    // SAFETY: it has no handles, which a `ProtoType` never has.
    unsafe { JsonType::write_value(&value, out) }
}

/// Appends a message of `google.protobuf`, given its bytes.
fn contents(kind: Kind, bytes: &[u8], out: &mut Printer<'_>) -> Result<(), DecodeError> {
    let table = match kind {
        Kind::Timestamp => return write_of::<FfiTimestamp>(bytes, out),
        Kind::Duration => return write_of::<FfiDuration>(bytes, out),
        Kind::Message(table) => table(),
        _ => unreachable!("it is a message"),
    };
    let input = Reader::new(bytes);
    match table.known {
        Known::FieldMask => field_mask(input, out),
        Known::Struct => json_object(input, out),
        Known::Value => json_value(input, out),
        Known::ListValue => json_list(input, out),
        Known::Any => {
            let [url, value] = last(input, [known::TYPE_URL, known::VALUE])?;
            write(url, value, out).map(drop)
        }
        Known::No | Known::Bare => match table.members[0].shape {
            Shape::One(Kind::Bool) => write_of::<Wrapped<bool>>(bytes, out),
            Shape::One(Kind::Int32) => write_of::<Wrapped<i32>>(bytes, out),
            Shape::One(Kind::Uint32) => write_of::<Wrapped<u32>>(bytes, out),
            Shape::One(Kind::Int64) => write_of::<Wrapped<i64>>(bytes, out),
            Shape::One(Kind::Uint64) => write_of::<Wrapped<u64>>(bytes, out),
            Shape::One(Kind::Float) => write_of::<Wrapped<f32>>(bytes, out),
            Shape::One(Kind::Double) => write_of::<Wrapped<f64>>(bytes, out),
            Shape::One(Kind::Text) => {
                let [text] = last(input, [ONLY])?;
                out.text(utf8(text)?)
            }
            _ => {
                let [bytes] = last(input, [ONLY])?;
                out.bytes(bytes);
                Ok(())
            }
        },
    }
}

/// Returns the last occurrence of fields that have a length.
fn last<'a, const N: usize>(mut input: Reader<'a>, numbers: [u32; N]) -> Result<[&'a [u8]; N], DecodeError> {
    let mut found: [&[u8]; N] = [&[]; N];
    while let Some((number, wire)) = input.key()? {
        match numbers.iter().position(|it| *it == number) {
            Some(index) if wire == WireType::LengthDelimited => found[index] = input.delimited()?.rest(),
            _ => input.skip(number, wire)?,
        }
    }
    Ok(found)
}

fn utf8(text: &[u8]) -> Result<&[u8], DecodeError> {
    match crate::types::utf8(text) {
        Ok(_) => Ok(text),
        Err(_) => Err(DecodeError::new(
            DecodeErrorKind::Utf8,
            "text that is not UTF-8; hint: the bytes are damaged, or of another message",
        )),
    }
}

/// Reads up to the next value of the only field of a message; `None` at its end.
fn next<'a>(input: &mut Reader<'a>) -> Result<Option<Reader<'a>>, DecodeError> {
    while let Some((number, wire)) = input.key()? {
        if (number, wire) == (ONLY, WireType::LengthDelimited) {
            return input.nested().map(Some);
        }
        input.skip(number, wire)?;
    }
    Ok(None)
}

fn field_mask(mut input: Reader<'_>, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    let (start, texts) = (out.len(), std::mem::replace(&mut out.texts, Texts::Paths));
    out.push(b'[');
    let mut index = 0;
    while let Some(mut path) = next(&mut input)? {
        let written = utf8(path.rest()).and_then(|path| out.text(path));
        written.map_err(|error| error.at_index(index).in_field("paths"))?;
        out.push(b',');
        index += 1;
    }
    out.close(b']');
    out.texts = texts;
    out.brackets_to_quotes(start);
    Ok(())
}

fn json_object(mut input: Reader<'_>, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    out.push(b'{');
    let mut index = 0;
    while let Some(entry) = next(&mut input)? {
        json_entry(entry, out).map_err(|error| error.at_index(index).in_field("fields"))?;
        out.push(b',');
        index += 1;
    }
    out.close(b'}');
    Ok(())
}

fn json_entry(entry: Reader<'_>, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    let nested = entry.clone();
    let [key, value] = last(entry, [KEY, ENTRY_VALUE])?;
    out.text(utf8(key).map_err(|error| error.in_field("key"))?)?;
    out.push(b':');
    json_value(nested.inside(value)?, out).map_err(|error| error.in_field("value"))
}

fn json_list(mut input: Reader<'_>, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    out.push(b'[');
    let mut index = 0;
    while let Some(value) = next(&mut input)? {
        json_value(value, out).map_err(|error| error.at_index(index).in_field("values"))?;
        out.push(b',');
        index += 1;
    }
    out.close(b']');
    Ok(())
}

/// Appends a `Value`, of which the last field counts.
fn json_value(mut input: Reader<'_>, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    let start = out.len();
    while let Some((number, wire)) = input.key()? {
        match (number, wire) {
            (NULL, WireType::Varint) => {
                input.varint()?;
                out.truncate(start);
                out.put(b"null");
            }
            (NUMBER, WireType::SixtyFourBit) => {
                let value = f64::from_le_bytes(input.array()?);
                if !value.is_finite() {
                    return Err(no_json("a `Value` that is no finite number; hint: JSON has none"));
                }
                out.truncate(start);
                out.float(value);
            }
            (TEXT, WireType::LengthDelimited) => {
                out.truncate(start);
                out.text(utf8(input.delimited()?.rest())?)?;
            }
            (BOOL, WireType::Varint) => {
                out.truncate(start);
                out.put(if input.varint()? == 0 { b"false" } else { b"true" });
            }
            (STRUCT, WireType::LengthDelimited) => {
                out.truncate(start);
                json_object(input.nested()?, out)?;
            }
            (LIST, WireType::LengthDelimited) => {
                out.truncate(start);
                json_list(input.nested()?, out)?;
            }
            _ => input.skip(number, wire)?,
        }
    }
    if out.len() == start {
        return Err(no_json("a `Value` that is not set; hint: its null has a case of its own"));
    }
    Ok(())
}

/// Returns the error about an `Any` of a type that isn't known.
#[cold]
pub(super) fn unknown_type(name: &str) -> DecodeError {
    let shown: String = name.chars().take(80).collect();
    let problem = format_args!(
        "an `Any` of `{}`, which is not known; hint: make it known with `JsonOptions::any`",
        shown.escape_debug()
    );
    DecodeError::new(DecodeErrorKind::UnknownField, problem)
}
