use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Mode<T> {
    Off,
    On(T),
}

fn main() {}
