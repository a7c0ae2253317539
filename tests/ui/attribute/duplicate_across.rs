use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(rename = "A")]
#[ffi(rename = "B")]
struct Sample {
    first: u32,
}

fn main() {}
