use ffi_core::ffi_export;

struct FfiContext;

#[ffi_export]
pub async fn sample(context: &FfiContext) {
    let _ = context;
}

fn main() {}
