use ffi_core::FfiMessage;

macro_rules! list {
    ($ty:ty) => {
        Vec<$ty>
    };
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: list!(u32),
}

fn main() {}
