use ffi_core::FfiObject;

#[derive(FfiObject)]
struct Sample<T> {
    value: T,
}

fn main() {}
