use std::ffi::CStr;

use ffi_core::ffi_export;

#[ffi_export]
pub async fn sample(text: &CStr) -> u32 {
    text.count_bytes() as u32
}

fn main() {}
