//! Reads and writes varints, keys and lengths, without knowledge of types.

use std::mem::MaybeUninit;

use prost::encoding::{decode_varint, encoded_len_varint};

use super::error::{DecodeError, EncodeError};
use super::followed::Followed;
use super::wire_type::WireType;

/// Largest number of levels of messages, or of groups that are skipped, inside a message. Other
/// readers of protobuf have the same limit.
pub const MAX_DEPTH: u32 = 100;

/// Largest size of a varint in bytes.
const VARINT_MAX: usize = 10;

/// Largest size of a message in bytes, as in other readers of protobuf.
pub(crate) const MAX_LEN: usize = i32::MAX as usize;

/// Memory that bytes are written to; bytes that don't fit are counted.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [MaybeUninit<u8>],
    /// Number of bytes written. Invariant: those that fit in `out` are initialised, if the end is
    /// inside `out`; except for the byte that a `delimited` that hasn't returned yet keeps for its
    /// length.
    at: usize,
    /// Number of levels of messages around the current position.
    depth: u32,
    /// Largest number of levels so far.
    deepest: u32,
    /// The references that lead to the current position.
    pub(super) followed: Followed,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [MaybeUninit<u8>]) -> Self {
        Self { out, at: 0, depth: 0, deepest: 0, followed: Followed::new() }
    }

    /// Returns a writer that also follows references to exposed messages.
    ///
    /// # Safety
    ///
    /// The contract of [`Followed::exposed`], while the writer is used.
    pub(super) unsafe fn exposed(out: &'a mut [MaybeUninit<u8>]) -> Self {
        // SAFETY: the caller has no code write to referenced messages while the writer is used.
        Self { followed: unsafe { Followed::exposed() }, ..Self::new(out) }
    }

    /// Returns the number of bytes written. If they fit, they are initialised.
    pub(super) fn finish(self) -> Result<usize, EncodeError> {
        self.followed.finish().map(|()| self.at)
    }

    /// Writes the output of `contents`, unless that gets too deep or too long for readers: then it
    /// has written nothing.
    pub(super) fn if_it_fits(&mut self, contents: impl FnOnce(&mut Self)) {
        let (start, deepest) = (self.at, self.deepest);
        if self.depth >= MAX_DEPTH || start > MAX_LEN {
            return;
        }
        self.deepest = self.depth;
        contents(self);
        if self.deepest > MAX_DEPTH {
            self.at = start;
            self.deepest = deepest;
        } else {
            self.deepest = self.deepest.max(deepest);
        }
    }

    /// Writes bytes as they are.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(room) = self.out.get_mut(self.at..end) {
            room.write_copy_of_slice(bytes);
        }
        self.at = end;
    }

    /// Writes a varint.
    #[inline]
    pub fn varint(&mut self, value: u64) {
        if value < 0x80 {
            if let Some(byte) = self.out.get_mut(self.at) {
                byte.write(value as u8);
            }
            self.at += 1;
        } else if value < 0x4000 {
            self.put(&[value as u8 | 0x80, (value >> 7) as u8]);
        } else {
            self.long_varint(value);
        }
    }

    #[inline]
    fn long_varint(&mut self, mut value: u64) {
        let end = self.at + encoded_len_varint(value);
        if let Some((last, before)) = self.out.get_mut(self.at..end).and_then(<[_]>::split_last_mut) {
            for byte in before {
                byte.write(value as u8 | 0x80);
                value >>= 7;
            }
            last.write(value as u8);
        }
        self.at = end;
    }

    /// Writes a field's number and wire type.
    #[inline]
    pub fn key(&mut self, tag: u32, wire_type: WireType) {
        self.varint(u64::from(tag << 3 | wire_type as u32));
    }

    /// Writes the output of `contents` after its length.
    ///
    /// The length isn't computed before: mostly it takes one byte, and if it takes more, the
    /// contents are moved. Computing it would visit everything inside once for each level around
    /// it.
    #[inline]
    pub fn delimited(&mut self, contents: impl FnOnce(&mut Self)) {
        let start = self.at;
        self.at += 1;
        contents(self);
        let len = self.at - start - 1;
        if len >= 0x80 {
            self.long_delimiter(start, len);
        } else if let Some(byte) = self.out.get_mut(start) {
            byte.write(len as u8);
        }
    }

    /// Writes a message after its length, like [`delimited`](Self::delimited).
    #[inline]
    pub fn nested(&mut self, contents: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        self.delimited(contents);
        self.depth -= 1;
    }

    /// Writes a message with its key, unless `contents` writes nothing.
    pub(super) fn nested_unless_empty(&mut self, tag: u32, contents: impl FnOnce(&mut Self)) {
        let (start, deepest) = (self.at, self.deepest);
        self.key(tag, WireType::LengthDelimited);
        let empty = self.at + 1;
        self.nested(contents);
        if self.at == empty {
            self.at = start;
            self.deepest = deepest;
        }
    }

    #[inline(never)]
    fn long_delimiter(&mut self, start: usize, len: usize) {
        let more = encoded_len_varint(len as u64) - 1;
        let end = self.at + more;
        if end <= self.out.len() {
            self.out.copy_within(start + 1..self.at, start + 1 + more);
        }
        self.at = start;
        self.long_varint(len as u64);
        self.at = end;
    }
}

/// Bytes that are read, from any source.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// Number of levels of messages that may still follow inside.
    depth: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: MAX_DEPTH }
    }

    /// Returns a reader of bytes that are a message inside this one.
    ///
    /// # Errors
    ///
    /// Returns an error if the message is nested too deeply.
    #[cfg(feature = "json")]
    pub(crate) fn inside(&self, bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let depth = self.depth.checked_sub(1).ok_or_else(DecodeError::too_deep)?;
        Ok(Self { bytes, depth })
    }

    /// Returns true if all bytes have been read.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the number of bytes that have not been read.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads a varint.
    ///
    /// # Errors
    ///
    /// Returns an error if it doesn't end within the bytes, or is too long.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        match self.bytes {
            [byte @ ..0x80, rest @ ..] => {
                self.bytes = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let bytes = self.bytes;
        decode_varint(&mut self.bytes).or_else(|_| {
            self.bytes = bytes;
            self.overlong_varint()
        })
    }

    /// Reads a varint of ten bytes, of which only the low 64 bits count, as for other readers.
    #[cold]
    fn overlong_varint(&mut self) -> Result<u64, DecodeError> {
        let Some((bytes, rest)) = self.bytes.split_first_chunk::<VARINT_MAX>() else {
            return Err(DecodeError::truncated());
        };
        if bytes.iter().all(|byte| *byte >= 0x80) {
            return Err(DecodeError::malformed("a varint of more than ten bytes"));
        }
        self.bytes = rest;
        let bits = bytes.iter().enumerate().map(|(index, byte)| u64::from(byte & 0x7F) << (7 * index));
        Ok(bits.fold(0, |all, bits| all | bits))
    }

    /// Reads the number and the wire type of the next field, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if they are not those of a field.
    #[inline]
    pub fn key(&mut self) -> Result<Option<(u32, WireType)>, DecodeError> {
        if self.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let wire_type = match key & 7 {
            0 => WireType::Varint,
            1 => WireType::SixtyFourBit,
            2 => WireType::LengthDelimited,
            3 => WireType::StartGroup,
            4 => WireType::EndGroup,
            5 => WireType::ThirtyTwoBit,
            _ => return Err(not_a_key(key)),
        };
        match u32::try_from(key) {
            Ok(key @ 8..) => Ok(Some((key >> 3, wire_type))),
            _ => Err(not_a_key(key)),
        }
    }

    /// Reads `N` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, rest) = self.bytes.split_first_chunk().ok_or_else(DecodeError::truncated)?;
        self.bytes = rest;
        Ok(*bytes)
    }

    /// Reads all remaining bytes.
    #[inline]
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    #[inline]
    fn take(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        let split = usize::try_from(len).ok().and_then(|len| self.bytes.split_at_checked(len));
        let (taken, rest) = split.ok_or_else(DecodeError::truncated)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// Reads a length, and returns that many bytes after it.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer.
    #[inline]
    pub fn delimited(&mut self) -> Result<Reader<'a>, DecodeError> {
        let len = self.varint()?;
        Ok(Reader { bytes: self.take(len)?, depth: self.depth })
    }

    /// Reads a length, and returns a reader of the message after it.
    ///
    /// # Errors
    ///
    /// Returns an error if there are fewer bytes, or the message is nested too deeply.
    #[inline]
    pub fn nested(&mut self) -> Result<Reader<'a>, DecodeError> {
        let mut contents = self.delimited()?;
        contents.depth = contents.depth.checked_sub(1).ok_or_else(DecodeError::too_deep)?;
        Ok(contents)
    }

    /// Returns the number of fields with that key, their lengths and all, that follow side by side.
    /// The field whose key was read last is not one of them: what it holds is read over first.
    pub(super) fn run(&self, tag: u32, wire_type: WireType) -> usize {
        let mut ahead = self.clone();
        let mut count = 0;
        while ahead.skip(tag, wire_type).is_ok()
            && matches!(ahead.key(), Ok(Some(key)) if key == (tag, wire_type))
        {
            count += 1;
        }
        count
    }

    /// Returns how many packed numbers the rest is at most.
    pub(super) fn count(&self, wire_type: WireType) -> usize {
        match wire_type {
            WireType::ThirtyTwoBit => self.bytes.len() / 4,
            WireType::SixtyFourBit => self.bytes.len() / 8,
            // Each varint ends in a byte without the highest bit.
            _ => self.bytes.iter().filter(|byte| **byte < 0x80).count(),
        }
    }

    /// Reads over a field that isn't known, given its key.
    ///
    /// # Errors
    ///
    /// Returns an error if it doesn't end here, or nests groups in too many levels.
    #[cold]
    pub fn skip(&mut self, tag: u32, wire_type: WireType) -> Result<(), DecodeError> {
        match wire_type {
            WireType::Varint => self.varint().map(drop),
            WireType::ThirtyTwoBit => self.take(4).map(drop),
            WireType::SixtyFourBit => self.take(8).map(drop),
            WireType::LengthDelimited => {
                let len = self.varint()?;
                self.take(len).map(drop)
            }
            WireType::StartGroup => self.skip_group(tag),
            WireType::EndGroup => {
                Err(DecodeError::malformed(format_args!("group {tag} ends and has not begun")))
            }
        }
    }

    /// Reads over a field that isn't known, given its key, and returns the bytes behind the key.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`skip`](Self::skip).
    pub(super) fn skipped(&mut self, tag: u32, wire_type: WireType) -> Result<&'a [u8], DecodeError> {
        let before = self.bytes;
        self.skip(tag, wire_type)?;
        Ok(&before[..before.len() - self.bytes.len()])
    }

    fn skip_group(&mut self, tag: u32) -> Result<(), DecodeError> {
        self.depth = self.depth.checked_sub(1).ok_or_else(DecodeError::too_deep)?;
        loop {
            match self.key()?.ok_or_else(DecodeError::truncated)? {
                (end, WireType::EndGroup) if end == tag => break,
                (inner, wire_type) => self.skip(inner, wire_type)?,
            }
        }
        self.depth += 1;
        Ok(())
    }
}

#[cold]
fn not_a_key(key: u64) -> DecodeError {
    DecodeError::malformed(format_args!("{key:#x} is not the key of a field"))
}
