//! Numbers about a library: calls, errors, times, pools, tasks.
//!
//! They are the crate's own: a counter of the crate `metrics`, looked up once, is a locked
//! instruction behind a call through a table, and a call here needs two. [`Metrics::publish`]
//! passes a snapshot on to the recorder of that crate, so its exporters have these numbers as well.

use std::fmt::Write as _;
use std::time::Duration;

use super::json::{Object, array};
use super::lifecycle;
use super::site::CODES;
pub use super::site::CallMetrics;
pub use super::times::TimeSummary;
use crate::object;
use crate::pool::{self, PoolStats};

/// Names of the codes with which calls fail, from 1: labels of the numbers of errors.
const NAMES: [&str; CODES - 1] = [
    "error",
    "panic",
    "invalid_argument",
    "invalid_value",
    "pool",
    "limit_exceeded",
    "not_initialized",
    "rate_limited",
    "too_many_at_once",
    "deadline",
    "closed",
    "cancelled",
    "internal",
    "unauthorized",
    "rule_broken",
    "other",
];

/// Numbers about the library at one moment, which those of a library in use have not been all at
/// once.
///
/// # Examples
///
/// ```
/// let metrics = ffi_core::production::metrics();
/// println!("{}", metrics.prometheus("my_library"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Metrics {
    /// Time since the start of the library; zero while it isn't started.
    pub uptime: Duration,
    /// Functions that were called, by name.
    pub calls: Vec<CallMetrics>,
    /// Pools that were used, by name.
    pub pools: Vec<(&'static str, PoolStats)>,
    /// Number of objects that isolates have.
    pub objects: u64,
    /// Number of tasks: async calls, streams and `spawn`.
    pub tasks: u64,
    /// Number of isolates that have started an async call.
    pub mailboxes: u64,
    /// Number of results that came too late for their calls.
    pub late: u64,
}

/// Returns the numbers about the library. Calls are counted from the start of the process.
#[must_use]
pub fn metrics() -> Metrics {
    let mut calls = super::site::calls();
    calls.sort_by_key(|it| it.name);
    let mut pools = pool::all_stats();
    pools.sort_by_key(|(name, _)| *name);
    #[cfg(feature = "async")]
    let (tasks, mailboxes, late) = {
        let stats = crate::executor::stats();
        (stats.tasks, stats.mailboxes, stats.late)
    };
    #[cfg(not(feature = "async"))]
    let (tasks, mailboxes, late) = (0, 0, 0);
    Metrics {
        uptime: lifecycle::uptime().unwrap_or_default(),
        calls,
        pools,
        objects: object::stats().live,
        tasks,
        mailboxes,
        late,
    }
}

fn code_name(code: usize) -> &'static str {
    code.checked_sub(1).and_then(|index| NAMES.get(index)).copied().unwrap_or("other")
}

impl CallMetrics {
    /// Returns the numbers of calls that failed, with the names of their codes.
    pub fn errors(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.errors.iter().copied().enumerate();
        counts.filter(|(_, count)| *count > 0).map(|(code, count)| (code_name(code), count))
    }

    fn json(&self) -> String {
        let Self { name, calls, running, times, .. } = self;
        let errors = self.errors().fold(Object::new(), |object, (code, count)| object.number(code, count));
        let nanoseconds = |time: Duration| time.as_nanos() as u64;
        let object = Object::new()
            .text("name", name)
            .number("calls", *calls)
            .number("running", *running)
            .json("errors", &errors.end());
        let Some(times) = times else { return object.end() };
        let times = Object::new()
            .number("count", times.count)
            .number("sum", nanoseconds(times.sum))
            .number("p50", nanoseconds(times.p50))
            .number("p95", nanoseconds(times.p95))
            .number("p99", nanoseconds(times.p99))
            .number("max", nanoseconds(times.max));
        object.json("times", &times.end()).end()
    }
}

impl Metrics {
    /// Returns the numbers as JSON; times are in nanoseconds.
    #[must_use]
    pub fn json(&self) -> String {
        let pools = self.pools.iter().map(|(name, stats)| {
            Object::new()
                .text("name", name)
                .number("capacity", stats.capacity)
                .number("live", stats.live)
                .number("high_water", stats.high_water)
                .number("allocs", stats.allocs)
                .number("failed", stats.failed_allocs)
                .end()
        });
        Object::new()
            .number("uptime", self.uptime.as_micros() as u64)
            .json("calls", &array(self.calls.iter().map(CallMetrics::json)))
            .json("pools", &array(pools))
            .number("objects", self.objects)
            .number("tasks", self.tasks)
            .number("mailboxes", self.mailboxes)
            .number("late", self.late)
            .end()
    }

    /// Returns the numbers in the text format of Prometheus, with `library` as a label. No server
    /// is started: a program passes the text on as it likes.
    #[must_use]
    pub fn prometheus(&self, library: &str) -> String {
        let mut text = Text { out: String::new(), library: escaped(library) };
        text.family("ffi_uptime_seconds", "gauge", "Time since the start of the library.");
        text.value("ffi_uptime_seconds", &[], self.uptime.as_secs_f64());
        text.family("ffi_calls_total", "counter", "Calls of exported functions.");
        for call in &self.calls {
            text.value("ffi_calls_total", &[("function", call.name)], call.calls as f64);
        }
        text.family("ffi_call_errors_total", "counter", "Calls that failed, by the code of the failure.");
        for call in &self.calls {
            for (code, count) in call.errors() {
                text.value("ffi_call_errors_total", &[("function", call.name), ("code", code)], count as f64);
            }
        }
        text.family("ffi_calls_in_flight", "gauge", "Calls that run now.");
        for call in &self.calls {
            text.value("ffi_calls_in_flight", &[("function", call.name)], call.running as f64);
        }
        let name = "ffi_call_duration_seconds";
        text.family(name, "summary", "Times of a sample of the calls: one of 16 of each thread.");
        for call in &self.calls {
            let Some(times) = call.times else { continue };
            let function = ("function", call.name);
            for (quantile, time) in
                [("0.5", times.p50), ("0.95", times.p95), ("0.99", times.p99), ("1", times.max)]
            {
                text.value(name, &[function, ("quantile", quantile)], time.as_secs_f64());
            }
            text.value("ffi_call_duration_seconds_sum", &[function], times.sum.as_secs_f64());
            text.value("ffi_call_duration_seconds_count", &[function], times.count as f64);
        }
        type Of = fn(&PoolStats) -> u64;
        let families: [(&str, &str, &str, Of); 5] = [
            ("ffi_pool_capacity", "gauge", "Slots of a pool.", |it| it.capacity),
            ("ffi_pool_live", "gauge", "Slots of a pool in use.", |it| it.live),
            ("ffi_pool_high_water", "gauge", "Largest number of slots in use that was seen.", |it| {
                it.high_water
            }),
            ("ffi_pool_allocs_total", "counter", "Slots that were handed out.", |it| it.allocs),
            ("ffi_pool_failed_allocs_total", "counter", "Allocations that found no slot.", |it| {
                it.failed_allocs
            }),
        ];
        for (name, kind, help, of) in families {
            text.family(name, kind, help);
            for (pool, stats) in &self.pools {
                text.value(name, &[("pool", pool)], of(stats) as f64);
            }
        }
        for (name, kind, help, value) in [
            ("ffi_objects", "gauge", "Objects of Rust that isolates hold.", self.objects),
            ("ffi_tasks", "gauge", "Async calls, streams and other tasks.", self.tasks),
            ("ffi_mailboxes", "gauge", "Isolates that have started an async call.", self.mailboxes),
            ("ffi_late_results_total", "counter", "Results that came too late for their calls.", self.late),
        ] {
            text.family(name, kind, help);
            text.value(name, &[], value as f64);
        }
        text.out
    }

    /// Passes the numbers of calls on to the recorder of the crate `metrics` that the program has
    /// installed, under the names that [`prometheus`](Self::prometheus) has; to nobody if there is
    /// none. Call it now and then, as from a timer.
    pub fn publish(&self, library: &'static str) {
        for call in &self.calls {
            let function = call.name;
            metrics::counter!("ffi_calls_total", "library" => library, "function" => function)
                .absolute(call.calls);
            metrics::gauge!("ffi_calls_in_flight", "library" => library, "function" => function)
                .set(call.running as f64);
            for (code, count) in call.errors() {
                metrics::counter!(
                    "ffi_call_errors_total", "library" => library, "function" => function, "code" => code
                )
                .absolute(count);
            }
            let Some(times) = call.times else { continue };
            for (quantile, time) in
                [("0.5", times.p50), ("0.95", times.p95), ("0.99", times.p99), ("1", times.max)]
            {
                metrics::gauge!(
                    "ffi_call_duration_seconds", "library" => library, "function" => function, "quantile" => quantile
                )
                .set(time.as_secs_f64());
            }
        }
    }
}

/// The text format of Prometheus under construction.
struct Text {
    out: String,
    library: String,
}

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = write!(self.out, "{name}{{library=\"{}\"", self.library);
        for (label, value) in labels {
            let _ = write!(self.out, ",{label}=\"{}\"", escaped(value));
        }
        let _ = writeln!(self.out, "}} {value}");
    }
}

/// Returns the value of a label as it stands between quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::site::Site;
    use super::*;
    use crate::boundary::{Failure, StatusCode};

    /// Returns the label of a code; a new one doesn't compile until it has a label here.
    fn label(code: StatusCode) -> Option<&'static str> {
        Some(match code {
            StatusCode::NoValue | StatusCode::Ok => return None,
            StatusCode::Error => "error",
            StatusCode::Panic => "panic",
            StatusCode::InvalidArgument => "invalid_argument",
            StatusCode::InvalidValue => "invalid_value",
            StatusCode::PoolExhausted => "pool",
            StatusCode::LimitExceeded => "limit_exceeded",
            StatusCode::NotInitialized => "not_initialized",
            StatusCode::RateLimited => "rate_limited",
            StatusCode::TooManyCalls => "too_many_at_once",
            StatusCode::Deadline => "deadline",
            StatusCode::Closed => "closed",
            StatusCode::Unauthorized => "unauthorized",
            StatusCode::RuleBroken => "rule_broken",
        })
    }

    /// All codes.
    const CODES_OF_CALLS: [StatusCode; 15] = [
        StatusCode::NoValue,
        StatusCode::Ok,
        StatusCode::Error,
        StatusCode::Panic,
        StatusCode::InvalidArgument,
        StatusCode::InvalidValue,
        StatusCode::PoolExhausted,
        StatusCode::LimitExceeded,
        StatusCode::NotInitialized,
        StatusCode::RateLimited,
        StatusCode::TooManyCalls,
        StatusCode::Deadline,
        StatusCode::Closed,
        StatusCode::Unauthorized,
        StatusCode::RuleBroken,
    ];

    #[test]
    fn each_code_is_counted_under_its_own_name() {
        static SITE: Site = Site::new("of each code");
        for code in CODES_OF_CALLS {
            for _ in 0..=code as i32 {
                let failed: Result<(), _> = SITE.watch(|| Err(Failure::new(code, "no")));
                assert!(failed.is_err());
            }
        }
        let all = metrics().calls;
        let own = all.iter().find(|it| it.name == "of each code").expect("it was called");
        let counted: Vec<_> = own.errors().collect();
        let expected = CODES_OF_CALLS.into_iter().filter_map(|code| Some((label(code)?, code as u64 + 1)));
        assert_eq!(counted, expected.collect::<Vec<_>>());
        assert_eq!(StatusCode::LAST as i32, CODES_OF_CALLS.map(|it| it as i32).into_iter().max().unwrap());
        assert!(!counted.iter().any(|(name, _)| *name == "other"));
        assert_eq!(code_name(CODES - 1), "other");
    }

    #[test]
    fn the_text_has_help_and_type_before_the_values() {
        let call = CallMetrics {
            name: "add",
            calls: 3,
            running: 1,
            errors: {
                let mut errors = [0; CODES];
                (errors[1], errors[14]) = (2, 1);
                errors
            },
            times: Some(TimeSummary { count: 1, sum: Duration::from_millis(2), ..TimeSummary::default() }),
        };
        let pools = vec![("a\"b", PoolStats::default())];
        let whole = Metrics { calls: vec![call], pools, ..metrics() };
        let text = whole.prometheus("demo");
        for line in [
            "ffi_calls_total{library=\"demo\",function=\"add\"} 3",
            "ffi_call_errors_total{library=\"demo\",function=\"add\",code=\"error\"} 2",
            "ffi_call_errors_total{library=\"demo\",function=\"add\",code=\"unauthorized\"} 1",
            "ffi_calls_in_flight{library=\"demo\",function=\"add\"} 1",
            "ffi_call_duration_seconds_sum{library=\"demo\",function=\"add\"} 0.002",
            "ffi_pool_live{library=\"demo\",pool=\"a\\\"b\"} 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        let mut family = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                family = rest.split(' ').next().unwrap();
                assert!(rest.len() > family.len() + 1, "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                assert_eq!(rest.split(' ').next(), Some(family));
                assert_eq!(rest.ends_with(" counter"), family.ends_with("_total"), "{line}");
            } else {
                let name = line.split('{').next().unwrap();
                assert!(
                    [family, &format!("{family}_sum"), &format!("{family}_count")].contains(&name),
                    "{line}"
                );
            }
        }
        assert!(whole.json().contains(r#""errors":{"error":2,"unauthorized":1}"#), "{}", whole.json());
    }
}
