use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(u32)]
enum Sample {
    Unset,
    Number(u32),
}

#[derive(FfiMessage)]
#[repr(C)]
enum Other {
    Unset,
    Number(u32),
}

#[derive(FfiMessage)]
#[repr(C, u8)]
enum Small {
    Unset,
    Number(u32),
}

fn main() {}
