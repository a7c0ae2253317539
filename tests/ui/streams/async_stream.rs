use ffi_core::ffi_export;

#[ffi_export]
async fn numbers() -> impl Stream<Item = u64> {
    todo()
}

trait Stream {
    type Item;
}

fn main() {}
