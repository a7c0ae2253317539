use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 8, cache = "some"))]
struct Particle {
    x: f32,
}

fn main() {}
