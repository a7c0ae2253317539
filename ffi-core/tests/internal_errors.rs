//! The text of an internal error is only made by the log.

use std::cell::Cell;
use std::error::Error;
use std::fmt;

use ffi_core::FfiError;
use ffi_core::error::set_hook;

thread_local! {
    /// Number of texts that were made.
    static SHOWN: Cell<u32> = const { Cell::new(0) };
}

/// An error of which one variant is internal.
#[derive(Debug, FfiError)]
enum Failed {
    /// Its text is for Dart.
    Open {
        /// Number of the row.
        row: u32,
    },
    /// Its text is for the log.
    #[ffi(internal)]
    Corrupt(&'static [u8]),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SHOWN.set(SHOWN.get() + 1);
        match self {
            Self::Open { row } => write!(f, "row {row} is open"),
            Self::Corrupt(key) => write!(f, "the key is {key:?}"),
        }
    }
}

impl Error for Failed {}

/// An error of which all variants are internal.
#[derive(Debug, FfiError)]
enum Secret {
    /// Its text is for the log.
    #[ffi(internal)]
    Lost,
}

impl fmt::Display for Secret {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        SHOWN.set(SHOWN.get() + 1);
        Ok(())
    }
}

impl Error for Secret {}

#[test]
fn an_internal_error_is_only_formatted_by_the_log() {
    set_hook(|error| assert!(error.id() > 0));
    let _ = Failed::Corrupt(b"key").into_failure();
    let _ = Secret::Lost.into_failure();
    assert_eq!(SHOWN.get(), 0, "the hook made no text");
    let _ = Failed::Open { row: 7 }.into_failure();
    assert_eq!(SHOWN.get(), 1);
    set_hook(|error| assert!(error.to_string().contains("the key is")));
    let _ = Failed::Corrupt(b"key").into_failure();
    assert_eq!(SHOWN.get(), 2);
}
