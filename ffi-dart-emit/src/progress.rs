//! Shows on stderr what a command does, and how far it is, if that takes long.
//!
//! On a terminal it is a line that is drawn in place after `SOON`, and gone at the end.
//! Elsewhere, as in the logs of CI, it is a plain line after `LATE`, and one more each `AGAIN`:
//!
//! ```text
//! importing files and messages: 812 of 3014
//! ```
//!
//! The thread that works only counts, in a [`Meter`]; another one looks at the counts, so a part
//! that takes long by itself is shown as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time after which a terminal shows something: what ends before would only flicker.
const SOON: Duration = Duration::from_millis(500);

/// Time between two pictures on a terminal.
const TICK: Duration = Duration::from_millis(100);

/// Time after which there is a plain line.
const LATE: Duration = Duration::from_secs(2);

/// Time between two plain lines.
const AGAIN: Duration = Duration::from_secs(10);

/// Count of the parts of some work that are done. A clone counts the same work.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

// Each count is by itself: no other memory depends on it, so `Relaxed` is enough.
#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    /// 0 while nobody knows.
    total: AtomicU64,
    /// True once something was shown.
    shown: AtomicBool,
}

impl Meter {
    /// Adds `parts` to those that are to be done.
    pub fn expect(&self, parts: usize) {
        self.0.total.fetch_add(parts as u64, Ordering::Relaxed);
    }

    /// Counts one more part as done.
    pub fn advance(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of parts that are done, and that of all.
    fn counts(&self) -> (u64, u64) {
        let total = self.0.total.load(Ordering::Relaxed);
        (self.0.done.load(Ordering::Relaxed).min(total), total)
    }
}

/// Does `work`, and shows `what` with the counts of `meter` if it takes long.
///
/// `work` prints nothing, as a line that is drawn in place would be in its way.
pub fn show<T>(what: &str, meter: &Meter, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let delay = if bar.is_hidden() { LATE } else { SOON };
    show_after(delay, bar, what, meter, work)
}

fn show_after<T>(
    delay: Duration,
    bar: ProgressBar,
    what: &str,
    meter: &Meter,
    work: impl FnOnce() -> T,
) -> T {
    let (end, ended) = channel();
    thread::scope(|scope| {
        scope.spawn(move || watch(delay, &bar, what, meter, &ended));
        // Dropped when `work` ends, by a panic as well, which ends the other thread.
        let _end = end;
        work()
    })
}

/// Shows the counts until the other end of `ended` is dropped.
fn watch(delay: Duration, bar: &ProgressBar, what: &str, meter: &Meter, ended: &Receiver<()>) {
    let start = Instant::now();
    let goes_on = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !goes_on(delay) {
        return;
    }
    let style = |text| ProgressStyle::with_template(text).expect("the template is one");
    bar.set_style(style("{spinner} {wide_msg} {elapsed}"));
    let bar = &bar.clone().with_message(what.to_owned()).with_elapsed(start.elapsed());
    let mut is_counted = false;
    loop {
        let (done, total) = meter.counts();
        if bar.is_hidden() {
            eprintln!("{}", line(what, done, total, start.elapsed()));
        } else {
            if total > 0 && !is_counted {
                is_counted = true;
                bar.set_style(style("{spinner} {bar:20} {pos} of {len} {wide_msg} {elapsed}"));
            }
            bar.set_length(total);
            bar.set_position(done);
            bar.tick();
        }
        meter.0.shown.store(true, Ordering::Relaxed);
        if !goes_on(if bar.is_hidden() { AGAIN } else { TICK }) {
            break;
        }
    }
    bar.finish_and_clear();
}

/// Returns a plain line.
fn line(what: &str, done: u64, total: u64, time: Duration) -> String {
    match total {
        0 => format!("{what}, {} s so far", time.as_secs()),
        _ => format!("{what}: {done} of {total}"),
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::{Command, Output, Stdio};

    use super::*;

    /// Command that shows its progress at once: the other tests start it.
    #[test]
    #[ignore = "the other tests start it"]
    fn a_command() {
        let bar = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let shown = |meter: &Meter| {
            while !meter.0.shown.load(Ordering::Relaxed) {
                thread::yield_now();
            }
        };
        let meter = Meter::default();
        meter.expect(8);
        (0..3).for_each(|_| meter.advance());
        let seven = show_after(Duration::ZERO, bar(), "importing files", &meter, || {
            shown(&meter);
            7
        });
        assert_eq!(seven, 7);
        let meter = Meter::default();
        show_after(Duration::ZERO, bar(), "reading", &meter, || shown(&meter));
        eprintln!("done");
    }

    fn said(mut command: Command) -> Output {
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }

    const ARGUMENTS: [&str; 4] = ["progress::tests::a_command", "--exact", "--ignored", "--nocapture"];

    #[test]
    fn elsewhere_it_is_a_line() {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(ARGUMENTS);
        let said = String::from_utf8(said(command).stderr).unwrap();
        assert_eq!(said, "importing files: 3 of 8\nreading, 0 s so far\ndone\n");
    }

    /// `script` of util-linux gives a program a terminal.
    #[test]
    #[cfg(target_os = "linux")]
    fn on_a_terminal_it_is_drawn_in_place_and_gone_at_the_end() {
        let mut script = Command::new("script");
        if script.arg("--version").output().is_err() {
            eprintln!("note: skipped: there is no `script`, which util-linux has");
            return;
        }
        let line = format!("'{}' {}", env::current_exe().unwrap().display(), ARGUMENTS.join(" "));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("TERM", "xterm");
        let said = String::from_utf8(said(script).stdout).unwrap();
        assert!(said.contains("3 of 8 importing files") && said.contains("reading"), "{said:?}");
        assert!(!said.contains("importing files: 3 of 8"), "{said:?}");
        // The line is cleared, and what comes next is at its start.
        assert!(said.contains("\r\u{1b}[2Kdone\r\n") || said.contains("\u{1b}[2K\rdone\r\n"), "{said:?}");
    }

    #[test]
    fn what_ends_soon_shows_nothing() {
        let meter = Meter::default();
        assert_eq!(show("reading", &meter, || 7), 7);
        assert!(!meter.0.shown.load(Ordering::Relaxed));
    }

    #[test]
    #[should_panic(expected = "of the work")]
    fn a_panic_ends_it() {
        show("reading", &Meter::default(), || panic!("of the work"));
    }

    #[test]
    fn more_cannot_be_done_than_there_is() {
        let meter = Meter::default();
        meter.clone().advance();
        assert_eq!(meter.counts(), (0, 0));
        meter.expect(2);
        assert_eq!(meter.counts(), (1, 2));
        assert_eq!(line("a", 1, 2, Duration::ZERO), "a: 1 of 2");
        assert_eq!(line("a", 0, 0, Duration::from_secs(12)), "a, 12 s so far");
    }
}
