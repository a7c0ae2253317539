use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Option<()> {
    None
}

fn main() {}
