use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4_294_967_294)]
struct Sample {
    pixels: [u8; 1 << 40],
}

fn main() {}
