// Below the attribute, another changes what is returned.
use ffi_core::ffi_export;
use fixture_rewrite::rewrite;

#[ffi_export]
#[rewrite(u32 => u64)]
fn sample() -> u32 {
    0
}

fn main() {}
