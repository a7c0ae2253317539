use ffi_core::{FfiMessage, FfiStr};

#[derive(FfiMessage)]
#[repr(C)]
struct Order {
    #[ffi(range = 1..100)]
    half_open: u32,
    #[ffi(range = ..)]
    all: u32,
    #[ffi(range = 3)]
    one: u32,
    #[ffi(range = 1..=MOST)]
    constant: u32,
    #[ffi(range = 9..=1)]
    empty: u32,
    #[ffi(max_len = 0)]
    nothing: FfiStr<4>,
    #[ffi(non_empty = true)]
    value: FfiStr<4>,
    #[ffi(pattern = "[a-")]
    pattern: FfiStr<4>,
    #[ffi(pattern = 3)]
    number: FfiStr<4>,
}

fn main() {}
