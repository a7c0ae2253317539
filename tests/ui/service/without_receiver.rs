use ffi_core::ffi_service;

#[ffi_service]
trait Sample {
    fn make(value: u32) -> u32;
}

fn main() {}
