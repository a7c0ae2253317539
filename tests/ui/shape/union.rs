use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
union Sample {
    first: u32,
    second: f32,
}

fn main() {}
