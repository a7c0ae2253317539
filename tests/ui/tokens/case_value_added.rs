use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(Nothing => Nothing(&'static u64))]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
    Nothing,
}

fn main() {}
