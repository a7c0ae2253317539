use ffi_core::{FfiMessage, FfiNewtype, FfiOption, FfiSecret, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Login {
    token: FfiOption<FfiSecret<32>>,
    old: FfiVec<FfiSecret<32>, 4>,
    two: [FfiSecret<32>; 2],
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Proof {
    None,
    Token(FfiSecret<32>),
}

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Key(FfiSecret<32>);

fn main() {}
