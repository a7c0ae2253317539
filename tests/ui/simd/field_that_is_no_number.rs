use ffi_core::FfiMessage;
use ffi_core::simd::FfiSimd;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd)]
struct Sample {
    live: bool,
    celsius: f32,
}

fn total(samples: &[Sample]) {
    let _ = Sample::FIELDS.live.sum(samples);
}

fn main() {}
