//! `FfiOption`: a field with presence.

use std::mem::MaybeUninit;

use super::error::DecodeError;
use super::field::{ProtoType, member_len, read_item, write_member};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::FfiOption;

// SAFETY: `init` writes a presence byte of 0.
unsafe impl<T: ProtoType> ProtoType for FfiOption<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    const HAS_REFS: bool = T::HAS_REFS;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: the slot is memory for an option, so the byte is in it.
        let present = unsafe { &raw mut (*slot.as_mut_ptr()).present };
        // SAFETY: a byte, which is writable as the slot is.
        unsafe { present.write(0) };
        // SAFETY: it is not present, so no value is needed.
        unsafe { slot.assume_init_mut() }
    }

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == T::WIRE
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn field_len(&self, tag: u32) -> usize {
        self.as_ref().map_or(0, |value| member_len(value, tag))
    }

    #[inline]
    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        if let Some(value) = self.as_ref() {
            write_member(value, tag, out);
        }
    }

    #[inline]
    fn read_field(&mut self, (): &mut (), _: WireType, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        if self.is_none() {
            // The invariant holds: the value is valid before the byte says that it is present.
            T::init(&mut self.value);
            self.present = 1;
        }
        let value = self.as_mut().expect("it is present");
        read_item(value, input)
    }

    #[inline]
    fn release(&mut self, by: Releaser) {
        if let Some(value) = self.as_mut()
            && T::HAS_REFS
        {
            value.release(by);
        }
    }
}
