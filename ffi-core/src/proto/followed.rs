//! The messages of pools that a writer is inside of, and the rule for exposed ones.

use std::ptr;

use super::error::EncodeError;
use crate::pool::{Exposure, FfiPooled, PoolRead, RefusedHandle};
use crate::types::FfiRef;

/// References that a writer has followed to where it is.
#[derive(Debug)]
pub struct Followed {
    /// The messages of pools that are being written, outermost first: a pool's address and an
    /// index.
    path: Vec<(usize, usize)>,
    /// Rule for exposed messages. Invariant: they are accepted only by the contract of
    /// [`exposed`](Self::exposed).
    exposure: Exposure,
    /// Error for the first message that was left out because it is exposed.
    left_out: Option<EncodeError>,
}

impl Followed {
    /// Follows no reference to an exposed message.
    pub(crate) const fn new() -> Self {
        Self::by(Exposure::Refuse)
    }

    const fn by(exposure: Exposure) -> Self {
        Self { path: Vec::new(), exposure, left_out: None }
    }

    /// Also follows references to exposed messages.
    ///
    /// # Safety
    ///
    /// While it is used, no code writes to referenced messages, and no call of an exported function
    /// has a `&mut` to one or into one.
    pub(crate) const unsafe fn exposed() -> Self {
        Self::by(Exposure::Accept)
    }

    /// Returns the message of a reference in a message that is being written; `None` if it counts
    /// as absent.
    pub(crate) fn read<T: FfiPooled>(&mut self, reference: FfiRef<T>) -> Option<PoolRead<T>> {
        let index = reference.index()?;
        if self.path.contains(&Self::place::<T>(index)) {
            return None;
        }
        // SAFETY: exposed messages are accepted only by the contract of `exposed`, which is the
        // callee's: this is called while its message is written, for references in it.
        match unsafe { T::pool().read_with(reference, self.exposure) } {
            Ok(message) => Some(message),
            Err(RefusedHandle::Exposed) => {
                self.leave_out::<T>();
                None
            }
            Err(_) => None,
        }
    }

    fn place<T: FfiPooled>(index: usize) -> (usize, usize) {
        (ptr::from_ref(T::pool()).addr(), index)
    }

    /// Adds the message of a slot to the path.
    pub(crate) fn enter<T: FfiPooled>(&mut self, index: usize) {
        self.path.push(Self::place::<T>(index));
    }

    /// Removes the last message from the path.
    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    /// Leaves out a message of this type, which is exposed.
    #[cold]
    fn leave_out<T: FfiPooled>(&mut self) {
        self.left_out.get_or_insert_with(EncodeError::exposed::<T>);
    }

    /// Returns the error of the first message that was left out because it is exposed.
    pub(crate) fn finish(self) -> Result<(), EncodeError> {
        self.left_out.map_or(Ok(()), Err)
    }
}
