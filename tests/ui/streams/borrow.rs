use ffi_core::ffi_export;

#[ffi_export]
fn words(text: &str) -> impl Stream<Item = u64> {
    futures(text.len())
}

trait Stream {
    type Item;
}

fn main() {}
