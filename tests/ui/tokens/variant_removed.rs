use ffi_core::FfiEnum;
use fixture_rewrite::rewrite;

#[derive(FfiEnum, Clone, Copy)]
#[rewrite(First, Second => First)]
#[repr(u8)]
enum Mode {
    First, Second
}

impl Mode {
    const Second: Self = Self::First;
}

fn main() {}
