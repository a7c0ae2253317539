use ffi_core::FfiEnum;

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
#[ffi(proto(oneof = "kind"))]
enum Sample {
    Zero = 0,
}

fn main() {}
