// Another attribute below this one changes the type of the result.
use ffi_core::ffi_export;
use fixture_rewrite::rewrite;

#[ffi_export]
#[rewrite(u32 => u64)]
fn sample() -> u32 {
    0
}

fn main() {}
