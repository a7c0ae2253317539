use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> char {
    'a'
}

fn main() {}
