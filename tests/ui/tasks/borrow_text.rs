use ffi_core::ffi_export;

#[ffi_export]
pub async fn sample(text: &str) -> u32 {
    text.len() as u32
}

fn main() {}
