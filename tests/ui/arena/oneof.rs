use ffi_core::FfiMessage;
use ffi_core::arena::ArenaStr;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Value {
    Unset,
    Text(ArenaStr),
}

fn main() {}
