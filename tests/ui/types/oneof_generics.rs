use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample<T> {
    Unset,
    Number(T),
}

fn main() {}
