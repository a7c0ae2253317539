use ffi_core::ffi_export;

#[ffi_export]
fn anything() -> impl Stream {
    todo()
}

trait Stream {
    type Item;
}

fn main() {}
