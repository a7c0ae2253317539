use ffi_core::ffi_export;

struct FfiContext;

#[ffi_export(blocking)]
pub fn sample(one: &FfiContext, two: &FfiContext) {
    let _ = (one, two);
}

fn main() {}
