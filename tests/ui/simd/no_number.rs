use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(simd)]
struct Door {
    open: bool,
    name: ffi_core::FfiStr<8>,
    halves: [bool; 2],
}

fn main() {}
