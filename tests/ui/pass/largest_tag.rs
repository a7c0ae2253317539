use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(reserved(1, 536870911))]
struct Sample {
    #[ffi(tag = 536870910)]
    first: u32,
    #[ffi(tag = 18999)]
    second: u32,
    #[ffi(tag = 20000)]
    third: u32,
}

fn main() {}
