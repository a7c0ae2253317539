use ffi_core::FfiError;

#[derive(Debug, FfiError)]
enum Failed {
    Busy,
}

fn main() {}
