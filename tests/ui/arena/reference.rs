use ffi_core::arena::ArenaVec;
use ffi_core::{FfiMessage, FfiRef};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 8)]
struct Node {
    id: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    nodes: ArenaVec<FfiRef<Node>>,
}

fn main() {}
