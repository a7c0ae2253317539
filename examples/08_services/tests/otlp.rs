//! Exports the spans of calls by OTLP, to a collector that the test plays:
//! `cargo test -p services --features otlp --test otlp`.
//!
//! [`export_to`] is what a library does in its `init`, instead of or beside
//! `ffi_core::observe::Logs`: a subscriber is the crate `tracing`'s, so any layer works. The client
//! has no TLS, as for a collector on the same machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use async_trait::async_trait;
use ffi_core::boundary::{FfiStatus, clear};
use ffi_core::bytemuck::Zeroable as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt as _;

// The library, whose C functions the test calls.
use services as _;

/// The client of the exporter.
#[derive(Debug)]
struct Client(ureq::Agent);

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.0.run(request.map(|body| body.to_vec()))?;
        let (parts, mut body) = response.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?.into()))
    }
}

/// Sends the spans of this process to the collector at `endpoint`. They leave when the provider is
/// shut down, at the latest.
fn export_to(endpoint: &str) -> Result<SdkTracerProvider, Box<dyn std::error::Error>> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client(ureq::Agent::new_with_defaults()))
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("services").build())
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("ffi_core"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    Ok(provider)
}

/// Plays a collector: takes requests until one has a span, and returns the path and the body.
fn collect(listener: TcpListener) -> std::io::Result<(String, Value)> {
    let (stream, _) = listener.accept()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let answer = "{}";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(reader.get_mut(), "{head}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len())?;
    Ok((path, serde_json::from_slice(&body).expect("the body is JSON")))
}

unsafe extern "C" {
    fn services_ffi_open_users(status: *mut FfiStatus) -> u64;
    fn services_ffi_users_create(
        users: u64,
        name: *const u8,
        name_len: usize,
        password: *const u8,
        password_len: usize,
        status: *mut FfiStatus,
    ) -> u64;
}

/// Returns the attribute of a span, as text.
fn attribute(span: &Value, name: &str) -> Option<String> {
    let all = span["attributes"].as_array()?;
    let value = &all.iter().find(|it| it["key"] == name)?["value"];
    let (_, value) = value.as_object()?.iter().next()?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[test]
fn a_collector_gets_a_span_for_each_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector = thread::spawn(|| collect(listener).unwrap());
    let provider = export_to(&endpoint).unwrap();

    let mut status = FfiStatus::zeroed();
    // SAFETY: the status is zeroed, and used by this thread only.
    let users = unsafe { services_ffi_open_users(&raw mut status) };
    assert_eq!(status.code, 0);
    for password in ["correct horse", "short"] {
        let (name, len) = ("Ada".as_ptr(), password.len());
        // SAFETY: the pointers are those of text with these lengths, and the status is zeroed.
        unsafe { services_ffi_users_create(users, name, 3, password.as_ptr(), len, &raw mut status) };
    }
    assert_eq!(status.code, 1, "the second password is refused");
    // SAFETY: the status was written by the call.
    unsafe { clear(&raw mut status) };
    provider.shutdown().unwrap();

    let (path, body) = collector.join().unwrap();
    assert_eq!(path, "/v1/traces");
    let resource = &body["resourceSpans"][0];
    assert!(resource["resource"].to_string().contains(r#""stringValue":"services""#), "{body}");
    let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
    let seen: Vec<_> = spans
        .iter()
        .map(|span| (span["name"].as_str().unwrap(), attribute(span, "function"), attribute(span, "code")))
        .collect();
    let call =
        |function: &str, code: Option<&str>| ("call", Some(function.to_owned()), code.map(str::to_owned));
    assert_eq!(
        seen,
        [call("open_users", None), call("Users.create", None), call("Users.create", Some("1"))],
        "{body}"
    );
}
