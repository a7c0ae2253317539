use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Point {
    x: f32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(flatten)]
    point: Point,
}

fn main() {}
