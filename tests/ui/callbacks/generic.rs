use ffi_core::{DartError, ffi_export};

#[ffi_export]
fn count(each: impl Fn(u32) -> Result<(), DartError>) {
    each(1).unwrap();
}

fn main() {}
