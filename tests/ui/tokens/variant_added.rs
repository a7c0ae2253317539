use ffi_core::FfiEnum;
use fixture_rewrite::rewrite;

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(First => First, Second)]
#[repr(u8)]
enum Mode {
    First,
}

fn main() {}
