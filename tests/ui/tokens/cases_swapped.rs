use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(Flag(bool), Number(u64) => Number(u64), Flag(bool))]
#[repr(C, u32)]
enum Choice {
    Unset, Flag(bool), Number(u64)
}

fn main() {}
