use ffi_core::{FfiMessage, FfiPooled, Pool};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
}

impl FfiPooled for Sample {
    fn pool() -> &'static Pool<Self> {
        unimplemented!("another one each time")
    }
}

fn main() {}
