use ffi_core::FfiMessage;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod, checked)]
struct Sample {
    first: u32,
}

fn main() {}
