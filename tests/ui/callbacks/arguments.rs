use ffi_core::{DartError, ffi_export};

/// That of `ffi_core` needs an executor.
struct DartFn<F>(F);

#[ffi_export]
fn count(
    lent: &dyn Fn(u8, u8, u8, u8, u8, u8, u8) -> Result<(), DartError>,
    kept: DartFn<fn(u8, u8, u8, u8, u8, u8, u8)>,
) {
    let _ = (lent, kept.0);
}

fn main() {}
