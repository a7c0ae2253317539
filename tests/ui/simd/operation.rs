use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd(sum, average, scal))]
struct Point {
    x: f32,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd())]
struct Empty {
    x: f32,
}

fn main() {}
