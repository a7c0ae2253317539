use ffi_core::FfiError;

#[derive(Debug, FfiError)]
enum Never {}

fn main() {}
