use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(tga)]
struct Sample {
    text: String,
    list: FfiVec<String, 4>,
    size: usize,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Size(usize),
    Text(String),
}

fn main() {}
