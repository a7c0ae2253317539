use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(json = "price")]
    cost: u32,
}

fn main() {}
