use ffi_core::ffi_export;

#[ffi_export]
async fn sum(numbers: Option<FfiInput<u32>>) -> u64 {
    todo(numbers)
}

struct FfiInput<T>(T);

fn main() {}
