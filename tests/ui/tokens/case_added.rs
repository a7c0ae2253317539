use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(Unset => Unset, Text(&'static str))]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
    Bytes([u64; 2]),
}

fn main() {}
