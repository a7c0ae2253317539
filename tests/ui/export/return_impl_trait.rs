use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> impl Copy {
    0
}

fn main() {}
