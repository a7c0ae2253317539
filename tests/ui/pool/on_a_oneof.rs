use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(pool = 4)]
enum Sample {
    Unset,
    Number(u32),
}

fn main() {}
