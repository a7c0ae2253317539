use ffi_core::{FfiEnum, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4)]
struct __FfiMessage {
    first: u64,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum r#__ffi {
    First,
}

const __FFI_FIELDS: usize = 4;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: [u8; __FFI_FIELDS],
}

fn main() {}
