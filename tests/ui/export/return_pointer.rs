use ffi_core::ffi_export;

#[ffi_export]
fn sample() -> *const u8 {
    std::ptr::null()
}

fn main() {}
