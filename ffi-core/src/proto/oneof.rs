//! Oneofs: a message in which one field at most is there.

use std::mem::MaybeUninit;

use prost::encoding::{WireType, key_len};

use super::error::DecodeError;
use super::field::{ProtoType, init_field};
use super::wire::{Reader, Writer};
use crate::oneof::FfiOneof;

/// Makes the case of that tag the active one, unless it is, and lends what it holds.
///
/// # Safety
///
/// The case of that tag in memory holds a `T`, which `init` makes of memory.
#[inline]
pub unsafe fn active_case<O: FfiOneof + ProtoType, T>(
    oneof: &mut O,
    tag: u32,
    init: impl FnOnce(&mut MaybeUninit<T>),
) -> &mut T {
    let changes = active_tag(oneof) != tag;
    if changes {
        oneof.release();
    }
    let start = std::ptr::from_mut(oneof).cast::<u8>();
    if changes {
        // SAFETY: what the case holds lies there, inside the oneof, which is ours.
        unsafe { init_field::<T>(start, O::PAYLOAD, init) };
        // SAFETY: as above; the case of that tag holds a value now.
        unsafe { start.cast::<u32>().write(tag) };
    }
    // SAFETY: what the case holds lies there, inside the oneof.
    let payload = unsafe { start.add(O::PAYLOAD) };
    // SAFETY: the case of that tag is the active one, so this is a valid `T`, borrowed as long as the oneof.
    unsafe { &mut *payload.cast() }
}

fn active_tag<O: FfiOneof>(oneof: &O) -> u32 {
    // SAFETY: a `repr(C, u32)` enum begins with a `u32`, which a reference has initialised.
    unsafe { std::ptr::from_ref(oneof).cast::<u32>().read() }
}

/// Makes the case of that tag, which holds nothing, the active one of a oneof that is a value.
///
/// # Safety
///
/// There is a case of that tag in memory, and it holds nothing.
#[inline]
pub unsafe fn activate_unit<O: FfiOneof + ProtoType>(oneof: &mut O, tag: u32) {
    oneof.release();
    // SAFETY: this function's contract is the callee's, and the oneof is ours.
    unsafe { set_unit(oneof, tag) };
}

/// Makes memory a oneof whose active case is the one of that tag, which holds nothing.
///
/// # Safety
///
/// There is a case of that tag in memory, and it holds nothing. `oneof` points to memory of its size that nobody else uses.
#[inline]
pub unsafe fn set_unit<O: FfiOneof>(oneof: *mut O, tag: u32) {
    // SAFETY: a `repr(C, u32)` enum begins with a `u32`, and by this function's contract the memory is ours.
    unsafe { oneof.cast::<u32>().write(tag) };
}

/// Bytes of a case that holds nothing.
#[inline]
pub fn unit_len(tag: u32) -> usize {
    key_len(tag) + 1
}

/// Writes a case that holds nothing: a message without fields.
#[inline]
pub fn write_unit(tag: u32, out: &mut Writer<'_>) {
    out.key(tag, WireType::LengthDelimited);
    out.varint(0);
}

/// Reads a case that holds nothing; what a later version has in it is skipped.
///
/// # Errors
///
/// When it isn't a message.
pub fn read_unit(wire_type: WireType, input: &mut Reader<'_>) -> Result<(), DecodeError> {
    if wire_type != WireType::LengthDelimited {
        return Err(DecodeError::wire_type(wire_type, WireType::LengthDelimited));
    }
    let mut contents = input.nested()?;
    while let Some((tag, wire_type)) = contents.key()? {
        contents.skip(tag, wire_type)?;
    }
    Ok(())
}
