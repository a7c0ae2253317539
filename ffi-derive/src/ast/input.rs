//! Streams of Dart: a parameter `FfiInput<T>`.

use syn::{FnArg, Type};

use super::types;

/// Way in which an item of an `FfiInput` crosses the boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputItem {
    Value,
    Str,
    Slice,
    Pool,
    Arena,
}

/// Returns `T`, if the type is `FfiInput<T>`.
pub(crate) fn item(ty: &Type) -> Option<&Type> {
    types::argument_of("FfiInput", types::ungrouped(ty))
}

/// Returns true for a parameter `FfiInput<T>`, as it is written.
pub(crate) fn is_input(input: &FnArg) -> bool {
    matches!(input, FnArg::Typed(typed) if item(&typed.ty).is_some())
}
