use ffi_core::arena::ArenaStr;
use ffi_core::{FfiMessage, FfiSecret};

#[derive(FfiMessage)]
#[repr(C)]
struct Login {
    name: ArenaStr,
    token: FfiSecret<32>,
}

fn main() {}
