//! What macro-generated code names. No part of the public API: it changes with any version.

pub use std::borrow::ToOwned;

pub use bytemuck;
pub use core;
pub use memoffset::offset_of;

pub use crate::boundary::{
    FfiOutput, FfiOwned, FfiReturn, FfiStatus, FfiValue, Region, alloc, assert_by_value, call, clear,
    disjoint, free, optional, owned_free, reference, reference_mut, slice, slice_mut, text, value,
};
pub use crate::enumeration::{FfiEnum, assert_has_zero, check_enum, enum_from_abi};
pub use crate::layout::{
    FieldLayout, assert_no_destructor, assert_not_empty, assert_padding_free, assert_pod_field,
    assert_repr_c, padding,
};
pub use crate::message::{Bits, FfiMessage, check_field, from_abi};
pub use crate::oneof::{FfiOneof, assert_oneof, oneof_tag, unknown_case};
#[cfg(feature = "proto")]
pub use crate::proto;
pub use crate::schema::encode::{Fragment, Piece};
pub use crate::schema::fingerprint;
pub use crate::types::{FfiType, Invalid, assert_capacities};
