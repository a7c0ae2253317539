// Another attribute below this one changes the type of the queue.
use ffi_core::{FfiMessage, FfiQueue, ffi_export};
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Sample {
    first: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Other {
    first: u64,
}

#[ffi_export]
#[rewrite(Sample => Other)]
static MESSAGES: FfiQueue<Sample, 4> = FfiQueue::new();

#[ffi_export]
#[rewrite(4 => 8)]
static CAPACITY: FfiQueue<Sample, 4> = FfiQueue::new();

fn main() {}
