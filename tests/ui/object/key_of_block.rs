use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample;

#[ffi_export]
impl Sample {
    #[ffi(prefix = "other")]
    pub fn method(&self) {}
}

fn main() {}
