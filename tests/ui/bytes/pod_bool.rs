use ffi_core::FfiMessage;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Sample {
    first: bool,
}

fn main() {}
