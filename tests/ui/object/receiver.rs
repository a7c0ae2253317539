use ffi_core::{FfiObject, ffi_export};

#[derive(FfiObject)]
pub struct Sample {
    value: u32,
}

#[ffi_export]
impl Sample {
    pub fn set(&mut self, value: u32) {
        self.value = value;
    }

    pub fn take(self) -> u32 {
        self.value
    }
}

fn main() {}
