use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: std::collections::BTreeMap<u32, u32>,
}

fn main() {}
