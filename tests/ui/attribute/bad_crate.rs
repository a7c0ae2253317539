use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(crate = "not a path")]
struct Sample {
    first: u32,
}

fn main() {}
