use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    Pair(u32, u32),
    Named { x: f32 },
    Empty(),
}

fn main() {}
