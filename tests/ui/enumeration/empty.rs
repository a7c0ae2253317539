use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
enum Mode {}

fn main() {}
