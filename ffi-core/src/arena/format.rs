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

/// The numbers of a header that are no constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Layout of the root and of all that it reaches.
    pub(super) layout: u64,
    /// Size in bytes of the lists, header included.
    pub(super) lists: u64,
    /// Size in bytes of the text.
    pub(super) text: u64,
}

impl Header {
    /// Returns the bytes: magic, version (`u16`), endianness, flags, a `u32` 0, the fingerprint of
    /// the layout, the sizes of the two chunks, the checksum or 0, the offset of the schema or 0,
    /// 8 bytes 0.
    pub(super) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_ne_bytes());
        bytes[10] = ENDIANNESS;
        for (at, number) in [(16, self.layout), (24, self.lists), (32, self.text)] {
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
    pub(super) fn read(bytes: &[u8]) -> Result<Self, InvalidValue> {
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
        if bytes[11] != 0 || bytes[12..16] != [0; 4] || bytes[40..] != [0; 24] {
            return Err(InvalidValue::new("the header uses what this version of the format does not know"));
        }
        let number =
            |at: usize| u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("the slice has eight bytes"));
        Ok(Self { layout: number(16), lists: number(24), text: number(32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header { layout: 7, lists: 80, text: 3 };

    #[test]
    fn a_header_is_read_as_it_was_written() {
        assert_eq!(Header::read(&HEADER.to_bytes()), Ok(HEADER));
        assert!(Header::read(&HEADER.to_bytes()[..63]).unwrap_err().problem().starts_with("63 bytes"));
    }

    #[test]
    fn each_byte_but_those_of_its_numbers_is_refused_when_changed() {
        for at in (0..HEADER_LEN).filter(|at| !(16..40).contains(at)) {
            let mut bytes = HEADER.to_bytes();
            bytes[at] ^= 0x80;
            assert!(Header::read(&bytes).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_header_of_other_endianness_is_named() {
        let mut bytes = HEADER.to_bytes();
        bytes[10] = 3 - bytes[10];
        assert!(Header::read(&bytes).unwrap_err().problem().contains("endianness"));
    }
}
