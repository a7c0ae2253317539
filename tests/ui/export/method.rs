use ffi_core::ffi_export;

struct Sample;

impl Sample {
    #[ffi_export]
    fn method(&self) {}
}

fn main() {}
