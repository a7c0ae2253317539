use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pod = "yes")]
struct Sample {
    first: u32,
}

fn main() {}
