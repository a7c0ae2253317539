use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, FfiArena};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {
    let mut arena = FfiArena::<Row>::new();
    let name = arena.root().name();
    arena.edit().set_name("other");
    println!("{name}");
}
