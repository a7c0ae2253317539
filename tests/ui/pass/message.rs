use ffi_core::{FfiEnum, FfiMessage, ffi_export};

ffi_core::library!();

type Metres = f32;
const CORNERS: usize = 3;

#[derive(FfiEnum, Clone, Copy)]
#[repr(i16)]
enum Mode {
    Unknown,
    Last = i16::MAX,
}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(checked, rename = "Triangle", reserved(2, 5..=7), prefix = "shapes")]
struct Shape {
    #[ffi(tag = 1)]
    corners: [[Metres; 2]; CORNERS],
    #[ffi(tag = 3, rename = "kind")]
    mode: Mode,
}

#[ffi_export(leaf, rename = "grown", prefix = "shapes")]
fn grow(shape: Shape, by: Metres) -> Result<Shape, &'static str> {
    Ok(Shape { corners: shape.corners.map(|corner| corner.map(|at| at * by)), ..shape })
}

fn main() {
    let shape: Shape = ffi_core::bytemuck::Zeroable::zeroed();
    assert!(grow(shape, 2.0).is_ok());
}
