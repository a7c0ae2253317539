use ffi_core::ffi_export;

#[ffi_export]
pub fn numbers() -> impl Stream<Item = u64> {
    Numbers
}

trait Stream {
    type Item;
}

struct Numbers;

impl Stream for Numbers {
    type Item = u64;
}

fn main() {}
