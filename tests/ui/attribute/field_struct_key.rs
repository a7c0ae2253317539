use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(pod)]
    first: u32,
}

fn main() {}
