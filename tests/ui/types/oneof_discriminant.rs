use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset = 0,
    Number(u32) = 7,
}

fn main() {}
