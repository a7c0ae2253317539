use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(tga = 4)]
    first: u32,
}

fn main() {}
