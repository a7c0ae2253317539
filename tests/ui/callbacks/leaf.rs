use ffi_core::{DartError, ffi_export};

#[ffi_export(leaf)]
fn count(each: &dyn Fn(u32) -> Result<(), DartError>) {
    each(1).unwrap();
}

fn main() {}
