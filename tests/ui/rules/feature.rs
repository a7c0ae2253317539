use ffi_core::{FfiMessage, FfiStr};

#[derive(FfiMessage)]
#[repr(C)]
struct User {
    #[ffi(pattern = "^[a-z]+$")]
    name: FfiStr<16>,
}

fn main() {}
