use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Größe {
    first: u32,
}

fn main() {}
