//! Files of arenas: the bytes of [`FfiArena::to_bytes`].
//!
//! A file is written as a temporary one beside it, which gets its name at last. So a reader sees
//! the old arena or the new one, whatever ends the writer, and a map of the old file stays what it
//! is. A file is never changed in place.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;

use super::format::{HEADER_LEN, MAX_SCHEMA};
use super::frozen::FrozenArena;
use super::owner::FfiArena;
use super::pages::Pages;
use super::value::ArenaMessage;
use super::visit;
use crate::types::InvalidValue;

impl<T: ArenaMessage> FfiArena<T> {
    /// Writes the arena to a file, which is replaced as a whole: when this returns, the file and
    /// its name are on the disk.
    ///
    /// # Errors
    ///
    /// Returns an error of the file system; then the file is as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::FfiMessage;
    /// use ffi_core::arena::{ArenaStr, FfiArena};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Greeting {
    ///     text: ArenaStr,
    /// }
    ///
    /// let path = std::env::temp_dir().join(format!("greeting-{}.ffi", std::process::id()));
    /// let mut arena = FfiArena::<Greeting>::new();
    /// arena.edit().set_text("hello");
    /// arena.write(&path)?;
    /// assert_eq!(FfiArena::<Greeting>::open(&path)?.root().text(), "hello");
    /// std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.write_file(path.as_ref(), None)
    }

    /// Writes the arena to a file as [`write`](Self::write) does, with its
    /// [schema](Self::schema) behind it, some kilobytes. A library with another layout then names
    /// the first difference when it refuses the file, and `ffi-dart-emit inspect` shows the layout.
    ///
    /// # Errors
    ///
    /// Returns an error of the file system; then the file is as it was.
    pub fn write_with_schema(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.write_file(path.as_ref(), Some(&Self::schema()))
    }

    fn write_file(&self, path: &Path, schema: Option<&str>) -> io::Result<()> {
        let temporary = Temporary::beside(path)?;
        let mut writer = BufWriter::new(File::create_new(&temporary.0)?);
        self.write_parts(&mut writer, schema)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        drop(writer);
        fs::rename(&temporary.0, path)?;
        std::mem::forget(temporary);
        sync_folder(path)
    }

    /// Reads the arena in a file, and checks all of it.
    ///
    /// # Errors
    ///
    /// Returns an error of the file system, or one of kind
    /// [`InvalidData`](io::ErrorKind::InvalidData) with the [`InvalidValue`] in it.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::from_bytes(&fs::read(path)?).map_err(invalid)
    }

    /// Maps the arena in a file, and checks all of it, once. It is only read.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`open`](Self::open).
    ///
    /// # Safety
    ///
    /// Nobody changes or shortens the file as long as the result lives. [`write`](Self::write)
    /// doesn't: it makes another file of that name.
    pub unsafe fn map(path: impl AsRef<Path>) -> io::Result<FrozenArena<T>> {
        Self::mapped(path.as_ref())?.checked().map_err(invalid)
    }

    /// Maps the arena in a file, of which only the header is checked.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`open`](Self::open).
    pub(super) fn mapped(path: &Path) -> io::Result<FrozenArena<T>> {
        let file = File::open(path)?;
        // SAFETY: nothing makes a reference to the bytes before a caller has promised that nobody
        // changes them: `map` by its contract, and C and Dart with each call that gets the arena.
        let map = unsafe { Mmap::map(&file) }?;
        // The header is read from a copy, as the file may change meanwhile.
        let mut header = [0; HEADER_LEN];
        match map.get(..HEADER_LEN) {
            Some(bytes) => header.copy_from_slice(bytes),
            None => return Err(invalid(InvalidValue::new("the file is less than the header of an arena"))),
        }
        let schema = |at| schema_from(file, at as u64).ok();
        let [lists, text] = visit::sizes::<T>(&header, map.len(), schema).map_err(invalid)?;
        Ok(FrozenArena::of(Pages::of_file(map), lists, text))
    }
}

/// Returns the schema in a file, which is there from an offset on.
fn schema_from(mut file: File, at: u64) -> io::Result<Vec<u8>> {
    let mut schema = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(MAX_SCHEMA).read_to_end(&mut schema)?;
    Ok(schema)
}

fn invalid(problem: InvalidValue) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}

/// A file that is removed unless it gets its name.
struct Temporary(PathBuf);

impl Temporary {
    /// Returns the path of a new file beside `path`.
    fn beside(path: &Path) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the path has no file name"));
        };
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        // Relaxed: only that each number is used once counts.
        temporary.push(format!(".{}.{}.tmp", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        Ok(Self(path.with_file_name(temporary)))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // The first error is the one to report.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes the entry of a file in its folder to the disk, if the system can.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
