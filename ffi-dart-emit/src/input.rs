//! Reads files from outside, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Largest number of bytes of a library that are read. A library with debug information of several
/// crates has a tenth of that.
///
/// Libraries are read, not mapped into memory: a build may write to a mapped file at any time,
/// which is undefined behaviour.
pub const MAX_LIBRARY: u64 = 1 << 30;

/// Largest number of bytes that are read of a .proto file, of JSON, or of an existing file at an
/// output's path.
pub const MAX_TEXT: u64 = 64 << 20;

/// Reads a library, or JSON if the file starts like that.
///
/// # Errors
///
/// Returns the errors of the file system, and an error if a file is larger than [`MAX_LIBRARY`] or
/// [`MAX_TEXT`].
pub fn library_or_json(path: &Path) -> io::Result<(Vec<u8>, bool)> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(64).read_to_end(&mut start)?;
    let is_json = start.trim_ascii_start().starts_with(b"[");
    let bytes = if is_json { read(file, start, MAX_TEXT, "JSON", "") } else { library(file, start) }?;
    Ok((bytes, is_json))
}

/// Form of a schema in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A library, or JSON of its records.
    Library,
    /// A .proto file, or a folder of some.
    Proto,
    /// A `google.protobuf.FileDescriptorSet`.
    DescriptorSet,
}

/// Returns the form of the schema in a file: by its name, and otherwise by its first bytes. A
/// descriptor set begins with the key of a file, which no library does.
///
/// # Errors
///
/// Returns the errors of the file system.
pub fn kind(path: &Path) -> io::Result<Kind> {
    if path.is_dir() || path.extension().is_some_and(|it| it == "proto") {
        return Ok(Kind::Proto);
    }
    let mut start = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut start)?;
    // JSON may begin with an empty line, which is the same byte.
    let records = start.trim_ascii_start().strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let is_json = records.is_some_and(|rest| matches!(rest.first(), None | Some(b'{' | b']')));
    Ok(if start.first() == Some(&0x0A) && !is_json { Kind::DescriptorSet } else { Kind::Library })
}

fn library(file: File, start: Vec<u8>) -> io::Result<Vec<u8>> {
    let hint = "; `strip = \"debuginfo\"` in the profile of its build makes it smaller, and keeps the schema";
    read(file, start, MAX_LIBRARY, "a library", hint)
}

/// Reads text of any encoding.
///
/// # Errors
///
/// Returns the errors of the file system, and an error if a file is larger than [`MAX_TEXT`].
pub fn text(path: &Path) -> io::Result<Vec<u8>> {
    read(File::open(path)?, Vec::new(), MAX_TEXT, "a text file", "")
}

/// Reads the rest of a file after `start`. The size in the file system is checked first; a pipe or
/// a device has none, and is read until it is too large.
fn read(mut file: File, mut start: Vec<u8>, limit: u64, what: &str, hint: &str) -> io::Result<Vec<u8>> {
    let too_large = |len: String| {
        let text = format!("it has {len} bytes, and no more than {limit} of {what} are read{hint}");
        Err(io::Error::new(io::ErrorKind::FileTooLarge, text))
    };
    let len = file.metadata()?.len();
    if len > limit {
        return too_large(len.to_string());
    }
    // If there is no memory for it, reading fails with that error.
    let _ = usize::try_from(len).map(|len| start.try_reserve_exact(len.saturating_sub(start.len()) + 1));
    let behind = (limit + 1).saturating_sub(start.len() as u64);
    file.by_ref().take(behind).read_to_end(&mut start)?;
    if start.len() as u64 > limit { too_large(format!("over {limit}")) } else { Ok(start) }
}
