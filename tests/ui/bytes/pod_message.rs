use ffi_core::FfiMessage;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
struct Inner {
    flag: bool,
}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Sample {
    inner: Inner,
}

fn main() {}
