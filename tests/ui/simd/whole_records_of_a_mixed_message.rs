use ffi_core::FfiMessage;
use ffi_core::simd::FfiBatch;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd)]
struct Sample {
    at: u64,
    celsius: f32,
}

fn total(samples: &[Sample]) {
    let _ = samples.sums();
}

fn main() {}
