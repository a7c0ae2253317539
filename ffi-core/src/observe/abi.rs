//! Log records for Dart: operations of the function `production`.

use super::ring::ring;
use crate::boundary::Failure;
use crate::production::json::{Object, array};

/// Number of records that cross at once.
const MOST: usize = 64;

/// Has the port that the text names told of new records.
pub(crate) fn listen(text: &str) -> Result<String, Failure> {
    let port = number(text)?;
    ring().listen(port);
    Ok(Object::new().end())
}

/// Tells the port that the text names of no more records.
pub(crate) fn leave(text: &str) -> Result<String, Failure> {
    let port = number(text)?;
    ring().leave(port);
    Ok(Object::new().end())
}

/// Returns records; the text is the port of the listener, a space, and the number of the first
/// record.
pub(crate) fn take(text: &str) -> Result<String, Failure> {
    let (port, from) = text.split_once(' ').unwrap_or_default();
    let (port, from) = (number(port)?, number(from)?);
    let batch = ring().take(port, from, MOST);
    Ok(Object::new()
        .number("next", batch.next)
        .number("missed", batch.missed)
        .number("more", batch.more.into())
        .json("records", &array(batch.records.iter().map(ToString::to_string)))
        .end())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::invalid_argument("text", format_args!("is no number: `{text}`")))
}
