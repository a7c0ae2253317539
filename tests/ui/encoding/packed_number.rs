use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(packed = false)]
    count: u32,
}

fn main() {}
