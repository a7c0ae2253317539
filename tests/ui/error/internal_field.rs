use std::fmt;

use ffi_core::FfiError;

#[derive(Debug, FfiError)]
enum Failed {
    #[ffi(internal)]
    Io(#[ffi(display)] std::io::Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Failed {}

fn main() {}
