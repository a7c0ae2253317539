use ffi_core::FfiEnum;
use fixture_rewrite::rewrite;

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(u8 => u32)]
#[repr(u8)]
enum Mode {
    First,
    Second,
}

fn main() {}
