//! Section names, magic and version: what the writer and every reader agree on.

/// The version of the record format. A reader refuses newer ones and says which side to update;
/// new keys inside a record don't change it, because readers ignore keys they don't know.
pub const VERSION: u8 = 1;

/// What every record starts with. The first byte is never part of UTF-8 text; the last is [`VERSION`].
pub const MAGIC: [u8; 8] = [0xFF, b'F', b'F', b'I', b'R', b'E', b'C', VERSION];

/// Bytes before a record's JSON: [`MAGIC`] and the length as a little-endian `u32`.
pub const HEADER_LEN: usize = MAGIC.len() + size_of::<u32>();

/// The section's name on ELF and PE; eight bytes, the most a PE section may have.
pub const SECTION: &str = ".ffimeta";

/// The section's name on Mach-O, within segment [`MACH_O_SEGMENT`].
pub const MACH_O_SECTION: &str = "__ffimeta";

/// The segment that holds [`MACH_O_SECTION`].
pub const MACH_O_SEGMENT: &str = "__DATA";

/// Emits `static RECORD`, the encoded `$pieces`, into the schema section of the target's object format.
///
/// An attribute takes no constant, so the section names stand here as literals, beside the constants
/// that readers use; `tests/schema_round_trip.rs` fails when they part.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "metadata")]
macro_rules! __record {
    ($pieces:expr) => {
        const PIECES: $crate::schema::encode::Fragment = $pieces;
        const LEN: usize = $crate::schema::encode::record_len(PIECES);
        #[used]
        #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__ffimeta"))]
        #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".ffimeta"))]
        static RECORD: [u8; LEN] = $crate::schema::encode::record::<LEN>(PIECES);
    };
}

/// Without the feature `metadata` no record is written; the pieces are still type-checked.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "metadata"))]
macro_rules! __record {
    ($pieces:expr) => {
        const _: fn() -> $crate::schema::encode::Fragment = || $pieces;
    };
}
