use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(rename = "A", rename = "B")]
struct Sample {
    first: u32,
}

fn main() {}
