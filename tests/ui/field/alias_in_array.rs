use ffi_core::FfiMessage;

type Size = usize;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: [Size; 4],
}

fn main() {}
