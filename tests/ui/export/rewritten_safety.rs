// Another attribute below this one makes the function unsafe.
use ffi_core::ffi_export;
use fixture_rewrite::rewrite;

#[ffi_export]
#[rewrite(fn => unsafe fn)]
fn sample() {}

fn main() {}
