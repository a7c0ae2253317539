//! Fields that keep unknown fields: `#[ffi(unknown)]`.
//!
//! An unknown field is kept as its key and the bytes behind it. The bytes of all of them, one after
//! the other in the order of their arrival, are the value of the field, and are written as they are
//! behind the fields that are known. So a message that is merged from several pieces keeps those of
//! all of them.

use prost::encoding::{encode_varint, encoded_len_varint};

use super::arena::{ArenaProto, full, read_plain};
use super::error::DecodeError;
use super::field::ProtoType;
use super::wire::Reader;
use super::wire_type::WireType;
use crate::arena::{ArenaBytes, ArenaPlace, ArenaVec};
use crate::types::FfiBytes;

/// Largest number of bytes of a key.
const KEY_MAX: usize = 5;

/// A type of a field that keeps unknown fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't keep unknown fields",
    label = "not bytes",
    note = "`#[ffi(unknown)]` is for a field of type `FfiBytes<N>`, which keeps up to `N` bytes of them"
)]
pub trait KeepsUnknown: ProtoType {
    /// Appends an unknown field, given its key: at most `limit` bytes with all that is there.
    ///
    /// # Errors
    ///
    /// Returns an error if the field doesn't end within the input, or there is no room for it.
    fn keep(
        &mut self,
        limit: usize,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError>;
}

/// A type of a field that keeps unknown fields, in a message that lives in an arena.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't keep unknown fields",
    label = "not bytes",
    note = "`#[ffi(unknown)]` is for a field of type `ArenaBytes`, or `FfiBytes<N>`, which keeps up to `N` bytes of them"
)]
pub trait ArenaKeepsUnknown: ArenaProto {
    /// Appends an unknown field, given its key: at most `limit` bytes with all that is there.
    ///
    /// # Errors
    ///
    /// Returns an error if the field doesn't end within the input, or there is no room for it.
    fn keep(
        place: ArenaPlace<'_, Self>,
        limit: usize,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError>;
}

impl<const N: usize> KeepsUnknown for FfiBytes<N> {
    #[cold]
    fn keep(
        &mut self,
        limit: usize,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        let contents = input.skipped(tag, wire_type)?;
        let key = &mut [0; KEY_MAX];
        let key = key_bytes(tag, wire_type, key);
        check_room(self.len() + key.len() + contents.len(), limit.min(N))?;
        let kept = self.try_extend_from_slice(key).and_then(|()| self.try_extend_from_slice(contents));
        kept.expect("there is room for the bytes, as was checked");
        Ok(())
    }
}

impl<const N: usize> ArenaKeepsUnknown for FfiBytes<N> {
    #[cold]
    fn keep(
        place: ArenaPlace<'_, Self>,
        limit: usize,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_plain(place, |kept| KeepsUnknown::keep(kept, limit, tag, wire_type, input))
    }
}

impl ArenaKeepsUnknown for ArenaBytes {
    #[cold]
    fn keep(
        mut place: ArenaPlace<'_, Self>,
        limit: usize,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        let contents = input.skipped(tag, wire_type)?;
        let key = &mut [0; KEY_MAX];
        let key = key_bytes(tag, wire_type, key);
        let more = key.len() + contents.len();
        check_room(place.view().len() + more, limit)?;
        // SAFETY: bytes are laid out as their list.
        let list = unsafe { place.part::<ArenaVec<u8>>(0) };
        // Its room doubles, so many small pieces take no more memory than their bytes, twice.
        let mut list = list.extended(more).map_err(full)?;
        list.try_extend_from_slice(key).map_err(full)?;
        list.try_extend_from_slice(contents).map_err(full)
    }
}

/// Returns the bytes of a key, in `room`.
fn key_bytes(tag: u32, wire_type: WireType, room: &mut [u8; KEY_MAX]) -> &[u8] {
    let key = u64::from(tag << 3 | wire_type as u32);
    encode_varint(key, &mut &mut room[..]);
    &room[..encoded_len_varint(key)]
}

fn check_room(needed: usize, room: usize) -> Result<(), DecodeError> {
    if needed <= room {
        return Ok(());
    }
    let larger = "more room for them in the field with `#[ffi(unknown)]`, or no such field, which drops them";
    Err(DecodeError::too_long("unknown fields", needed, room, larger))
}
