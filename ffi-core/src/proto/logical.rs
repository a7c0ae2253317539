//! Logical types: the messages of `google.protobuf` that stand for them, or bytes.

use std::mem::MaybeUninit;

use bytemuck::Zeroable;

use super::error::{DecodeError, DecodeErrorKind};
use super::field::{ProtoType, read_item};
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::logical::{FfiDuration, FfiTimestamp, FfiUuid, LogicalError};

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
                        SECONDS => read_item(&mut seconds, wire_type, input)
                            .map_err(|error| error.in_field("seconds"))?,
                        NANOS => read_item(&mut nanos, wire_type, input)
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
}
