use ffi_core::ffi_export;

/// That of `ffi_core` needs an executor.
struct DartFn<F>(F);

enum AskError {}

#[ffi_export]
fn kept(
    number: DartFn<u32>,
    fallible: DartFn<fn(u32) -> Result<u32, AskError>>,
    borrowed: DartFn<fn(&str)>,
    optional: Option<DartFn<fn(u32)>>,
) {
    let _ = (number.0, fallible.0, borrowed.0, optional);
}

#[ffi_export(leaf)]
fn leaf(kept: DartFn<fn(u32)>) {
    (kept.0)(1);
}

fn main() {}
