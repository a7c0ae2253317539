use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(Number(u64) => Number(u64) = 7)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
}

fn main() {}
