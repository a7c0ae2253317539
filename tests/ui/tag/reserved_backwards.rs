use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(reserved(9..=7))]
struct Sample {
    first: u32,
}

fn main() {}
