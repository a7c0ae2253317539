//! `FfiRef`: a message elsewhere.
//!
//! In .proto it is a message that may be absent. What a reference refers to is found through its pool, so [`referent`] is where
//! that will happen; until then it finds nothing, nothing is written, and what is read is skipped.

use std::mem::MaybeUninit;

use prost::encoding::WireType;

use super::error::DecodeError;
use super::field::ProtoType;
use super::wire::{Reader, Writer};
use crate::pool::FfiPooled;
use crate::types::FfiRef;

// SAFETY: `init` writes a reference.
unsafe impl<T: FfiPooled> ProtoType for FfiRef<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::none())
    }

    #[inline]
    fn is_default(&self) -> bool {
        true
    }

    #[inline]
    fn field_len(&self, _tag: u32) -> usize {
        0
    }

    #[inline]
    fn write_field(&self, _tag: u32, _out: &mut Writer<'_>) {}

    #[inline]
    fn read_field(
        &mut self,
        (): &mut (),
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if wire_type != Self::WIRE {
            return Err(DecodeError::wire_type(wire_type, Self::WIRE));
        }
        input.nested().map(drop)
    }
}
