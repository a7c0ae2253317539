//! Facts of a type that generated code asks for whether the type has the trait or not.
//!
//! # Problem
//!
//! Generated code needs a field's type in many places: its fingerprint, its record, its check. Each
//! place that names `<T as FfiType>` is an error of its own when `T` isn't an [`FfiType`], so one
//! mistake was reported up to fifteen times.
//!
//! # Idea
//!
//! One place of each item asserts the trait. All others ask [`Facts`], which always has an answer:
//! an inherent constant of an `impl<T: FfiType>` hides the constant of the same name that the trait
//! [`NoFacts`] gives to every type, and where the bound doesn't hold, rustc takes the trait's. The
//! crate `impls` finds out in this way which traits a type has. It works for concrete types only,
//! which is what messages and exported functions consist of.
//!
//! A function or a queue has a type of its own for its facts, whose inherent impl has the bounds of
//! all types in the signature.
//!
//! What [`NoFacts`] answers never reaches a program, as the assertion has failed by then.
//!
//! Tests: `tests/ui`, in which each mistake has one error.

#![allow(missing_docs, reason = "the documentation of each constant is that of its trait")]

use std::marker::PhantomData;

use crate::columns::Column;
use crate::layout::PodField;
use crate::schema::encode::{Fragment, Piece};
use crate::types::{FfiType, InvalidValue, Lanes};

/// Facts of a type in shared memory, those of [`FfiType`].
#[derive(Debug)]
pub struct Facts<T: ?Sized>(PhantomData<T>);

impl<T: FfiType> Facts<T> {
    pub const TYPE: Fragment = T::TYPE;
    pub const FINGERPRINT: u64 = T::FINGERPRINT;
    pub const ANY_BITS: bool = T::ANY_BITS;
    pub const CAPACITIES_FIT: bool = T::CAPACITIES_FIT;
    pub const LANES: Lanes = T::LANES;

    /// Calls [`FfiType::check`].
    ///
    /// # Errors
    ///
    /// Those of the callee.
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`].
    #[inline(always)]
    pub unsafe fn check(value: *const T) -> Result<(), InvalidValue> {
        // SAFETY: this function's contract is that of the callee.
        unsafe { T::check(value) }
    }

    /// The column of a field of this type, which has yet to be told apart from others.
    pub const COLUMN: Column = Column::of::<T>();

    /// Fails to compile, with a readable message, when `T` isn't [`Clone`].
    pub fn assert_clone()
    where
        T: Clone,
    {
    }

    /// Fails to compile, with a readable message, when `T` has no place in protobuf.
    #[cfg(feature = "proto")]
    pub fn assert_proto()
    where
        T: crate::proto::ProtoType,
    {
    }

    /// Fails to compile, with a readable message, when `T` isn't [`bytemuck::Pod`].
    pub fn assert_pod_field()
    where
        T: PodField,
    {
    }
}

/// Answers for what has no facts: a type without the trait, a signature with such a type.
pub trait NoFacts {
    const TYPE: Fragment = &[Piece::Text("null")];
    const FINGERPRINT: u64 = 0;
    const ANY_BITS: bool = true;
    const CAPACITIES_FIT: bool = true;
    /// Those of a number, as a second error would say that `simd` needs one.
    const LANES: Lanes = <u8 as FfiType>::LANES;
    const COLUMN: Column = Column::of::<u8>();
    const RECORD: Fragment = &[];
    const RESULT_SIZE: usize = 0;

    /// Accepts anything.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Safety
    ///
    /// None is needed.
    unsafe fn check<T>(_: *const T) -> Result<(), InvalidValue> {
        Ok(())
    }

    /// Asserts nothing.
    fn assert_clone() {}

    /// Asserts nothing.
    fn assert_proto() {}

    /// Asserts nothing.
    fn assert_pod_field() {}
}

impl<T: ?Sized> NoFacts for Facts<T> {}
