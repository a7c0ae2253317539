//! Why a `String` can't be shared.
//!
//! The derive refuses other types of the standard library by their looks. A `String` looks like a message that a user calls so,
//! and only rustc can tell: it has an [`FfiType`] under a condition that never holds, whose message is what users read.

use bytemuck::Zeroable;

use super::{FfiType, Invalid};
use crate::schema::encode::Fragment;

/// Never holds. The lifetime keeps rustc from seeing that where the condition is written.
#[diagnostic::on_unimplemented(
    message = "`String` points to memory that Dart can't reach",
    label = "not in the message",
    note = "hint: `FfiStr<N>`, up to `N` bytes in place"
)]
pub trait InPlace<'a>: Zeroable + Send + Sync + 'static {}

// SAFETY: the condition doesn't hold, so nothing has this implementation.
unsafe impl FfiType for String
where
    for<'a> Self: InPlace<'a>,
{
    const TYPE: Fragment = &[];
    const FINGERPRINT: u64 = 0;
    const ANY_BITS: bool = false;

    unsafe fn check(_: *const Self) -> Result<(), Invalid> {
        unreachable!("a `String` is not in place")
    }
}
