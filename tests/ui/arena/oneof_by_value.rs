use ffi_core::arena::ArenaStr;
use ffi_core::{FfiMessage, ffi_export};

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Value {
    Unset,
    Text(ArenaStr),
}

#[ffi_export]
fn show(value: &Value) -> bool {
    matches!(value, Value::Text(_))
}

fn main() {}
