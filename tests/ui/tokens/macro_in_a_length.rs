use ffi_core::FfiMessage;

macro_rules! four {
    () => {
        4
    };
}

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: [u8; four!()],
}

fn main() {}
