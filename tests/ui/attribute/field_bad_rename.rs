use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(rename = "a-b")]
    first: u32,
}

fn main() {}
