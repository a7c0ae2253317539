use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
}

impl Drop for Sample {
    fn drop(&mut self) {}
}

fn main() {}
