//! `FfiStr`, `FfiBytes` and `FfiSecret`.

use std::mem::MaybeUninit;

use super::error::{DecodeError, DecodeErrorKind};
use super::field::ProtoType;
use super::list::init_list;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
#[cfg(feature = "secret")]
use crate::types::FfiSecret;
use crate::types::{FfiBytes, FfiStr};

// SAFETY: `init` writes the length 0.
unsafe impl<const N: usize> ProtoType for FfiStr<N> {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: a string is `repr(transparent)` around a buffer of bytes, and one without bytes
        // is valid.
        unsafe { init_list::<Self, u8, N>(slot) }
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(self.as_bytes());
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let bytes = input.rest();
        let text = str::from_utf8(bytes).map_err(not_utf8)?;
        self.clear();
        self.try_push_str(text).map_err(|error| {
            let larger = "a larger `FfiStr<N>` here, or a shorter text there";
            DecodeError::too_long("text", error.needed(), N, larger)
        })
    }
}

#[cold]
#[inline(never)]
pub(super) fn not_utf8(error: std::str::Utf8Error) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Utf8,
        format_args!(
            "invalid UTF-8 at byte {}; hint: what isn't text is `FfiBytes<N>`, bytes in .proto",
            error.valid_up_to()
        ),
    )
}

// SAFETY: `init` writes the length 0.
unsafe impl<const N: usize> ProtoType for FfiBytes<N> {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: bytes are `repr(transparent)` around a buffer of bytes, and none are valid.
        unsafe { init_list::<Self, u8, N>(slot) }
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(self);
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.clear();
        self.try_extend_from_slice(input.rest()).map_err(|error| {
            let larger = "a larger `FfiBytes<N>` here, or fewer bytes there";
            DecodeError::too_long("bytes", error.needed(), N, larger)
        })
    }
}

// SAFETY: `init` writes the length 0.
#[cfg(feature = "secret")]
unsafe impl<const N: usize> ProtoType for FfiSecret<N> {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: a secret is `repr(transparent)` around a buffer of bytes, and none are valid.
        unsafe { init_list::<Self, u8, N>(slot) }
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(self.expose());
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.set(input.rest()).map_err(|error| {
            let larger = "a larger `FfiSecret<N>` here, or fewer bytes there";
            DecodeError::too_long("bytes", error.needed(), N, larger)
        })
    }
}
