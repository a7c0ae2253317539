use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(rename = "two words")]
struct Sample {
    first: u32,
}

fn main() {}
