use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(rename = "A", , pod)]
struct Sample {
    first: u32,
}

fn main() {}
