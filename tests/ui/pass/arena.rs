//! Messages in arenas whose fields have names of generated code and of traits, with every lint
//! denied.

#![no_implicit_prelude]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    missing_docs,
    nonstandard_style,
    unsafe_op_in_unsafe_fn,
    unused,
    unused_qualifications,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    missing_debug_implementations,
    let_underscore_drop
)]
#![expect(dead_code, reason = "it is there to be found by mistake")]

use ::ffi_core::arena::{ArenaBox, ArenaBytes, ArenaMap, ArenaStr, ArenaVec, FfiArena, FfiArenaFrom as _};
use ::ffi_core::{FfiArenaFrom, FfiEnum, FfiMessage};
use ::std::clone::Clone;
use ::std::convert::From;
use ::std::fmt::Debug;
use ::std::marker::Copy;
use ::std::{assert_eq, vec};

struct Result;
struct Option;
struct String;
struct Vec;
struct View;
struct Value;
struct Edit;

type Text = ArenaStr;

/// A mode.
#[derive(FfiEnum, Clone, Copy, Debug)]
#[repr(u8)]
pub enum Mode {
    /// None.
    View = 0,
    /// Some.
    Edit = 1,
}

/// A message.
#[derive(FfiMessage, Debug)]
#[repr(C)]
pub struct Row {
    /// A keyword.
    pub r#type: u32,
    /// An alias.
    pub message: Text,
    /// A name of a trait's function.
    pub clone: ArenaVec<ArenaStr>,
    /// A name of a trait's function.
    pub eq: ArenaBytes,
    /// A name of a trait's function.
    pub fmt: ArenaBox<Row>,
    /// A name in generated code.
    pub place: ArenaMap<Mode, u32>,
    /// A name in generated code.
    pub check: Mode,
    pub(crate) value: ArenaVec<Row>,
    state: ArenaStr,
}

/// A oneof, with names of generated code.
#[derive(FfiMessage, Debug)]
#[repr(C, u32)]
pub enum Either {
    /// A name of a type.
    None,
    /// Text.
    Ok(ArenaStr),
    /// A keyword.
    Type(ArenaVec<Either>),
    /// A keyword that is no name.
    Self_(ArenaBox<Row>),
    /// A name in generated code.
    View(u32),
}

/// Holds it in place.
#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(arena)]
pub struct Pair {
    /// Both.
    pub rows: [Row; 2],
    /// One of them.
    pub either: Either,
}

/// An ordinary value.
#[derive(FfiArenaFrom, Debug)]
#[ffi(message = "Row")]
pub struct Plain {
    /// A keyword.
    pub r#type: u32,
    /// Text.
    pub message: ::std::string::String,
    value: ::std::vec::Vec<Plain>,
}

fn main() {
    let inner = Plain { r#type: 2, message: ::std::string::String::from("inner"), value: vec![] };
    let row = Plain { r#type: 1, message: ::std::string::String::from("outer"), value: vec![inner] };
    let mut arena = FfiArena::<Row>::from(&row);
    let mut edit = arena.edit();
    edit.set_type(3);
    edit.message().set("edited");
    edit.clone(1).add("text");
    edit.set_check(Mode::Edit);
    let root = arena.root();
    assert_eq!((root.r#type(), root.message(), root.clone().len()), (3, "edited", 1));
    assert_eq!(Plain::read(root).value[0].message, "inner");
    let mut pair = FfiArena::<Pair>::new();
    assert_eq!(pair.root().rows().len(), 2);
    pair.edit().either().r#type(1).push().set_ok("inner");
    let shown = ::std::format!("{:?}", pair.root().either());
    assert_eq!(shown, "Type([Ok(\"inner\")])");
}
