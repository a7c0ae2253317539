use ffi_core::FfiMessage;
use ffi_core::arena::ArenaMap;

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    weights: ArenaMap<f64, u32>,
}

fn main() {}
