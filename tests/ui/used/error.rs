use std::fmt;

use ffi_core::{FfiError, ffi_export};

ffi_core::library!();

#[derive(Debug, FfiError)]
pub enum ReadError {
    Empty,
    #[ffi(intern)]
    At { line: u32 },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it can't be read")
    }
}

impl std::error::Error for ReadError {}

#[ffi_export]
pub fn read(text: &str) -> Result<u32, ReadError> {
    text.len().try_into().map_err(|_| ReadError::Empty)
}

fn main() {}
