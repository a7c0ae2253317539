use ffi_core::{DartError, ffi_export};

struct Name;

#[ffi_export]
fn count(each: &dyn Fn(u32) -> Result<Name, DartError>) {
    let _ = each(1);
}

fn main() {}
