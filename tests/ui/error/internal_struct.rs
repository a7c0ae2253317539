use std::fmt;

use ffi_core::FfiError;

#[derive(Debug, FfiError)]
#[ffi(internal)]
struct Failed {
    page: u32,
}

impl fmt::Display for Failed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Failed {}

fn main() {}
