use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(pod)]
enum Mode {
    Off,
    On,
}

fn main() {}
