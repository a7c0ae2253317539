use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[ffi(pod)]
enum Mode<T> {
    Off,
    On(T),
    #[ffi(tag = 1)]
    Dimmed { level: u8 },
}

fn main() {}
