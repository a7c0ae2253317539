use ffi_core::arena::ArenaStr;
use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

#[ffi_export]
fn show(_row: &Row) {}

fn main() {}
