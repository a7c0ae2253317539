use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Mode {
    #[ffi(tag = 1)]
    Off,
    On,
}

fn main() {}
