use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(proto(oneof = "kind.of"))]
enum Sample {
    Unset,
    Cost(u32),
}

fn main() {}
