use ffi_core::{FfiObject, ffi_export};

ffi_core::library!();

#[derive(FfiObject, Default)]
#[ffi(pool = 4)]
pub struct Counter {
    count: u32,
}

#[ffi_export]
impl Counter {
    pub fn new() -> Self {
        Self::default()
    }

    #[ffi(getter)]
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[ffi_export]
pub fn same(counter: FfiObject<Counter>) -> FfiObject<Counter> {
    counter
}

fn main() {}
