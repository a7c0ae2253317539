//! Shows on stderr what a command does, and how far it is.
//!
//! On a terminal that is the last line: a bar, the step that runs, the time so far and the time
//! that is likely left. Elsewhere, as in CI's logs, each step is a line of its own:
//!
//! ```text
//! [2/17] building 02_columns
//! ```
//!
//! There is one bar at a time, that of the [`Progress`] that was made last. Whatever else prints
//! while it is shown does so in [`print()`], which takes the bar away for that long;
//! [`crate::workspace`] does that for the programs that it starts.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two pictures of the spinner, and between two looks at a folder that grows.
const TICK: Duration = Duration::from_millis(200);

/// The bars that were made and not dropped yet; only the last one is drawn.
static BARS: Mutex<Vec<ProgressBar>> = Mutex::new(Vec::new());

/// The steps of a command, or the parts of one step. Its bar is gone when this is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    total: u64,
    /// Steps that have begun, or parts that are done.
    done: u64,
    /// Shows a number of parts in a plain line.
    shown: fn(u64) -> String,
}

impl Progress {
    /// Returns the progress of `total` steps, of which none has begun.
    #[must_use]
    pub fn steps(total: usize) -> Self {
        let style = "{spinner} {bar:20} [{prefix}/{len}] {wide_msg} {elapsed}{eta}";
        // No machine has more memory for steps than a `u64` can count.
        Self::new(total as u64, style, |step| step.to_string())
    }

    /// Returns the progress of `total` small parts of `what`, none of which gets a plain line.
    #[must_use]
    pub fn parts(what: &str, total: usize) -> Self {
        let style = "{spinner} {bar:20} {pos} of {len} {wide_msg} {elapsed}{eta}";
        Self::new(total as u64, style, |part| part.to_string()).begin(what, &total.to_string())
    }

    /// Returns the progress of a download of `total` bytes.
    fn bytes(what: &str, total: u64) -> Self {
        let style = "{spinner} {bar:20} {bytes} of {total_bytes} {wide_msg} {elapsed}{eta}";
        let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        Self::new(total, style, megabytes).begin(what, &megabytes(total))
    }

    /// Shows what is done, and how much of it there is.
    fn begin(self, what: &str, total: &str) -> Self {
        if self.bar.is_hidden() {
            eprintln!("{what}: {total}");
        } else {
            self.bar.set_message(what.to_owned());
            self.bar.enable_steady_tick(TICK);
        }
        self
    }

    fn new(total: u64, style: &str, shown: fn(u64) -> String) -> Self {
        // Hidden if stderr is no terminal.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(style).expect("the template is one");
        bar.set_style(style.with_key(
            "eta",
            |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                // Nothing is known before the first step has ended.
                let left = state.eta().as_secs();
                let _ = if left > 0 { write!(out, ", about {left} s left") } else { Ok(()) };
            },
        ));
        let mut bars = bars();
        if let Some(outer) = bars.last() {
            outer.set_draw_target(ProgressDrawTarget::hidden());
        }
        bars.push(bar.clone());
        Self { bar, total, done: 0, shown }
    }

    /// Begins the next step, which is called `what`.
    pub fn step(&mut self, what: impl Display) {
        let what = what.to_string();
        self.done += 1;
        let line = format!("[{}/{}] {what}", self.done, self.total);
        if self.bar.is_hidden() {
            eprintln!("{line}");
            return;
        }
        // The step before has ended.
        self.bar.set_position(self.done - 1);
        self.bar.set_prefix(self.done.to_string());
        self.bar.set_message(what);
        self.bar.enable_steady_tick(TICK);
    }

    /// Passes over steps that will not be done.
    pub fn skip(&mut self, steps: usize) {
        self.done += steps as u64;
    }

    /// Says that one more part is done.
    pub fn advance(&mut self) {
        self.reach(self.done + 1);
    }

    /// Says that so many parts are done. Each quarter of them gets a plain line.
    fn reach(&mut self, done: u64) {
        let quarter = |done: u64| (done * 4).checked_div(self.total).unwrap_or(0);
        let (before, now) = (quarter(self.done), quarter(done));
        self.done = done;
        if !self.bar.is_hidden() {
            self.bar.set_position(done);
        } else if now > before {
            eprintln!("  {} of {}", (self.shown)(done), (self.shown)(self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
        let mut bars = bars();
        bars.pop();
        if let Some(outer) = bars.last() {
            outer.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

/// Does `work` while no bar is shown, so that it may print and start programs that do.
pub fn print<T>(work: impl FnOnce() -> T) -> T {
    let shown = bars().last().cloned();
    match shown {
        Some(bar) if !bar.is_hidden() => bar.suspend(work),
        _ => work(),
    }
}

/// Does `work`, which starts a program that prints, while no bar is shown. The step that runs is
/// printed before, so that it is known meanwhile.
pub fn pass<T>(work: impl FnOnce() -> T) -> T {
    let step = current();
    print(|| {
        if let Some(step) = step {
            eprintln!("{step}");
        }
        work()
    })
}

/// Returns a line that says which step runs, if a bar is shown.
fn current() -> Option<String> {
    let bar = bars().last().cloned()?;
    let (step, total, seconds) = (bar.prefix(), bar.length()?, bar.elapsed().as_secs());
    let counts = !bar.is_hidden() && !step.is_empty();
    counts.then(|| format!("[{step}/{total}] {}, {seconds} s so far", bar.message()))
}

/// Does `work`, and shows that it runs: nobody knows how far it is.
pub fn busy<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let progress = Progress::new(1, "{spinner} {wide_msg} {elapsed}", |part| part.to_string());
    if progress.bar.is_hidden() {
        eprintln!("{what}");
    } else {
        progress.bar.set_message(what.to_owned());
        progress.bar.enable_steady_tick(TICK);
    }
    work()
}

/// Does `work`, which writes `total` bytes of files into `folder`, and shows how many are there.
pub fn download<T: Send>(what: &str, folder: &Path, total: u64, work: impl FnOnce() -> T + Send) -> T {
    let mut progress = Progress::bytes(what, total);
    thread::scope(|scope| {
        let worker = scope.spawn(work);
        while !worker.is_finished() {
            progress.reach(size(folder).min(total));
            thread::sleep(TICK);
        }
        progress.reach(total);
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Returns the bytes of the files in `folder` and the folders in it.
fn size(folder: &Path) -> u64 {
    // A file that is renamed meanwhile is counted the next time.
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

fn bars() -> MutexGuard<'static, Vec<ProgressBar>> {
    // A list of bars is whole whatever panicked.
    BARS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_folders_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(size(&folder.path().join("none")), 0);
        fs::create_dir(folder.path().join("partial")).unwrap();
        fs::write(folder.path().join("partial/a"), [0; 30]).unwrap();
        fs::write(folder.path().join("b"), [0; 12]).unwrap();
        assert_eq!(size(folder.path()), 42);
    }
}
