use ffi_core::{FfiColumns, FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
}

#[ffi_export]
fn count(samples: &FfiColumns<Sample>) -> u64 {
    samples.len() as u64
}

fn main() {}
