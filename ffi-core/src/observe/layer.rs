//! The layer of a subscriber that keeps log records for Dart.

use std::fmt::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_log::NormalizeEvent as _;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::ring::ring;
use crate::boundary::post;
use crate::production::json::{Object, cut};
use crate::production::note;
use crate::production::span::TARGET;

/// Size in bytes from which a message or the text of a field is cut off.
const LONGEST: usize = 2048;
/// Number of fields of a record; further ones are left out.
const FIELDS: usize = 32;

/// A layer that passes log records on to Dart, for a subscriber of the program's own; the one of
/// [`init`](super::init) has it.
///
/// # Examples
///
/// ```
/// use ffi_core::observe::DartLogs;
/// use tracing_subscriber::layer::SubscriberExt as _;
///
/// let subscriber = tracing_subscriber::registry().with(DartLogs);
/// tracing::subscriber::with_default(subscriber, || tracing::info!("this comes to Dart"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DartLogs;

/// Facts about a call that its records repeat.
#[derive(Debug, Default)]
struct Call {
    library: String,
    function: String,
    request: String,
}

impl Visit for Call {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "library" => value.clone_into(&mut self.library),
            "function" => value.clone_into(&mut self.function),
            "request" => value.clone_into(&mut self.request),
            _ => {}
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

/// Message and fields of an event.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Fields {
    fn add(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.message = text;
        } else if self.others.len() < FIELDS && !field.name().starts_with("log.") {
            self.others.push((field.name(), text));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, cut(value, LONGEST).to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = Bounded(String::new());
        // An error only says that the rest was left out.
        let _ = write!(text, "{value:?}");
        self.add(field, text.0);
    }
}

/// Text that takes no more than [`LONGEST`] bytes, however much is written.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = cut(text, LONGEST - self.0.len());
        self.0.push_str(fits);
        if fits.len() < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for DartLogs {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().target() != TARGET {
            return;
        }
        let mut call = Call::default();
        attributes.record(&mut call);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(call);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let Fields { message, others } = fields;
        // A record of the crate `log` has its place in fields.
        let of_log = event.normalized_metadata();
        let metadata = of_log.as_ref().unwrap_or_else(|| event.metadata());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let texts = others.iter().fold(Object::new(), |object, (name, text)| object.text(name, text));
        let mut record = Object::new()
            .number("time", now.as_micros() as u64)
            .text("level", name(*metadata.level()))
            .text("target", metadata.target())
            .text("message", &message)
            .json("fields", &texts.end())
            .text("file", metadata.file().unwrap_or(""))
            .number("line", metadata.line().unwrap_or(0).into())
            .text("thread", std::thread::current().name().unwrap_or(""));
        // The innermost call: one that calls Dart, which calls back, has another one around it.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(call) = span.extensions().get::<Call>() {
                record = record
                    .text("library", &call.library)
                    .text("function", &call.function)
                    .text("request", &call.request);
                break;
            }
        }
        note_line(*metadata.level(), metadata.target(), &message, &others);
        let ports = ring().push(record.end().into());
        for port in ports {
            if !post(port, 0) {
                ring().leave(port);
            }
        }
    }
}

/// Keeps the record for the report of the next panic.
fn note_line(level: Level, target: &str, message: &str, fields: &[(&'static str, String)]) {
    let mut line = format!("{level} {target}: {message}");
    for (name, text) in fields {
        let _ = write!(line, " {name}={text}");
    }
    note(&line);
}

/// Returns the name of a level, as Dart's enum has it.
fn name(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::span::Record;
    use tracing::subscriber::with_default;
    use tracing::{error, info};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::__private::Site;
    use crate::boundary::{Failure, StatusCode};

    /// Returns the records that contain `text`.
    fn records(text: &str) -> Vec<String> {
        let all = ring().take(0, 0, usize::MAX).records;
        all.iter().filter(|record| record.contains(text)).map(ToString::to_string).collect()
    }

    #[test]
    fn a_record_has_the_function_and_request_of_its_call() {
        static SITE: Site = Site::new("Store.save");
        let subscriber = tracing_subscriber::registry().with(DartLogs);
        with_default(subscriber, || {
            crate::production::tell("r-9").unwrap();
            let saved = SITE.watch(|_| {
                let _inner = tracing::info_span!("inner").entered();
                error!(row = 7, name = "a\"b", "record one: {}", "full");
                Ok(())
            });
            assert!(saved.is_ok());
            info!("record two");
        });
        let [one] = &records("record one")[..] else { panic!("one record") };
        for part in [
            r#""level":"error""#,
            r#""target":"ffi_core::observe::layer::tests""#,
            r#""message":"record one: full""#,
            r#""fields":{"row":"7","name":"a\"b"}"#,
            "layer.rs",
            r#""library":"","function":"Store.save","request":"r-9"}"#,
        ] {
            assert!(one.contains(part), "{part} is not in {one}");
        }
        let [two] = &records("record two")[..] else { panic!("one record") };
        assert!(two.contains(r#""fields":{},"#) && !two.contains(r#""function":"#), "{two}");
    }

    #[test]
    fn a_record_is_bounded() {
        let subscriber = tracing_subscriber::registry().with(DartLogs);
        let long = "é".repeat(100_000);
        with_default(subscriber, || info!(debug = ?long, text = long, "record three {long}"));
        let [record] = &records("record three")[..] else { panic!("one record") };
        assert!(record.len() < 4 * LONGEST, "{}", record.len());
    }

    /// Keeps the fields that are recorded once a span is there.
    #[derive(Clone, Default)]
    struct Codes(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Codes {
        fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(format!("{values:?}"));
        }
    }

    #[test]
    fn a_span_has_the_code_of_a_failure() {
        static SITE: Site = Site::new("fails");
        let codes = Codes::default();
        with_default(tracing_subscriber::registry().with(codes.clone()), || {
            assert!(SITE.watch(|_| Ok(())).is_ok());
            let refused: Result<(), _> = SITE.watch(|_| Err(Failure::new(StatusCode::Error, "no")));
            assert!(refused.is_err());
            let panicked =
                crate::boundary::caught(|| SITE.watch(|_| -> Result<(), Failure> { panic!("boom") }));
            assert!(panicked.is_err());
        });
        let codes = codes.0.lock().unwrap();
        assert!(
            codes.len() == 2 && codes[0].contains("code: 1") && codes[1].contains("code: 2"),
            "{codes:?}"
        );
    }

    #[cfg(feature = "async")]
    #[test]
    fn an_async_call_has_its_span_and_request_on_every_thread() {
        static SITE: Site = Site::new("waits");
        let subscriber = tracing_subscriber::registry().with(DartLogs);
        with_default(subscriber, || {
            crate::production::tell("r-10").unwrap();
            let watch = SITE.enter().unwrap();
            let future = watch.future(async {
                info!(request = ?crate::production::request_id(), "record four");
            });
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let poll = move || {
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                assert!(std::pin::pin!(future).poll(&mut context).is_ready());
                info!("record five");
            };
            std::thread::spawn(move || tracing::dispatcher::with_default(&dispatch, poll)).join().unwrap();
        });
        let [four] = &records("record four")[..] else { panic!("one record") };
        assert!(four.contains(r#""request":"Some(\"r-10\")""#), "{four}");
        assert!(four.contains(r#""function":"waits","request":"r-10""#), "{four}");
        let [five] = &records("record five")[..] else { panic!("one record") };
        assert!(!five.contains("r-10"), "{five}");
    }
}
