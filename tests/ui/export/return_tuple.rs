use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> (u8, u8) {
    (0, 0)
}

fn main() {}
