//! The site of an exported function without the feature `production`: it has no size, and its
//! functions return what they are given.

use super::bytes::Bytes;
use crate::boundary::Failure;

/// The place in an exported function that each of its calls passes.
#[derive(Debug)]
pub struct Site;

impl Site {
    /// Makes the site of a function.
    #[must_use]
    pub const fn new(_name: &'static str) -> Self {
        Self
    }

    /// Runs the body of a call.
    ///
    /// # Errors
    ///
    /// Returns the error of the body.
    #[inline(always)]
    pub fn watch<T>(
        &'static self,
        body: impl FnOnce(&mut Bytes) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        body(&mut Bytes::default())
    }

    /// Begins a call that may end on another thread.
    ///
    /// # Errors
    ///
    /// Returns none.
    #[cfg(feature = "async")]
    #[inline(always)]
    pub fn enter(&'static self) -> Result<Watch, Failure> {
        Ok(Watch(Bytes::default()))
    }

    /// Runs the step that makes an item of a stream.
    ///
    /// # Errors
    ///
    /// Returns the error of the step.
    #[cfg(feature = "async")]
    #[inline(always)]
    pub fn item<T>(&'static self, step: impl FnOnce(&mut Bytes) -> Result<T, Failure>) -> Result<T, Failure> {
        step(&mut Bytes::default())
    }
}

/// A call that may end on another thread.
#[cfg(feature = "async")]
#[derive(Debug)]
pub struct Watch(Bytes);

#[cfg(feature = "async")]
impl Watch {
    /// Returns the bytes of the call, which are none.
    #[inline(always)]
    pub fn bytes(&mut self) -> &mut Bytes {
        &mut self.0
    }

    /// Runs the last step of the call.
    ///
    /// # Errors
    ///
    /// Returns the error of the step.
    #[inline(always)]
    pub fn finish<T>(mut self, step: impl FnOnce(&mut Bytes) -> Result<T, Failure>) -> Result<T, Failure> {
        step(&mut self.0)
    }

    /// Runs a step of the call.
    #[inline(always)]
    pub fn run<T>(&self, step: impl FnOnce() -> T) -> T {
        step()
    }

    #[inline(always)]
    pub(super) fn step<T>(&mut self, step: impl FnOnce() -> T) -> T {
        step()
    }
}
