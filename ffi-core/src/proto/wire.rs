//! Bytes in and out: varints, keys and lengths, with no knowledge of types.

use std::mem::MaybeUninit;
use std::ptr;

use prost::encoding::{decode_varint, encoded_len_varint};

use super::error::{DecodeError, EncodeError};
use super::wire_type::WireType;
use crate::pool::{Exposure, FfiPooled, PoolRead, RefusedHandle};
use crate::types::FfiRef;

/// How many levels of messages, or of groups that are skipped, there may be inside a message: what other readers of protobuf
/// allow, too.
pub const MAX_DEPTH: u32 = 100;

/// Bytes of a varint at most.
const VARINT_MAX: usize = 10;

/// Bytes of a message at most, for other readers of protobuf.
const MAX_LEN: usize = i32::MAX as usize;

/// Memory that bytes are written to; those that there is no room for are counted.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut [MaybeUninit<u8>],
    /// How many bytes have been written. Invariant: those before that there is room for are initialised, where the end is inside
    /// `out`; but for the one that a `delimited` that hasn't returned yet keeps for its length.
    at: usize,
    /// How many levels of messages there are around what is written now.
    depth: u32,
    /// How many there were at most.
    deepest: u32,
    /// The messages of pools that are being written, from the outermost on: a pool's address and an index.
    path: Vec<(usize, usize)>,
    /// Invariant: exposed messages are accepted only by the contract of [`Writer::exposed`].
    exposure: Exposure,
    /// The first message that was left out because it is exposed.
    left_out: Option<EncodeError>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [MaybeUninit<u8>]) -> Self {
        Self {
            out,
            at: 0,
            depth: 0,
            deepest: 0,
            path: Vec::new(),
            exposure: Exposure::Refuse,
            left_out: None,
        }
    }

    /// A writer that follows references to exposed messages, too.
    ///
    /// # Safety
    ///
    /// While it is used, nobody writes to what the messages that are written refer to, and no call of an exported function has
    /// a `&mut` to that or into it.
    pub(super) unsafe fn exposed(out: &'a mut [MaybeUninit<u8>]) -> Self {
        Self { exposure: Exposure::Accept, ..Self::new(out) }
    }

    /// Reads what a reference refers to that is in a message that is written.
    pub(super) fn read<T: FfiPooled>(&self, reference: FfiRef<T>) -> Result<PoolRead<T>, RefusedHandle> {
        // SAFETY: exposed messages are accepted only by the contract of `exposed`, which is the callee's: this is called while it
        // writes, for references in what it writes.
        unsafe { T::pool().read_with(reference, self.exposure) }
    }

    /// Returns true if the message of a slot is being written.
    pub(super) fn is_inside<T: FfiPooled>(&self, index: usize) -> bool {
        self.path.contains(&(ptr::from_ref(T::pool()).addr(), index))
    }

    /// The message of a slot is being written from now on.
    pub(super) fn enter<T: FfiPooled>(&mut self, index: usize) {
        self.path.push((ptr::from_ref(T::pool()).addr(), index));
    }

    /// The message that was entered last has been written.
    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// Leaves out a message of this type, which is exposed.
    #[cold]
    pub(super) fn leave_out<T: FfiPooled>(&mut self) {
        self.left_out.get_or_insert_with(EncodeError::exposed::<T>);
    }

    /// Returns the number of bytes that it took. Where there is room for as many, they are
    /// initialised.
    pub(super) fn finish(self) -> Result<usize, EncodeError> {
        self.left_out.map_or(Ok(self.at), Err)
    }

    /// Writes what `contents` writes, unless that gets too deep or too long for any reader: then it has written nothing.
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

    /// Writes what `contents` writes, after its length.
    ///
    /// The length isn't worked out before: mostly it takes one byte, and where it takes more, the contents move on. Working
    /// it out would look at everything inside once for each level around it.
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

    /// Writes a message after its length, as [`delimited`](Self::delimited).
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

/// Bytes that are read, whoever wrote them.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    /// How many levels of messages there may still be inside.
    depth: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: MAX_DEPTH }
    }

    /// Whether all has been read.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes have not been read.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads a varint.
    ///
    /// # Errors
    ///
    /// When it doesn't end, here or at all.
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
        decode_varint(&mut self.bytes).map_err(|_| {
            if self.bytes.len() < VARINT_MAX && self.bytes.iter().all(|&byte| byte >= 0x80) {
                DecodeError::truncated()
            } else {
                DecodeError::malformed("a varint of more than 64 bits")
            }
        })
    }

    /// Reads the number and the wire type of the next field, if there is one.
    ///
    /// # Errors
    ///
    /// When these are not those of a field.
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
    /// When there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, rest) = self.bytes.split_first_chunk().ok_or_else(DecodeError::truncated)?;
        self.bytes = rest;
        Ok(*bytes)
    }

    /// Reads all that is left.
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

    /// Reads a length, and lends what follows.
    ///
    /// # Errors
    ///
    /// When there are not that many bytes.
    #[inline]
    pub fn delimited(&mut self) -> Result<Reader<'a>, DecodeError> {
        let len = self.varint()?;
        Ok(Reader { bytes: self.take(len)?, depth: self.depth })
    }

    /// Reads a length, and lends what follows, which is a message.
    ///
    /// # Errors
    ///
    /// When there are not that many bytes, or it is too many levels inside.
    #[inline]
    pub fn nested(&mut self) -> Result<Reader<'a>, DecodeError> {
        let mut contents = self.delimited()?;
        contents.depth = contents.depth.checked_sub(1).ok_or_else(DecodeError::too_deep)?;
        Ok(contents)
    }

    /// Reads over a field that isn't known, given its key.
    ///
    /// # Errors
    ///
    /// When it doesn't end here, or nests groups in too many levels.
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
