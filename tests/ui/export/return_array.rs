use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> [u8; 4] {
    [0; 4]
}

fn main() {}
