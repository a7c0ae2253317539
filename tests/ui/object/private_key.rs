use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample;

#[ffi_export]
impl Sample {
    pub fn method(&self) {}

    #[ffi(getter)]
    fn hidden(&self) -> u32 {
        0
    }
}

fn main() {}
