use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
enum Mode {
    Off,
    On,
}

fn main() {}
