use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Sample {
    #[ffi(json("OFF", "OFF"))]
    Off = 0,
}

fn main() {}
