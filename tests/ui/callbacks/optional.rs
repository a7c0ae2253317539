use ffi_core::{DartError, ffi_export};

#[ffi_export]
fn count(each: Option<&dyn Fn(u32) -> Result<(), DartError>>) {
    each.map(|each| each(1));
}

fn main() {}
