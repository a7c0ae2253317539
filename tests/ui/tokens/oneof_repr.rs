use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

// As large and as aligned, but the byte is four bytes behind the start instead of eight.
#[derive(FfiMessage)]
#[rewrite(C, u32 => u32)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
    Byte(u8),
}

fn main() {}
