use ffi_core::ffi_export;

struct FfiContext;

#[ffi_export]
pub fn sample(context: &FfiContext) {
    let _ = context;
}

fn main() {}
