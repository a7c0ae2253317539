use ffi_core::ffi_service;

#[ffi_service]
trait Sample {}

fn main() {}
