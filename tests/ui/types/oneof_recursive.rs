use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    Children(FfiVec<Sample, 2>),
}

fn main() {}
