use ffi_core::FfiEnum;

#[derive(FfiEnum)]
#[repr(u8)]
enum Mode {
    Off,
    On,
}

fn main() {}
