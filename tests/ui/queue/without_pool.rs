use ffi_core::{FfiMessage, FfiQueue, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
}

#[ffi_export]
static SAMPLES: FfiQueue<Sample, 4> = FfiQueue::new();

fn main() {}
