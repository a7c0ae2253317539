//! Numbers about a library: calls, errors, bytes, times, pools, queues, streams, tasks.
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
use crate::pool::{self, PoolStats, QueueStats};

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
    /// Exported queues that were used, by name.
    pub queues: Vec<(&'static str, QueueStats)>,
    /// Number of streams that have not ended, in either direction.
    pub streams: u64,
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
    let mut queues = pool::known::stats();
    queues.sort_by_key(|(name, _)| *name);
    #[cfg(feature = "async")]
    let (streams, tasks, mailboxes, late) = {
        let stats = crate::executor::stats();
        (crate::mailbox::open_streams(), stats.tasks, stats.mailboxes, stats.late)
    };
    #[cfg(not(feature = "async"))]
    let (streams, tasks, mailboxes, late) = (0, 0, 0, 0);
    Metrics {
        uptime: lifecycle::uptime().unwrap_or_default(),
        calls,
        pools,
        queues,
        streams,
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
        let Self { name, calls, running, request_bytes, result_bytes, times, .. } = self;
        let errors = self.errors().fold(Object::new(), |object, (code, count)| object.number(code, count));
        let nanoseconds = |time: Duration| time.as_nanos() as u64;
        let object = Object::new()
            .text("name", name)
            .number("calls", *calls)
            .number("running", *running)
            .json("errors", &errors.end())
            .number("request_bytes", *request_bytes)
            .number("result_bytes", *result_bytes);
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
        let queues = self.queues.iter().map(|(name, stats)| {
            Object::new()
                .text("name", name)
                .number("capacity", stats.capacity)
                .number("length", stats.len)
                .number("pushed", stats.pushed)
                .number("popped", stats.popped)
                .number("full", stats.full)
                .json("closed", if stats.closed { "true" } else { "false" })
                .end()
        });
        Object::new()
            .number("uptime", self.uptime.as_micros() as u64)
            .json("calls", &array(self.calls.iter().map(CallMetrics::json)))
            .json("pools", &array(pools))
            .json("queues", &array(queues))
            .number("streams", self.streams)
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
        self.visit(&mut text);
        text.out
    }

    /// Passes all numbers on to the recorder of the crate `metrics` that the program has installed,
    /// under the names and with the labels that [`prometheus`](Self::prometheus) has; to nobody if
    /// there is none. Call it now and then, as from a timer.
    ///
    /// Quantiles are gauges with the label `quantile`, beside the sum of the times, and the count
    /// of those is a counter, as that crate takes no finished summaries.
    pub fn publish(&self, library: &'static str) {
        self.visit(&mut Recorder { library, kind: Kind::Gauge });
    }

    /// Visits all numbers, each family as a whole.
    fn visit(&self, sink: &mut impl Sink) {
        sink.family("ffi_uptime_seconds", Kind::Gauge, "Time since the start of the library.");
        sink.value("ffi_uptime_seconds", &[], Value::Real(self.uptime.as_secs_f64()));
        self.visit_calls(sink);
        for (name, kind, help, of) in POOL_FAMILIES {
            sink.family(name, kind, help);
            for (pool, stats) in &self.pools {
                sink.value(name, &[("pool", pool)], Value::Count(of(stats)));
            }
        }
        for (name, kind, help, of) in QUEUE_FAMILIES {
            sink.family(name, kind, help);
            for (queue, stats) in &self.queues {
                sink.value(name, &[("queue", queue)], Value::Count(of(stats)));
            }
        }
        for (name, kind, help, value) in [
            ("ffi_streams", Kind::Gauge, "Streams that have not ended, in either direction.", self.streams),
            ("ffi_objects", Kind::Gauge, "Objects of Rust that isolates hold.", self.objects),
            ("ffi_tasks", Kind::Gauge, "Async calls, streams and other tasks.", self.tasks),
            ("ffi_mailboxes", Kind::Gauge, "Isolates that have started an async call.", self.mailboxes),
            (
                "ffi_late_results_total",
                Kind::Counter,
                "Results that came too late for their calls.",
                self.late,
            ),
        ] {
            sink.family(name, kind, help);
            sink.value(name, &[], Value::Count(value));
        }
    }

    fn visit_calls(&self, sink: &mut impl Sink) {
        for (name, kind, help, of) in CALL_FAMILIES {
            sink.family(name, kind, help);
            for call in &self.calls {
                sink.value(name, &[("function", call.name)], Value::Count(of(call)));
            }
        }
        let name = "ffi_call_errors_total";
        sink.family(name, Kind::Counter, "Calls that failed, by the code of the failure.");
        for call in &self.calls {
            for (code, count) in call.errors() {
                sink.value(name, &[("function", call.name), ("code", code)], Value::Count(count));
            }
        }
        let name = "ffi_call_duration_seconds";
        sink.family(name, Kind::Summary, "Times of a sample of the calls: one of 16 of each thread.");
        for call in &self.calls {
            let Some(times) = call.times else { continue };
            let function = ("function", call.name);
            for (quantile, time) in
                [("0.5", times.p50), ("0.95", times.p95), ("0.99", times.p99), ("1", times.max)]
            {
                let labels = [function, ("quantile", quantile)];
                sink.value(name, &labels, Value::Real(time.as_secs_f64()));
            }
            let sum = Value::Real(times.sum.as_secs_f64());
            sink.value("ffi_call_duration_seconds_sum", &[function], sum);
            sink.value("ffi_call_duration_seconds_count", &[function], Value::Count(times.count));
        }
    }
}

/// Kind of a family, as Prometheus has them.
#[derive(Clone, Copy)]
enum Kind {
    Gauge,
    Counter,
    Summary,
}

/// A number of a family.
#[derive(Clone, Copy)]
enum Value {
    Count(u64),
    Real(f64),
}

/// Name, kind and help of a family, and its number of one function, pool or queue.
type Family<T> = (&'static str, Kind, &'static str, fn(&T) -> u64);

const CALL_FAMILIES: [Family<CallMetrics>; 4] = [
    ("ffi_calls_total", Kind::Counter, "Calls of exported functions.", |it| it.calls),
    ("ffi_calls_in_flight", Kind::Gauge, "Calls that run now.", |it| it.running),
    (
        "ffi_call_request_bytes_total",
        Kind::Counter,
        "Bytes of arguments: text, lists, messages by reference, columns, arenas.",
        |it| it.request_bytes,
    ),
    (
        "ffi_call_result_bytes_total",
        Kind::Counter,
        "Bytes of results and items of streams: text, lists, messages in pools, columns, arenas.",
        |it| it.result_bytes,
    ),
];

const POOL_FAMILIES: [Family<PoolStats>; 5] = [
    ("ffi_pool_capacity", Kind::Gauge, "Slots of a pool.", |it| it.capacity),
    ("ffi_pool_live", Kind::Gauge, "Slots of a pool in use.", |it| it.live),
    ("ffi_pool_high_water", Kind::Gauge, "Largest number of slots in use that was seen.", |it| it.high_water),
    ("ffi_pool_allocs_total", Kind::Counter, "Slots that were handed out.", |it| it.allocs),
    ("ffi_pool_failed_allocs_total", Kind::Counter, "Allocations that found no slot.", |it| it.failed_allocs),
];

const QUEUE_FAMILIES: [Family<QueueStats>; 5] = [
    ("ffi_queue_capacity", Kind::Gauge, "Messages that a queue has room for.", |it| it.capacity),
    ("ffi_queue_length", Kind::Gauge, "Messages in a queue.", |it| it.len),
    ("ffi_queue_pushed_total", Kind::Counter, "Messages that were pushed.", |it| it.pushed),
    ("ffi_queue_popped_total", Kind::Counter, "Messages that were popped.", |it| it.popped),
    ("ffi_queue_full_total", Kind::Counter, "Pushes that found no room.", |it| it.full),
];

/// Destination of numbers.
trait Sink {
    /// Begins a family.
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str);

    /// Adds a number of the family, or of a part of a summary.
    fn value(&mut self, name: &'static str, labels: &[(&'static str, &'static str)], value: Value);
}

/// The text format of Prometheus under construction.
struct Text {
    out: String,
    library: String,
}

impl Sink for Text {
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str) {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Summary => "summary",
        };
        let _ = writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &'static str, labels: &[(&'static str, &'static str)], value: Value) {
        let _ = write!(self.out, "{name}{{library=\"{}\"", self.library);
        for (label, value) in labels {
            let _ = write!(self.out, ",{label}=\"{}\"", escaped(value));
        }
        let _ = match value {
            Value::Count(count) => writeln!(self.out, "}} {count}"),
            Value::Real(number) => writeln!(self.out, "}} {number}"),
        };
    }
}

/// Returns the value of a label as it stands between quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The recorder of the crate `metrics` that the program has installed.
struct Recorder {
    library: &'static str,
    /// Kind of the family.
    kind: Kind,
}

impl Sink for Recorder {
    fn family(&mut self, name: &'static str, kind: Kind, help: &'static str) {
        self.kind = kind;
        match kind {
            Kind::Counter => metrics::describe_counter!(name, help),
            Kind::Gauge | Kind::Summary => metrics::describe_gauge!(name, help),
        }
    }

    fn value(&mut self, name: &'static str, labels: &[(&'static str, &'static str)], value: Value) {
        let library = ("library", self.library);
        let labels: Vec<_> = [library]
            .iter()
            .chain(labels)
            .map(|(key, value)| metrics::Label::from_static_parts(key, value))
            .collect();
        match (self.kind, value) {
            // The count of a summary.
            (Kind::Counter | Kind::Summary, Value::Count(count)) => {
                metrics::counter!(name, labels).absolute(count);
            }
            (_, Value::Count(count)) => metrics::gauge!(name, labels).set(count as f64),
            (_, Value::Real(number)) => metrics::gauge!(name, labels).set(number),
        }
    }
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
                let failed: Result<(), _> = SITE.watch(|_| Err(Failure::new(code, "no")));
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

    /// Keeps each number that it is passed, by name and labels.
    #[derive(Debug, Default)]
    struct Kept(std::sync::Mutex<std::collections::BTreeMap<String, f64>>);

    #[derive(Debug)]
    struct One(std::sync::Arc<Kept>, String);

    impl metrics::CounterFn for One {
        fn increment(&self, _: u64) {
            panic!("counters are absolute");
        }

        fn absolute(&self, value: u64) {
            self.0.0.lock().unwrap().insert(format!("counter {}", self.1), value as f64);
        }
    }

    impl metrics::GaugeFn for One {
        fn increment(&self, _: f64) {
            panic!("gauges are set");
        }

        fn decrement(&self, _: f64) {
            panic!("gauges are set");
        }

        fn set(&self, value: f64) {
            self.0.0.lock().unwrap().insert(format!("gauge {}", self.1), value);
        }
    }

    struct Recorder(std::sync::Arc<Kept>);

    impl Recorder {
        fn one(&self, key: &metrics::Key) -> std::sync::Arc<One> {
            let labels = key.labels().map(|it| format!(" {}={}", it.key(), it.value()));
            let name = key.name().to_owned() + &labels.collect::<String>();
            std::sync::Arc::new(One(std::sync::Arc::clone(&self.0), name))
        }
    }

    impl metrics::Recorder for Recorder {
        fn describe_counter(
            &self,
            name: metrics::KeyName,
            _: Option<metrics::Unit>,
            _: metrics::SharedString,
        ) {
            assert!(name.as_str().ends_with("_total"), "{name:?}");
        }

        fn describe_gauge(&self, name: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {
            assert!(!name.as_str().ends_with("_total"), "{name:?}");
        }

        fn describe_histogram(
            &self,
            name: metrics::KeyName,
            _: Option<metrics::Unit>,
            _: metrics::SharedString,
        ) {
            panic!("{name:?} is a histogram");
        }

        fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
            metrics::Counter::from_arc(self.one(key))
        }

        fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
            metrics::Gauge::from_arc(self.one(key))
        }

        fn register_histogram(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
            panic!("{key:?} is a histogram");
        }
    }

    #[test]
    fn a_recorder_gets_each_number_of_the_text() {
        let call = CallMetrics {
            name: "add",
            calls: 3,
            running: 1,
            request_bytes: 70,
            result_bytes: 9,
            errors: {
                let mut errors = [0; CODES];
                errors[1] = 2;
                errors
            },
            times: Some(TimeSummary { count: 1, p50: Duration::from_millis(2), ..TimeSummary::default() }),
        };
        let pools = vec![("Ticket", PoolStats { capacity: 16, allocs: 5, ..PoolStats::default() })];
        let queues = vec![("TICKETS", QueueStats { len: 2, pushed: 4, ..QueueStats::default() })];
        let whole = Metrics { calls: vec![call], pools, queues, ..metrics() };
        let kept = std::sync::Arc::new(Kept::default());
        let recorder = Recorder(std::sync::Arc::clone(&kept));
        metrics::with_local_recorder(&recorder, || whole.publish("demo"));
        let kept = kept.0.lock().unwrap();
        for (name, value) in [
            ("counter ffi_calls_total library=demo function=add", 3.0),
            ("gauge ffi_calls_in_flight library=demo function=add", 1.0),
            ("counter ffi_call_errors_total library=demo function=add code=error", 2.0),
            ("counter ffi_call_request_bytes_total library=demo function=add", 70.0),
            ("counter ffi_call_result_bytes_total library=demo function=add", 9.0),
            ("gauge ffi_call_duration_seconds library=demo function=add quantile=0.5", 0.002),
            ("counter ffi_call_duration_seconds_count library=demo function=add", 1.0),
            ("gauge ffi_pool_capacity library=demo pool=Ticket", 16.0),
            ("counter ffi_pool_allocs_total library=demo pool=Ticket", 5.0),
            ("gauge ffi_queue_length library=demo queue=TICKETS", 2.0),
            ("counter ffi_queue_pushed_total library=demo queue=TICKETS", 4.0),
        ] {
            assert_eq!(kept.get(name), Some(&value), "{name}\n{kept:#?}");
        }
        let text = whole.prometheus("demo");
        assert_eq!(kept.len(), text.lines().filter(|line| !line.starts_with('#')).count());
    }

    #[test]
    fn the_text_has_help_and_type_before_the_values() {
        let call = CallMetrics {
            name: "add",
            calls: 3,
            running: 1,
            request_bytes: 70,
            result_bytes: 0,
            errors: {
                let mut errors = [0; CODES];
                (errors[1], errors[14]) = (2, 1);
                errors
            },
            times: Some(TimeSummary { count: 1, sum: Duration::from_millis(2), ..TimeSummary::default() }),
        };
        let pools = vec![("a\"b", PoolStats::default())];
        let queues =
            vec![("EVENTS", QueueStats { capacity: 8, full: 3, closed: true, ..QueueStats::default() })];
        let whole = Metrics { calls: vec![call], pools, queues, ..metrics() };
        let text = whole.prometheus("demo");
        for line in [
            "ffi_calls_total{library=\"demo\",function=\"add\"} 3",
            "ffi_call_errors_total{library=\"demo\",function=\"add\",code=\"error\"} 2",
            "ffi_call_errors_total{library=\"demo\",function=\"add\",code=\"unauthorized\"} 1",
            "ffi_calls_in_flight{library=\"demo\",function=\"add\"} 1",
            "ffi_call_duration_seconds_sum{library=\"demo\",function=\"add\"} 0.002",
            "ffi_pool_live{library=\"demo\",pool=\"a\\\"b\"} 0",
            "ffi_call_request_bytes_total{library=\"demo\",function=\"add\"} 70",
            "ffi_call_result_bytes_total{library=\"demo\",function=\"add\"} 0",
            "ffi_queue_capacity{library=\"demo\",queue=\"EVENTS\"} 8",
            "ffi_queue_full_total{library=\"demo\",queue=\"EVENTS\"} 3",
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
        for part in [
            r#""errors":{"error":2,"unauthorized":1},"request_bytes":70,"result_bytes":0"#,
            r#"{"name":"EVENTS","capacity":8,"length":0,"pushed":0,"popped":0,"full":3,"closed":true}"#,
        ] {
            assert!(whole.json().contains(part), "{part}: {}", whole.json());
        }
    }
}
