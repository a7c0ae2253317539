use ffi_core::{FfiMap, FfiMessage, FfiOption, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    list: FfiVec<String, 4>,
    option: FfiOption<Vec<u8>>,
    map: FfiMap<usize, [Option<u8>; 2], 4>,
}

fn main() {}
