//! `FfiEmpty`.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::logical;
use crate::types::InvalidValue;

/// Nothing: `google.protobuf.Empty` in .proto and `FfiEmpty` in Dart.
///
/// It takes one byte, since C has no empty structs and Dart has none in memory. The byte means
/// nothing: all values are equal. With `#[ffi(flatten)]` it is no field in .proto, so that a
/// message with such a field and no other one is a message without fields.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiEmpty, FfiMessage};
///
/// // message Ping {}
/// #[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq)]
/// #[repr(C)]
/// struct Ping {
///     #[ffi(flatten)]
///     empty: FfiEmpty,
/// }
///
/// assert_eq!(size_of::<Ping>(), 1);
/// # #[cfg(feature = "proto")]
/// # {
/// use ffi_core::FfiProto;
///
/// assert!(Ping::default().encode_proto().is_empty());
/// // A field that it doesn't know is skipped.
/// assert_eq!(*Ping::decode_proto(&[8, 1])?, Ping::default());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct FfiEmpty {
    unused: u8,
}

logical!(FfiEmpty, "empty", any_bits = true);

// SAFETY: one byte, for which any bits are valid.
unsafe impl bytemuck::Pod for FfiEmpty {}

impl FfiEmpty {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as the other logical types")]
    fn check_parts(self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

impl PartialEq for FfiEmpty {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for FfiEmpty {}

impl Hash for FfiEmpty {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for FfiEmpty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FfiEmpty")
    }
}

/// The text `empty`.
impl fmt::Display for FfiEmpty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("empty")
    }
}
