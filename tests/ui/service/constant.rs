use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    const LIMIT: u32;

    fn get(&self) -> u32;
}

fn main() {}
