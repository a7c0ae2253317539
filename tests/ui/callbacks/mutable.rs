use ffi_core::{DartError, ffi_export};

#[ffi_export]
fn count(each: &mut dyn FnMut(u32) -> Result<(), DartError>) {
    each(1).unwrap();
}

fn main() {}
