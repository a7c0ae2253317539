use ffi_core::ffi_export;

#[ffi_export(leaf, blocking, inline)]
fn numbers() -> impl Stream<Item = u64> {
    todo()
}

trait Stream {
    type Item;
}

fn main() {}
