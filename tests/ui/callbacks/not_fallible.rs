use ffi_core::ffi_export;

#[ffi_export]
fn count(each: &dyn Fn(u32)) {
    each(1);
}

fn main() {}
