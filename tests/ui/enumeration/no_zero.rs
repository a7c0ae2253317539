use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Mode {
    Off = 1,
    On,
}

fn main() {}
