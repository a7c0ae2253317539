use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Number(u32),
    Unset,
}

fn main() {}
