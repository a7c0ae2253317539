use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, FfiArena};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {
    let (a, mut b) = (FfiArena::<Row>::new(), FfiArena::<Row>::new());
    b.edit().set_name(a.root().name.clone());
}
