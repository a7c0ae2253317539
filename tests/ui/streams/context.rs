use ffi_core::ffi_export;

#[ffi_export]
fn numbers(context: &FfiContext) -> impl Stream<Item = u64> {
    todo(context)
}

trait Stream {
    type Item;
}

fn main() {}
