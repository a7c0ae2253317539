use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(proto(name = "Outer.Inner", oneof = "kind"))]
struct Sample {
    cost: u32,
}

fn main() {}
