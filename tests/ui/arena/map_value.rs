use ffi_core::arena::ArenaStr;
use ffi_core::{FfiMap, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    names: FfiMap<u32, ArenaStr, 4>,
}

fn main() {}
