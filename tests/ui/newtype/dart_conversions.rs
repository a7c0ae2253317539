use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
#[ffi(dart(type = "List<int>", import = "package:a", from = "(x) => x", to = ".x.y"))]
struct Argb(u32);

fn main() {}
