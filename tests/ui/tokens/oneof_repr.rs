use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

// Size and alignment are unchanged, but the byte is at offset four instead of eight.
#[derive(FfiMessage)]
#[rewrite(C, u32 => u32)]
#[repr(C, u32)]
enum Choice {
    Unset,
    Number(u64),
    Byte(u8),
}

fn main() {}
