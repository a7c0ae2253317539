use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(json = "google.protobuf.Int32Value")]
enum Sample {
    Unset,
    Value(i32),
}

fn main() {}
