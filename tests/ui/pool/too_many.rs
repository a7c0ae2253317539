use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 4_294_967_295)]
struct Sample {
    first: u32,
}

fn main() {}
