use ffi_core::ffi_service;

#[ffi_service]
struct Sample;

fn main() {}
