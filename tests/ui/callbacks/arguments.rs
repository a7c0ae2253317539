use ffi_core::{DartError, ffi_export};

#[ffi_export]
fn count(none: &dyn Fn() -> Result<(), DartError>, two: &dyn Fn(u8, u8) -> Result<(), DartError>) {
    none().and_then(|()| two(1, 2)).unwrap();
}

fn main() {}
