use ffi_core::FfiMessage;
use ffi_core::arena::ArenaBytes;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Any")]
struct Sample {
    value: ArenaBytes,
}

fn main() {}
