use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample;

#[ffi_export]
impl Sample {
    #[ffi(getter)]
    pub fn with_parameter(&self, value: u32) -> u32 {
        value
    }

    #[ffi(getter)]
    pub fn without_receiver() -> u32 {
        0
    }

    #[ffi(getter, blocking)]
    pub fn later(&self) -> u32 {
        0
    }
}

fn main() {}
