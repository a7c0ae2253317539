use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample
where
    u32: Copy,
{
    first: u32,
}

fn main() {}
