//! Logical types: the messages of `google.protobuf` that stand for them, or bytes.

use std::fmt::{self, Write as _};
use std::mem::MaybeUninit;

use bytemuck::Zeroable;

use super::error::{DecodeError, DecodeErrorKind};
use super::field::{ProtoType, read_item};
use super::oneof::ProtoOneof;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::logical::{FfiDecimal, FfiDuration, FfiEmpty, FfiTimestamp, FfiUuid, LogicalError};

/// Numbers of the fields of `google.protobuf.Timestamp` and `Duration`.
const SECONDS: u32 = 1;
const NANOS: u32 = 2;

/// Implements the encoding of a type with the fields of `google.protobuf.Timestamp`.
macro_rules! seconds_and_nanos {
    ($($ty:ident)*) => {$(
        // SAFETY: `init` writes the value.
        unsafe impl ProtoType for $ty {
            const WIRE: WireType = WireType::LengthDelimited;
            type State = ();

            #[inline]
            fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
                slot.write(Self::zeroed())
            }

            #[inline]
            fn is_default(&self) -> bool {
                self.seconds() == 0 && self.nanos() == 0
            }

            #[inline]
            fn value_len(&self) -> usize {
                self.seconds().field_len(SECONDS) + self.nanos().field_len(NANOS)
            }

            #[inline]
            fn write_value(&self, out: &mut Writer<'_>) {
                self.seconds().write_field(SECONDS, out);
                self.nanos().write_field(NANOS, out);
            }

            fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
                let (mut seconds, mut nanos) = (self.seconds(), self.nanos());
                while let Some((tag, wire_type)) = input.key()? {
                    match tag {
                        SECONDS if wire_type == WireType::Varint => read_item(&mut seconds, input)
                            .map_err(|error| error.in_field("seconds"))?,
                        NANOS if wire_type == WireType::Varint => read_item(&mut nanos, input)
                            .map_err(|error| error.in_field("nanos"))?,
                        _ => input.skip(tag, wire_type)?,
                    }
                }
                *self = Self::new(seconds, nanos).map_err(out_of_range)?;
                Ok(())
            }
        }
    )*};
}

seconds_and_nanos! { FfiDuration FfiTimestamp }

#[cold]
#[inline(never)]
fn out_of_range(error: LogicalError) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::OutOfRange,
        format_args!("{error}; hint: an `i64` and an `i32` in a message of your own take any"),
    )
}

// SAFETY: `init` writes the value.
unsafe impl ProtoType for FfiUuid {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::zeroed())
    }

    #[inline]
    fn is_default(&self) -> bool {
        *self == Self::zeroed()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.as_bytes().len()
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(self.as_bytes());
    }

    /// Reads 16 bytes, or none, which are protobuf's default and a UUID of zeros.
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let bytes = input.rest();
        *self = match <[u8; 16]>::try_from(bytes) {
            Ok(bytes) => Self::from_bytes(bytes),
            Err(_) if bytes.is_empty() => Self::zeroed(),
            Err(_) => return Err(not_a_uuid(bytes.len())),
        };
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn not_a_uuid(len: usize) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::OutOfRange,
        format_args!("{len} bytes are not a UUID; hint: 16 bytes there, or `FfiBytes<N>` here"),
    )
}

/// Most bytes of the text of a decimal: a sign, 39 digits, a point, and a zero before it.
const MOST_DIGITS: usize = 42;

/// Text of a decimal, without memory from the heap.
pub(crate) struct Digits {
    bytes: [u8; MOST_DIGITS],
    len: usize,
}

impl Digits {
    pub(crate) fn of(decimal: FfiDecimal) -> Self {
        let mut digits = Self { bytes: [0; MOST_DIGITS], len: 0 };
        write!(digits, "{decimal}").expect("there is room for the longest");
        digits
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

// SAFETY: `init` writes the value.
unsafe impl ProtoType for FfiDecimal {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::zeroed())
    }

    /// Zero with a scale is not the default, which is no text.
    #[inline]
    fn is_default(&self) -> bool {
        *self == Self::zeroed()
    }

    fn value_len(&self) -> usize {
        Digits::of(*self).len
    }

    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(Digits::of(*self).as_bytes());
    }

    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let bytes = input.rest();
        let text = str::from_utf8(bytes).unwrap_or("\u{FFFD}");
        *self = if text.is_empty() { Self::zeroed() } else { text.parse().map_err(not_a_decimal)? };
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn not_a_decimal(error: LogicalError) -> DecodeError {
    let hint = "digits and a point, such as `-12.50`, or `FfiStr<N>` here";
    DecodeError::new(DecodeErrorKind::OutOfRange, format_args!("{error}; hint: {hint}"))
}

// SAFETY: `init` writes the value.
unsafe impl ProtoType for FfiEmpty {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::zeroed())
    }

    #[inline]
    fn is_default(&self) -> bool {
        true
    }

    #[inline]
    fn value_len(&self) -> usize {
        0
    }

    #[inline]
    fn write_value(&self, _: &mut Writer<'_>) {}

    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some((tag, wire_type)) = input.key()? {
            input.skip(tag, wire_type)?;
        }
        Ok(())
    }
}

/// No fields, so none is read.
impl ProtoOneof for FfiEmpty {
    const TAGS: &'static [u32] = &[];

    #[inline]
    fn read_case(&mut self, _: u32, _: WireType, _: &mut Reader<'_>) -> Result<bool, DecodeError> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: ProtoType + Copy>(bytes: &[u8]) -> Result<T, String> {
        let mut value = T::zeroed();
        value.read_value(&mut Reader::new(bytes)).map(|()| value).map_err(|error| error.to_string())
    }

    fn written<T: ProtoType>(value: T) -> Vec<u8> {
        let mut room = vec![MaybeUninit::uninit(); 64];
        let mut writer = Writer::new(&mut room);
        value.write_value(&mut writer);
        let len = writer.finish().unwrap();
        assert_eq!(len, value.value_len());
        // SAFETY: the writer has written that many bytes.
        room[..len].iter().map(|byte| unsafe { byte.assume_init() }).collect()
    }

    #[test]
    fn timestamps_are_those_of_protobuf() {
        let time = FfiTimestamp::new(300, 5).unwrap();
        assert_eq!(written(time), [8, 0xAC, 2, 16, 5]);
        assert_eq!(read(&[8, 0xAC, 2, 16, 5]), Ok(time));
        assert_eq!(read::<FfiTimestamp>(&[]), Ok(FfiTimestamp::default()));
        for time in [FfiTimestamp::MIN, FfiTimestamp::MAX] {
            assert_eq!(read(&written(time)), Ok(time));
        }
        let error = read::<FfiTimestamp>(&[16, 0x80, 0x94, 0xEB, 0xDC, 3]).unwrap_err();
        assert!(error.contains("0 seconds and 1000000000 nanoseconds; nanoseconds go from"), "{error}");
        let error = read::<FfiTimestamp>(&[8]).unwrap_err();
        assert!(error.starts_with("seconds: "), "{error}");
    }

    #[test]
    fn durations_are_those_of_protobuf() {
        for span in [FfiDuration::MIN, FfiDuration::MAX, FfiDuration::new(-1, -2).unwrap()] {
            assert_eq!(read(&written(span)), Ok(span));
        }
        let error =
            read::<FfiDuration>(&[8, 1, 16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]).unwrap_err();
        assert!(error.contains("both have one sign"), "{error}");
    }

    #[test]
    fn uuids_are_16_bytes() {
        let uuid = FfiUuid::from(7);
        assert_eq!(written(uuid), u128::from(uuid).to_be_bytes());
        assert_eq!(read(&written(uuid)), Ok(uuid));
        assert_eq!(read::<FfiUuid>(&[]), Ok(FfiUuid::default()));
        let error = read::<FfiUuid>(&[1; 15]).unwrap_err();
        assert!(error.starts_with("15 bytes are not a UUID"), "{error}");
    }

    #[test]
    fn empty_is_a_message_without_fields() {
        assert!(written(FfiEmpty::default()).is_empty());
        assert_eq!(read(&[8, 1, 18, 1, 0]), Ok(FfiEmpty::default()));
        assert!(read::<FfiEmpty>(&[18, 1]).is_err());
    }

    #[test]
    fn decimals_are_text() {
        for text in ["-12.50", "0.00", "-1.70141183460469231731687303715884105728"] {
            let decimal: FfiDecimal = text.parse().unwrap();
            assert_eq!(written(decimal), text.as_bytes());
            assert_eq!(read(text.as_bytes()), Ok(decimal));
        }
        assert_eq!(read::<FfiDecimal>(&[]), Ok(FfiDecimal::default()));
        let error = read::<FfiDecimal>(b"1e5").unwrap_err();
        assert!(error.starts_with("`1e5` is not a decimal"), "{error}");
        assert!(read::<FfiDecimal>(&[0xFF]).is_err());
    }
}
