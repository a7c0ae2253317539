use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.StringValue", proto(name = "Text"))]
struct Sample {
    value: ArenaStr,
}

fn main() {}
