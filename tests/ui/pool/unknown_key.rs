use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capcity = 4))]
struct Sample {
    first: u32,
}

fn main() {}
