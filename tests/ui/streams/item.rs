use ffi_core::ffi_export;

#[ffi_export]
fn pairs() -> impl Stream<Item = (u64, u64)> {
    todo()
}

#[ffi_export]
fn references() -> impl Stream<Item = &'static str> {
    todo()
}

trait Stream {
    type Item;
}

fn main() {}
