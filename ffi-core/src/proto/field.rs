//! The trait of field types, and the functions that follow from it for a single value.

use std::mem::MaybeUninit;

use prost::encoding::{encoded_len_varint, key_len};

use super::error::DecodeError;
use super::followed::Followed;
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::FfiType;
use crate::wipe::wipe;

/// Number of the only field of a wrapper message.
const WRAPPED: u32 = 1;

/// A type that can be a field in protobuf. See the [module's documentation](super) for the two
/// forms in which it is written.
///
/// # Safety
///
/// An implementation promises that [`init`](Self::init) makes its slot a valid value, and returns
/// that; and that functions that write use the [`Writer`] that they get, and don't replace it.
/// Everything else may be wrong without harm: a wrong length makes the encoder write twice, and no
/// more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place in protobuf",
    label = "not a field of .proto",
    note = "what has is each type of `ffi_core`, and one with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`"
)]
pub unsafe trait ProtoType: FfiType {
    /// Wire type of the value form. It is a packed element if this isn't a length and bytes.
    const WIRE: WireType;

    /// True if the value form is a message, and so a level of nesting.
    const NESTED: bool = true;

    /// True if it is `u8`, of which an array is bytes.
    const BYTE: bool = false;

    /// Number of elements that it is in an array, as an array of arrays is flat.
    const ITEMS: usize = 1;

    /// Wire type of each of these elements.
    const ITEM_WIRE: WireType = Self::WIRE;

    /// True if it may hold references: its encoding then depends on more than its own bytes.
    const HAS_REFS: bool = false;

    /// State of this field between its occurrences while a message is read.
    type State: Default;

    /// Returns true if a field of this type can have that wire type; with any other it is a field
    /// that isn't known, as for other readers.
    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == Self::WIRE
    }

    /// Makes memory the value of all zeros, and writes only what that needs.
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self;

    /// Returns true if a field of this value is not written. With references in it, that is only
    /// known after writing.
    fn is_default(&self) -> bool;

    /// Returns the number of bytes that [`write_value`](Self::write_value) writes.
    #[inline]
    fn value_len(&self) -> usize {
        self.field_len(WRAPPED)
    }

    /// Writes the value form, without a length before it.
    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        self.write_field(WRAPPED, out);
    }

    /// Reads the value form; the caller has read the length and set the end of the input.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut state = Self::State::default();
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                WRAPPED if Self::accepts(wire_type) => self.read_field(&mut state, wire_type, input)?,
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    /// Returns the number of bytes that [`write_field`](Self::write_field) writes, without the
    /// messages of references.
    #[inline]
    fn field_len(&self, tag: u32) -> usize {
        if self.is_default() { 0 } else { member_len(self, tag) }
    }

    /// Writes the field form.
    #[inline]
    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        if Self::HAS_REFS {
            // Absent references are only known after writing.
            out.nested_unless_empty(tag, |out| self.write_value(out));
        } else if !self.is_default() {
            write_member(self, tag, out);
        }
    }

    /// Reads one occurrence of the field form, after its key, whose wire type it accepts.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_field(
        &mut self,
        _state: &mut Self::State,
        _wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_item(self, input)
    }

    /// Writes it as an element of a list, or as the case of a oneof.
    #[inline]
    fn write_element(&self, tag: u32, out: &mut Writer<'_>) {
        write_member(self, tag, out);
    }

    /// Reads an element of a list, or the case of a oneof, after its key, whose wire type is
    /// [`WIRE`](Self::WIRE).
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_element(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        read_item(self, input)
    }

    /// Frees the messages that reading has allocated: all that this value refers to, directly or
    /// indirectly. References to them become none.
    #[inline]
    fn release(&mut self, _by: Releaser) {}

    /// Notes that this message is being written, if it is in its pool: references to it inside are
    /// absent.
    #[inline]
    fn begin(&self, _followed: &mut Followed) {}

    /// Returns the number of bytes that [`write_items`](Self::write_items) writes, given those of a
    /// key.
    #[inline]
    fn items_len(&self, key_len: usize) -> usize {
        key_len + item_len(self)
    }

    /// Writes it as its elements in an array, each with a key if there is one.
    #[inline]
    fn write_items(&self, key: Option<u32>, out: &mut Writer<'_>) {
        if let Some(tag) = key {
            out.key(tag, Self::WIRE);
        }
        write_item(self, out);
    }

    /// Reads its element with that index.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_nth_item(&mut self, _index: usize, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        read_item(self, input)
    }

    /// Returns the values as bytes, if the type is `u8`.
    #[inline]
    fn as_bytes(_values: &[Self]) -> &[u8] {
        &[]
    }

    /// Returns the values as mutable bytes, if the type is `u8`.
    #[inline]
    fn as_bytes_mut(_values: &mut [Self]) -> &mut [u8] {
        &mut []
    }
}

/// Returns the number of bytes of the value form, with its length if it has one.
#[inline]
pub(super) fn item_len<T: ProtoType>(value: &T) -> usize {
    let len = value.value_len();
    if T::WIRE == WireType::LengthDelimited { encoded_len_varint(len as u64) + len } else { len }
}

/// Writes the value form, with its length if it has one.
#[inline]
pub(super) fn write_item<T: ProtoType>(value: &T, out: &mut Writer<'_>) {
    if T::WIRE != WireType::LengthDelimited {
        value.write_value(out);
    } else if T::NESTED {
        out.nested(|out| value.write_value(out));
    } else {
        out.varint(value.value_len() as u64);
        value.write_value(out);
    }
}

/// Returns the number of bytes of a field that is always written.
#[inline]
pub fn member_len<T: ProtoType>(value: &T, tag: u32) -> usize {
    key_len(tag) + item_len(value)
}

/// Writes a field, whatever its value: a present option, or a part of a map's entry.
#[inline]
pub fn write_member<T: ProtoType>(value: &T, tag: u32, out: &mut Writer<'_>) {
    out.key(tag, T::WIRE);
    write_item(value, out);
}

/// Reads the value form, after its key, whose wire type is [`ProtoType::WIRE`].
#[inline]
pub fn read_item<T: ProtoType>(value: &mut T, input: &mut Reader<'_>) -> Result<(), DecodeError> {
    if T::WIRE != WireType::LengthDelimited {
        value.read_value(input)
    } else if T::NESTED {
        value.read_value(&mut input.nested()?)
    } else {
        value.read_value(&mut input.delimited()?)
    }
}

/// Makes a field of a message a value, with [`ProtoType::init`] of its type.
///
/// # Safety
///
/// `message + offset` is memory for an `F` that no other code uses.
#[inline]
pub unsafe fn init_field<F>(message: *mut u8, offset: usize, init: impl FnOnce(&mut MaybeUninit<F>)) {
    // SAFETY: by this function's contract the field lies inside the message's memory.
    let field = unsafe { message.add(offset) };
    // SAFETY: by this function's contract it is aligned memory for an `F`, and no other code uses
    // it; a `MaybeUninit` needs no value.
    let field = unsafe { &mut *field.cast::<MaybeUninit<F>>() };
    init(field);
}

/// Sets a value to all zeros.
#[inline]
pub(super) fn clear<T: ProtoType>(value: &mut T) -> &mut T {
    if T::SECRET {
        // SAFETY: it is the memory of `value`, which is borrowed mutably; `init` follows.
        unsafe { wipe(std::ptr::from_mut(value).cast(), size_of::<T>()) };
    }
    // SAFETY: a `MaybeUninit<T>` has the layout of a `T`, and `init` leaves a valid one.
    T::init(unsafe { &mut *std::ptr::from_mut(value).cast() })
}
