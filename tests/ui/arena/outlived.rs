use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, FfiArena};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {
    let name = {
        let arena = FfiArena::<Row>::new();
        arena.root().name()
    };
    println!("{name}");
}
