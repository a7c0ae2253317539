use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Vec<usize> {
    Vec::new()
}

fn main() {}
