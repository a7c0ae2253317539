//! A span of the crate `tracing` for each call.
//!
//! It has the name `call`, the level `INFO` and the target [`TARGET`], so that a filter can leave
//! it out. Its fields are the library, the function, the id of the request, and the code of the
//! failure if there is one. While no subscriber is set, a call costs one relaxed load.

use std::sync::OnceLock;

use tracing::field::Empty;
use tracing::level_filters::LevelFilter;
use tracing::span::Entered;
use tracing::{Span, info_span};

/// Target of the spans of calls.
pub(crate) const TARGET: &str = "ffi_core::call";

/// Name of the library, once it was started.
static LIBRARY: OnceLock<&'static str> = OnceLock::new();

/// Says the name of the library whose calls have spans.
pub(super) fn of_library(name: &'static str) {
    LIBRARY.get_or_init(|| name);
}

/// The span of a call; none if nothing listens.
#[derive(Debug)]
pub(super) struct CallSpan(Span);

impl CallSpan {
    /// Makes the span of a call of `function` for a request.
    #[inline]
    pub(super) fn new(function: &'static str, request: Option<&str>) -> Self {
        // The level is off while no subscriber is set. The macro looks at it as well, but in code
        // that is not inlined.
        let is_on = LevelFilter::current() >= LevelFilter::INFO;
        Self(if is_on { make(function, request) } else { Span::none() })
    }

    /// Has the call run on this thread, until the guard is dropped.
    #[inline]
    pub(super) fn enter(&self) -> Entered<'_> {
        self.0.enter()
    }

    /// Notes the code of a failure.
    #[inline]
    pub(super) fn failed(&self, code: i32) {
        self.0.record("code", code);
    }
}

#[cold]
fn make(function: &'static str, request: Option<&str>) -> Span {
    info_span!(
        target: TARGET,
        "call",
        // Empty in a program that isn't opened by Dart.
        library = LIBRARY.get().copied().unwrap_or(""),
        function,
        request,
        code = Empty,
    )
}
