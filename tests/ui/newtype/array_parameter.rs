use ffi_core::{FfiNewtype, ffi_export};

#[derive(FfiNewtype, Clone, Copy)]
#[repr(transparent)]
struct Key([u8; 16]);

#[ffi_export]
fn unlock(key: Key) {
    let _ = key;
}

fn main() {}
