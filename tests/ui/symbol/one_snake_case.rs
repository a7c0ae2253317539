use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct MyData {
    value: u32,
}

#[derive(FfiMessage)]
#[repr(C)]
struct My_Data {
    value: u32,
}

fn main() {}
