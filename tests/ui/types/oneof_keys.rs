use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(pod)]
enum Sample {
    Unset,
    #[ffi(tga = 2)]
    Number(u32),
}

fn main() {}
