use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(C)]
struct Mode {
    first: u8,
}

fn main() {}
