//! Section bytes to records.
//!
//! [`decode_section`] takes its input for hostile: no length is believed, nothing panics. It checks
//! only the form of each record; whether records fit each other is the reader's to check.

use std::{error, fmt};

use super::records::Record;
use crate::schema::format::{HEADER_LEN, MAGIC, VERSION};

/// Reason why a section could not be decoded. Offsets count from the section's start, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Something other than a record or padding.
    NotARecord {
        /// Offset of the bytes.
        offset: usize,
    },
    /// A record in a newer format.
    NewerVersion {
        /// Offset of the bytes.
        offset: usize,
        /// Version of its format.
        version: u8,
    },
    /// A record whose length reaches beyond the section's end.
    Truncated {
        /// Offset of the bytes.
        offset: usize,
        /// Size of the record in bytes.
        needs: u64,
        /// Number of bytes in the section from there on.
        has: usize,
    },
    /// A record whose JSON isn't that of a record.
    Malformed {
        /// Offset of the bytes.
        offset: usize,
        /// Message of the JSON parser.
        reason: String,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecord { offset } => write!(
                f,
                "no schema record at offset {offset} of the schema section; the library is damaged, \
                 or something else wrote to that section: rebuild it"
            ),
            Self::NewerVersion { offset, version } => write!(
                f,
                "the schema record at offset {offset} has format {version}, and this reader knows \
                 formats up to {VERSION}: update ffi-dart-emit to the version of the library's ffi-core"
            ),
            Self::Truncated { offset, needs, has } => write!(
                f,
                "the schema record at offset {offset} needs {needs} bytes, but the section ends after \
                 {has}: the library is truncated or damaged; rebuild it"
            ),
            Self::Malformed { offset, reason } => write!(
                f,
                "the schema record at offset {offset} can't be read: {reason}; either the library is \
                 damaged (rebuild it) or its ffi-core is newer (update ffi-dart-emit)"
            ),
        }
    }
}

impl error::Error for DecodeError {}

/// Decodes all records of a section, in order.
///
/// # Errors
///
/// Returns an error for the first bytes that are neither a record nor zero padding; see
/// [`DecodeError`].
///
/// # Examples
///
/// ```
/// use ffi_core::schema::read::decode_section;
///
/// assert_eq!(decode_section(&[0; 64]), Ok(vec![]), "padding alone");
/// assert!(decode_section(b"something else").is_err());
/// ```
pub fn decode_section(section: &[u8]) -> Result<Vec<Record>, DecodeError> {
    let mut records = Vec::new();
    let mut offset = 0;
    while let Some(padding) = section[offset..].iter().position(|&byte| byte != 0) {
        offset += padding;
        let (record, len) = decode_record(&section[offset..], offset)?;
        records.push(record);
        offset += len;
    }
    Ok(records)
}

/// Decodes the record at the start of `bytes`, and returns it with its length.
fn decode_record(bytes: &[u8], offset: usize) -> Result<(Record, usize), DecodeError> {
    let truncated = |needs| DecodeError::Truncated { offset, needs, has: bytes.len() };
    let (version, name) = MAGIC.split_last().expect("the magic is not empty");
    if !bytes.starts_with(name) {
        return Err(DecodeError::NotARecord { offset });
    }
    match bytes.get(name.len()) {
        Some(found) if found == version => {}
        Some(&found) if found > *version => {
            return Err(DecodeError::NewerVersion { offset, version: found });
        }
        Some(_) => return Err(DecodeError::NotARecord { offset }),
        None => return Err(truncated(HEADER_LEN as u64)),
    }
    let json_len = bytes[MAGIC.len()..]
        .first_chunk()
        .map(|length| u32::from_le_bytes(*length))
        .ok_or_else(|| truncated(HEADER_LEN as u64))?;
    let json = bytes[HEADER_LEN..]
        .get(..json_len as usize)
        .ok_or_else(|| truncated(HEADER_LEN as u64 + u64::from(json_len)))?;
    let record = serde_json::from_slice(json)
        .map_err(|error| DecodeError::Malformed { offset, reason: error.to_string() })?;
    Ok((record, HEADER_LEN + json.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::read::{Scalar, Type, TypeId};

    fn section(json: &str) -> Vec<u8> {
        let length = u32::try_from(json.len()).unwrap().to_le_bytes();
        [&MAGIC[..], &length, json.as_bytes()].concat()
    }

    const ENUM: &str = r#"{"kind":"enum","id":"c::E","name":"E","repr":"u8",
        "fingerprint":"0x0000000000000001","symbols":{"fingerprint":"c_e_fingerprint"},
        "variants":[{"name":"A","value":0}]}"#;

    #[test]
    fn padding_around_records_is_skipped() {
        let one = section(ENUM);
        let padded = [&[0; 5][..], &one, &[0; 3], &one, &[0; 9]].concat();
        assert_eq!(decode_section(&padded).unwrap().len(), 2);
    }

    #[test]
    fn a_type_is_the_name_of_a_scalar_or_an_object() {
        let scalar = Type::Scalar;
        for (json, ty) in [
            (r#""u32""#, scalar(Scalar::U32)),
            (r#"{"message":"c::M"}"#, Type::Message(TypeId("c::M".to_owned()))),
            (r#"{"arena_str":{}}"#, Type::ArenaStr {}),
            (r#"{"option":{"of":"bool"}}"#, Type::Option { of: Box::new(scalar(Scalar::Bool)) }),
        ] {
            assert_eq!(serde_json::from_str::<Type>(json).unwrap(), ty);
            assert_eq!(serde_json::to_string(&ty).unwrap(), json);
        }
        for (json, expected) in [
            (r#""u33""#, "unknown variant `u33`"),
            (r#"{"u32":{}}"#, "unknown variant `u32`"),
            ("7", "expected the name of a scalar, or an object with one type"),
            (r#"{"str":{"cap":1},"bytes":{"cap":1}}"#, "trailing"),
        ] {
            let error = serde_json::from_str::<Type>(json).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }

    #[test]
    fn unknown_keys_are_ignored() {
        let newer = ENUM.replacen('{', r#"{"colour":["blue"],"#, 1);
        assert_eq!(decode_section(&section(&newer)), decode_section(&section(ENUM)));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = section(ENUM);
        for len in 1..whole.len() {
            let error = decode_section(&whole[..len]).unwrap_err();
            let cut_in_magic = len < MAGIC.len() - 1;
            assert_eq!(matches!(error, DecodeError::Truncated { .. }), !cut_in_magic, "{len}: {error}");
        }
    }

    #[test]
    fn a_length_of_4_gib_is_an_error_that_names_it() {
        let mut bytes = section(ENUM);
        bytes[MAGIC.len()..HEADER_LEN].fill(0xFF);
        assert_eq!(
            decode_section(&bytes).unwrap_err().to_string(),
            format!(
                "the schema record at offset 0 needs 4294967307 bytes, but the section ends after {}: \
                 the library is truncated or damaged; rebuild it",
                bytes.len()
            )
        );
    }

    #[test]
    fn a_newer_version_says_which_side_to_update() {
        let mut bytes = section(ENUM);
        bytes[MAGIC.len() - 1] = VERSION + 1;
        assert_eq!(
            decode_section(&bytes).unwrap_err().to_string(),
            "the schema record at offset 0 has format 2, and this reader knows formats up to 1: \
             update ffi-dart-emit to the version of the library's ffi-core"
        );
    }

    #[test]
    fn wrong_magic_and_unknown_kinds_are_errors() {
        let mut bytes = section(ENUM);
        bytes[3] ^= 1;
        assert_eq!(decode_section(&bytes), Err(DecodeError::NotARecord { offset: 0 }));
        let unknown = section(r#"{"kind":"spell"}"#);
        let error = decode_section(&unknown).unwrap_err().to_string();
        assert!(error.contains("unknown variant `spell`"), "{error}");
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = format!(
            r#"{{"kind":"function","name":"f","symbol":"s","fingerprint":"0x0000000000000001",
            "fingerprint_symbol":"t","params":[],"fallible":false,"returns":{}"f32"{}}}"#,
            r#"{"array":{"len":1,"of":"#.repeat(10_000),
            "}}".repeat(10_000)
        );
        assert!(matches!(decode_section(&section(&deep)), Err(DecodeError::Malformed { .. })));
    }
}
