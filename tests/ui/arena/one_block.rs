use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, ArenaVec};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(columns, simd)]
struct Row {
    id: u32,
    name: ArenaStr,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pod)]
struct Ids {
    all: ArenaVec<u32>,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(checked)]
struct Checked {
    all: ArenaVec<u32>,
}

fn main() {}
