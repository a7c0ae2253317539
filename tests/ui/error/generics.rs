use ffi_core::FfiError;

#[derive(Debug, FfiError)]
enum Failed<T> {
    With { value: T },
}

fn main() {}
