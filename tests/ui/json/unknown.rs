use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Timestamp")]
struct Sample {
    seconds: i64,
    nanos: i32,
}

fn main() {}
