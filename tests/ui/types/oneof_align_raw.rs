use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[r#repr(r#align(16))]
enum Sample {
    Unset,
    Number(u32),
}

fn main() {}
