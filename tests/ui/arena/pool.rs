use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 8)]
struct Row {
    name: ArenaStr,
}

fn main() {}
