use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(checked)]
struct Sample {
    first: bool,
}

fn main() {}
