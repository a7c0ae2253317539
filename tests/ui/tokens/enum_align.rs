use ffi_core::FfiEnum;
use fixture_rewrite::rewrite;

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(u8 => u8, align(16))]
#[repr(u8)]
enum Mode {
    First,
}

fn main() {}
