use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(columns)]
struct Sample {
    first: u32,
}

#[ffi_export]
fn count(samples: SampleColumns) -> u64 {
    samples.len() as u64
}

fn main() {}
