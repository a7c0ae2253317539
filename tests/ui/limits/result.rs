use ffi_core::ffi_export;

#[ffi_export(limit(result = 100))]
fn number() -> u32 {
    3
}

#[ffi_export(limit(result = 100))]
fn numbers() -> impl Stream<Item = u32> {
    todo()
}

trait Stream {
    type Item;
}

#[ffi_export(limit(deadline = 100))]
fn sync() {}

#[ffi_export(limit(deadline = 100))]
fn stream() -> impl Stream<Item = u32> {
    todo()
}

fn main() {}
