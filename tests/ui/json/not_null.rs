use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(i32)]
#[ffi(json = "google.protobuf.Value")]
enum Sample {
    Zero = 0,
}

fn main() {}
