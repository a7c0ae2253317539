use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    Number(u32),
}

impl Drop for Sample {
    fn drop(&mut self) {}
}

fn main() {}
