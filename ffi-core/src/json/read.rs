//! Turns JSON into protobuf, by the tables of messages.
//!
//! Each value is written as soon as it is read: there is no tree of the JSON. The protobuf of a
//! field of the outermost message goes to the message before the next one is read, once there are
//! [`CHUNK`] bytes, as protobuf in pieces is the protobuf of one message. So what this needs beside
//! the message is a chunk and the largest field, or the largest element of a list.

use super::any::unknown_type;
use super::known::{self, ONLY, TYPE_URL, VALUE};
use super::mask::snake_path;
use super::number;
use super::options::JsonOptions;
use super::scan::{Decimal, Number, Quoted, Scanner, number_len};
use super::secret::Buffer;
use super::shape::{EnumTable, Flat, Kind, Known, Member, Shape, Table};
use super::time;
use crate::proto::{DecodeError, DecodeErrorKind, WireType};
use crate::types::logical::{FfiDuration, FfiTimestamp, LogicalError};

/// Number of bytes of protobuf after which they go to the message.
const CHUNK: usize = 1 << 16;

/// Numbers of the fields of a map's entry, and of a time.
const KEY: u32 = 1;
const ENTRY_VALUE: u32 = 2;
const SECONDS: u32 = 1;
const NANOS: u32 = 2;

/// Reads a message from JSON, and passes its protobuf on in pieces.
///
/// # Errors
///
/// Returns the mistake in the JSON, or the error of `sink`.
pub(super) fn read(
    table: &'static Table,
    json: &[u8],
    options: &JsonOptions,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    if json.len() > options.max_len {
        return Err(too_long(json.len(), options.max_len));
    }
    let out = Buffer::with_capacity(json.len().min(CHUNK));
    let mut reader = Reader { scan: Scanner::new(json)?, options, out, sink, inside: 0 };
    reader.message(table, options.max_depth)?;
    reader.scan.end()?;
    (reader.sink)(&reader.out)
}

#[cold]
fn too_long(len: usize, max: usize) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::TooLong,
        format_args!("JSON of {len} bytes, and the limit is {max}; hint: `JsonOptions::max_len`"),
    )
}

struct Reader<'a> {
    scan: Scanner<'a>,
    options: &'a JsonOptions,
    /// Protobuf that the message has not got yet.
    out: Buffer,
    sink: &'a mut dyn FnMut(&[u8]) -> Result<(), DecodeError>,
    /// Number of lengths in `out` that are not known yet.
    inside: u32,
}

/// Fields that the object being read may have.
#[derive(Clone, Copy)]
struct Fields<'t> {
    name: &'static str,
    members: &'t [Member],
    flat: &'static [Flat],
    is_oneof: bool,
}

impl Fields<'_> {
    fn of(table: &'static Table) -> Self {
        let Table { name, members, flat, payload, .. } = table;
        Self { name, members, flat, is_oneof: payload.is_some() }
    }
}

/// Fields that were read.
#[derive(Default)]
struct Seen {
    few: u64,
    more: Vec<u64>,
}

impl Seen {
    /// Adds a field; false if it is there already.
    fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        let word = match word.checked_sub(1) {
            None => &mut self.few,
            Some(word) => {
                if self.more.len() <= word {
                    self.more.resize(word + 1, 0);
                }
                &mut self.more[word]
            }
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// Keys of a map, as ranges of the output.
#[derive(Default)]
struct Keys(Vec<(usize, usize)>);

impl Keys {
    /// Returns the position of a key that another one is equal to. Keys that are sorted, as those
    /// of this crate are, are compared once; others are sorted for it.
    fn duplicate(&self, out: &[u8]) -> Option<usize> {
        let key = |index: &usize| &out[self.0[*index].0..self.0[*index].1];
        let mut order: Vec<_> = (0..self.0.len()).collect();
        if !order.is_sorted_by(|a, b| key(a) < key(b)) {
            order.sort_by(|a, b| key(a).cmp(key(b)));
        }
        order.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])).map(|pair| pair[1])
    }
}

impl Reader<'_> {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn key(&mut self, number: u32, wire: WireType) {
        self.varint(u64::from(number << 3 | wire as u32));
    }

    /// Writes the key of a field whose length follows, and returns where its contents begin. The
    /// length gets one byte for now.
    fn open(&mut self, number: u32) -> usize {
        self.key(number, WireType::LengthDelimited);
        self.out.push(0);
        self.inside += 1;
        self.out.len()
    }

    /// Writes the length of what was opened. Returns by how much it moved its contents, as the
    /// length needs more than one byte.
    fn close(&mut self, start: usize) -> usize {
        self.inside -= 1;
        let mut len = self.out.len() - start;
        if len < 0x80 {
            self.out[start - 1] = len as u8;
            return 0;
        }
        let end = self.out.len();
        self.varint(len as u64);
        let more = self.out.len() - end - 1;
        self.out.truncate(end + more);
        self.out.copy_within(start..end, start + more);
        for byte in &mut self.out[start - 1..start + more] {
            *byte = len as u8 | 0x80;
            len >>= 7;
        }
        self.out[start + more - 1] &= 0x7F;
        more
    }

    /// Passes on what is complete, once there is enough.
    fn flush(&mut self) -> Result<(), DecodeError> {
        if self.inside == 0 && self.out.len() >= CHUNK {
            (self.sink)(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn deeper(&self, left: u32) -> Result<u32, DecodeError> {
        left.checked_sub(1).ok_or_else(|| self.scan.too_deep())
    }

    /// Reads the contents of a message.
    fn message(&mut self, table: &'static Table, left: u32) -> Result<(), DecodeError> {
        match table.known {
            Known::No => self.object(Fields::of(table), left, false),
            Known::Bare => {
                let value = &table.members[0];
                let read = self.single(value.shape, value.number, left);
                read.map(drop).map_err(|error| error.in_field(value.name))
            }
            Known::FieldMask => self.field_mask(),
            Known::Struct => self.json_object(left),
            Known::Value => self.json_value(left),
            Known::ListValue => self.json_list(left),
            Known::Any => self.any(left),
        }
    }

    /// Reads an object with these fields, and maybe `@type`, which was read before.
    fn object(&mut self, fields: Fields<'_>, left: u32, is_any: bool) -> Result<(), DecodeError> {
        let left = self.deeper(left)?;
        self.scan.expect(b'{', "an object")?;
        let mut seen = Seen::default();
        let (mut is_first, mut likely) = (true, 0);
        while self.scan.more(is_first, b'}')? {
            is_first = false;
            // Most writers have the order of the schema, and no white space.
            let from = fields.members.get(likely..).unwrap_or_default();
            let found = from.iter().position(|it| self.scan.name(it.quoted_json()));
            let (quoted, index) = match found {
                Some(index) => (from[index].bare_json(), likely + index),
                None => {
                    let quoted = self.scan.quoted()?;
                    self.scan.expect(b':', "`:`")?;
                    let name = self.scan.unescape(quoted)?;
                    let Some(index) = fields.members.iter().position(|it| it.is_called(&name)) else {
                        self.other(quoted.raw, &name, fields, &mut seen, left, is_any)?;
                        self.flush()?;
                        continue;
                    };
                    (quoted.raw, index)
                }
            };
            likely = index + 1;
            let member = &fields.members[index];
            let is_there = self.field(member, left).map_err(|error| error.in_field(member.name))?;
            // Only one case of a oneof may be there.
            let is_new = if fields.is_oneof { !is_there || seen.insert(0) } else { seen.insert(index) };
            if !is_new {
                return Err(duplicate(quoted, &fields).in_field(member.name));
            }
            self.flush()?;
        }
        Ok(())
    }

    /// Reads what is no field of the message itself: a case of a flattened oneof, or a field that
    /// isn't known.
    fn other(
        &mut self,
        quoted: &[u8],
        name: &[u8],
        fields: Fields<'_>,
        seen: &mut Seen,
        left: u32,
        is_any: bool,
    ) -> Result<(), DecodeError> {
        if let Some((index, member, flat)) = in_flat(fields.flat, name) {
            let is_there = self.field(member, left);
            let is_there = is_there.map_err(|error| error.in_field(member.name).in_field(flat.name))?;
            if is_there && !seen.insert(fields.members.len() + index) {
                return Err(duplicate(quoted, &fields).in_field(member.name).in_field(flat.name));
            }
            Ok(())
        } else if self.options.ignore_unknown_fields || (is_any && name == b"@type") {
            self.scan.skip(left)
        } else {
            Err(unknown_field(quoted, &fields))
        }
    }

    /// Reads a field, and returns false if it is `null`, and so absent.
    fn field(&mut self, member: &Member, left: u32) -> Result<bool, DecodeError> {
        let takes_null = match member.shape {
            Shape::One(kind) | Shape::Maybe(kind) => kind.takes_null(),
            _ => false,
        };
        if self.scan.peek()? == b'n' && !takes_null && self.scan.word("null") {
            return Ok(false);
        }
        self.single(member.shape, member.number, left)
    }

    /// Reads a value of this shape; false if it is an unknown name of an enum, which is passed
    /// over.
    fn single(&mut self, shape: Shape, number: u32, left: u32) -> Result<bool, DecodeError> {
        match shape {
            Shape::One(kind) | Shape::Maybe(kind) => self.value(kind, Some(number), left),
            Shape::List(kind) => self.list(kind, number, left, true).map(|()| true),
            Shape::Array(kind) => self.list(kind, number, left, false).map(|()| true),
            Shape::Map(key, value) => self.map(key, value, number, left).map(|()| true),
            Shape::Entries(key, value) => self.entries(key, value, number, left).map(|()| true),
        }
    }

    /// Reads a list. Between its elements what was read may be passed on, but for an array, whose
    /// elements belong together.
    fn list(&mut self, kind: Kind, number: u32, left: u32, is_open: bool) -> Result<(), DecodeError> {
        let left = self.deeper(left)?;
        self.scan.expect(b'[', "a list")?;
        let is_packed = kind.is_number();
        let mut start = None;
        let mut index = 0;
        while self.scan.more(index == 0, b']')? {
            if is_packed && start.is_none() {
                start = Some(self.open(number));
            }
            let key = (!is_packed).then_some(number);
            self.value(kind, key, left).map_err(|error| error.at_index(index))?;
            index += 1;
            if is_open && self.out.len() >= CHUNK {
                if self.inside == 1
                    && let Some(start) = start.take()
                {
                    self.close(start);
                }
                self.flush()?;
            }
        }
        if let Some(start) = start {
            self.close(start);
        }
        Ok(())
    }

    fn map(&mut self, key: Kind, value: Kind, number: u32, left: u32) -> Result<(), DecodeError> {
        let left = self.deeper(left)?;
        self.scan.expect(b'{', "an object")?;
        let mut keys = Keys::default();
        let mut index = 0;
        while self.scan.more(index == 0, b'}')? {
            let before = self.out.len();
            let start = self.open(number);
            let name = self.scan.quoted()?;
            self.map_key(key, name).map_err(|error| error.in_field("key").at_index(index))?;
            let end = self.out.len();
            self.scan.expect(b':', "`:`")?;
            let read = self.value(value, Some(ENTRY_VALUE), left);
            let is_there = read.map_err(|error| error.in_field("value").at_index(index))?;
            let moved = self.close(start);
            if is_there {
                keys.0.push((start + moved, end + moved));
            } else {
                self.out.truncate(before);
            }
            index += 1;
        }
        self.check_keys(&keys)
    }

    fn check_keys(&self, keys: &Keys) -> Result<(), DecodeError> {
        match keys.duplicate(&self.out) {
            Some(index) => Err(DecodeError::new(
                DecodeErrorKind::Duplicate,
                "the key is there twice; hint: a map has each key once",
            )
            .in_field("key")
            .at_index(index)),
            None => Ok(()),
        }
    }

    /// Writes the key of an entry, which is a string whatever its type is.
    fn map_key(&mut self, kind: Kind, quoted: Quoted<'_>) -> Result<(), DecodeError> {
        let text = self.scan.unescape(quoted)?;
        match kind {
            Kind::Text => self.bytes(KEY, &text),
            Kind::Bool => {
                self.key(KEY, WireType::Varint);
                match &*text {
                    b"true" => self.out.push(1),
                    b"false" => self.out.push(0),
                    _ => return Err(self.not_a(&text, "`true` or `false`")),
                }
            }
            kind => {
                let number = in_quotes(&text).ok_or_else(|| self.not_a(&text, "an integer"))?;
                self.key(KEY, kind.wire());
                self.integer(kind, number)?;
            }
        }
        Ok(())
    }

    /// Reads a map as a list of entries, as its keys can't be names.
    fn entries(&mut self, key: Kind, value: Kind, number: u32, left: u32) -> Result<(), DecodeError> {
        let left = self.deeper(left)?;
        let part = |name, json, kind, number| Member {
            name,
            json,
            original: json,
            aliases: &[],
            number,
            shape: Shape::Maybe(kind),
            place: None,
        };
        let members = [part("key", ",\"key\":", key, KEY), part("value", ",\"value\":", value, ENTRY_VALUE)];
        let fields = Fields { name: "entry", members: &members, flat: &[], is_oneof: false };
        self.scan.expect(b'[', "a list")?;
        let mut index = 0;
        while self.scan.more(index == 0, b']')? {
            let start = self.open(number);
            self.object(fields, left, false).map_err(|error| error.at_index(index))?;
            self.close(start);
            index += 1;
            self.flush()?;
        }
        Ok(())
    }

    fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.key(number, WireType::LengthDelimited);
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// Reads a value, and writes it with its key if there is one; false if it is an unknown name of
    /// an enum, which is passed over.
    fn value(&mut self, kind: Kind, number: Option<u32>, left: u32) -> Result<bool, DecodeError> {
        if kind.wire() != WireType::LengthDelimited {
            return self.scalar(kind, number);
        }
        let number = number.expect("what has a length is never packed");
        if let Kind::Text = kind {
            let text = self.scan.quoted()?;
            if let std::borrow::Cow::Borrowed(text) = self.scan.unescape(text)? {
                self.bytes(number, text);
                return Ok(true);
            }
            let start = self.open(number);
            self.scan.unescape_into(text, self.out.room(text.raw.len()))?;
            self.close(start);
            return Ok(true);
        }
        let start = self.open(number);
        self.contents(kind, left)?;
        self.close(start);
        Ok(true)
    }

    /// Reads a value that has a length, and writes it without.
    fn contents(&mut self, kind: Kind, left: u32) -> Result<(), DecodeError> {
        match kind {
            Kind::Message(table) => self.message(table(), left),
            Kind::Wrapper(shape) => {
                let value = Member::value(*shape());
                let fields = Fields { name: "wrapper", members: &[value], flat: &[], is_oneof: false };
                self.object(fields, left, false)
            }
            Kind::Bytes => {
                let at = self.scan.position();
                let text = self.scan.quoted()?;
                let text = self.scan.unescape(text)?;
                number::from_base64(&text, self.out.room(text.len() + 3))
                    .map_err(|error| not_base64(&error, at))
            }
            Kind::Secret => self.secret(),
            Kind::Timestamp => {
                let text = self.scan.quoted()?;
                let text = self.scan.unescape(text)?;
                let wrong = "a time of RFC 3339, such as `1972-01-01T10:00:20.021Z`";
                let (seconds, nanos) = time::timestamp(&text).ok_or_else(|| self.not_a(&text, wrong))?;
                self.time(seconds, nanos, FfiTimestamp::new(seconds, nanos).map(drop))
            }
            Kind::Duration => {
                let text = self.scan.quoted()?;
                let text = self.scan.unescape(text)?;
                let wrong = "seconds, such as `1.5s`";
                let (seconds, nanos) = time::duration(&text).ok_or_else(|| self.not_a(&text, wrong))?;
                self.time(seconds, nanos, FfiDuration::new(seconds, nanos).map(drop))
            }
            _ => unreachable!("it has a length"),
        }
    }

    /// Reads the bytes of a secret. Neither they nor their text are left in memory, or shown in an
    /// error.
    fn secret(&mut self) -> Result<(), DecodeError> {
        self.out.hide();
        let first = self.scan.peek()?;
        let at = self.scan.position();
        let wrong = || {
            let problem = "a secret that is no base64 in quotes";
            DecodeError::new(
                DecodeErrorKind::Malformed,
                format_args!("{problem}, at byte {at}; hint: bytes in JSON are base64"),
            )
        };
        if first != b'"' {
            return Err(wrong());
        }
        let quoted = self.scan.quoted()?;
        let mut text = Buffer::default();
        text.hide();
        let text = match quoted.has_escapes {
            false => quoted.raw,
            true => {
                self.scan.unescape_into(quoted, text.room(quoted.raw.len()))?;
                &*text
            }
        };
        number::from_base64(text, self.out.room(text.len() + 3)).map_err(|_| wrong())
    }

    fn time(&mut self, seconds: i64, nanos: i32, valid: Result<(), LogicalError>) -> Result<(), DecodeError> {
        valid.map_err(|error| {
            let hint = "hint: protobuf's own types have no such value";
            DecodeError::new(DecodeErrorKind::OutOfRange, format_args!("{error}; {hint}"))
        })?;
        self.key(SECONDS, WireType::Varint);
        self.varint(seconds.cast_unsigned());
        self.key(NANOS, WireType::Varint);
        self.varint(i64::from(nanos).cast_unsigned());
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, number: Option<u32>) -> Result<bool, DecodeError> {
        if let Kind::Enum(table) = kind {
            let Some(value) = self.variant(table())? else { return Ok(false) };
            self.scalar_key(kind, number);
            self.varint(i64::from(value).cast_unsigned());
            return Ok(true);
        }
        self.scalar_key(kind, number);
        match kind {
            Kind::Bool => {
                self.scan.peek()?;
                let value = if self.scan.word("true") {
                    1
                } else if self.scan.word("false") {
                    0
                } else {
                    return Err(self.scan.unexpected("`true` or `false`"));
                };
                self.out.push(value);
            }
            Kind::Double => {
                self.scan.peek()?;
                let value = match self.short(number::double) {
                    Some(value) => value,
                    None => self.float(kind, |text| text.parse::<f64>().ok().filter(|it| it.is_finite()))?,
                };
                self.out.extend_from_slice(&value.to_le_bytes());
            }
            Kind::Float => {
                self.scan.peek()?;
                let value = match self.short(number::single) {
                    Some(value) => value,
                    None => self.float(kind, |text| text.parse::<f32>().ok().filter(|it| it.is_finite()))?,
                };
                self.out.extend_from_slice(&value.to_le_bytes());
            }
            kind => {
                let first = self.scan.peek()?;
                let (_, min, max) = range(kind);
                if let Some(bits) = self.short(|number| number::within(number, min, max)) {
                    self.bits(kind, bits);
                } else if first == b'"' {
                    let quoted = self.scan.quoted()?;
                    let text = self.scan.unescape(quoted)?;
                    let number = in_quotes(&text).ok_or_else(|| self.not_a(&text, "an integer"))?;
                    self.integer(kind, number)?;
                } else {
                    let number = self.scan.number()?;
                    self.integer(kind, number)?;
                }
            }
        }
        Ok(true)
    }

    /// Reads a number that stands at the position in the form that most writers give it, if `of`
    /// knows its value.
    #[inline(always)]
    fn short<T>(&mut self, of: impl FnOnce(Decimal) -> Option<T>) -> Option<T> {
        let number = self.scan.decimal()?;
        let value = of(number)?;
        self.scan.pass(number);
        Some(value)
    }

    fn scalar_key(&mut self, kind: Kind, number: Option<u32>) {
        if let Some(number) = number {
            self.key(number, kind.wire());
        }
    }

    /// Writes an integer.
    fn integer(&mut self, kind: Kind, number: Number<'_>) -> Result<(), DecodeError> {
        let (ty, min, max) = range(kind);
        let in_range = |value: &i128| (i128::from(min)..=i128::from(max)).contains(value);
        let value = number::integer(number).filter(in_range);
        let value = value.ok_or_else(|| self.out_of_range(number.text, ty))?;
        // In range, so the bits are all there.
        self.bits(kind, value as u64);
        Ok(())
    }

    /// Writes an integer, given its bits.
    fn bits(&mut self, kind: Kind, bits: u64) {
        match kind {
            Kind::Fixed32 | Kind::Sfixed32 => self.out.extend_from_slice(&(bits as u32).to_le_bytes()),
            Kind::Fixed64 | Kind::Sfixed64 => self.out.extend_from_slice(&bits.to_le_bytes()),
            Kind::Sint32 | Kind::Sint64 => {
                let value = bits.cast_signed();
                self.varint((value << 1 ^ value >> 63).cast_unsigned());
            }
            _ => self.varint(bits),
        }
    }

    /// Reads a number or one of the three names of what JSON has no number for.
    fn float<T: From<f32> + Copy>(
        &mut self,
        kind: Kind,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, DecodeError> {
        let parsed = |it: &Self, text: &str| {
            let ty = if let Kind::Float = kind { "float" } else { "double" };
            parse(text).ok_or_else(|| it.out_of_range(text, ty))
        };
        if self.scan.peek()? != b'"' {
            let number = self.scan.number()?;
            return parsed(self, number.text);
        }
        let quoted = self.scan.quoted()?;
        let text = self.scan.unescape(quoted)?;
        match &*text {
            b"NaN" => Ok(f32::NAN.into()),
            b"Infinity" => Ok(f32::INFINITY.into()),
            b"-Infinity" => Ok(f32::NEG_INFINITY.into()),
            text => {
                let number = in_quotes(text).ok_or_else(|| self.not_a(text, "a number"))?;
                parsed(self, number.text)
            }
        }
    }

    /// Reads the name or number of a variant; `None` if the name is unknown and that is ignored.
    fn variant(&mut self, table: &'static EnumTable) -> Result<Option<i32>, DecodeError> {
        let first = self.scan.peek()?;
        if first == b'"' {
            let quoted = self.scan.quoted()?;
            let name = self.scan.unescape(quoted)?;
            return match table.values.iter().find(|(it, _)| it.as_bytes() == &*name) {
                Some((_, value)) => Ok(Some(*value as i32)),
                None if self.options.ignore_unknown_fields => Ok(None),
                None => Err(unknown_variant(&name, table)),
            };
        }
        if table.is_null && first == b'n' && self.scan.word("null") {
            return Ok(Some(0));
        }
        let number = self.scan.number()?;
        let value = number::integer(number).and_then(|value| i32::try_from(value).ok());
        value.map(Some).ok_or_else(|| self.out_of_range(number.text, table.name))
    }

    fn field_mask(&mut self) -> Result<(), DecodeError> {
        let quoted = self.scan.quoted()?;
        let text = self.scan.unescape(quoted)?;
        for path in text.split(|byte| *byte == b',').filter(|_| !text.is_empty()) {
            let start = self.open(ONLY);
            if !snake_path(path, self.out.room(path.len() * 2)) {
                return Err(self.not_a(path, "a path in lowerCamelCase"));
            }
            self.close(start);
        }
        Ok(())
    }

    /// Reads any JSON as a `Value`.
    fn json_value(&mut self, left: u32) -> Result<(), DecodeError> {
        use known::value::{BOOL, LIST, NULL, NUMBER, STRUCT, TEXT};
        match self.scan.peek()? {
            b'"' => self.value(Kind::Text, Some(TEXT), left).map(drop),
            b'{' => {
                let start = self.open(STRUCT);
                self.json_object(left)?;
                self.close(start);
                Ok(())
            }
            b'[' => {
                let start = self.open(LIST);
                self.json_list(left)?;
                self.close(start);
                Ok(())
            }
            b't' | b'f' => self.value(Kind::Bool, Some(BOOL), left).map(drop),
            b'n' if self.scan.word("null") => {
                self.key(NULL, WireType::Varint);
                self.out.push(0);
                Ok(())
            }
            b'-' | b'0'..=b'9' => self.value(Kind::Double, Some(NUMBER), left).map(drop),
            _ => Err(self.scan.unexpected("a value")),
        }
    }

    /// Reads any object as a `Struct`.
    fn json_object(&mut self, left: u32) -> Result<(), DecodeError> {
        self.map(Kind::Text, Kind::Message(|| &known::VALUES), ONLY, left)
            .map_err(|error| error.in_field("fields"))
    }

    /// Reads any list as a `ListValue`.
    fn json_list(&mut self, left: u32) -> Result<(), DecodeError> {
        self.list(Kind::Message(|| &known::VALUES), ONLY, left, true)
            .map_err(|error| error.in_field("values"))
    }

    /// Reads an `Any`: its type may stand anywhere in the object, so it is looked for first.
    fn any(&mut self, left: u32) -> Result<(), DecodeError> {
        let Some(url) = self.type_url(left)? else {
            return self.object(Fields::of(&known::EMPTY), left, false);
        };
        let name = url.rsplit_once('/').map(|(_, name)| name).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| self.not_a(url.as_bytes(), "a URL that ends in `/` and a type"))?;
        let known = known::kind(name);
        let registered = self.options.any_type(name);
        let kind = known.or_else(|| registered.map(|it| Kind::Message(it.table)));
        let kind = kind.ok_or_else(|| unknown_type(name).in_field("type_url"))?;
        self.bytes(TYPE_URL, url.as_bytes());
        let start = self.open(VALUE);
        match kind {
            Kind::Message(table) if table().known == Known::No => {
                self.object(Fields::of(table()), left, true)?;
            }
            kind => self.any_value(kind, left)?,
        }
        if let (None, Some(registered)) = (known, registered) {
            // Checked, and as it is written elsewhere.
            let bytes =
                (registered.normalize)(&self.out[start..]).map_err(|error| error.in_field("value"))?;
            self.out.truncate(start);
            self.out.extend_from_slice(&bytes);
        }
        self.close(start);
        Ok(())
    }

    /// Returns the type of an `Any` without moving on; `None` if the object is empty.
    fn type_url(&self, left: u32) -> Result<Option<String>, DecodeError> {
        let mut scan = self.scan.clone();
        let left = self.deeper(left)?;
        scan.expect(b'{', "an object")?;
        let mut found = None;
        let mut is_first = true;
        while scan.more(is_first, b'}')? {
            is_first = false;
            let quoted = scan.quoted()?;
            let name = scan.unescape(quoted)?;
            scan.expect(b':', "`:`")?;
            if &*name != b"@type" {
                scan.skip(left)?;
                continue;
            }
            let url = scan.quoted()?;
            let url = String::from_utf8(scan.unescape(url)?.into_owned());
            if found.replace(url.expect("the JSON is UTF-8")).is_some() {
                return Err(DecodeError::new(
                    DecodeErrorKind::Duplicate,
                    "`@type` is there twice; hint: an `Any` has one type",
                ));
            }
        }
        if found.is_none() && !is_first {
            return Err(DecodeError::new(
                DecodeErrorKind::UnknownField,
                "an `Any` without `@type`; hint: `\"@type\": \"type.googleapis.com/package.Message\"` beside its fields",
            ));
        }
        Ok(found)
    }

    /// Reads an `Any` whose type has JSON of its own, which stands as `value`.
    fn any_value(&mut self, kind: Kind, left: u32) -> Result<(), DecodeError> {
        let left = self.deeper(left)?;
        self.scan.expect(b'{', "an object")?;
        let (mut is_first, mut seen) = (true, false);
        while self.scan.more(is_first, b'}')? {
            is_first = false;
            let quoted = self.scan.quoted()?;
            self.scan.expect(b':', "`:`")?;
            match &*self.scan.unescape(quoted)? {
                b"value" if !seen => {
                    seen = true;
                    self.contents(kind, left).map_err(|error| error.in_field("value"))?;
                }
                b"@type" => self.scan.skip(left)?,
                b"value" => return Err(duplicate(quoted.raw, &Fields::of(&known::EMPTY)).in_field("value")),
                _ if self.options.ignore_unknown_fields => self.scan.skip(left)?,
                _ => return Err(unknown_field(quoted.raw, &Fields::of(&known::EMPTY))),
            }
        }
        if seen {
            return Ok(());
        }
        Err(DecodeError::new(
            DecodeErrorKind::UnknownField,
            "an `Any` of this type has its JSON as `value`, which is missing; hint: `\"value\": ..` beside `@type`",
        ))
    }

    #[cold]
    fn not_a(&self, text: &[u8], wanted: &str) -> DecodeError {
        let text = String::from_utf8_lossy(text);
        let shown: String = text.chars().take(40).collect();
        DecodeError::new(
            DecodeErrorKind::OutOfRange,
            format_args!(
                "`{}` before byte {} is not {wanted}; hint: mend the value there, or the type here",
                shown.escape_debug(),
                self.scan.position()
            ),
        )
    }

    #[cold]
    fn out_of_range(&self, text: &str, ty: &str) -> DecodeError {
        let shown = &text[..text.len().min(40)];
        DecodeError::new(
            DecodeErrorKind::OutOfRange,
            format_args!(
                "{shown} before byte {} doesn't fit into {ty}; hint: a wider type here, or another number there",
                self.scan.position()
            ),
        )
    }
}

/// Returns the name, the least and the largest integer of a kind.
#[inline]
fn range(kind: Kind) -> (&'static str, i64, u64) {
    match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => ("int32", i32::MIN.into(), i32::MAX as u64),
        Kind::Uint32 | Kind::Fixed32 => ("uint32", 0, u32::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => ("uint64", 0, u64::MAX),
        _ => ("int64", i64::MIN, i64::MAX as u64),
    }
}

/// Returns the number in quotes, if there is nothing else in them.
fn in_quotes(text: &[u8]) -> Option<Number<'_>> {
    let (len, is_integer) = number_len(text)?;
    let text = str::from_utf8(text).ok()?;
    (len == text.len()).then_some(Number { text, is_integer })
}

/// Returns the case with that name in one of the flattened oneofs, and the position of that.
fn in_flat(flat: &'static [Flat], name: &[u8]) -> Option<(usize, &'static Member, &'static Flat)> {
    flat.iter().enumerate().find_map(|(index, flat)| {
        let member = (flat.table)().members.iter().find(|it| it.is_called(name))?;
        Some((index, member, flat))
    })
}

fn shown(quoted: &[u8]) -> String {
    String::from_utf8_lossy(quoted).chars().take(40).collect::<String>().escape_debug().to_string()
}

#[cold]
fn unknown_field(quoted: &[u8], fields: &Fields<'_>) -> DecodeError {
    let problem = format_args!(
        "`{}` is no field of {}; hint: `JsonOptions::ignore_unknown_fields` reads over it",
        shown(quoted),
        fields.name
    );
    DecodeError::new(DecodeErrorKind::UnknownField, problem)
}

#[cold]
fn duplicate(quoted: &[u8], fields: &Fields<'_>) -> DecodeError {
    let problem = format_args!(
        "`{}` gives {} a value that it has already; hint: a field is there once, and one case of a oneof",
        shown(quoted),
        fields.name
    );
    DecodeError::new(DecodeErrorKind::Duplicate, problem)
}

#[cold]
fn unknown_variant(name: &[u8], table: &EnumTable) -> DecodeError {
    let name = String::from_utf8_lossy(name);
    let shown: String = name.chars().take(40).collect();
    let problem = format_args!(
        "`{}` is not a {}; hint: `JsonOptions::ignore_unknown_fields` reads over it, and numbers are read as well",
        shown.escape_debug(),
        table.name
    );
    DecodeError::new(DecodeErrorKind::UnknownVariant, problem)
}

#[cold]
fn not_base64(error: &base64::DecodeError, at: usize) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Malformed,
        format_args!("the text at byte {at} is not base64: {error}; hint: bytes in JSON are base64"),
    )
}
