//! Writes messages as JSON from their memory, by their tables.
//!
//! A table says where each field is and which function writes its type, so this walk is compiled
//! once for all messages, and a function once for each type of a field. A field gets its name
//! before its value is known to be there; what turns out absent is taken back.

use super::any;
use super::known::value::{NULL, NUMBER};
use super::known::{ONLY, TYPE_URL, VALUE};
use super::print::{Printer, Texts, Written, no_json};
use super::shape::{JsonMessage, Known, Member, Place, Table};
use crate::proto::DecodeError;

/// Implements [`JsonType::write_field`](super::shape::JsonType::write_field) of a message.
///
/// # Errors
///
/// Returns the value that has no JSON, with the path from the message.
///
/// # Safety
///
/// If the message has handles, they are those of the arena of the printer.
#[inline]
pub unsafe fn write_message_field<M: JsonMessage>(
    message: &M,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    // SAFETY: the table is that of the message, and this function's contract is that of the callee.
    unsafe { field(M::table(), std::ptr::from_ref(message).cast(), out) }
}

/// Implements [`JsonType::write_value`](super::shape::JsonType::write_value) of a message.
///
/// # Errors
///
/// Returns the value that has no JSON, with the path from the message.
///
/// # Safety
///
/// If the message has handles, they are those of the arena of the printer.
#[inline]
pub unsafe fn write_message<M: JsonMessage>(message: &M, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    // SAFETY: the table is that of the message, and this function's contract is that of the callee.
    unsafe { value(M::table(), std::ptr::from_ref(message).cast(), out) }.map(drop)
}

/// Appends a message that is a field: it is absent unless something in it isn't zero or empty.
///
/// # Safety
///
/// There is a valid message of that table, to which no thread writes. If it has handles, they are
/// those of the arena of the printer.
unsafe fn field(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    // A value that isn't set has no JSON.
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    if table.known == Known::Value && unsafe { case(table, message) }.is_none() {
        return Ok(Written::Absent);
    }
    let is_too_deep = out.enter_field();
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    let written = unsafe { contents(table, message, out) }?;
    out.leave();
    match written {
        Written::Value if is_too_deep => Err(DecodeError::too_deep()),
        Written::Value => Ok(Written::Value),
        _ => Ok(Written::Absent),
    }
}

/// Appends a message, and returns if something in it isn't zero or empty.
///
/// # Safety
///
/// That of [`field`].
unsafe fn value(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    out.enter()?;
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    let written = unsafe { contents(table, message, out) }?;
    out.leave();
    Ok(written)
}

/// Appends a message that has been entered, like [`value`].
///
/// # Safety
///
/// That of [`field`].
unsafe fn contents(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    if table.known != Known::No {
        // SAFETY: the caller's message is of the table, with handles of the printer's arena.
        return unsafe { known(table, message, out) };
    }
    let start = out.len();
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    let written = unsafe { members(table, message, out) }?;
    out.object(start);
    Ok(written)
}

/// Appends a message inside of an `Any`, behind `@type`, but for the end of the object.
///
/// # Errors
///
/// Returns the value that has no JSON, with the path from the message.
///
/// # Safety
///
/// That of [`write_message`].
pub(super) unsafe fn write_in_any<M: JsonMessage>(
    message: &M,
    out: &mut Printer<'_>,
) -> Result<(), DecodeError> {
    let (table, message) = (M::table(), std::ptr::from_ref(message).cast());
    if table.known == Known::No {
        // SAFETY: the table is that of the message, and this function's contract is that of the
        // callee.
        unsafe { members(table, message, out) }?;
    } else {
        out.put(b",\"value\":");
        // SAFETY: the table is that of the message, and this function's contract is that of the
        // callee.
        unsafe { value(table, message, out) }?;
    }
    Ok(())
}

/// Appends the members of an object, each with a comma before it.
///
/// # Safety
///
/// That of [`field`].
unsafe fn members(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    let mut written = Written::Absent;
    if let Some(payload) = table.payload {
        // SAFETY: the caller's message is of the table, with handles of the printer's arena.
        if let Some((member, place)) = unsafe { case(table, message) } {
            // SAFETY: the value of a case is at that offset of the oneof.
            let value = unsafe { message.add(payload) };
            // SAFETY: the case is active, so there is a value of the type of its function.
            written = unsafe { self::member(member, place, value, out) }?;
        }
    } else {
        for member in table.members {
            let Some(place) = &member.place else { continue };
            // SAFETY: the field is at that offset of the message.
            let value = unsafe { message.add(place.at) };
            // SAFETY: there is a value of the type of its function, as tables promise.
            written = written.max(unsafe { self::member(member, place, value, out) }?);
        }
    }
    for flat in table.flat {
        // SAFETY: the oneof is at that offset of the message.
        let oneof = unsafe { message.add(flat.offset) };
        // SAFETY: there is a valid oneof of that table.
        let in_it = unsafe { members((flat.table)(), oneof, out) };
        written = written.max(in_it.map_err(|error| error.in_field(flat.name))?);
    }
    Ok(written)
}

/// Appends a field or case with a comma and its name before it, unless it is absent.
///
/// # Safety
///
/// There is a valid value of the type of the place. If it has handles, they are those of the arena
/// of the printer.
#[inline(always)]
unsafe fn member(
    member: &Member,
    place: &Place,
    value: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    let start = out.len();
    out.name(if out.original_names { member.original } else { member.json });
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    match unsafe { (place.write)(value, out) } {
        Ok(Written::Absent) => {
            out.truncate(start);
            Ok(Written::Absent)
        }
        Ok(written) => Ok(written),
        Err(error) => Err(error.in_field(member.name)),
    }
}

/// Returns the active case of a oneof; `None` if it is unset.
///
/// # Safety
///
/// There is a valid oneof of that table.
unsafe fn case(table: &'static Table, oneof: *const u8) -> Option<(&'static Member, &'static Place)> {
    // SAFETY: a oneof is `repr(C, u32)`, so it begins with its discriminant, aligned and
    // initialised.
    let discriminant = unsafe { oneof.cast::<u32>().read() };
    find(table, |_, place| place.at == discriminant as usize)
}

/// Appends a message of `google.protobuf` that JSON writes in a way of its own.
///
/// # Safety
///
/// That of [`field`].
unsafe fn known(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    match table.known {
        Known::FieldMask => {
            let (start, texts) = (out.len(), std::mem::replace(&mut out.texts, Texts::Paths));
            // SAFETY: the caller's message is of the table, with handles of the printer's arena.
            let written = unsafe { only(table, message, out) }?;
            out.texts = texts;
            out.brackets_to_quotes(start);
            Ok(written)
        }
        // SAFETY: the caller's message is of the table, with handles of the printer's arena.
        Known::Value => unsafe { json_value(table, message, out) },
        Known::Any => {
            // SAFETY: the caller's message is of the table, with handles of the printer's arena.
            let [url, value] = [TYPE_URL, VALUE].map(|number| unsafe { raw(table, number, message, out) });
            any::write(&url?, &value?, out)
        }
        // SAFETY: the caller's message is of the table, with handles of the printer's arena.
        _ => unsafe { only(table, message, out) },
    }
}

/// Appends the only field of a message, also if it is zero or empty.
///
/// # Safety
///
/// That of [`field`].
unsafe fn only(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    let Some((member, place)) = find(table, |it, _| it.number == ONLY) else { return Ok(Written::Absent) };
    let (start, defaults) = (out.len(), std::mem::replace(&mut out.defaults, true));
    // SAFETY: the field is at that offset of the message.
    let value = unsafe { message.add(place.at) };
    // SAFETY: there is a value of the type of its function, as tables promise.
    let written = unsafe { (place.write)(value, out) }.map_err(|error| error.in_field(member.name))?;
    out.defaults = defaults;
    if written == Written::Absent {
        out.truncate(start);
        out.put(member.shape.zero());
    }
    Ok(written)
}

/// Returns the first member that `is_it` wants.
fn find(
    table: &'static Table,
    is_it: impl Fn(&Member, &Place) -> bool,
) -> Option<(&'static Member, &'static Place)> {
    let mut members = table.members.iter().filter_map(|member| Some((member, member.place.as_ref()?)));
    members.find(|(member, place)| is_it(member, place))
}

/// Returns the text or bytes of a field.
///
/// # Safety
///
/// That of [`field`].
unsafe fn raw(
    table: &'static Table,
    number: u32,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Vec<u8>, DecodeError> {
    let (start, texts) = (out.len(), std::mem::replace(&mut out.texts, Texts::Raw));
    if let Some((member, place)) = find(table, |it, _| it.number == number) {
        // SAFETY: the field is at that offset of the message.
        let value = unsafe { message.add(place.at) };
        // SAFETY: there is a value of the type of its function, as tables promise.
        unsafe { (place.write)(value, out) }.map_err(|error| error.in_field(member.name))?;
    }
    out.texts = texts;
    Ok(out.take(start))
}

/// Appends a `Value` as the JSON that it stands for.
///
/// # Safety
///
/// That of [`field`].
unsafe fn json_value(
    table: &'static Table,
    message: *const u8,
    out: &mut Printer<'_>,
) -> Result<Written, DecodeError> {
    // SAFETY: the caller's message is of the table, with handles of the printer's arena.
    let Some((member, place)) = (unsafe { case(table, message) }) else {
        return Err(no_json("a `Value` that is not set; hint: its null has a case of its own"));
    };
    if member.number == NULL {
        out.put(b"null");
        return Ok(Written::Value);
    }
    let start = out.len();
    // SAFETY: the value of a case is at that offset of the oneof.
    let value = unsafe { message.add(table.payload.unwrap_or_default()) };
    // SAFETY: the case is active, so there is a value of the type of its function.
    unsafe { (place.write)(value, out) }?;
    // A number that isn't finite is text.
    if member.number == NUMBER && out.since(start).first() == Some(&b'"') {
        return Err(no_json("a `Value` that is no finite number; hint: JSON has none"));
    }
    Ok(Written::Value)
}
