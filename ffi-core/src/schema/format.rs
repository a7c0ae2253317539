//! Section names, magic and version, on which the writer and every reader agree.

/// Version of the record format. A reader refuses newer ones and says which side to update; new
/// keys inside a record don't change it, because readers ignore unknown keys.
pub const VERSION: u8 = 1;

/// First bytes of every record. The first byte never occurs in UTF-8 text; the last is [`VERSION`].
pub const MAGIC: [u8; 8] = [0xFF, b'F', b'F', b'I', b'R', b'E', b'C', VERSION];

/// Size in bytes of the header before a record's JSON: [`MAGIC`] and the length as a little-endian
/// `u32`.
pub const HEADER_LEN: usize = MAGIC.len() + size_of::<u32>();

/// The names below as literals, for attributes that may not name a constant.
#[doc(hidden)]
#[macro_export]
macro_rules! __section_name {
    (elf_and_pe) => {
        ".ffimeta"
    };
    (mach_o) => {
        $crate::__private::core::concat!(
            $crate::__section_name!(mach_o_segment),
            ",",
            $crate::__section_name!(mach_o_section)
        )
    };
    (mach_o_section) => {
        "__ffimeta"
    };
    (mach_o_segment) => {
        "__DATA"
    };
}

/// Name of the section on ELF and PE; eight bytes, the most that a PE section may have.
pub const SECTION: &str = __section_name!(elf_and_pe);

/// Name of the section on Mach-O, within segment [`MACH_O_SEGMENT`].
pub const MACH_O_SECTION: &str = __section_name!(mach_o_section);

/// Segment that holds [`MACH_O_SECTION`].
pub const MACH_O_SEGMENT: &str = __section_name!(mach_o_segment);

/// Emits the static `__FFI_RECORD`, the encoded `$pieces`, into the schema section of the target's
/// object format.
///
/// `#[used]` only keeps a record until the linker, which removes data that nothing refers to: GNU
/// ld drops the section of a DLL. It never removes an exported symbol, nor data that one refers to,
/// so each record has an [`Export`](crate::schema::encode::Export) that refers to it.
///
/// `$pieces` holds tokens of the user, such as `[f32; LEN]`, so nothing here has a name that a user
/// would choose.
#[doc(hidden)]
#[macro_export]
#[cfg(all(feature = "metadata", not(target_vendor = "apple")))]
macro_rules! __record {
    ($pieces:expr) => {
        const __FFI_PIECES: $crate::schema::encode::Fragment = $pieces;
        #[used]
        #[unsafe(link_section = $crate::__section_name!(elf_and_pe))]
        static __FFI_RECORD: [$crate::__private::u8; $crate::schema::encode::record_len(__FFI_PIECES)] =
            $crate::schema::encode::record(__FFI_PIECES);
    };
}

/// The same for Mach-O.
#[doc(hidden)]
#[macro_export]
#[cfg(all(feature = "metadata", target_vendor = "apple"))]
macro_rules! __record {
    ($pieces:expr) => {
        const __FFI_PIECES: $crate::schema::encode::Fragment = $pieces;
        #[used]
        #[unsafe(link_section = $crate::__section_name!(mach_o))]
        static __FFI_RECORD: [$crate::__private::u8; $crate::schema::encode::record_len(__FFI_PIECES)] =
            $crate::schema::encode::record(__FFI_PIECES);
    };
}

/// Type-checks the pieces without the feature `metadata`, and writes no record.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "metadata"))]
macro_rules! __record {
    ($pieces:expr) => {
        const _: $crate::schema::encode::Fragment = $pieces;
        const __FFI_RECORD: &[$crate::__private::u8] = &[];
    };
}
