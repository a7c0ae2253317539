//! Section bytes to records.
//!
//! [`decode_section`] takes its input for hostile: no length is believed, nothing panics. It checks
//! only the form of each record; whether records fit each other is the reader's to check.

use std::{error, fmt, panic, thread};

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
    let mut found = Vec::new();
    let mut end = Ok(());
    let mut offset = 0;
    while let Some(padding) = section[offset..].iter().position(|&byte| byte != 0) {
        offset += padding;
        match find_record(&section[offset..], offset) {
            Ok(json) => {
                found.push((offset, json));
                offset += HEADER_LEN + json.len();
            }
            Err(error) => {
                end = Err(error);
                break;
            }
        }
    }
    // An error of a record that was found comes before the one that ended the search.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let records = decode_all(&found, threads.min(found.len() / LEAST))?;
    end.map(|()| records)
}

/// Number of records for which another thread is worth its start.
const LEAST: usize = 64;

/// Decodes records, each JSON with its offset, on that many threads.
fn decode_all(found: &[(usize, &[u8])], threads: usize) -> Result<Vec<Record>, DecodeError> {
    let decode = |found: &[(usize, &[u8])]| -> Result<Vec<Record>, DecodeError> {
        found.iter().map(|(offset, json)| decode_record(json, *offset)).collect()
    };
    if threads <= 1 {
        return decode(found);
    }
    thread::scope(|scope| {
        let mut chunks = found.chunks(found.len().div_ceil(threads));
        let first = chunks.next().unwrap_or_default();
        let others: Vec<_> = chunks.map(|chunk| scope.spawn(move || decode(chunk))).collect();
        let mut records = decode(first)?;
        // In their order, so that the error is always that of the first record that has one.
        for other in others {
            records.extend(other.join().unwrap_or_else(|cause| panic::resume_unwind(cause))?);
        }
        Ok(records)
    })
}

/// Returns the JSON of the record at the start of `bytes`.
fn find_record(bytes: &[u8], offset: usize) -> Result<&[u8], DecodeError> {
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
    bytes[HEADER_LEN..]
        .get(..json_len as usize)
        .ok_or_else(|| truncated(HEADER_LEN as u64 + u64::from(json_len)))
}

fn decode_record(json: &[u8], offset: usize) -> Result<Record, DecodeError> {
    serde_json::from_slice(json).map_err(|error| DecodeError::Malformed { offset, reason: error.to_string() })
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
    fn the_kind_may_stand_anywhere() {
        let sorted: serde_json::Value = serde_json::from_str(ENUM).unwrap();
        let sorted = sorted.to_string();
        assert!(!sorted.starts_with(r#"{"kind""#), "{sorted}");
        assert_eq!(decode_section(&section(&sorted)), decode_section(&section(ENUM)));
        for (json, expected) in [
            (r#"{"id":"c::E"}"#, "missing field `kind`"),
            (r#"{"id":"c::E","kind":"spell"}"#, "unknown variant `spell`"),
            (r#"{"id":"c::E","kind":"enum"}"#, "missing field `repr`"),
            ("{}", "missing field `kind`"),
            ("[]", "expected a record"),
        ] {
            let error = decode_section(&section(json)).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }

    #[test]
    fn keys_side_by_side_are_read_as_they_are_written() {
        let message = r#"{"kind":"message","id":"c::M","name":"M","rename":"N","doc":"What it is.",
            "deprecated":"no","size":8,"align":4,"fingerprint":"0x0000000000000001",
            "symbols":{"fingerprint":"m"},"fields":[{"name":"f","rename":"g","doc":"A field.",
            "deprecated":"","offset":4,"type":"u32","tag":3,"encoding":"fixed","key_encoding":"zigzag",
            "unpacked":true,"flat":true,"unknown":9,"rules":{"min":"1"}}],"reserved":[[1,2]],
            "pool":{"capacity":7,"reset":"keep","symbols":{"alloc":"a","alloc_many":"b","free":"c",
            "free_many":"d","release":"e","stats":"f","resolve":"g","reference":"h"}},
            "simd":{"symbol":"s","lanes":2},"proto":{"encode":"e","decode":"d"},
            "json":{"encode":"e","decode":"d"}}"#;
        let records = decode_section(&section(message)).unwrap();
        let written = serde_json::to_value(&records[0]).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(message).unwrap());
    }

    #[test]
    fn a_head_is_what_the_json_begins_with() {
        let flag = r#"{"kind":"flag","name":"f","on":true,"fingerprint":"0x0000000000000001",
            "symbols":{"fingerprint":"a","call":"b"}}"#;
        for json in [ENUM, flag] {
            let Ok(record) = serde_json::from_str::<Record>(json) else { panic!("{json}") };
            let (kind, name) = record.head();
            let written = serde_json::to_string(&record).unwrap();
            let begins = |key| written.starts_with(&format!(r#"{{"kind":"{kind}","{key}":"{name}""#));
            assert!(begins("id") || begins("name"), "{written}");
        }
    }

    #[test]
    fn threads_keep_the_order_of_records_and_errors() {
        let json = |index: usize| ENUM.replace("c::E", &format!("c::E{index}"));
        let all: Vec<_> = (0..300).map(json).collect();
        let sections: Vec<u8> = all.iter().flat_map(|it| section(it)).collect();
        let records = decode_section(&sections).unwrap();
        assert_eq!(records.len(), 300);
        let found: Vec<_> = all.iter().enumerate().map(|(index, it)| (index, it.as_bytes())).collect();
        for threads in [0, 1, 2, 7, 300, 301] {
            assert_eq!(decode_all(&found, threads).as_ref(), Ok(&records), "{threads} threads");
        }
        let mut broken = found;
        for index in [77, 250] {
            broken[index].1 = b"{";
        }
        for threads in [1, 2, 7, 300] {
            let error = decode_all(&broken, threads).unwrap_err();
            assert!(matches!(error, DecodeError::Malformed { offset: 77, .. }), "{threads}: {error}");
        }
        // A record that can't be read comes before the place where the records end.
        let end = [&section("{")[..], b"no record"].concat();
        assert!(matches!(decode_section(&end), Err(DecodeError::Malformed { offset: 0, .. })));
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
