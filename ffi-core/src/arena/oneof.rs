//! Places of oneofs: they make cases active.

use super::place::ArenaPlace;
use super::stored::zero;
use super::value::ArenaType;
use crate::oneof::{FfiOneof, oneof_tag};

impl<O: FfiOneof + ArenaType> ArenaPlace<'_, O> {
    /// Returns the place of the value of a case, which becomes the active one, with zeros, unless
    /// it is. What another case referred to is waste.
    ///
    /// # Safety
    ///
    /// The case with the discriminant `tag` holds an `F`.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn activate<F: ArenaType>(&mut self, tag: u32) -> ArenaPlace<'_, F> {
        if self.active() != tag {
            // SAFETY: there is such a case, whose value may be zeros, as that of each `FfiType`.
            unsafe { self.switch(tag) };
        }
        // SAFETY: the active case holds an `F` there.
        unsafe { self.part::<F>(O::PAYLOAD) }
    }

    /// Makes a case without a value the active one.
    ///
    /// # Safety
    ///
    /// The case with the discriminant `tag` holds nothing.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn activate_unit(&mut self, tag: u32) {
        // SAFETY: there is such a case, by this function's contract.
        unsafe { self.switch(tag) };
    }

    /// Returns the discriminant of the active case.
    #[inline]
    fn active(&self) -> u32 {
        let oneof: &O = self;
        // SAFETY: a reference is aligned, initialised, and nothing writes to it.
        unsafe { oneof_tag(oneof) }
    }

    /// Makes a case with zeros the active one.
    ///
    /// # Safety
    ///
    /// There is a case with the discriminant `tag`, whose value may be zeros.
    #[inline]
    unsafe fn switch(&mut self, tag: u32) {
        let place = self.pointer();
        // SAFETY: the place is writable memory of a oneof.
        unsafe { zero(place) };
        // SAFETY: a oneof begins with its discriminant, and the place is writable; zeros, which are
        // a valid value of the case, are behind it.
        unsafe { place.cast::<u32>().write(tag) };
    }
}
