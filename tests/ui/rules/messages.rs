use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Pod {
    #[ffi(range = 1..=100)]
    count: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(columns)]
struct InColumns {
    #[ffi(range = 1..=100)]
    count: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct InArena {
    name: ArenaStr,
    #[ffi(range = 1..=100)]
    count: u32,
}

fn main() {}
