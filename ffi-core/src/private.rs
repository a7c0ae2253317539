//! Names for macro-generated code. Not part of the public API: they change with any version.

pub use std::borrow::ToOwned;
pub use std::boxed::Box;
pub use std::string::String;
pub use std::sync::Arc;
pub use std::sync::OnceLock;

// Under short names, as each token of generated code costs compile time.
pub use core::option::Option;
pub use core::primitive::*;
pub use core::result::Result;

pub use bytemuck;
pub use core;
pub use memoffset::offset_of;
#[cfg(feature = "serde")]
pub use serde;

pub use crate::arena::abi::{FfiArenaParts, arena_free, arena_new, arena_parts, arena_resize};
pub use crate::arena::{
    ArenaCheck, ArenaFull, ArenaKey, ArenaMessage, ArenaParts, ArenaPlace, ArenaRef, ArenaType, ArenaView,
    FfiArena, FfiArenaFrom, NotShown, PartOf, Reached, Shown, assert_in_place, check_field_in, copy_field_in,
    in_place, message_layout, store_field, zero,
};
#[cfg(feature = "serde")]
pub use crate::arena::{ByFields, Written, WrittenItself, serialize_message};
pub use crate::boundary::{
    Callback, Claim, Copied, DartError, ErrorFacts, ErrorLayout, ErrorText, Failure, FfiAnswer, FfiCallback,
    FfiDartCalls, FfiErrorField, FfiGiven, FfiLent, FfiObjectCalls, FfiOutput, FfiOwned, FfiReturn,
    FfiSignature, FfiSome, FfiStatus, FfiValue, GivenArena, GivenList, INTERNAL, NoErrorFacts, NoTexts,
    OwnedText, Receiver, Region, Returned, Texts, Untyped, alloc, arena_check, arena_compact, arena_compare,
    arena_freeze, arena_map, arena_renew, arena_schema, arena_wasted, assert_answer, assert_by_value,
    assert_called_by_value, assert_error, assert_item_by_value, assert_lent, assert_owned_text,
    assert_passed, assert_pooled, assert_returned, assert_returned_by_value, assert_sent, assert_value,
    c_text, c_text_bytes, call_output, claim, clear, dart_calls, dart_init, disjoint, disjoint_owned,
    displayed, error_layout, far_receiver, free, frozen, given, given_list, given_region, near_receiver,
    object_argument, object_calls, object_free, object_installed, object_redeem, object_share, optional,
    owned_free, receiver, reference, reference_mut, slice, slice_mut, take, take_arena, take_list, take_some,
    take_some_arena, take_some_list, text,
};
pub use crate::columns::abi::{
    columns_append, columns_free, columns_new, columns_read, columns_reserve, columns_resize,
    columns_swap_remove, columns_write,
};
pub use crate::columns::{Column, FfiColumnar, FfiColumns, column, column_mut};
pub use crate::enumeration::{
    FfiEnum, assert_has_zero, assert_repr, assert_variant, bits, check_enum, check_enums, enum_from_param,
};
pub use crate::error::FfiError;
pub use crate::facts::{Facts, NoFacts};
#[cfg(feature = "json")]
pub use crate::json;
pub use crate::layout::{
    Place, assert_field, assert_field_in_arena, assert_no_destructor, assert_not_empty, assert_padding_free,
    assert_repr_c,
};
pub use crate::message::{About, Bits, Derived, FfiMessage, FromFields, fingerprint_of, padding};
pub use crate::object::{
    AlreadyInstalled, Class, FfiClass, FfiHolds, FfiObject, Installed, assert_object, drop_tokens,
};
pub use crate::oneof::{FfiOneof, assert_case, assert_oneof, oneof_tag, unknown_case};
pub use crate::panic::install as panic_places;
pub use crate::pool::abi::{
    QUEUE_BUSY, QUEUE_CLOSED, QUEUE_EMPTY, QUEUE_FULL, QUEUE_INVALID, assert_queue, pool_adopt, pool_alloc,
    pool_alloc_many, pool_examine, pool_free, pool_free_many, pool_live, pool_reference, pool_release,
    pool_resolve, pool_stats, queue_close, queue_is_closed, queue_len, queue_pop, queue_pop_many, queue_push,
};
pub use crate::pool::{ExportedQueue, FfiPooled, FfiQueue, Pool, PoolCache, PoolStats, QueueEntry, Reset};
#[cfg(feature = "async")]
pub use crate::production::site::Watch;
pub use crate::production::validate::{
    Pattern, checked, field, in_range, matches, named, no_longer, not_empty,
};
pub use crate::production::{
    FfiKey, Flag, Outcome, bytes::Bytes, flag::flag, guard::guard, info::Build, site::Site,
};
#[cfg(feature = "production")]
pub use crate::production::{
    abi::{production, stop},
    health::{HealthCheck, health},
    lifecycle::Hooks,
    limits::{Limits, request},
};
#[cfg(feature = "proto")]
pub use crate::proto;
pub use crate::schema::encode::{Export, Fragment, Piece, with_json, with_proto};
pub use crate::schema::fingerprint;
pub use crate::schema::piece::{Member, PartList, assert_numeric};
#[cfg(feature = "simd")]
pub use crate::simd::{
    abi::{RecordKernels, RecordTable, sets},
    batch::{FfiSimd, Field, Kind, NumberOf, Numbers, show_fields},
};
pub use crate::types::buffer::assert_capacities;
pub use crate::types::form::Itself;
pub use crate::types::lanes::Lanes;
pub use crate::types::newtype::{FfiWrapped, assert_transparent, assert_wrapped};
pub use crate::types::parts::Both;
pub use crate::types::{FfiType, InvalidValue};
#[cfg(feature = "async")]
pub use crate::{
    executor::{open_calls, shutdown as end_calls},
    mailbox::{
        Ask, AskError, DartFn, DartGone, DartObject, FfiContext, FfiEvent, FfiInput, FfiInputItem,
        FfiListener, FfiMailbox, FfiMailboxCalls, assert_listener, listener, mailbox_calls, open_input,
        queue_stream, start_async, start_blocking, start_inline, start_stream,
    },
};
#[cfg(feature = "async")]
pub use futures_core::Stream;
