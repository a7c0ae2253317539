use ffi_core::ffi_export;

#[derive(ffi_core::FfiMessage)]
#[repr(C)]
struct Frame {
    pixels: [u32; 1025],
}

#[ffi_export]
fn sample() -> Frame {
    Frame { pixels: [0; 1025] }
}

fn main() {}
