use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, FfiArena};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {
    let arena = FfiArena::<Row>::new();
    let _name = arena.root().name;
}
