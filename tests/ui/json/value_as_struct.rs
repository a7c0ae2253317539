use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(json = "google.protobuf.Value")]
struct Sample {
    number: f64,
}

fn main() {}
