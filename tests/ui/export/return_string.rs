use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> String {
    String::new()
}

fn main() {}
