//! Types of functions of Dart, as records and fingerprints have them: `fn(A, ..) -> R`.

use super::answer::FfiAnswer;
use super::output::FfiOutput;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Calls a macro with the names of up to six arguments, as types and as variables.
macro_rules! for_each_arity {
    ($callback:ident) => {
        $callback!();
        $callback!(A a);
        $callback!(A a, B b);
        $callback!(A a, B b, C c);
        $callback!(A a, B b, C c, D d);
        $callback!(A a, B b, C c, D d, E e);
        $callback!(A a, B b, C c, D d, E e, F f);
    };
}

pub(crate) use for_each_arity;

/// Seals the types of functions: wrappers call them by these traits.
mod sealed {
    pub trait Signature {}
}

/// Type of a function of Dart: `fn(A, ..) -> R` with up to six arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of Dart that Rust can call",
    label = "not such a function",
    note = "it has up to six arguments of types that an exported function returns, and returns `()`, a number of \
            fixed size, a `bool`, an enum, a message or a `String`"
)]
pub trait FfiSignature: sealed::Signature + 'static {
    /// The types in the form of schema records.
    const FUNCTION: Fragment;
    /// Hash of the types.
    const FINGERPRINT: u64;
}

macro_rules! signature {
    ($($first:ident $_a:ident $(, $more:ident $_b:ident)*)?) => {
        impl<$($first: FfiOutput + 'static, $($more: FfiOutput + 'static,)*)? Answer: FfiAnswer + 'static>
            sealed::Signature for fn($($first, $($more),*)?) -> Answer {}

        impl<$($first: FfiOutput + 'static, $($more: FfiOutput + 'static,)*)? Answer: FfiAnswer + 'static>
            FfiSignature for fn($($first, $($more),*)?) -> Answer
        {
            const FUNCTION: Fragment = &[
                Piece::Text("{\"arguments\":["),
                $(
                    Piece::Nested(<$first as FfiOutput>::RETURNS),
                    $(Piece::Text(","), Piece::Nested(<$more as FfiOutput>::RETURNS),)*
                )?
                Piece::Text("],\"answer\":"),
                Piece::Nested(<Answer as FfiAnswer>::ANSWER),
                Piece::Text("}"),
            ];
            const FINGERPRINT: u64 = fingerprint::mix(&[
                fingerprint::DART_FUNCTION,
                $(<$first as FfiOutput>::FINGERPRINT, $(<$more as FfiOutput>::FINGERPRINT,)*)?
                <Answer as FfiAnswer>::ANSWER_FINGERPRINT,
            ]);
        }
    };
}

for_each_arity!(signature);
