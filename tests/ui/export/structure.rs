use ffi_core::ffi_export;

#[ffi_export]
struct Sample {
    value: u32,
}

fn main() {}
