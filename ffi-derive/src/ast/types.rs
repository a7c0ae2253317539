//! Types that are refused by their looks, each with what to write instead.
//!
//! A macro sees tokens, not types: an alias hides any of these. rustc then reports that `FfiType` isn't implemented, with
//! the general advice of `#[diagnostic::on_unimplemented]`; here stands the particular one.

use darling::{Error, Result};
use syn::{Type, TypePath};

/// Refuses what can't be a field.
pub(crate) fn check_field(ty: &Type) -> Result<()> {
    match ty {
        Type::Array(array) => check_field(&array.elem),
        Type::Paren(paren) => check_field(&paren.elem),
        Type::Group(group) => check_field(&group.elem),
        Type::Reference(_) => refuse(
            ty,
            "a message can't hold a reference: Dart can't keep what it points to alive",
            "hold the value itself, or an index",
        ),
        Type::Ptr(_) | Type::FnPtr(_) => refuse(
            ty,
            "a message can't hold a pointer: it has another size on other targets",
            "hold an index",
        ),
        Type::Tuple(_) => {
            refuse(ty, "a tuple has no layout of its own", "make it a message with named fields")
        }
        Type::Path(path) => match last_name(path).as_str() {
            "String" => {
                refuse(ty, "`String` points to memory that Dart can't reach", "`[u8; N]` and a length")
            }
            "Vec" => refuse(ty, "`Vec` points to memory that Dart can't reach", "`[T; N]` and a length"),
            "Box" | "Rc" | "Arc" => {
                refuse(ty, "a message can't own memory elsewhere", "hold the value itself")
            }
            "Option" => refuse(ty, "`Option` has no fixed layout", "the value and a `bool`"),
            "HashMap" | "BTreeMap" => refuse(
                ty,
                "a map points to memory that Dart can't reach",
                "`[T; N]` of messages with key and value",
            ),
            _ => check_scalar(ty, path),
        },
        _ => Ok(()),
    }
}

/// Refuses what can't be a parameter, or be behind one that is a reference or slice.
pub(crate) fn check_param(ty: &Type) -> Result<()> {
    match ty {
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            refuse(ty, "an exported function takes concrete types", "name the type that Dart passes")
        }
        Type::Array(_) => {
            refuse(ty, "an array can't be a parameter", "a slice, or a message that holds the array")
        }
        Type::Path(path) => match last_name(path).as_str() {
            "str" | "String" => refuse(ty, "a string can't be a parameter", "`&[u8]`"),
            "Vec" => refuse(ty, "a `Vec` can't be a parameter", "a slice: the memory stays Dart's"),
            "Option" => refuse(ty, "an `Option` can't be a parameter", "a slice that may be empty"),
            _ => check_scalar(ty, path),
        },
        _ => Ok(()),
    }
}

/// Refuses what can't be a result.
pub(crate) fn check_output(ty: &Type) -> Result<()> {
    match ty {
        Type::Reference(_) => refuse(
            ty,
            "an exported function can't return a reference: nothing keeps the value alive in Dart",
            "return the message by value, or write into a `&mut` parameter",
        ),
        Type::ImplTrait(_) => refuse(ty, "an exported function returns a concrete type", "name the type"),
        Type::Path(path) => match last_name(path).as_str() {
            "String" | "Vec" => refuse(
                ty,
                "an exported function can't return memory of Rust's",
                "write into a `&mut` slice parameter and return the length",
            ),
            _ => check_scalar(ty, path),
        },
        _ => Ok(()),
    }
}

/// Primitives that Dart doesn't have.
fn check_scalar(ty: &Type, path: &TypePath) -> Result<()> {
    match last_name(path).as_str() {
        "usize" => refuse(ty, "`usize` is not the same size on all targets", "`u32` or `u64`"),
        "isize" => refuse(ty, "`isize` is not the same size on all targets", "`i32` or `i64`"),
        "char" => refuse(ty, "`char` is not a type that C and Dart have", "`u32`, and `char::from_u32`"),
        "i128" | "u128" => refuse(ty, "Dart has no integer of 128 bits", "two fields of 64 bits"),
        _ => Ok(()),
    }
}

fn last_name(path: &TypePath) -> String {
    path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

fn refuse(ty: &Type, problem: &str, instead: &str) -> Result<()> {
    Err(Error::custom(format!("{problem}\nhint: {instead}")).with_span(ty))
}
