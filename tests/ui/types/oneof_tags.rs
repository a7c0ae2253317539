use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    #[ffi(tag = 1)]
    Unset,
    #[ffi(tag = 2)]
    Number(u32),
    #[ffi(tag = 2)]
    Other(u32),
    #[ffi(tag = 0)]
    Zero(u32),
    Inside(#[ffi(tag = 5)] u32),
}

fn main() {}
