use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage)]
#[repr(C)]
struct Note {
    body: ArenaStr,
}

#[derive(FfiMessage)]
#[repr(C)]
struct Row {
    note: Note,
}

fn main() {}
