use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(repr(C, u32) => allow(dead_code))]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
    Byte(u32),
}

fn main() {}
