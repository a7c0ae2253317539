use ffi_core::FfiMessage;
use ffi_core::simd::FfiSimd;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd)]
struct Inside {
    celsius: f32,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd)]
struct Outside {
    celsius: f32,
}

fn total(samples: &[Inside]) -> f32 {
    Outside::FIELDS.celsius.sum(samples)
}

fn main() {}
