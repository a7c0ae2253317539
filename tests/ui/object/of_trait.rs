use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample;

#[ffi_export]
impl Default for Sample {
    fn default() -> Self {
        Self
    }
}

fn main() {}
