use ffi_core::ffi_service;

#[ffi_service]
trait Sample<T> {
    fn get(&self) -> u32;
}

fn main() {}
