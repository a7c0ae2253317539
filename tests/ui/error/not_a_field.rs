use std::fmt;

use ffi_core::FfiError;

#[derive(Debug, FfiError)]
enum Failed {
    At { index: usize },
}

impl fmt::Display for Failed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Failed {}

fn main() {}
