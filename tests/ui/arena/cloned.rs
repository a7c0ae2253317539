use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage, Clone)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {}
