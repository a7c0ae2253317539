use ffi_core::{DartError, FfiMessage, ffi_export};

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
struct Large {
    bytes: [u8; 5000],
}

#[ffi_export]
fn count(each: &dyn Fn(u32) -> Result<Large, DartError>) {
    each(1).unwrap();
}

fn main() {}
