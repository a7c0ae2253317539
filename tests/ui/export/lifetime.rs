use ffi_core::ffi_export;

#[ffi_export]
fn sample<'a>(value: &'a u32) -> u32 {
    *value
}

fn main() {}
