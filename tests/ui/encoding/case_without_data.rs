use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    #[ffi(encoding = "fixed")]
    Nothing,
    Count(u32),
}

fn main() {}
