use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample<const N: usize> {
    first: [u8; N],
}

fn main() {}
