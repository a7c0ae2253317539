use ffi_core::ffi_export;

#[ffi_export]
fn sample(value: &'static u32) -> u32 {
    *value
}

fn main() {}
