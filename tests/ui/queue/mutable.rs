use ffi_core::{FfiMessage, FfiQueue, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Sample {
    first: u32,
}

#[ffi_export]
static mut SAMPLES: FfiQueue<Sample, 4> = FfiQueue::new();

fn main() {}
