use ffi_core::FfiMessage;

struct Opaque(u32);

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    Opaque(Opaque),
}

fn main() {}
