use ffi_core::{FfiMessage, FfiNewtype, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Point {
    x: f32,
}

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Corners([Point; 4]);

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Lists([FfiVec<u8, 3>; 2]);

fn main() {}
