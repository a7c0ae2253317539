use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Payment {
    Unset,
    #[ffi(range = 1..=100)]
    Cash(u32),
}

fn main() {}
