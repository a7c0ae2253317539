use ffi_core::{FfiMessage, FfiNewtype};

#[derive(FfiMessage)]
#[repr(C)]
struct Point {
    x: f32,
}

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Corner(Point);

fn main() {}
