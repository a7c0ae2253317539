use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> usize {
    0
}

fn main() {}
