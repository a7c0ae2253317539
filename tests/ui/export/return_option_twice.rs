use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> Option<Option<u32>> {
    None
}

fn main() {}
