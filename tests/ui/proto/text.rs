use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(proto = "Outer.Inner")]
struct Sample {
    cost: u32,
}

fn main() {}
