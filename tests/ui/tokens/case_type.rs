use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(u64 => &'static u64)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
}

fn main() {}
