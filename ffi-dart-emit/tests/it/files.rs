//! Writes library files that carry a schema section.

use std::fs;
use std::path::Path;

use ffi_core::schema::format::{MACH_O_SECTION, MACH_O_SEGMENT, SECTION};
use object::write::pe::{NtHeaders, Writer};
use object::write::{Object, StandardSegment};
use object::{Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, elf, pe};

/// Returns the names of segment and section of the schema in a format.
fn place(format: BinaryFormat) -> (&'static str, &'static str) {
    if format == BinaryFormat::MachO { (MACH_O_SEGMENT, MACH_O_SECTION) } else { ("", SECTION) }
}

/// Returns an object file with one schema section for each of `sections`, beside code and data.
pub fn object(format: BinaryFormat, architecture: Architecture, sections: &[&[u8]]) -> Vec<u8> {
    object_of(format, architecture, Endianness::Little, sections)
}

/// Returns an object file like [`object`], of either endianness.
pub fn object_of(
    format: BinaryFormat,
    architecture: Architecture,
    endianness: Endianness,
    sections: &[&[u8]],
) -> Vec<u8> {
    let mut object = Object::new(format, architecture, endianness);
    let text = object.section_id(object::write::StandardSection::Text);
    object.append_section_data(text, &[0xC3; 16], 16);
    let (segment, name) = place(format);
    for contents in sections {
        let id = object.add_section(segment.into(), name.into(), SectionKind::ReadOnlyData);
        object.append_section_data(id, contents, 1);
    }
    let data = object.segment_name(StandardSegment::Data).to_vec();
    let id = object.add_section(data, b".other".to_vec(), SectionKind::Data);
    object.append_section_data(id, b"\xFFFFIREC\x01 of no interest", 1);
    object.write().unwrap()
}

/// Returns an ELF file whose schema section is compressed: the method's number in ELF, the size
/// without compression, and the bytes.
pub fn compressed(method: elf::CompressionType, size: usize, contents: &[u8]) -> Vec<u8> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let id = object.add_section(Vec::new(), SECTION.into(), SectionKind::ReadOnlyData);
    let mut section = Vec::new();
    section.extend(u64::from(method.0).to_le_bytes());
    section.extend((size as u64).to_le_bytes());
    section.extend(1_u64.to_le_bytes());
    section.extend(contents);
    object.append_section_data(id, &section, 8);
    let sh_flags = elf::SHF_ALLOC | elf::SHF_COMPRESSED;
    object.section_mut(id).flags = SectionFlags::Elf { sh_type: elf::SHT_PROGBITS, sh_flags };
    object.write().unwrap()
}

/// Returns bytes in zlib's format, stored without compression.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap();
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65521;
        high = (high + low) % 65521;
    }
    let checksum = (high << 16 | low).to_be_bytes();
    [&[0x78, 0x01, 0x01][..], &len.to_le_bytes(), &(!len).to_le_bytes(), bytes, &checksum].concat()
}

/// Returns bytes in Zstandard's format, stored without compression.
pub fn zstandard(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap();
    let block = &(len << 3 | 1).to_le_bytes()[..3];
    [&[0x28, 0xB5, 0x2F, 0xFD, 0xA0][..], &len.to_le_bytes(), block, bytes].concat()
}

pub fn elf(section: &[u8]) -> Vec<u8> {
    object(BinaryFormat::Elf, Architecture::X86_64, &[section])
}

pub fn coff(section: &[u8]) -> Vec<u8> {
    object(BinaryFormat::Coff, Architecture::X86_64, &[section])
}

pub fn mach_o(section: &[u8]) -> Vec<u8> {
    object(BinaryFormat::MachO, Architecture::Aarch64, &[section])
}

/// Returns a DLL, 64-bit or 32-bit.
pub fn dll(is_64: bool, section: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(is_64, 0x1000, 0x200, &mut bytes);
    writer.reserve_dos_header();
    writer.reserve_nt_headers(16);
    writer.reserve_section_headers(2);
    let text = writer.reserve_text_section(16);
    let flags = pe::IMAGE_SCN_CNT_INITIALIZED_DATA | pe::IMAGE_SCN_MEM_READ;
    let len = u32::try_from(section.len()).unwrap();
    let meta = writer.reserve_section(SECTION.as_bytes().try_into().unwrap(), flags, len, len);
    writer.write_empty_dos_header().unwrap();
    writer.write_nt_headers(NtHeaders {
        machine: if is_64 { pe::IMAGE_FILE_MACHINE_AMD64 } else { pe::IMAGE_FILE_MACHINE_I386 },
        time_date_stamp: 0,
        characteristics: pe::IMAGE_FILE_EXECUTABLE_IMAGE | pe::IMAGE_FILE_DLL,
        major_linker_version: 0,
        minor_linker_version: 0,
        address_of_entry_point: 0,
        image_base: 0x1000_0000,
        major_operating_system_version: 0,
        minor_operating_system_version: 0,
        major_image_version: 0,
        minor_image_version: 0,
        major_subsystem_version: 0,
        minor_subsystem_version: 0,
        subsystem: pe::IMAGE_SUBSYSTEM_WINDOWS_GUI,
        dll_characteristics: pe::DllFlags(0),
        size_of_stack_reserve: 0,
        size_of_stack_commit: 0,
        size_of_heap_reserve: 0,
        size_of_heap_commit: 0,
    });
    writer.write_section_headers();
    writer.write_section(text.file_offset, &[0xC3; 16]);
    writer.write_section(meta.file_offset, section);
    bytes
}

/// Returns a WebAssembly module of these custom sections, after one that is not custom.
pub fn module(sections: &[(&str, &[u8])]) -> Vec<u8> {
    fn sized(bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        let mut len = bytes.len();
        while len >= 0x80 {
            all.push(len as u8 | 0x80);
            len >>= 7;
        }
        all.push(len as u8);
        [all, bytes.to_vec()].concat()
    }
    let mut bytes = b"\0asm\x01\0\0\0\x01\x01\0".to_vec();
    for (name, contents) in sections {
        bytes.push(0);
        bytes.extend(sized(&[&sized(name.as_bytes()), *contents].concat()));
    }
    bytes
}

/// Returns a fat Mach-O file of slices of these CPU types.
pub fn fat(slices: &[(u32, Vec<u8>)]) -> Vec<u8> {
    const ALIGN: usize = 16;
    let mut bytes = Vec::new();
    let mut offset = (8 + 20 * slices.len()).next_multiple_of(ALIGN);
    let mut put = |words: &[u32]| words.iter().for_each(|word| bytes.extend(word.to_be_bytes()));
    put(&[0xCAFE_BABE, slices.len() as u32]);
    for (cpu, slice) in slices {
        put(&[*cpu, 0, offset as u32, slice.len() as u32, ALIGN.ilog2()]);
        offset = (offset + slice.len()).next_multiple_of(ALIGN);
    }
    for (_, slice) in slices {
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        bytes.extend(slice);
    }
    bytes
}

pub const ARM64: u32 = 0x0100_000C;
pub const X86_64: u32 = 0x0100_0007;

/// Returns a static archive in the GNU flavour, of members with short names.
pub fn archive(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, contents) in members {
        let name = format!("{name}/");
        let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, "644", contents.len());
        assert_eq!(header.len(), 60);
        bytes.extend(header.as_bytes());
        bytes.extend(contents);
        bytes.resize(bytes.len().next_multiple_of(2), b'\n');
    }
    bytes
}

/// Compares `text` with the committed file `golden/{name}`; `cargo xtask bless` writes it instead.
pub fn assert_golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(name);
    if std::env::var_os("FFI_BLESS").is_some() {
        fs::write(&file, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&file).unwrap(), "{name}: run `cargo xtask bless`\n{text}");
}
