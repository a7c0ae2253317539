use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, FfiArena};

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    name: ArenaStr,
}

fn main() {
    let (mut a, mut b) = (FfiArena::<Row>::new(), FfiArena::<Row>::new());
    let (a, b) = (a.edit(), b.edit());
    std::mem::swap(&mut a.name, &mut b.name);
}
