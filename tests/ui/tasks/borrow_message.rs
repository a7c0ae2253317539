use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
pub struct Point {
    pub x: f32,
}

#[ffi_export]
#[ffi(blocking)]
pub fn sample(point: Option<&mut Point>) {
    let _ = point;
}

fn main() {}
