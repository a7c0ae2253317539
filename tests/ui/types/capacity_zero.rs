use ffi_core::{FfiBytes, FfiMap, FfiMessage, FfiStr, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    text: FfiStr<0>,
    bytes: FfiBytes<0>,
    list: FfiVec<FfiStr<0>, 4>,
    map: FfiMap<u32, u32, 0>,
}

fn main() {}
