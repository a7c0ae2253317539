//! Measures the parts of a command: wall-clock time, and the CPU time of all processes that a part
//! started.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::progress::Progress;
use crate::workspace;

/// The time of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    name: String,
    /// Wall-clock time; `None` when the part began before this process could look at a clock.
    wall: Option<Duration>,
    /// User and system time; `None` on systems that don't report it.
    cpu: Option<Duration>,
}

/// The times of all parts, displayed as a table that ends in their sum.
#[derive(Debug, Default)]
pub struct Times {
    parts: Vec<Part>,
    /// Steps of which each part is one.
    progress: Option<Progress>,
}

impl Times {
    /// Starts with a part for the build of this program.
    ///
    /// `cargo run` builds a program and then becomes it, by `execve`, so the compilers count as
    /// children of this process.
    #[must_use]
    pub fn since_build(name: &str) -> Self {
        let part = Part { name: name.to_owned(), wall: None, cpu: cpu_of_children() };
        Self { parts: vec![part], progress: None }
    }

    /// Shows each part as a step, of `count` to come.
    #[must_use]
    pub fn with_progress(self, count: usize) -> Self {
        Self { progress: Some(Progress::steps(count)), ..self }
    }

    /// Shows no steps any more.
    pub fn end_progress(&mut self) {
        self.progress = None;
    }

    /// Does `work` and records its time, also when it fails.
    ///
    /// # Errors
    ///
    /// Returns the errors of `work`.
    pub fn part<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        if let Some(progress) = &mut self.progress {
            progress.step(name);
        }
        let started = Started::now();
        let result = work();
        self.parts.push(started.end(name));
        result
    }

    /// Replaces the last part by the parts that [`append`] wrote to `file`, and by the rest of its
    /// time.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read.
    pub fn split_last(&mut self, file: &Path) -> Result<()> {
        let Some(mut rest) = self.parts.pop() else { return Ok(()) };
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let parts: Vec<_> = text.lines().filter_map(Part::parse).collect();
        let subtract = |whole: Option<Duration>, part: Option<Duration>| Some(whole?.saturating_sub(part?));
        for part in &parts {
            rest.wall = subtract(rest.wall, part.wall);
            rest.cpu = subtract(rest.cpu, part.cpu);
        }
        self.parts.extend(parts);
        self.parts.push(rest);
        Ok(())
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
        writeln!(f, "{:width$}     wall s      CPU s", "part")?;
        let sum = |time: fn(&Part) -> Option<Duration>| self.parts.iter().filter_map(time).sum();
        let total =
            Part { name: "total".to_owned(), wall: Some(sum(|it| it.wall)), cpu: Some(sum(|it| it.cpu)) };
        for part in self.parts.iter().chain([&total]) {
            let seconds = |time: Option<Duration>| {
                time.map_or_else(|| "-".to_owned(), |time| format!("{:.1}", time.as_secs_f64()))
            };
            writeln!(f, "{:width$} {:>10} {:>10}", part.name, seconds(part.wall), seconds(part.cpu))?;
        }
        Ok(())
    }
}

/// Does `work` and appends its time to `file`, for [`Times::split_last`] of another process.
///
/// # Errors
///
/// Returns the errors of `work`, or an error if the file can't be written.
pub fn append<T>(file: &Path, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Started::now();
    let result = work();
    let line = started.end(name).line();
    workspace::append(file, &line)?;
    result
}

impl Part {
    /// Returns nanoseconds and the name, as [`Part::parse`] reads them.
    fn line(&self) -> String {
        let number =
            |time: Option<Duration>| time.map_or_else(|| "-".to_owned(), |time| time.as_nanos().to_string());
        format!("{} {} {}\n", number(self.wall), number(self.cpu), self.name)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(3, ' ');
        let mut time = || Some(words.next()?.parse().ok().map(Duration::from_nanos));
        let (wall, cpu) = (time()?, time()?);
        Some(Self { name: words.next()?.to_owned(), wall, cpu })
    }
}

/// The start of a part.
struct Started {
    wall: Instant,
    cpu: Option<Duration>,
}

impl Started {
    fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu_of_children() }
    }

    fn end(self, name: &str) -> Part {
        let cpu = cpu_of_children().zip(self.cpu).map(|(now, before)| now.saturating_sub(before));
        Part { name: name.to_owned(), wall: Some(self.wall.elapsed()), cpu }
    }
}

/// Returns the user and system time of all descendants that have ended and were waited for.
#[cfg(unix)]
fn cpu_of_children() -> Option<Duration> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the pointer is to memory of this frame that is large enough for a `rusage`, which is
    // written.
    let failed = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()) };
    if failed != 0 {
        return None;
    }
    // SAFETY: `getrusage` has succeeded, so it has written every field.
    let usage = unsafe { usage.assume_init() };
    let time = |it: libc::timeval| {
        let micros = u64::try_from(it.tv_usec).ok()?;
        Some(Duration::from_secs(u64::try_from(it.tv_sec).ok()?) + Duration::from_micros(micros))
    };
    Some(time(usage.ru_utime)? + time(usage.ru_stime)?)
}

#[cfg(not(unix))]
fn cpu_of_children() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_kept_when_it_fails_and_can_be_split() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut times = Times::default();
        let failed: Result<()> = times.part("all", || {
            append(file.path(), "one of them", || Ok(()))?;
            append(file.path(), "another", || anyhow::bail!("no"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no");
        times.split_last(file.path()).unwrap();
        let names: Vec<_> = times.parts.iter().map(|part| &*part.name).collect();
        assert_eq!(names, ["one of them", "another", "all"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_time_of_children_counts() {
        let mut times = Times::default();
        times
            .part("spin", || {
                let mut spin = std::process::Command::new("sh");
                crate::workspace::capture(
                    spin.args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]),
                )
            })
            .unwrap();
        assert!(times.parts[0].cpu.unwrap() > Duration::from_millis(20), "{:?}", times.parts);
        assert!(times.parts[0].wall.unwrap() > Duration::ZERO);
    }

    #[test]
    fn the_table_has_a_sum() {
        let seconds = |count| Some(Duration::from_secs(count));
        let part = |name: &str, wall, cpu| Part { name: name.to_owned(), wall, cpu };
        let parts = vec![part("build", None, seconds(100)), part("tests", seconds(2), seconds(3))];
        let times = Times { parts, progress: None };
        let expected = "part      wall s      CPU s\n\
                        build          -      100.0\n\
                        tests        2.0        3.0\n\
                        total        2.0      103.0\n";
        assert_eq!(times.to_string(), expected);
    }

    #[test]
    fn a_line_is_read_as_written() {
        let part = Part { name: "a b c".to_owned(), wall: Some(Duration::from_nanos(7)), cpu: None };
        assert_eq!(Part::parse(part.line().trim_end()), Some(part));
    }
}
