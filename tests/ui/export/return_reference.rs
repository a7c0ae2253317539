use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> &'static u32 {
    &0
}

fn main() {}
