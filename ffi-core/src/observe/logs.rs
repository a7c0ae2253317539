//! The subscriber that a library installs.

use std::env;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_log::{AsLog as _, LogTracer};
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;

use super::layer::DartLogs;

/// The environment variable with the filter, which other programs read as well.
const VARIABLE: &str = "RUST_LOG";
/// The filter without one.
const DEFAULT: &str = "info";

/// The subscriber for spans and log records that [`init`](Self::init) installs: a filter, and the
/// places that records go to. Dart's stream is always one of them.
///
/// # Examples
///
/// ```no_run
/// use ffi_core::observe::{Logs, LogsError};
///
/// fn start() -> Result<(), LogsError> {
///     Logs::new().filter("info,my_crate=debug").file("/var/log/app", 7).json().init()
/// }
///
/// ffi_core::library!(init = start);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Logs {
    filter: Option<String>,
    quiet: bool,
    json: bool,
    file: Option<(PathBuf, usize)>,
}

/// Reason why no subscriber was installed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogsError {
    /// The filter is none.
    Filter {
        /// The filter.
        text: String,
        /// Reason why it is none.
        reason: ParseError,
    },
    /// The folder for files can't be made, or no file in it.
    File {
        /// The folder.
        folder: PathBuf,
        /// Reason of the system.
        reason: io::Error,
    },
    /// The program has installed a subscriber of its own.
    AlreadySet,
}

impl fmt::Display for LogsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter { text, reason } => {
                write!(f, "`{text}` is no filter of log records: {reason}\nhint: `info,my_crate=debug` is one")
            }
            Self::File { folder, reason } => {
                write!(f, "no log files in `{}`: {reason}\nhint: name a folder of the app's", folder.display())
            }
            Self::AlreadySet => f.write_str(
                "the program has a subscriber for `tracing` already\nhint: add `ffi_core::observe::DartLogs` to \
                 it as a layer instead",
            ),
        }
    }
}

impl std::error::Error for LogsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Filter { reason, .. } => Some(reason),
            Self::File { reason, .. } => Some(reason),
            Self::AlreadySet => None,
        }
    }
}

/// Installs the subscriber of [`Logs::new`]: records from level `info` on, or as the environment
/// variable `RUST_LOG` says, go to stderr and to Dart.
///
/// # Errors
///
/// Returns an error if the variable holds no filter, or the program has a subscriber already.
///
/// # Examples
///
/// ```
/// ffi_core::library!(init = ffi_core::observe::init);
/// ```
pub fn init() -> Result<(), LogsError> {
    Logs::new().init()
}

impl Logs {
    /// Makes one that writes to stderr what the environment variable `RUST_LOG` lets pass, or
    /// without it what is of the level `info` or above.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets pass what `directives` say, unless `RUST_LOG` is set: levels, each for a target and
    /// what is in it, as [`EnvFilter`] reads them. `info,ffi_core::call=off` leaves the spans of
    /// calls out.
    #[must_use]
    pub fn filter(mut self, directives: &str) -> Self {
        self.filter = Some(directives.to_owned());
        self
    }

    /// Writes nothing to stderr.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Writes one JSON object per record, to stderr and to files.
    #[must_use]
    pub fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Writes records to files in `folder`, one for each day (in UTC), of which the newest `most`
    /// stay. A record is in the file when the function that made it goes on, so none is missing
    /// after a crash.
    #[must_use]
    pub fn file(mut self, folder: impl Into<PathBuf>, most: usize) -> Self {
        self.file = Some((folder.into(), most.max(1)));
        self
    }

    /// Installs the subscriber for the whole process, until its end. Does nothing if a [`Logs`] has
    /// installed one before, as when a library starts again.
    ///
    /// # Errors
    ///
    /// Returns an error if the filter is none, a folder can't be written to, or the program has a
    /// subscriber already.
    pub fn init(self) -> Result<(), LogsError> {
        static INSTALLED: Mutex<bool> = Mutex::new(false);
        let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
        if *installed {
            return Ok(());
        }
        let text = env::var(VARIABLE).ok().filter(|text| !text.is_empty()).or(self.filter);
        let text = text.unwrap_or_else(|| DEFAULT.to_owned());
        let filter = EnvFilter::try_new(&text).map_err(|reason| LogsError::Filter { text, reason })?;
        // A list without a layer would let nothing pass, for all layers.
        let mut layers = vec![DartLogs.boxed()];
        if let Some((folder, most)) = self.file {
            layers.push(written(self.json, appender(folder, most)?));
        }
        if !self.quiet {
            layers.push(written(self.json, io::stderr));
        }
        let subscriber = tracing_subscriber::registry().with(layers).with(filter);
        tracing::subscriber::set_global_default(subscriber).map_err(|_| LogsError::AlreadySet)?;
        // A program with a logger of its own keeps it: then records of the crate `log` go there.
        let _ = LogTracer::builder().with_max_level(LevelFilter::current().as_log()).init();
        *installed = true;
        Ok(())
    }
}

/// Returns the layer that writes records to `writer`.
fn written<W>(json: bool, writer: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    if json { layer.json().boxed() } else { layer.boxed() }
}

/// Returns the writer to files in `folder`.
fn appender(folder: PathBuf, most: usize) -> Result<RollingFileAppender, LogsError> {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("log")
        .filename_suffix("txt")
        .max_log_files(most)
        .build(&folder)
        .map_err(|error| LogsError::File { folder, reason: io::Error::other(error) })
}
