use ffi_core::ffi_export;

#[ffi_export]
fn sum(numbers: FfiInput<u32>) -> u64 {
    todo(numbers)
}

#[ffi_export(leaf)]
fn count(texts: FfiInput<String>) -> u64 {
    todo(texts)
}

struct FfiInput<T>(T);

fn main() {}
