use ffi_core::FfiMessage;

const MANY: usize = 8;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = MANY)]
struct Sample {
    first: u32,
}

fn main() {}
