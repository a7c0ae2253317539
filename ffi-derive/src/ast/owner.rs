//! Types of objects, and how a function belongs to one.

use proc_macro2::TokenStream;
use syn::{FnArg, Signature, Type};

use crate::attr::CratePath;

/// Type of objects that functions belong to.
#[derive(Clone)]
pub(crate) struct Owner {
    /// The struct, or `dyn Trait`.
    pub(crate) ty: Type,
    /// Name of the struct or trait.
    pub(crate) name: String,
    /// Prefix of the symbols.
    pub(crate) prefix: String,
    pub(crate) krate: CratePath,
}

/// Relation of a function to its [`Owner`].
pub(crate) struct Member {
    pub(crate) owner: Owner,
    pub(crate) role: Role,
    /// Path of the function in Rust.
    pub(crate) callee: TokenStream,
    /// Way in which the result becomes an object, if the function makes one.
    pub(crate) made: Option<Made>,
    /// The result type as the user wrote it.
    pub(crate) written: Type,
}

/// Part that a function has in its type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It makes an object of the type.
    Constructor,
    /// It has no receiver, and makes none.
    Associated,
    Method,
    /// A method without parameters that Dart reads as a property.
    Getter,
}

/// Way in which the result of a constructor becomes an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// The result is the value.
    Whole,
    /// The value is in a `Result` or `Option`.
    Inside,
}

impl Role {
    /// Returns true if the function takes an object.
    pub(crate) fn has_receiver(self) -> bool {
        matches!(self, Self::Method | Self::Getter)
    }

    /// Returns its name in records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Constructor => "constructor",
            Self::Associated => "associated",
            Self::Method => "method",
            Self::Getter => "getter",
        }
    }
}

/// Returns the parameters without the receiver.
pub(super) fn typed(signature: &Signature) -> impl Iterator<Item = &FnArg> {
    signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)))
}
