use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json("Price"))]
struct Sample {
    cost: u32,
}

fn main() {}
