use ffi_core::FfiMessage;
use ffi_core::layout::PaddingFree;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Padded {
    first: u8,
    second: u32,
}

impl PaddingFree<Padded, 3> for () {}

fn main() {
    // Bytes that were never written.
    println!("{:?}", ffi_core::bytemuck::bytes_of(&Padded { first: 1, second: 2 }));
}
