use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(proto(package = "acme.v1", name = "Outer.1nner"))]
struct Sample {
    cost: u32,
}

fn main() {}
