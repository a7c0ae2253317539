use ffi_core::{FfiBytes, FfiMessage};

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Kind {
    Unset,
    #[ffi(unknown)]
    Rest(FfiBytes<64>),
}

fn main() {}
