//! The header of an arena.

use crate::types::InvalidValue;

/// First bytes of an arena.
pub const MAGIC: [u8; 8] = *b"ffiarena";

/// Version of the format.
pub const VERSION: u16 = 1;

/// Size in bytes of the header, which the root message follows.
pub const HEADER_LEN: usize = 64;

/// Value of the byte that says how numbers are stored: 1 is little endian.
const ENDIANNESS: u8 = if cfg!(target_endian = "little") { 1 } else { 2 };

/// Largest size in bytes of a schema that is read.
#[doc(hidden)]
pub const MAX_SCHEMA: u64 = 1 << 20;

/// Bit of the flags that says that a schema follows the text.
const HAS_SCHEMA: u8 = 1;

/// The numbers at the start of an arena that are no constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct ArenaHeader {
    /// Layout of the root and of all that it reaches.
    pub layout: u64,
    /// Size in bytes of the lists, header included.
    pub lists: u64,
    /// Size in bytes of the text.
    pub text: u64,
    /// True if a schema follows the text, up to the end of the file.
    pub has_schema: bool,
}

impl ArenaHeader {
    /// Returns the bytes: magic, version (`u16`), endianness, flags, a `u32` 0, the fingerprint of
    /// the layout, the sizes of the two chunks, the checksum or 0, the offset of the schema or 0,
    /// 8 bytes 0.
    pub(super) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_ne_bytes());
        bytes[10] = ENDIANNESS;
        bytes[11] = if self.has_schema { HAS_SCHEMA } else { 0 };
        let schema = if self.has_schema { self.lists + self.text } else { 0 };
        for (at, number) in [(16, self.layout), (24, self.lists), (32, self.text), (48, schema)] {
            bytes[at..at + 8].copy_from_slice(&number.to_ne_bytes());
        }
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    ///
    /// Returns an error about the first bytes that are not those of an arena that this version
    /// reads.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidValue> {
        let Some(bytes) = bytes.first_chunk::<HEADER_LEN>() else {
            let len = bytes.len();
            return Err(InvalidValue::new(format_args!("{len} bytes are less than the header of an arena")));
        };
        if bytes[..8] != MAGIC {
            return Err(InvalidValue::new("the bytes are not an arena: they don't begin with \"ffiarena\""));
        }
        if bytes[10] != ENDIANNESS {
            return Err(InvalidValue::new("the arena was written by a machine of other endianness"));
        }
        let version = u16::from_ne_bytes([bytes[8], bytes[9]]);
        if version != VERSION {
            let problem = format_args!("the arena has version {version} of the format, not {VERSION}");
            return Err(InvalidValue::new(problem));
        }
        let unused = bytes[12..16].iter().chain(&bytes[40..48]).chain(&bytes[56..]);
        if bytes[11] & !HAS_SCHEMA != 0 || unused.copied().any(|byte| byte != 0) {
            return Err(InvalidValue::new("the header uses what this version of the format does not know"));
        }
        let number =
            |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("the slice has eight bytes"));
        let header = Self {
            layout: number(16),
            lists: number(24),
            text: number(32),
            has_schema: bytes[11] == HAS_SCHEMA,
        };
        let schema = if header.has_schema { header.end() } else { Some(0) };
        if schema != Some(number(48)) {
            return Err(InvalidValue::new("the schema of the arena is not right behind its text"));
        }
        Ok(header)
    }

    /// Returns the number of bytes of lists and text.
    fn end(self) -> Option<u64> {
        self.lists.checked_add(self.text)
    }

    /// Checks that lists and text, and a schema if there is one, are all of `len` bytes. Returns
    /// the size of the schema.
    ///
    /// # Errors
    ///
    /// Returns an error if they are not.
    pub fn schema_len(self, len: u64) -> Result<u64, InvalidValue> {
        let schema = self.end().and_then(|end| len.checked_sub(end));
        match schema {
            Some(schema) if self.lists >= HEADER_LEN as u64 && (schema > 0) == self.has_schema => Ok(schema),
            _ => Err(InvalidValue::new(format_args!(
                "an arena of {} and {} bytes{} is in {len} bytes",
                self.lists,
                self.text,
                if self.has_schema { " with a schema" } else { "" }
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: ArenaHeader = ArenaHeader { layout: 7, lists: 80, text: 3, has_schema: false };

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let with_schema = ArenaHeader { has_schema: true, ..HEADER };
        for header in [HEADER, with_schema] {
            assert_eq!(ArenaHeader::read(&header.to_bytes()), Ok(header));
        }
        assert_eq!((HEADER.schema_len(83).unwrap(), with_schema.schema_len(90).unwrap()), (0, 7));
        for (header, len) in [(HEADER, 82), (HEADER, 84), (with_schema, 83), (with_schema, 0)] {
            assert!(header.schema_len(len).is_err(), "{header:?} {len}");
        }
        let endless = ArenaHeader { lists: u64::MAX, ..HEADER };
        assert!(endless.schema_len(u64::MAX).is_err());
        assert!(ArenaHeader::read(&HEADER.to_bytes()[..63]).unwrap_err().problem().starts_with("63 bytes"));
    }

    #[test]
    fn each_byte_but_those_of_its_numbers_is_refused_when_changed() {
        for at in (0..HEADER_LEN).filter(|at| !(16..40).contains(at)) {
            let mut bytes = HEADER.to_bytes();
            bytes[at] ^= 0x80;
            assert!(ArenaHeader::read(&bytes).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_header_of_other_endianness_is_named() {
        let mut bytes = HEADER.to_bytes();
        bytes[10] = 3 - bytes[10];
        assert!(ArenaHeader::read(&bytes).unwrap_err().problem().contains("endianness"));
    }
}
