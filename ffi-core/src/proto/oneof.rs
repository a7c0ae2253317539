//! Oneofs: a message with at most one field.

use std::mem::MaybeUninit;

use prost::encoding::key_len;

use super::error::DecodeError;
use super::field::{ProtoType, init_field};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::oneof::FfiOneof;

/// A type whose cases can be fields of the message that holds it: `#[ffi(flatten)]`. It is a
/// oneof, or [`FfiEmpty`](crate::FfiEmpty), which has none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be flattened",
    label = "not a oneof",
    note = "`flatten` is for a field whose type is an enum with `#[derive(FfiMessage)]`, or `FfiEmpty`"
)]
pub trait ProtoOneof: ProtoType {
    /// Numbers of its cases.
    const TAGS: &'static [u32];

    /// Reads a case after its key, and returns true; false if there is none with that number and
    /// wire type.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    fn read_case(
        &mut self,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<bool, DecodeError>;
}

/// Asserts that the cases of flattened oneofs have numbers of their own.
///
/// # Panics
///
/// Panics if they don't; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_own_numbers(fields: &[u32], reserved: &[(u32, u32)], oneofs: &[&[u32]]) {
    let mut oneof = 0;
    while oneof < oneofs.len() {
        let mut case = 0;
        while case < oneofs[oneof].len() {
            let number = oneofs[oneof][case];
            let mut taken = contains(fields, number);
            let mut other = 0;
            while other < oneof {
                taken |= contains(oneofs[other], number);
                other += 1;
            }
            let mut range = 0;
            while range < reserved.len() {
                taken |= reserved[range].0 <= number && number <= reserved[range].1;
                range += 1;
            }
            assert!(
                !taken,
                "a case of a flattened oneof has the number of a field, of a case of another one, or a reserved one; \
                 hint: give each its own with `#[ffi(tag = N)]`"
            );
            case += 1;
        }
        oneof += 1;
    }
}

const fn contains(numbers: &[u32], number: u32) -> bool {
    let mut index = 0;
    while index < numbers.len() {
        if numbers[index] == number {
            return true;
        }
        index += 1;
    }
    false
}

/// Makes the case with the discriminant `tag` active, unless it is, and returns its value.
///
/// # Safety
///
/// The case with the discriminant `tag` in memory holds a `T`, and `init` makes a `T` of memory.
#[inline]
pub unsafe fn active_case<O: FfiOneof + ProtoType, T>(
    oneof: &mut O,
    tag: u32,
    init: impl FnOnce(&mut MaybeUninit<T>),
) -> &mut T {
    let changes = active_tag(oneof) != tag;
    if changes {
        oneof.release(Releaser::DECODED);
    }
    let start = std::ptr::from_mut(oneof).cast::<u8>();
    if changes {
        // SAFETY: the value of the case is at that offset, inside the oneof, to which this is the
        // only reference.
        unsafe { init_field::<T>(start, O::PAYLOAD, init) };
        // SAFETY: the discriminant is at the start of the oneof, to which this is the only
        // reference; the case with it now holds a value.
        unsafe { start.cast::<u32>().write(tag) };
    }
    // SAFETY: the value of the case is at that offset, inside the oneof.
    let payload = unsafe { start.add(O::PAYLOAD) };
    // SAFETY: the case with that discriminant is active, so this is a valid `T`, borrowed as long
    // as the oneof.
    unsafe { &mut *payload.cast() }
}

fn active_tag<O: FfiOneof>(oneof: &O) -> u32 {
    // SAFETY: a `repr(C, u32)` enum begins with a `u32`, which a reference has initialised.
    unsafe { std::ptr::from_ref(oneof).cast::<u32>().read() }
}

/// Makes the case with that discriminant, which has no value, active in a valid oneof.
///
/// # Safety
///
/// There is a case with that discriminant in memory, and it has no value.
#[inline]
pub unsafe fn activate_unit<O: FfiOneof + ProtoType>(oneof: &mut O, tag: u32) {
    oneof.release(Releaser::DECODED);
    // SAFETY: the case exists and has no value, by this function's contract, and this is the only
    // reference to the oneof.
    unsafe { set_unit(oneof, tag) };
}

/// Makes memory a oneof whose active case is the one with that discriminant, which has no value.
///
/// # Safety
///
/// There is a case with that discriminant in memory, and it has no value. `oneof` points to memory
/// of its size that no other code uses.
#[inline]
pub unsafe fn set_unit<O: FfiOneof>(oneof: *mut O, tag: u32) {
    // SAFETY: a `repr(C, u32)` enum begins with a `u32`, and by this function's contract no other
    // code uses the memory.
    unsafe { oneof.cast::<u32>().write(tag) };
}

/// Returns the number of bytes of a case without a value.
#[inline]
pub fn unit_len(tag: u32) -> usize {
    key_len(tag) + 1
}

/// Writes a case without a value: a message without fields.
#[inline]
pub fn write_unit(tag: u32, out: &mut Writer<'_>) {
    out.key(tag, WireType::LengthDelimited);
    out.varint(0);
}

/// Reads a case without a value, a message, after its key; fields that a later version added are
/// skipped.
///
/// # Errors
///
/// Returns an error if the message is cut off, or its fields are damaged.
pub fn read_unit(input: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut contents = input.nested()?;
    while let Some((tag, wire_type)) = contents.key()? {
        contents.skip(tag, wire_type)?;
    }
    Ok(())
}
