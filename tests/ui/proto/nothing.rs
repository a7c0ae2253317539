use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(proto())]
struct Sample {
    cost: u32,
}

fn main() {}
