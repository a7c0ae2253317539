//! The program that protobuf's conformance suite tests: reads requests, decodes what they hold, and
//! answers with it encoded again. `cargo xtask conformance` makes a crate of it and of the suite's
//! .proto files, as they are.

#[allow(dead_code, reason = "more is imported than is tested")]
mod schema;

use std::io::{self, ErrorKind, Read, Write};

use ffi_core::FfiMessage;
use ffi_core::arena::FfiArena;
use ffi_core::json::JsonOptions;
use schema::conformance::{
    ConformanceRequest, ConformanceRequestPayloadView, ConformanceResponse, TestCategory, WireFormat,
};
use schema::protobuf_test_messages_proto3::TestAllTypesProto3;

/// The message of the suite, decoded.
type Message = FfiArena<TestAllTypesProto3>;

const TESTED: &str = "protobuf_test_messages.proto3.TestAllTypesProto3";

/// `ConformanceResponse`, which is only a oneof, as the root of an arena.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(arena)]
struct Answer {
    #[ffi(flatten)]
    result: ConformanceResponse,
}

fn main() -> io::Result<()> {
    let (mut requests, mut answers) = (io::stdin().lock(), io::stdout().lock());
    while let Some(request) = next(&mut requests)? {
        let answer = answer(&request).to_proto();
        answers.write_all(&u32::try_from(answer.len()).map_err(io::Error::other)?.to_le_bytes())?;
        answers.write_all(&answer)?;
        answers.flush()?;
    }
    Ok(())
}

/// Reads a request, behind its length; `None` when the suite is done.
fn next(requests: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut len = [0; 4];
    match requests.read_exact(&mut len) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut request = vec![0; u32::from_le_bytes(len) as usize];
    requests.read_exact(&mut request)?;
    Ok(Some(request))
}

/// Answers a request: formats and messages that are not tested are skipped, as the suite asks for.
fn answer(request: &[u8]) -> FfiArena<Answer> {
    let mut answer = FfiArena::<Answer>::new();
    let mut root = answer.edit();
    let mut result = root.result();
    let request = match FfiArena::<ConformanceRequest>::from_proto(request) {
        Ok(request) => request,
        Err(error) => {
            result.set_runtime_error(&format!("the request: {error}"));
            return answer;
        }
    };
    let request = request.root();
    if request.message_type() == "conformance.FailureSet" {
        // The suite's own list, which it has as a file: empty.
        result.set_protobuf_payload(b"");
        return answer;
    }
    if request.message_type() != TESTED {
        result.set_skipped("only messages of proto3 are here");
        return answer;
    }
    let ignores = request.test_category.get() == Ok(TestCategory::JsonIgnoreUnknownParsingTest);
    let options = JsonOptions::new()
        .ignore_unknown_fields(ignores)
        .any_arena::<TestAllTypesProto3>(TESTED);
    let parsed = match request.payload() {
        ConformanceRequestPayloadView::ProtobufPayload(payload) => Message::from_proto(payload),
        ConformanceRequestPayloadView::JsonPayload(payload) => Message::from_json_with(payload, &options),
        _ => {
            result.set_skipped("only protobuf and JSON are here");
            return answer;
        }
    };
    let message = match parsed {
        Ok(message) => message,
        Err(error) => {
            result.set_parse_error(&error.to_string());
            return answer;
        }
    };
    match request.requested_output_format.get() {
        Ok(WireFormat::Protobuf) => result.set_protobuf_payload(&message.to_proto()),
        Ok(WireFormat::Json) => match message.to_json_with(&options) {
            Ok(json) => result.set_json_payload(&json),
            Err(error) => result.set_serialize_error(&error.to_string()),
        },
        _ => result.set_skipped("only protobuf and JSON are here"),
    }
    answer
}
