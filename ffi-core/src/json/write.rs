//! Turns protobuf into JSON, by the tables of messages. The protobuf is that of this crate: fields
//! in the order of their numbers, the elements of a list and the entries of a map side by side.

use super::known::{self, ONLY, TYPE_URL, VALUE};
use super::number;
use super::options::JsonOptions;
use super::read::unknown_type;
use super::scan::plain;
use super::shape::{EnumTable, Kind, Known, Member, Shape, Table};
use super::time;
use crate::proto::{DecodeError, DecodeErrorKind, Reader, WireType};
use crate::types::logical::{FfiDuration, FfiTimestamp};

/// Numbers of the fields of a map's entry, and of a time.
const KEY: u32 = 1;
const ENTRY_VALUE: u32 = 2;
const SECONDS: u32 = 1;
const NANOS: u32 = 2;

/// Appends a message as JSON.
///
/// # Errors
///
/// Returns an error about a value that JSON doesn't have; see
/// [`EncodeJsonError`](super::EncodeJsonError).
pub(super) fn write(
    table: &'static Table,
    proto: &[u8],
    options: &JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    // Names and quotes take the room, so this is a guess at the low end.
    out.reserve(proto.len().saturating_mul(2));
    Printer { out, options }.message(table, Reader::new(proto))
}

struct Printer<'a> {
    out: &'a mut Vec<u8>,
    options: &'a JsonOptions,
}

type Written = Result<(), DecodeError>;

/// Reads a length and what follows it.
fn rest<'a>(input: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    Ok(input.delimited()?.rest())
}

/// Reads up to the next value of the only field of a message; false at its end.
fn only(input: &mut Reader<'_>) -> Result<bool, DecodeError> {
    while let Some((number, wire)) = input.key()? {
        if (number, wire) == (ONLY, WireType::LengthDelimited) {
            return Ok(true);
        }
        input.skip(number, wire)?;
    }
    Ok(false)
}

/// Reads the next field only if it has this number and wire type.
fn again(input: &mut Reader<'_>, number: u32, wire: WireType) -> Result<bool, DecodeError> {
    let mut ahead = input.clone();
    let is_next = ahead.key()? == Some((number, wire));
    if is_next {
        *input = ahead;
    }
    Ok(is_next)
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes the name of a member of an object.
    fn name(&mut self, member: &Member, is_first: &mut bool) {
        if !std::mem::take(is_first) {
            self.out.push(b',');
        }
        let name = if self.options.print_original_names { member.original } else { member.json };
        self.out.push(b'"');
        self.put(name);
        self.put("\":");
    }

    fn message(&mut self, table: &'static Table, mut input: Reader<'_>) -> Written {
        match table.known {
            Known::No => {
                self.out.push(b'{');
                self.members(table, &mut input, true)?;
                self.out.push(b'}');
                Ok(())
            }
            Known::Bare => {
                let value = &table.members[0];
                let (Shape::One(kind) | Shape::Maybe(kind)) = value.shape else { return Ok(()) };
                let start = self.out.len();
                while let Some((number, wire)) = input.key()? {
                    if (number, wire) == (ONLY, kind.wire()) {
                        self.out.truncate(start);
                        self.value(kind, &mut input).map_err(|error| error.in_field(value.name))?;
                    } else {
                        input.skip(number, wire)?;
                    }
                }
                if self.out.len() == start {
                    self.zero(kind);
                }
                Ok(())
            }
            Known::FieldMask => self.field_mask(input),
            Known::Struct => self.json_object(input),
            Known::Value => self.json_value(input),
            Known::ListValue => self.json_list(input),
            Known::Any => self.any(input),
        }
    }

    /// Writes the members of an object.
    fn members(&mut self, table: &'static Table, input: &mut Reader<'_>, mut is_first: bool) -> Written {
        let members = table.members;
        // The members before it were written or are left out.
        let mut next = 0;
        while let Some((number, wire)) = input.key()? {
            let found = match members.get(next) {
                Some(member) if member.number == number => Some(next),
                _ => members.binary_search_by_key(&number, |member| member.number).ok(),
            };
            if let Some(index) = found {
                self.zeros(table, next..index, &mut is_first);
                next = index + 1;
                let member = &members[index];
                let start = (self.out.len(), is_first);
                self.name(member, &mut is_first);
                let written = self.field(member, wire, input);
                if !written.map_err(|error| error.in_field(member.name))? {
                    self.out.truncate(start.0);
                    is_first = start.1;
                }
                continue;
            }
            let in_flat = table.flat.iter().find_map(|flat| {
                let members = (flat.table)().members;
                Some((flat, members.iter().find(|member| member.number == number)?))
            });
            let Some((flat, member)) = in_flat else {
                input.skip(number, wire)?;
                continue;
            };
            let start = (self.out.len(), is_first);
            self.name(member, &mut is_first);
            let written = self.field(member, wire, input);
            if !written.map_err(|error| error.in_field(member.name).in_field(flat.name))? {
                self.out.truncate(start.0);
                is_first = start.1;
            }
        }
        self.zeros(table, next..members.len(), &mut is_first);
        Ok(())
    }

    /// Writes members that the message doesn't have, if that is asked for.
    fn zeros(&mut self, table: &'static Table, members: std::ops::Range<usize>, is_first: &mut bool) {
        if !self.options.print_default_values || table.is_oneof {
            return;
        }
        for member in table.members.get(members).unwrap_or_default() {
            match member.shape {
                Shape::One(
                    Kind::Message(_) | Kind::Wrapper(_) | Kind::Timestamp | Kind::Duration | Kind::Secret,
                )
                | Shape::Maybe(_) => {}
                Shape::One(kind) => {
                    self.name(member, is_first);
                    self.zero(kind);
                }
                Shape::Map(..) => {
                    self.name(member, is_first);
                    self.put("{}");
                }
                Shape::List(_) | Shape::Array(_) | Shape::Entries(..) => {
                    self.name(member, is_first);
                    self.put("[]");
                }
            }
        }
    }

    fn zero(&mut self, kind: Kind) {
        match kind {
            Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => self.put("\"0\""),
            Kind::Float | Kind::Double => self.put("0.0"),
            Kind::Bool => self.put("false"),
            Kind::Text | Kind::Bytes => self.put("\"\""),
            Kind::Enum(table) => self.variant(table(), 0),
            Kind::Message(_) | Kind::Wrapper(_) | Kind::Timestamp | Kind::Duration => self.put("{}"),
            _ => self.put("0"),
        }
    }

    /// Writes the value of a field whose key was read; false if it is no field of that wire type,
    /// and was skipped.
    fn field(
        &mut self,
        member: &Member,
        wire: WireType,
        input: &mut Reader<'_>,
    ) -> Result<bool, DecodeError> {
        match member.shape {
            Shape::One(Kind::Secret) => {
                input.skip(member.number, wire)?;
                return Ok(false);
            }
            Shape::One(kind) | Shape::Maybe(kind) if wire == kind.wire() => self.value(kind, input)?,
            Shape::List(kind) | Shape::Array(kind)
                if wire == kind.wire() || wire == WireType::LengthDelimited =>
            {
                self.list(kind, member.number, wire, input)?;
            }
            Shape::Map(key, value) if wire == WireType::LengthDelimited => {
                self.map(key, value, member.number, input)?;
            }
            Shape::Entries(key, value) if wire == WireType::LengthDelimited => {
                self.entries(key, value, member.number, input)?;
            }
            _ => {
                input.skip(member.number, wire)?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn list(&mut self, kind: Kind, number: u32, wire: WireType, input: &mut Reader<'_>) -> Written {
        self.out.push(b'[');
        let mut index = 0;
        let mut wire = wire;
        loop {
            let is_packed = kind.is_packed() && wire == WireType::LengthDelimited;
            if is_packed {
                let mut packed = input.delimited()?;
                while !packed.is_empty() {
                    self.element(kind, &mut index, &mut packed)?;
                }
            } else {
                self.element(kind, &mut index, input)?;
            }
            if again(input, number, kind.wire())? {
                wire = kind.wire();
            } else if again(input, number, WireType::LengthDelimited)? {
                wire = WireType::LengthDelimited;
            } else {
                break;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn element(&mut self, kind: Kind, index: &mut usize, input: &mut Reader<'_>) -> Written {
        if *index > 0 {
            self.out.push(b',');
        }
        self.value(kind, input).map_err(|error| error.at_index(*index))?;
        *index += 1;
        Ok(())
    }

    fn map(&mut self, key: Kind, value: Kind, number: u32, input: &mut Reader<'_>) -> Written {
        self.out.push(b'{');
        let mut index = 0;
        loop {
            if index > 0 {
                self.out.push(b',');
            }
            let entry = input.nested()?;
            self.map_entry(key, value, entry).map_err(|error| error.at_index(index))?;
            index += 1;
            if !again(input, number, WireType::LengthDelimited)? {
                break;
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn map_entry(&mut self, key: Kind, value: Kind, mut entry: Reader<'_>) -> Written {
        let (mut keys, mut values) = (None, None);
        while let Some((number, wire)) = entry.key()? {
            let at = entry.clone();
            entry.skip(number, wire)?;
            match number {
                KEY if wire == key.wire() => keys = Some(at),
                ENTRY_VALUE if wire == value.wire() => values = Some(at),
                _ => {}
            }
        }
        // What is text has its quotes already.
        let start = self.out.len();
        match keys {
            Some(mut at) => self.value(key, &mut at).map_err(|error| error.in_field("key"))?,
            None => self.zero(key),
        }
        if self.out.get(start) != Some(&b'"') {
            self.out.insert(start, b'"');
            self.out.push(b'"');
        }
        self.out.push(b':');
        match values {
            Some(mut at) => self.value(value, &mut at).map_err(|error| error.in_field("value")),
            None => {
                self.zero(value);
                Ok(())
            }
        }
    }

    fn entries(&mut self, key: Kind, value: Kind, number: u32, input: &mut Reader<'_>) -> Written {
        self.out.push(b'[');
        let mut index = 0;
        loop {
            if index > 0 {
                self.out.push(b',');
            }
            let mut entry = input.nested()?;
            self.out.push(b'{');
            let mut is_first = true;
            while let Some((part, wire)) = entry.key()? {
                let (name, kind) = match part {
                    KEY if wire == key.wire() => ("key", key),
                    ENTRY_VALUE if wire == value.wire() => ("value", value),
                    _ => {
                        entry.skip(part, wire)?;
                        continue;
                    }
                };
                self.put(if std::mem::take(&mut is_first) { "\"" } else { ",\"" });
                self.put(name);
                self.put("\":");
                self.value(kind, &mut entry).map_err(|error| error.in_field(name).at_index(index))?;
            }
            self.out.push(b'}');
            index += 1;
            if !again(input, number, WireType::LengthDelimited)? {
                break;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn value(&mut self, kind: Kind, input: &mut Reader<'_>) -> Written {
        match kind {
            Kind::Int32 => {
                let value = input.varint()? as i32;
                self.put(itoa::Buffer::new().format(value));
            }
            Kind::Uint32 => {
                let value = input.varint()? as u32;
                self.put(itoa::Buffer::new().format(value));
            }
            Kind::Sint32 => {
                let value = unzigzag(input.varint()?) as i32;
                self.put(itoa::Buffer::new().format(value));
            }
            Kind::Fixed32 => {
                let value = u32::from_le_bytes(input.array()?);
                self.put(itoa::Buffer::new().format(value));
            }
            Kind::Sfixed32 => {
                let value = i32::from_le_bytes(input.array()?);
                self.put(itoa::Buffer::new().format(value));
            }
            Kind::Int64 => {
                let value = input.varint()?.cast_signed();
                self.quoted_number(itoa::Buffer::new().format(value));
            }
            Kind::Uint64 => {
                let value = input.varint()?;
                self.quoted_number(itoa::Buffer::new().format(value));
            }
            Kind::Sint64 => {
                let value = unzigzag(input.varint()?);
                self.quoted_number(itoa::Buffer::new().format(value));
            }
            Kind::Fixed64 => {
                let value = u64::from_le_bytes(input.array()?);
                self.quoted_number(itoa::Buffer::new().format(value));
            }
            Kind::Sfixed64 => {
                let value = i64::from_le_bytes(input.array()?);
                self.quoted_number(itoa::Buffer::new().format(value));
            }
            Kind::Float => {
                let value = f32::from_le_bytes(input.array()?);
                if value.is_finite() {
                    self.put(zmij::Buffer::new().format_finite(value));
                } else {
                    self.not_finite(value.into());
                }
            }
            Kind::Double => {
                let value = f64::from_le_bytes(input.array()?);
                if value.is_finite() {
                    self.put(zmij::Buffer::new().format_finite(value));
                } else {
                    self.not_finite(value);
                }
            }
            Kind::Bool => {
                let text = if input.varint()? == 0 { "false" } else { "true" };
                self.put(text);
            }
            Kind::Text => {
                let text = rest(input)?;
                self.text(text);
            }
            Kind::Secret => unreachable!("a secret is a field, and left out"),
            Kind::Bytes => {
                self.out.push(b'"');
                number::to_base64(rest(input)?, self.out);
                self.out.push(b'"');
            }
            Kind::Enum(table) => {
                let number = input.varint()? as i32;
                self.variant(table(), number);
            }
            Kind::Message(table) => return self.message(table(), input.nested()?),
            Kind::Wrapper(shape) => {
                let (name, shape) = ("value", *shape());
                let value = Member { name, json: name, original: name, aliases: &[], number: ONLY, shape };
                let mut contents = input.nested()?;
                self.out.push(b'{');
                let mut is_first = true;
                while let Some((number, wire)) = contents.key()? {
                    if number != ONLY || !is_first {
                        contents.skip(number, wire)?;
                        continue;
                    }
                    self.name(&value, &mut is_first);
                    self.field(&value, wire, &mut contents).map_err(|error| error.in_field(name))?;
                }
                self.out.push(b'}');
            }
            Kind::Timestamp => return self.timestamp(input.nested()?),
            Kind::Duration => return self.duration(input.nested()?),
        }
        Ok(())
    }

    fn timestamp(&mut self, input: Reader<'_>) -> Written {
        let (seconds, nanos) = seconds_and_nanos(input)?;
        FfiTimestamp::new(seconds, nanos).map_err(no_json)?;
        self.out.push(b'"');
        time::write_timestamp(seconds, nanos, self.out);
        self.out.push(b'"');
        Ok(())
    }

    fn duration(&mut self, input: Reader<'_>) -> Written {
        let (seconds, nanos) = seconds_and_nanos(input)?;
        FfiDuration::new(seconds, nanos).map_err(no_json)?;
        self.out.push(b'"');
        time::write_duration(seconds, nanos, self.out);
        self.out.push(b'"');
        Ok(())
    }

    fn quoted_number(&mut self, text: &str) {
        self.out.push(b'"');
        self.put(text);
        self.out.push(b'"');
    }

    fn not_finite(&mut self, value: f64) {
        self.put(match value {
            f64::INFINITY => "\"Infinity\"",
            f64::NEG_INFINITY => "\"-Infinity\"",
            _ => "\"NaN\"",
        });
    }

    /// Writes text in quotes.
    fn text(&mut self, mut text: &[u8]) {
        self.out.push(b'"');
        loop {
            let (before, special) = text.split_at(plain(text));
            self.out.extend_from_slice(before);
            let Some((special, after)) = special.split_first() else { break };
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
            self.out.extend([b'\\', escape]);
            if escape == b'u' {
                let digit = |value: u8| char::from_digit(value.into(), 16).map_or(0, |it| it as u8);
                self.out.extend([b'0', b'0', digit(special >> 4), digit(special & 15)]);
            }
            text = after;
        }
        self.out.push(b'"');
    }

    /// Writes the name of a variant, or its number if it has no name.
    fn variant(&mut self, table: &'static EnumTable, number: i32) {
        if table.is_null {
            return self.put("null");
        }
        match table.values.iter().find(|(_, it)| *it == i128::from(number)) {
            Some((name, _)) => {
                self.out.push(b'"');
                self.put(name);
                self.out.push(b'"');
            }
            None => self.put(itoa::Buffer::new().format(number)),
        }
    }

    fn field_mask(&mut self, mut input: Reader<'_>) -> Written {
        self.out.push(b'"');
        let mut index = 0;
        while only(&mut input)? {
            if index > 0 {
                self.out.push(b',');
            }
            let path = rest(&mut input)?;
            let is_plain = plain(path) == path.len();
            if !is_plain || !known::camel_path(path, self.out) {
                return Err(no_json(
                    "a path that has no way back from lowerCamelCase; hint: name fields in snake_case",
                )
                .at_index(index)
                .in_field("paths"));
            }
            index += 1;
        }
        self.out.push(b'"');
        Ok(())
    }

    fn json_object(&mut self, mut input: Reader<'_>) -> Written {
        self.out.push(b'{');
        let mut index = 0;
        while only(&mut input)? {
            if index > 0 {
                self.out.push(b',');
            }
            let entry = input.nested()?;
            let written = self.map_entry(Kind::Text, Kind::Message(|| &known::VALUES), entry);
            written.map_err(|error| error.at_index(index).in_field("fields"))?;
            index += 1;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn json_list(&mut self, mut input: Reader<'_>) -> Written {
        self.out.push(b'[');
        let mut index = 0;
        while only(&mut input)? {
            let written = self.element(Kind::Message(|| &known::VALUES), &mut index, &mut input);
            written.map_err(|error| error.in_field("values"))?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn json_value(&mut self, mut input: Reader<'_>) -> Written {
        use known::value::{BOOL, LIST, NULL, NUMBER, STRUCT, TEXT};
        let start = self.out.len();
        while let Some((number, wire)) = input.key()? {
            let kind = match number {
                NULL if wire == WireType::Varint => {
                    self.out.truncate(start);
                    input.varint()?;
                    self.put("null");
                    continue;
                }
                NUMBER => Kind::Double,
                TEXT => Kind::Text,
                BOOL => Kind::Bool,
                STRUCT => Kind::Message(|| &known::STRUCT),
                LIST => Kind::Message(|| &known::LIST),
                _ => {
                    input.skip(number, wire)?;
                    continue;
                }
            };
            if wire != kind.wire() {
                input.skip(number, wire)?;
                continue;
            }
            self.out.truncate(start);
            self.value(kind, &mut input)?;
            if number == NUMBER && self.out.get(start) == Some(&b'"') {
                return Err(no_json("a `Value` that is no finite number; hint: JSON has none"));
            }
        }
        if self.out.len() == start {
            return Err(no_json("a `Value` that is not set; hint: its null has a case of its own"));
        }
        Ok(())
    }

    fn any(&mut self, mut input: Reader<'_>) -> Written {
        let (mut url, mut value): (&[u8], &[u8]) = (&[], &[]);
        while let Some((number, wire)) = input.key()? {
            match number {
                TYPE_URL if wire == WireType::LengthDelimited => url = rest(&mut input)?,
                VALUE if wire == WireType::LengthDelimited => value = rest(&mut input)?,
                _ => input.skip(number, wire)?,
            }
        }
        self.out.push(b'{');
        if url.is_empty() && value.is_empty() {
            self.out.push(b'}');
            return Ok(());
        }
        let url = String::from_utf8_lossy(url);
        let name = url.rsplit_once('/').map_or(&*url, |(_, name)| name);
        self.put("\"@type\":");
        self.text(url.as_bytes());
        let known = known::kind(name);
        let registered = self.options.any_type(name);
        let kind = known.or_else(|| registered.map(|it| Kind::Message(it.table)));
        let kind = kind.ok_or_else(|| unknown_type(name).in_field("type_url"))?;
        let normal = match (known, registered) {
            (None, Some(it)) => Some((it.normalize)(value).map_err(|error| error.in_field("value"))?),
            _ => None,
        };
        // One level deeper than this, so that `Any`s in each other end.
        let mut contents = input.inside(normal.as_deref().unwrap_or(value))?;
        match kind {
            Kind::Message(table) if table().known == Known::No => {
                self.members(table(), &mut contents, false)?;
            }
            Kind::Message(table) => {
                self.put(",\"value\":");
                self.message(table(), contents)?;
            }
            kind => {
                self.put(",\"value\":");
                match kind {
                    Kind::Timestamp => self.timestamp(contents)?,
                    _ => self.duration(contents)?,
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

fn unzigzag(bits: u64) -> i64 {
    (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed()
}

fn seconds_and_nanos(mut input: Reader<'_>) -> Result<(i64, i32), DecodeError> {
    let (mut seconds, mut nanos) = (0, 0);
    while let Some((number, wire)) = input.key()? {
        match number {
            SECONDS if wire == WireType::Varint => seconds = input.varint()?.cast_signed(),
            NANOS if wire == WireType::Varint => nanos = input.varint()? as i32,
            _ => input.skip(number, wire)?,
        }
    }
    Ok((seconds, nanos))
}

#[cold]
fn no_json(problem: impl std::fmt::Display) -> DecodeError {
    DecodeError::new(DecodeErrorKind::OutOfRange, problem)
}
