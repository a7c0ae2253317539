use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, packed)]
#[ffi(reserved(5))]
struct Sample {
    #[ffi(tag = 0)]
    first: u32,
    #[ffi(tag = 5)]
    second: u32,
    #[ffi(tag = 19000)]
    third: String,
}

fn main() {}
