use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage)]
#[repr(C)]
struct Note {
    body: ArenaStr,
}

// It lives in an arena, as a case has a handle.
#[derive(FfiMessage)]
#[repr(C, u32)]
#[ffi(checked)]
enum Value {
    Unset,
    Text(ArenaStr),
    Note(Note),
}

fn main() {}
