//! The program that protobuf's conformance suite tests: reads requests, decodes what they hold, and
//! answers with it encoded again. `cargo xtask conformance` makes a crate of it and of the suite's
//! .proto files, as they are.

mod schema;

use std::io::{self, ErrorKind, Read, Write};

use ffi_core::arena::FfiArena;
use schema::conformance::{ConformanceRequest, ConformanceResponse, WireFormat};
use schema::protobuf_test_messages::proto3::TestAllTypesProto3;

const TESTED: &str = "protobuf_test_messages.proto3.TestAllTypesProto3";

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
