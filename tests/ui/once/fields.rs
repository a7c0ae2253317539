#![allow(dead_code)]

use ffi_core::{FfiMap, FfiMessage, FfiOpen, FfiOption, FfiRef, FfiVec};

struct Plain {
    first: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4, columns, simd)]
struct Everything {
    first: f32,
    plain: Plain,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct Node {
    next: FfiRef<Node>,
    other: FfiRef<Plain>,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Inside {
    array: [Plain; 2],
    list: FfiVec<Plain, 2>,
    option: FfiOption<Plain>,
    map: FfiMap<Plain, u8, 2>,
    open: FfiOpen<Plain>,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Plain(Plain),
}

// No mistake: the messages above are messages.
#[derive(FfiMessage)]
#[repr(C)]
struct Holder {
    everything: Everything,
    node: FfiRef<Node>,
    choice: Choice,
}

#[ffi_core::ffi_export]
fn read(holder: &Holder, node: ffi_core::PoolBox<Node>) -> Option<ffi_core::PoolBox<Everything>> {
    None
}

fn main() {}
