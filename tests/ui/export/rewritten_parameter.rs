// Another attribute below this one changes the type of a parameter.
use ffi_core::ffi_export;
use fixture_rewrite::rewrite;

#[ffi_export]
#[rewrite(u32 => &'static u32)]
fn sample(value: u32) {
    drop(value);
}

#[ffi_export]
#[rewrite(String => &'static str)]
fn text(value: String) {
    drop(value);
}

fn main() {}
