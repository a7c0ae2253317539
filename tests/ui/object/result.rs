use ffi_core::{FfiObject, ffi_export};

pub struct Sample;

#[ffi_export]
pub fn sample(value: u32) -> FfiObject<Sample> {
    unimplemented!()
}

fn main() {}
