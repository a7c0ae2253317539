use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    Text(String),
    Size(usize),
}

fn main() {}
