use ffi_core::{FfiMessage, ffi_export};

ffi_core::library!();

#[derive(FfiMessage, Clone, Copy)]
#[repr(C, u32)]
pub enum Shape {
    Unset,
    Circle(f32),
    Number(usize),
}

#[derive(FfiMessage)]
#[repr(C)]
pub struct Drawing {
    pub shapes: [Shape; 2],
}

#[ffi_export]
pub fn first(drawing: &Drawing) -> Shape {
    drawing.shapes[0]
}

fn main() {}
