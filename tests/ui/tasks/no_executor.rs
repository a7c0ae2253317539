use ffi_core::ffi_export;

#[ffi_export]
pub async fn sample(number: u32) -> u32 {
    number
}

fn main() {}
