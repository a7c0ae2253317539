use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample<'a> {
    first: &'a u32,
}

fn main() {}
