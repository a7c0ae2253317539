use ffi_core::layout::PodField;
use ffi_core::{FfiEnum, FfiMessage};

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum Mode {
    First,
}

impl PodField for Mode {}

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Sample {
    mode: Mode,
}

fn main() {}
