use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(columns)]
enum Sample {
    First,
    Second,
}

fn main() {}
