use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Kind {
    Unset,
    Count(u32),
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    id: u32,
    #[ffi(flatten)]
    kind: Kind,
}

fn main() {}
