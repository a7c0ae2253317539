//! `FfiRef`: a message in another slot.
//!
//! # Problem
//!
//! In .proto a reference is a message that may be absent, so its message is written in its place,
//! and read into a slot of its own. But other threads may free that slot at any time, references
//! may form circles, and damaged bytes must not cost a slot.
//!
//! # Idea
//!
//! **Writing** reads referenced messages in place, as any number of other threads may do at once.
//! No thread takes a message meanwhile, and one that is freed is free once it is written. A message
//! that can't be read counts as absent: a reference that is none or stale, a message whose bytes
//! are no value, one that a `PoolBox` owns or that is changing owners, and one that is being
//! written already. So circles end: the writer has the path of the messages around it, and a node's
//! `parent` isn't written inside the parent. The outermost message is on the path as well, if it is
//! in its pool; [`ProtoType::begin`] adds it. A message that is referred to twice is written twice,
//! as protobuf can't express identity.
//!
//! A message that can't be read now may be readable a moment later, so a length that was computed
//! before may be wrong when the bytes are written. The writer therefore counts bytes that don't
//! fit, and starts over.
//!
//! An exposed message (see [`Pool::try_take`](crate::Pool::try_take)) may be in use by a call as
//! `&mut`. To leave it out would lose data silently, so safe functions panic, and unsafe ones, such
//! as the exported ones, read it.
//!
//! A reader refuses more than [`MAX_DEPTH`](super::MAX_DEPTH) levels, so a reference that leads
//! deeper is written as absent. So are those after 2 GiB, which is more than protobuf allows: it
//! ends graphs in which all messages refer to all.
//!
//! **Reading** allocates. A message that was read is only known by its reference, so if a later
//! part fails, a walk over the value frees them again: [`ProtoType::release`]. Values that are
//! overwritten while reading, such as the entry of a map whose key occurs twice, are released as
//! well. [`ProtoType::HAS_REFS`] keeps this cost from other types.

use std::mem::MaybeUninit;

use super::FfiProto;
use super::error::DecodeError;
use super::field::{ProtoType, clear, write_member};
use super::followed::Followed;
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::pool::{Exposure, FfiPooled};
use crate::types::FfiRef;

/// [`ProtoType::begin`] of a message with a pool.
#[inline]
pub fn begin<T: FfiPooled + FfiProto>(message: &T, followed: &mut Followed) {
    if T::HAS_REFS
        && let Some(index) = T::pool().reference(message).index()
    {
        followed.enter::<T>(index);
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
            if let Some(message) = out.followed.read(*self) {
                out.followed.enter::<T>(index);
                write_member(&*message, tag, out);
                out.followed.leave();
            }
        });
    }

    /// Writes the element without a wrapper: in a list an absent one is left out, and so is the
    /// case of a oneof.
    fn write_element(&self, tag: u32, out: &mut Writer<'_>) {
        self.write_field(tag, out);
    }

    fn read_element(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.read_field(&mut (), Self::WIRE, input)
    }

    fn read_field(&mut self, (): &mut (), _: WireType, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut contents = input.nested()?;
        // A message from an earlier occurrence: the two merge.
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
        // Also after an error: the caller that reads the whole message releases it.
        *self = message.into_ref();
        read
    }

    fn release(&mut self, by: Releaser) {
        if self.is_none() {
            return;
        }
        let taken = match by.exposure {
            Exposure::Refuse => self.take(),
            // SAFETY: by the contract of `Releaser::exposed` no code uses the message.
            Exposure::Accept => unsafe { T::pool().take_exposed(*self) }.ok(),
        };
        if let (Some(mut message), Some(inner)) = (taken, by.inside()) {
            message.release(inner);
        }
        *self = Self::none();
    }
}
