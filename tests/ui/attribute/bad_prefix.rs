use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(prefix = "9lives")]
struct Sample {
    first: u32,
}

fn main() {}
