use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(prefix)]
struct Sample {
    first: u32,
}

fn main() {}
