//! Facts about a type, which generated code may ask for even if the type lacks the trait.
//!
//! # Problem
//!
//! Generated code needs a field's type in many places: its fingerprint, its record, its check. Each
//! place that names `<T as FfiType>` is an error of its own if `T` isn't an [`FfiType`], so one
//! mistake would be reported up to fifteen times.
//!
//! # Idea
//!
//! One place of each item asserts the trait. All others ask [`Facts`], which always has an answer:
//! an inherent constant of an `impl<T: FfiType>` hides the constant of the same name that the trait
//! [`NoFacts`] gives to every type, and if the bound doesn't hold, rustc takes the trait's. The
//! crate `impls` finds out in this way which traits a type has. It works only for concrete types,
//! which is all that messages and exported functions consist of.
//!
//! A function or a queue has a type of its own for its facts, whose inherent impl has the bounds of
//! all types in the signature.
//!
//! The answers of [`NoFacts`] never reach a program, as the assertion has failed by then.
//!
//! Tests: `tests/ui`, in which each mistake has one error.

#![allow(missing_docs, reason = "the documentation of each constant is that of its trait")]

use std::marker::PhantomData;

use crate::columns::{ColumnList, ColumnParts};
use crate::layout::PodField;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::piece::{Member, PartList};
use crate::types::parts::Parts;
use crate::types::{FfiType, InvalidValue, Lanes};

/// Facts about a type in shared memory: those of [`FfiType`].
#[derive(Debug)]
pub struct Facts<T: ?Sized>(PhantomData<T>);

impl<T: FfiType> Facts<T> {
    pub const TYPE: Fragment = T::TYPE;
    pub const FINGERPRINT: u64 = T::FINGERPRINT;
    pub const ANY_BITS: bool = T::ANY_BITS;
    pub const CAPACITIES_FIT: bool = T::CAPACITIES_FIT;
    pub const LANES: Lanes = T::LANES;
    pub const ARENA: bool = T::ARENA;
    pub const SECRET: bool = T::SECRET;

    /// Calls [`FfiType::check`].
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`].
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`].
    #[inline(always)]
    pub unsafe fn check(value: *const T) -> Result<(), InvalidValue> {
        // SAFETY: the callee has the same contract: `value` is aligned and initialised, and no
        // other code writes to it.
        unsafe { T::check(value) }
    }

    /// Checks a field of untrusted memory, unless any bytes are a value of its type.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`], with the name of the field.
    ///
    /// # Safety
    ///
    /// `message.byte_add(offset)` fulfils the contract of [`FfiType::check`].
    #[inline(always)]
    pub unsafe fn check_field<M>(
        message: *const M,
        offset: usize,
        name: &'static str,
    ) -> Result<(), InvalidValue> {
        if T::ANY_BITS {
            return Ok(());
        }
        // SAFETY: by this function's contract the field lies inside the message's memory.
        let field = unsafe { message.byte_add(offset) };
        // SAFETY: by this function's contract the field is aligned and initialised, and no thread
        // writes to it.
        unsafe { T::check(field.cast()) }.map_err(|invalid| invalid.in_field(name))
    }

    /// Fails to compile, with a readable message, if `T` isn't [`Clone`].
    pub fn assert_clone()
    where
        T: Clone,
    {
    }

    /// Fails to compile, with a readable message, if `T` has no place in protobuf.
    #[cfg(feature = "proto")]
    pub fn assert_proto()
    where
        T: crate::proto::ProtoType,
    {
    }

    /// Fails to compile, with a readable message, if `T` isn't [`bytemuck::Pod`].
    pub fn assert_pod_field()
    where
        T: PodField,
    {
    }
}

/// Facts about the fields of a message, if each of them is an [`FfiType`].
impl<T: Parts> Facts<T> {
    pub const PARTS: &'static PartList = T::PARTS;

    /// Checks the fields of untrusted memory.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`], with the name of the field.
    ///
    /// # Safety
    ///
    /// A field of each type is at the offset of its member, and there it fulfils the contract of
    /// [`FfiType::check`].
    #[inline(always)]
    pub unsafe fn check_fields<M>(message: *const M, members: &'static [Member]) -> Result<(), InvalidValue> {
        // SAFETY: the callee has the same contract.
        unsafe { T::check(message.cast(), members) }
    }
}

/// Facts about the columns of a message, if each of its fields is an [`FfiType`].
impl<T: ColumnParts> Facts<T> {
    pub const COLUMNS: ColumnList = T::COLUMNS;
}

/// Facts about a type without the trait, or a signature with such a type.
pub trait NoFacts {
    const TYPE: Fragment = &[Piece::Text("null")];
    const FINGERPRINT: u64 = 0;
    const ANY_BITS: bool = true;
    const CAPACITIES_FIT: bool = true;
    const ARENA: bool = false;
    const SECRET: bool = false;
    /// The lanes of a number, as a second error would say that `simd` needs one.
    const LANES: Lanes = <u8 as FfiType>::LANES;
    const COLUMNS: ColumnList = ColumnList::NONE;
    const PARTS: &'static PartList = &PartList::NONE;
    const RECORD: Fragment = &[];
    const RESULT_SIZE: usize = 0;
    const RESULT_SECRET: bool = false;

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

    /// Accepts anything.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Safety
    ///
    /// None is needed.
    unsafe fn check_field<M>(_: *const M, _: usize, _: &'static str) -> Result<(), InvalidValue> {
        Ok(())
    }

    /// Accepts anything.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Safety
    ///
    /// None is needed.
    unsafe fn check_fields<M>(_: *const M, _: &'static [Member]) -> Result<(), InvalidValue> {
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
