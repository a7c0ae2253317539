use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Mode {
    Off,
    On(u32),
    Dimmed { level: u8 },
}

fn main() {}
