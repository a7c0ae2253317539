use ffi_core::{FfiNewtype, FfiStr, ffi_export};

#[derive(FfiNewtype, Clone)]
#[repr(transparent)]
struct Email(FfiStr<16>);

#[ffi_export]
fn send(to: Email) {
    let _ = to;
}

fn main() {}
