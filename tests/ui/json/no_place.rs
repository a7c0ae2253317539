use std::mem::MaybeUninit;

use ffi_core::FfiMessage;
use ffi_core::__private::bytemuck::Zeroable;
use ffi_core::__private::{FfiType, Fragment, InvalidValue, Itself};
use ffi_core::proto::{DecodeError, ProtoType, Reader, WireType, Writer};

/// A type by hand, which has a place in protobuf.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Own(u32);

unsafe impl Zeroable for Own {}

unsafe impl FfiType for Own {
    type Form = Itself;
    const TYPE: Fragment = u32::TYPE;
    const FINGERPRINT: u64 = u32::FINGERPRINT;
    const ANY_BITS: bool = true;

    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

unsafe impl ProtoType for Own {
    const WIRE: WireType = WireType::Varint;
    type State = ();

    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self(0))
    }

    fn is_default(&self) -> bool {
        self.0 == 0
    }

    fn value_len(&self) -> usize {
        self.0.value_len()
    }

    fn write_value(&self, out: &mut Writer<'_>) {
        self.0.write_value(out);
    }

    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.0.read_value(input)
    }
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    own: Own,
}

fn main() {}
