use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(simd)]
enum Shape {
    Unset,
    Circle(f32),
}

fn main() {}
