use std::ffi::CStr;

use ffi_core::ffi_export;

#[ffi_export]
fn sample(text: &mut CStr) -> bool {
    text.is_empty()
}

fn main() {}
