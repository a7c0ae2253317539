use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: Vec<f32>,
    third: std::collections::VecDeque<u8>,
    fourth: &'static [u8],
}

fn main() {}
