use ffi_core::FfiMessage;

#[repr(C)]
struct Other {
    value: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: Other,
}

fn main() {}
