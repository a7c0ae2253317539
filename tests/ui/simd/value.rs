use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd = "avx2")]
struct Point {
    x: f32,
}

fn main() {}
