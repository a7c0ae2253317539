use ffi_core::{DartError, ffi_export};

struct Name;

#[ffi_export]
fn count(each: &dyn Fn(Name) -> Result<(), DartError>) {
    each(Name).unwrap();
}

fn main() {}
