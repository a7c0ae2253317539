use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
#[ffi(dart(type = "Color", from = "Color.fromInt", to = "colorToInt"))]
struct Argb(u32);

fn main() {}
