//! Parts that a library needs inside a shipped application: a start that may fail and an orderly
//! end, facts about the build, switches, health checks, counts of calls, reports of crashes.
//!
//! | part | file | feature |
//! |---|---|---|
//! | start and end of the library, as [`library!`](crate::library) names them | `lifecycle.rs` | `production` |
//! | the gate that a shutdown closes for calls | `gate.rs` | `production` |
//! | the place in each exported function that calls pass | `site.rs`, without the feature `unobserved.rs` | `production` |
//! | the same for async functions | `watched.rs` | `production`, `async` |
//! | the thread pool of rayon, as a start sets it up | `rayon_threads.rs` | `rayon` |
//! | the id of the request that a call belongs to | `request.rs` | `production` |
//! | a span for each call, without the feature one that does nothing | `span.rs`, `unspanned.rs` | `tracing` |
//! | numbers of calls, one set per thread | `counters.rs` | `production` |
//! | bytes of arguments and results | `bytes.rs` | `metrics` |
//! | what Dart asks for, and answers as JSON | `abi.rs`, `json.rs` | `production` |
//! | numbers of calls, errors, bytes, pools, queues; JSON and the text of Prometheus | `metrics.rs` | `metrics` |
//! | times of calls | `times.rs` | `metrics` |
//! | switches that Dart sets by name: `#[ffi_flag]` | `flag.rs` | none |
//! | health checks: `#[ffi_health]` | `health.rs` | `production` |
//! | reports of panics in files | `crash.rs` | `production` |
//! | limits of functions: `limit = ..`; deadlines of tasks | `limits.rs`, `alarm.rs` | `production` |
//! | guards of services: `guard = ..`; keys of calls | `guard.rs` | none |
//! | rules of fields and parameters: `range = ..` | `validate.rs` | none; `pattern` |
//! | results of the functions that the library calls by itself | `outcome.rs` | none |
//! | version and build of the open library | `info.rs` | none |
//!
//! # One place per call
//!
//! The derive writes one `Site` for each exported function, and passes each call through it:
//! sync functions, methods, the poll of an async function, the work of a blocking one. Whatever
//! looks at calls (the count, the gate, the clock) is in `Site`, so generated code doesn't change
//! with the features. Without the feature `production` a site is a type without a size whose
//! functions return their argument, so nothing of it is left in the library.
//!
//! # Cost
//!
//! A call is counted by two plain stores to numbers of its thread (`cargo xtask bench production`
//! measures it): no locked instruction, and no cache line that another thread writes. With the
//! feature `metrics` one of 16 calls of each thread and function is timed, as reading the clock
//! twice costs more than many a call; the bytes of arguments and results are added up where the
//! call ends.
//!
//! Tests: `tests/fixtures/production`, `tests/dart/end_to_end/test/production_test.dart`, and
//! beside the code.

#[cfg(feature = "production")]
pub(crate) mod abi;
#[cfg(all(feature = "production", feature = "async"))]
mod alarm;
pub(crate) mod bytes;
#[cfg(feature = "production")]
mod counters;
#[cfg(feature = "production")]
pub(crate) mod crash;
pub(crate) mod flag;
pub(crate) mod gate;
pub(crate) mod guard;
#[cfg(feature = "production")]
pub(crate) mod health;
pub(crate) mod info;
#[cfg(feature = "production")]
pub(crate) mod json;
#[cfg(feature = "production")]
pub(crate) mod lifecycle;
#[cfg(feature = "production")]
pub(crate) mod limits;
#[cfg(feature = "metrics")]
mod metrics;
pub(crate) mod outcome;
#[cfg(feature = "rayon")]
mod rayon_threads;
#[cfg(feature = "production")]
mod request;
#[cfg(feature = "production")]
pub(crate) mod site;
#[cfg(not(feature = "production"))]
#[path = "unobserved.rs"]
pub(crate) mod site;
#[cfg(feature = "tracing")]
pub(crate) mod span;
#[cfg(all(feature = "production", not(feature = "tracing")))]
#[path = "unspanned.rs"]
mod span;
#[cfg(feature = "metrics")]
mod times;
pub(crate) mod validate;
#[cfg(feature = "async")]
pub(crate) mod watched;

#[cfg(feature = "production")]
pub use crash::note;
pub use flag::Flag;
pub use gate::is_stopping;
pub use guard::{FfiKey, GuardedCall, Key, Verdict};
#[cfg(feature = "production")]
pub use limits::{FfiSized, Limits};
#[cfg(feature = "metrics")]
pub use metrics::{CallMetrics, Metrics, TimeSummary, metrics};
pub use outcome::Outcome;
#[cfg(feature = "rayon")]
pub use rayon_threads::rayon_threads;
#[cfg(feature = "production")]
pub use request::request_id;
#[cfg(all(test, feature = "observe"))]
pub(crate) use request::tell;
