use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Largest {
    bytes: [u8; 4096],
}

#[ffi_export]
fn same(largest: Largest) -> Largest {
    largest
}

fn main() {
    assert_eq!(same(Largest { bytes: [7; 4096] }).bytes[4095], 7);
}
