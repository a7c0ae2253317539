//! Reports of panics, each in a file that outlives the process.
//!
//! The panic hook (`panic.rs`) calls [`report`], whatever becomes of the panic afterwards: an
//! exported function returns it as a status, and with `panic = "abort"` the process ends. A file is
//! written under another name and renamed, so a reader finds all of it or nothing. A process writes
//! only so many files as a folder keeps, so a panic in a loop doesn't keep a disk busy.
//!
//! Nothing here panics or waits for a lock: a report that can't be written is counted as lost.

use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::json::{Object, cut, strings};

/// Number of lines that are kept for the next report.
const LINES: usize = 64;
/// Size in bytes from which a line is cut off.
const LINE: usize = 1024;

/// Folder for reports.
struct Keep {
    library: &'static str,
    folder: PathBuf,
    /// Largest number of files.
    most: usize,
}

static KEEP: Mutex<Option<Keep>> = Mutex::new(None);
static NOTES: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
/// Number of reports that this process has begun.
static BEGUN: AtomicUsize = AtomicUsize::new(0);
/// Number of reports that were not written.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Keeps a line of text for the report of the next crash, as a log would: a report has the last 64,
/// of up to 1024 bytes each.
///
/// # Examples
///
/// ```
/// ffi_core::production::note("opened the cache");
/// ```
pub fn note(line: &str) {
    let line = cut(line, LINE);
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    while notes.len() >= LINES {
        notes.pop_front();
    }
    notes.push_back(line.to_owned());
}

/// Has reports written to `folder`, which is made if it doesn't exist; the oldest of more than
/// `most` files are removed.
pub(super) fn keep(library: &'static str, folder: &str, most: usize) -> io::Result<()> {
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    // What a process has not finished that ended while it wrote.
    for file in files(&folder, ".tmp")? {
        let _ = fs::remove_file(file);
    }
    *KEEP.lock().unwrap_or_else(PoisonError::into_inner) = Some(Keep { library, folder, most: most.max(1) });
    BEGUN.store(0, Ordering::Relaxed);
    Ok(())
}

/// Returns the number of reports that were not written.
pub(super) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Returns the files of reports whose names end in `end`, the oldest first.
fn files(folder: &Path, end: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_one =
            entry.file_name().to_str().is_some_and(|name| name.starts_with("crash-") && name.ends_with(end));
        if is_one {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Writes the report of a panic with that message, if a folder for it was set.
pub(crate) fn report(info: &PanicHookInfo<'_>, message: Option<&str>) {
    // Not locked by this thread, which would run no user code under the lock; another one that
    // panics at the same time loses its report rather than waits in a hook.
    let keep = match KEEP.try_lock() {
        Ok(keep) => keep,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            LOST.fetch_add(1, Ordering::Relaxed);
            return;
        }
    };
    let Some(keep) = &*keep else { return };
    let number = BEGUN.fetch_add(1, Ordering::Relaxed);
    if number >= keep.most || write(keep, info, message, number).is_err() {
        LOST.fetch_add(1, Ordering::Relaxed);
    }
}

fn write(keep: &Keep, info: &PanicHookInfo<'_>, message: Option<&str>, number: usize) -> io::Result<()> {
    let Keep { library, folder, most } = keep;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let thread = thread::current();
    let (file, line, column) = info.location().map_or(("", 0, 0), |it| (it.file(), it.line(), it.column()));
    let notes = match NOTES.try_lock() {
        Ok(notes) => strings(notes.iter().map(String::as_str)),
        Err(_) => "[]".to_owned(),
    };
    let text = Object::new()
        .text("library", library)
        .number("time", now)
        .number("process", process::id().into())
        .text("thread", thread.name().unwrap_or(""))
        .text("message", message.unwrap_or("the panic's payload is not text"))
        .text("file", file)
        .number("line", line.into())
        .number("column", column.into())
        .text("backtrace", &Backtrace::force_capture().to_string())
        .json("notes", &notes)
        .end();
    let name = format!("crash-{now:013}-{}-{number}", process::id());
    let (unfinished, finished) = (folder.join(format!("{name}.tmp")), folder.join(format!("{name}.json")));
    let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, &finished));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    let all = files(folder, ".json")?;
    for old in &all[..all.len().saturating_sub(*most)] {
        let _ = fs::remove_file(old);
    }
    Ok(())
}
