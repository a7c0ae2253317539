use ffi_core::ffi_export;

#[ffi_export(window = 0)]
fn none() -> impl Stream<Item = u64> {
    todo()
}

#[ffi_export]
#[ffi(window = 10_000_000)]
fn many() -> impl Stream<Item = u64> {
    todo()
}

#[ffi_export(window)]
fn unsaid() -> impl Stream<Item = u64> {
    todo()
}

trait Stream {
    type Item;
}

fn main() {}
