use ffi_core::FfiEnum;
use fixture_rewrite::rewrite;

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(u8 => i8)]
#[repr(u8)]
enum Mode {
    First,
    Second = -1,
}

fn main() {}
