use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(C)]
enum Mode {
    Off,
    On,
}

fn main() {}
