use ffi_core::FfiMessage;

type Text = String;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: Text,
}

fn main() {}
