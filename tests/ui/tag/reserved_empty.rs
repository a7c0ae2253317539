use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(reserved)]
struct Sample {
    first: u32,
}

fn main() {}
