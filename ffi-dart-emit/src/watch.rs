//! Runs something again whenever Rust sources change, until the user interrupts it.
//!
//! Editors save a file in several steps, and a checkout changes many at once: a run starts when
//! nothing has changed for the time `QUIET`. What changes during a run starts the next one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, EventKind, RecursiveMode, Watcher};

/// Time without a change after which a run starts.
const QUIET: Duration = Duration::from_millis(100);

/// A folder with Rust sources.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sources {
    /// Its path.
    pub folder: PathBuf,
    /// True if the folders in it hold sources as well.
    pub deep: bool,
}

/// Event that ends a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// A source changed.
    Change,
    /// The user pressed Ctrl-C.
    Interrupt,
}

/// Calls `run` now, and again after each change in the folders that `sources` returns; returns when
/// the user has pressed Ctrl-C and the current run has ended.
///
/// Folders are asked for before each run, as a change may add some.
///
/// # Errors
///
/// Returns an error if the system can't watch a folder.
pub fn watch(mut sources: impl FnMut() -> Vec<Sources>, mut run: impl FnMut()) -> Result<()> {
    let (sender, signals) = mpsc::channel();
    let interrupt = sender.clone();
    // There is nobody to tell if the receiver is gone: the program ends then.
    ctrlc::set_handler(move || _ = interrupt.send(Signal::Interrupt)).context("Ctrl-C can't be handled")?;
    let changed = move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&event)) {
            _ = sender.send(Signal::Change);
        }
    };
    let mut watcher = notify::recommended_watcher(changed).context("this system can't watch files")?;
    let mut watched = HashSet::new();
    loop {
        for sources in sources() {
            let mode = if sources.deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            let folder = sources.folder.clone();
            if watched.insert(sources) {
                watcher
                    .watch(&folder, mode)
                    .with_context(|| format!("{} can't be watched", folder.display()))?;
            }
        }
        run();
        if next(&signals) == Signal::Interrupt {
            return Ok(());
        }
    }
}

/// Waits until the user has interrupted, or something has changed and nothing did since.
fn next(signals: &Receiver<Signal>) -> Signal {
    let mut last = signals.recv().unwrap_or(Signal::Interrupt);
    while last == Signal::Change {
        match signals.recv_timeout(QUIET) {
            Ok(signal) => last = signal,
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return Signal::Interrupt,
        }
    }
    last
}

/// Returns true if the contents of a source may have changed.
fn concerns(event: &Event) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    event.need_rescan() || is_change && event.paths.iter().any(|path| is_source(path))
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "rs") || path.file_name().is_some_and(|it| it == "Cargo.toml")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use notify::event::{AccessKind, ModifyKind};

    use super::*;

    #[test]
    fn only_changed_sources_count() {
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let changed = EventKind::Modify(ModifyKind::Any);
        assert!(concerns(&event(changed, "src/lib.rs")));
        assert!(concerns(&event(changed, "Cargo.toml")));
        assert!(!concerns(&event(changed, "Cargo.lock")));
        assert!(!concerns(&event(changed, "src/.lib.rs.swp")));
        assert!(!concerns(&event(EventKind::Access(AccessKind::Any), "src/lib.rs")));
    }

    #[test]
    fn changes_in_a_row_are_one_run() {
        let (sender, signals) = mpsc::channel();
        let start = Instant::now();
        let writer = std::thread::spawn(move || {
            for _ in 0..5 {
                sender.send(Signal::Change).unwrap();
                std::thread::sleep(QUIET / 5);
            }
            std::thread::sleep(QUIET * 2);
            sender.send(Signal::Interrupt).unwrap();
        });
        assert_eq!(next(&signals), Signal::Change);
        assert!(start.elapsed() >= QUIET);
        assert_eq!(next(&signals), Signal::Interrupt);
        writer.join().unwrap();
        assert_eq!(next(&signals), Signal::Interrupt, "nobody can send any more");
    }
}
