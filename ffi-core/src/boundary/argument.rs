//! Arguments of functions of Dart, as bounds whose text rustc prints.

use super::output::{FfiSome, FfiValue};

/// Argument of a function of Dart that is lent for a call: a type that crosses by value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a function of Dart",
    label = "not a value that Dart can have",
    note = "a `&dyn Fn` is called with numbers of fixed size, `bool`s, enums and messages; a `DartFn` with `String`s, `Vec`s, \
            `PoolBox`es and objects as well"
)]
pub trait FfiPassed: FfiValue {}

impl<T: FfiValue> FfiPassed for T {}

/// Argument of a function of Dart that Rust keeps: a result that is always there, and that another
/// thread may have made.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a function of Dart",
    label = "not a value that Dart can have",
    note = "a `DartFn` is called with numbers of fixed size, `bool`s, enums, messages, `String`s, `Vec`s, `PoolBox`es and \
            objects; for an `Option`, put an `FfiOption` into a message"
)]
pub trait FfiSent: FfiSome + Send {}

impl<T: FfiSome + Send> FfiSent for T {}

/// Fails to compile, with a readable message, when `T` can't be an argument of a function that Dart
/// runs during the call.
pub const fn assert_passed<T: FfiPassed>() {}

/// Fails to compile, with a readable message, when `T` can't be an argument of a function that Dart
/// runs later.
pub const fn assert_sent<T: FfiSent>() {}
