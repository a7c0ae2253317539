use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(encoding = "zig-zag")]
    delta: i32,
}

fn main() {}
