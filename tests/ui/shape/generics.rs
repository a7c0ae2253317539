use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample<T> {
    first: T,
}

fn main() {}
