use ffi_core::ffi_export;

#[ffi_export]
#[ffi(window = 0)]
async fn none(numbers: FfiInput<u32>) -> u64 {
    todo(numbers)
}

#[ffi_export]
#[ffi(window = 8)]
async fn no_stream(number: u32) -> u64 {
    number.into()
}

struct FfiInput<T>(T);

fn main() {}
