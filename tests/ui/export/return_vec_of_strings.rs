use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Vec<String> {
    Vec::new()
}

fn main() {}
