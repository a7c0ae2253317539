use ffi_core::ffi_export;

pub struct Sample;

#[ffi_export]
impl Sample {
    pub fn method(&self) {}

    pub fn other(&self, value: u32) -> u32 {
        value
    }
}

fn main() {}
