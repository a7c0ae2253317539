use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(usize)]
enum Mode {
    Off,
    On,
}

fn main() {}
