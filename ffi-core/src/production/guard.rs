//! Functions that decide whether a call of a service may run.

use std::fmt;
use std::sync::Arc;

use crate::boundary::{Failure, StatusCode};
use crate::{FfiStr, FfiUuid};

/// Answer of a guard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The call runs.
    Allow,
    /// The call fails with an `UnauthorizedException` in Dart, and the method doesn't run.
    #[default]
    Refuse,
}

/// A call that a guard decides about.
///
/// # Examples
///
/// ```
/// use ffi_core::ffi_service;
/// use ffi_core::production::{GuardedCall, Key, Verdict};
///
/// /// Lets everybody read, and the user 1 write.
/// fn guard(call: &GuardedCall<'_>) -> Verdict {
///     match (call.method(), call.key()) {
///         ("read", _) => Verdict::Allow,
///         ("write", Some(Key::Number(1))) => Verdict::Allow,
///         _ => Verdict::Refuse,
///     }
/// }
///
/// #[ffi_service(guard = guard)]
/// pub trait Notes {
///     fn read(&self) -> String;
///     fn write(&self, #[ffi(key)] user: u64, text: &str);
/// }
/// ```
#[derive(Clone, Copy)]
pub struct GuardedCall<'a> {
    service: &'static str,
    method: &'static str,
    key: Option<Key<'a>>,
    request: Option<&'a str>,
}

/// Without the key, which may be a secret of the caller's.
impl fmt::Debug for GuardedCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, method, request, .. } = self;
        f.debug_struct("GuardedCall")
            .field("service", service)
            .field("method", method)
            .field("request_id", request)
            .finish_non_exhaustive()
    }
}

impl<'a> GuardedCall<'a> {
    /// Returns the name of the trait in Rust.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the name of the method in Rust.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Returns the argument of the parameter with `#[ffi(key)]`; none if the method has no such
    /// parameter, or the argument is none.
    #[must_use]
    pub fn key(&self) -> Option<Key<'a>> {
        self.key
    }

    /// Returns the id of the request that the call belongs to, as
    /// [`request_id`](super::request_id) does in the method; none if Dart has set none, or without
    /// the feature `production`.
    #[must_use]
    pub fn request_id(&self) -> Option<&'a str> {
        self.request
    }
}

/// A key of a call: of a rate of its own, and for guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key<'a> {
    /// An integer; a negative one by its two's complement.
    Number(u64),
    /// Text.
    Text(&'a str),
    /// Bytes, such as those of a UUID.
    Bytes(&'a [u8]),
}

/// A type of parameters that can have `#[ffi(key)]`: integers, text, UUIDs.
///
/// Implement it for a type of your own, such as a newtype.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiNewtype;
/// use ffi_core::production::{FfiKey, Key};
///
/// #[derive(FfiNewtype, Clone, Copy)]
/// #[repr(transparent)]
/// pub struct UserId(pub u64);
///
/// impl FfiKey for UserId {
///     fn key(&self) -> Option<Key<'_>> {
///         Some(Key::Number(self.0))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of a call",
    label = "neither an integer nor text",
    note = "`#[ffi(key)]` is for an integer, `&str`, `String`, `FfiStr`, `FfiUuid`, an `Option` of these, or a type \
            that implements `ffi_core::production::FfiKey`"
)]
pub trait FfiKey {
    /// Returns the key; none if there is no value.
    fn key(&self) -> Option<Key<'_>>;
}

macro_rules! integers {
    ($($integer:ty)*) => {
        $(impl FfiKey for $integer {
            fn key(&self) -> Option<Key<'_>> {
                // Widened with its sign, so that two numbers are never one key.
                Some(Key::Number(*self as u64))
            }
        })*
    };
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl FfiKey for str {
    fn key(&self) -> Option<Key<'_>> {
        Some(Key::Text(self))
    }
}

impl FfiKey for String {
    fn key(&self) -> Option<Key<'_>> {
        Some(Key::Text(self))
    }
}

impl<const N: usize> FfiKey for FfiStr<N> {
    fn key(&self) -> Option<Key<'_>> {
        Some(Key::Text(self))
    }
}

impl FfiKey for FfiUuid {
    fn key(&self) -> Option<Key<'_>> {
        Some(Key::Bytes(self.as_bytes()))
    }
}

impl<T: FfiKey> FfiKey for Option<T> {
    fn key(&self) -> Option<Key<'_>> {
        self.as_ref().and_then(FfiKey::key)
    }
}

impl<T: FfiKey + ?Sized> FfiKey for &T {
    fn key(&self) -> Option<Key<'_>> {
        (**self).key()
    }
}

/// Returns the id of the request of the call that this thread works for.
fn current_request() -> Option<Arc<str>> {
    #[cfg(feature = "production")]
    return super::request_id();
    #[cfg(not(feature = "production"))]
    None
}

/// Asks the guard of a service whether a call may run.
///
/// # Errors
///
/// Returns the refusal.
pub fn guard(
    guard: fn(&GuardedCall<'_>) -> Verdict,
    service: &'static str,
    method: &'static str,
    key: Option<Key<'_>>,
) -> Result<(), Failure> {
    let request = current_request();
    match guard(&GuardedCall { service, method, key, request: request.as_deref() }) {
        Verdict::Allow => Ok(()),
        Verdict::Refuse => Err(Failure::refused(StatusCode::Unauthorized, 0, 0)),
    }
}
