use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi = "pod"]
struct Sample {
    first: u32,
}

fn main() {}
