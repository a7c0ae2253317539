use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample(u32, u32);

fn main() {}
