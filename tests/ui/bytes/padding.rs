use ffi_core::FfiMessage;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Sample {
    first: u8,
    second: u64,
    third: u16,
}

fn main() {}
