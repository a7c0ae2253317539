use ffi_core::{FfiEnum, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct HTTPServer {
    port: u16,
}

#[derive(FfiEnum, Clone, Copy)]
#[repr(u8)]
enum HttpServer {
    Off,
}

fn main() {}
