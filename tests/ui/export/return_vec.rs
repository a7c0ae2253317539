use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Vec<u8> {
    Vec::new()
}

fn main() {}
