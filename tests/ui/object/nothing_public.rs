use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
struct Sample;

#[ffi_export]
impl Sample {
    fn method(&self) {}
}

fn main() {}
