use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(u8)]
enum Sample {
    First,
}

fn main() {}
