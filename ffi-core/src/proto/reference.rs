//! `FfiRef`: a message elsewhere.
//!
//! # Problem
//!
//! In .proto a reference is a message that may be absent, so what it refers to is written there, and read into a slot of its own.
//! But others may free that slot at any time, references may go round in circles, and bytes that turn out to be
//! damaged must not cost a slot.
//!
//! # Idea
//!
//! **Writing** reads what it follows in place, as any number of others may do at the same time. Nobody takes it meanwhile, and
//! when somebody frees it, it is free once it is written. What can't be read counts as absent: a reference that is none or
//! stale, a message whose bytes are no value, one that a `PoolBox` owns or that is changing hands, and one that is being
//! written already. So circles end: the writer has the path of the messages around it, and a node's `parent` isn't written inside the
//! parent. The message that all begins with is on the path, too, if it is in its pool; that is [`ProtoType::begin`]. A message
//! that is referred to twice is written twice, as protobuf can't say that they are the same.
//!
//! What can't be read now may be read a moment later, so a length that was worked out before may be wrong by the time the bytes are written.
//! The writer therefore counts what it has no room for and starts over.
//!
//! What is exposed (see [`Pool::try_take`](crate::Pool::try_take)) may be in use by a call as `&mut`. To leave it out would lose
//! data silently, so safe functions panic, and unsafe ones, such as the exported ones, read it.
//!
//! A reader refuses more than [`MAX_DEPTH`](super::MAX_DEPTH) levels, and so a reference that leads deeper is written as absent. The same
//! goes for those behind 2 GiB, which is more than protobuf allows: it ends graphs in which all refer to all.
//!
//! **Reading** allocates. What was read is only known by its reference, so when anything goes wrong later, a walk over what was read
//! frees it again: [`ProtoType::release`]. Values that are overwritten while reading, such as the entry of a map
//! whose key comes twice, are released, too. [`ProtoType::HAS_REFS`] keeps the cost of all this from other types.

use std::mem::MaybeUninit;

use prost::encoding::WireType;

use super::FfiProto;
use super::error::DecodeError;
use super::field::{ProtoType, clear, write_member};
use super::wire::{Reader, Writer};
use crate::pool::{FfiPooled, RefusedHandle};
use crate::types::FfiRef;

/// [`ProtoType::begin`] of a message with a pool.
#[inline]
pub fn begin<T: FfiPooled + FfiProto>(message: &T, out: &mut Writer<'_>) {
    if T::HAS_REFS
        && let Some(index) = T::pool().reference(message).index()
    {
        out.enter::<T>(index);
    }
}

// No circle, although a message may refer to itself: the derive implements `FfiProto` without a
// condition.
// SAFETY: `init` writes a reference.
unsafe impl<T: FfiPooled + FfiProto> ProtoType for FfiRef<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    const HAS_REFS: bool = true;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::none())
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn field_len(&self, _tag: u32) -> usize {
        0
    }

    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        let Some(index) = self.index() else { return };
        out.if_it_fits(|out| {
            if out.is_inside::<T>(index) {
                return;
            }
            match out.read(*self) {
                Ok(message) => {
                    out.enter::<T>(index);
                    write_member(&*message, tag, out);
                    out.leave();
                }
                Err(RefusedHandle::Exposed) => out.leave_out::<T>(),
                Err(_) => {}
            }
        });
    }

    /// In a list there is no need for a wrapper: what is absent is left out, and so is the case of a oneof.
    fn write_element(&self, tag: u32, out: &mut Writer<'_>) {
        self.write_field(tag, out);
    }

    fn read_element(&mut self, wire_type: WireType, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.read_field(&mut (), wire_type, input)
    }

    fn read_field(
        &mut self,
        (): &mut (),
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if wire_type != Self::WIRE {
            return Err(DecodeError::wire_type(wire_type, Self::WIRE));
        }
        let mut contents = input.nested()?;
        // One that is there was read before: the two merge.
        let earlier = if self.is_none() { None } else { self.take() };
        let mut message = match earlier {
            Some(message) => message,
            None => {
                let mut new = T::pool().try_alloc().map_err(DecodeError::pool)?;
                clear(&mut *new);
                new
            }
        };
        let read = message.read_value(&mut contents);
        // Also where that failed: whoever read the whole message releases it.
        *self = message.into_ref();
        read
    }

    fn release(&mut self) {
        if self.is_none() {
            return;
        }
        if let Some(mut message) = self.take() {
            message.release();
        }
        *self = Self::none();
    }
}
