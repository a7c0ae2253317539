use ffi_core::{FfiMessage, ffi_service};
use ffi_core::production::{GuardedCall, Verdict};

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
struct Point {
    x: f32,
}

fn guard(_: &GuardedCall<'_>) -> Verdict {
    Verdict::Allow
}

#[ffi_service(guard = guard)]
trait Db {
    fn get(&self, #[ffi(key)] point: Point) -> u64;
}

fn main() {}
