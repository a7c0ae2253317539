//! Tests each format, and each way in which a file can be useless.

use std::error::Error as _;

use ffi_core::schema::format::{HEADER_LEN, MAGIC, VERSION};
use ffi_core::schema::read::{DecodeError, Record};
use ffi_dart_emit::library_file::{Absence, ReadError, read};
use object::{Architecture, BinaryFormat};

use crate::files::{
    ARM64, X86_64, archive, coff, compressed, dll, elf, fat, mach_o, object, zlib, zstandard,
};
use crate::schema::{demo, section, sorted};

#[track_caller]
fn has_demo(bytes: &[u8]) {
    assert_eq!(read(bytes).unwrap(), sorted(&demo()));
}

#[track_caller]
fn error(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn every_format_is_read() {
    let section = section(&demo());
    has_demo(&elf(&section));
    has_demo(&object(BinaryFormat::Elf, Architecture::Arm, &[&section]));
    has_demo(&coff(&section));
    has_demo(&object(BinaryFormat::Coff, Architecture::I386, &[&section]));
    has_demo(&mach_o(&section));
    has_demo(&dll(true, &section));
    has_demo(&dll(false, &section));
}

#[test]
fn compressed_sections_are_read() {
    use object::elf::{CompressionType, ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD};
    let section = section(&demo());
    has_demo(&compressed(ELFCOMPRESS_ZLIB, section.len(), &zlib(&section)));
    has_demo(&compressed(ELFCOMPRESS_ZSTD, section.len(), &zstandard(&section)));
    has_demo(&archive(&[("a.o", compressed(ELFCOMPRESS_ZLIB, section.len(), &zlib(&section)))]));

    // A wrong size costs no memory, and bytes that the method can't decode are an error.
    for size in [1 << 40, usize::MAX, 0, section.len() - 1] {
        for (method, bytes) in [(ELFCOMPRESS_ZLIB, zlib(&section)), (ELFCOMPRESS_ZSTD, zstandard(&section))] {
            assert!(read(&compressed(method, size, &bytes)).is_err(), "{method:?} {size}");
        }
    }
    let text = error(&compressed(ELFCOMPRESS_ZLIB, 1 << 40, &zlib(&section)));
    assert!(text.contains("a section of 1099511627776 bytes, compressed"), "{text}");
    for method in [ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD, CompressionType(7)] {
        assert!(read(&compressed(method, section.len(), &section)).is_err(), "{method:?}");
    }
}

#[test]
fn sections_of_one_name_are_all_read() {
    let (one, two) = (section(&demo()[..4]), section(&demo()[4..]));
    for format in [BinaryFormat::Elf, BinaryFormat::Coff, BinaryFormat::MachO] {
        has_demo(&object(format, Architecture::X86_64, &[&one, &two]));
        has_demo(&object(format, Architecture::X86_64, &[&two, &[0; 32], &one]));
    }
}

#[test]
fn identical_records_are_merged_and_different_ones_kept() {
    let mut records = demo();
    records.extend(demo());
    has_demo(&elf(&section(&records)));
    if let Record::Message(message) = &mut records[1] {
        message.size += 8;
    }
    assert_eq!(read(&elf(&section(&records))).unwrap().len(), demo().len() + 1, "resolve reports them");
}

#[test]
fn all_members_of_an_archive_are_read() {
    let records = demo();
    let members = [
        ("lib.rmeta", b"rust\0\0\0\x09 and then some".to_vec()),
        ("a.o", elf(&section(&records[..3]))),
        ("empty", Vec::new()),
        ("b.o", elf(&section(&records[3..]))),
        ("code.o", object(BinaryFormat::Elf, Architecture::X86_64, &[])),
    ];
    has_demo(&archive(&members));
}

#[test]
fn architectures_with_the_same_records_are_one() {
    let mut other_order = demo();
    other_order.reverse();
    let slices = [(ARM64, mach_o(&section(&demo()))), (X86_64, mach_o(&section(&other_order)))];
    has_demo(&fat(&slices));
    let archives = slices.map(|(cpu, slice)| (cpu, archive(&[("a.o", slice)])));
    has_demo(&fat(&archives));
}

#[test]
fn architectures_that_differ_are_named_with_what_differs() {
    let mut other = demo();
    if let Record::Message(message) = &mut other[1] {
        message.size += 8;
    }
    let slices = [(ARM64, mach_o(&section(&demo()))), (X86_64, mach_o(&section(&other[1..])))];
    assert_eq!(
        error(&fat(&slices)),
        "its architectures aarch64 and x86_64 differ in function demo_ffi_tick, message demo::Particle: either \
         they are of two builds (build both again), or a layout depends on the target (make it the same on all)"
    );
}

#[test]
fn an_architecture_without_records_differs_too() {
    let slices = [(ARM64, mach_o(&section(&demo()))), (X86_64, mach_o(&[]))];
    assert!(matches!(read(&fat(&slices)), Err(ReadError::Architectures { .. })));
}

#[test]
fn no_record_is_an_error_that_lists_the_causes() {
    for bytes in [
        object(BinaryFormat::Elf, Architecture::X86_64, &[]),
        elf(&[0; 64]),
        dll(true, &[]),
        archive(&[("lib.rmeta", b"rust\0\0\0\x09".to_vec())]),
        archive(&[("a.o", object(BinaryFormat::Elf, Architecture::X86_64, &[]))]),
        fat(&[(ARM64, mach_o(&[]))]),
    ] {
        assert_eq!(read(&bytes), Err(ReadError::NoRecords(Absence::Unexplained)));
        let text = error(&bytes);
        for cause in
            ["ffi_core::library!()", "another file", "feature `metadata`", ".ffimeta", "an older ffi-core"]
        {
            assert!(text.contains(cause), "{cause}: {text}");
        }
    }
}

#[test]
fn bitcode_and_import_libraries_are_known() {
    let bitcode = || b"BC\xC0\xDE and sixteen or more".to_vec();
    assert_eq!(read(&bitcode()), Err(ReadError::NoRecords(Absence::Bitcode)));
    assert!(error(&archive(&[("a.o", bitcode())])).ends_with("pass the cdylib"));
    has_demo(&archive(&[("a.o", bitcode()), ("b.o", elf(&section(&demo())))]));

    let import = b"\0\0\xFF\xFF\0\0\x64\x86 and sixteen or more".to_vec();
    assert!(error(&archive(&[("a.dll", import)])).ends_with("pass the DLL"));
}

#[test]
fn what_is_no_library_is_told_what_to_pass() {
    assert_eq!(error(b""), "the file is empty: build it again");
    for bytes in [&b"x"[..], b"#!/bin/sh\necho no library\n", &[0; 100], b"\0asm\x02\0\0\0 and some more"] {
        assert_eq!(
            error(bytes),
            "it is neither an ELF, PE, COFF or Mach-O file nor a static archive: pass the cdylib, \
             staticlib or rlib that cargo built"
        );
    }
    let thin = archive(&[("a.o", Vec::new())]);
    let thin = [b"!<thin>\n", &thin[8..]].concat();
    assert_eq!(read(&thin), Err(ReadError::ThinArchive));
}

#[test]
fn every_truncation_is_an_error() {
    let section = section(&demo());
    let slice = (ARM64, mach_o(&section));
    for whole in [
        elf(&section),
        coff(&section),
        mach_o(&section),
        dll(true, &section),
        fat(&[slice]),
        archive(&[("a.o", elf(&section))]),
    ] {
        has_demo(&whole);
        for len in 0..whole.len() {
            match read(&whole[..len]) {
                Err(error) => assert!(!error.to_string().is_empty()),
                // Bytes after the records, such as symbols, may be cut.
                Ok(records) => assert_eq!(records, sorted(&demo()), "{len}"),
            }
        }
    }
}

#[test]
fn damage_names_the_part_it_is_in() {
    let whole = elf(&section(&demo()));
    let half = whole[..whole.len() / 2].to_vec();
    assert!(error(&half).starts_with("the file is damaged or truncated ("));
    assert!(error(&archive(&[("a.o", half)])).starts_with("member a.o: the file is damaged"));
    let slice = archive(&[("b.o", mach_o(b"something else"))]);
    assert!(
        error(&fat(&[(ARM64, slice)]))
            .starts_with("architecture aarch64, member b.o: its schema can't be decoded"),
    );
    assert!(
        error(&fat(&[(ARM64, b"no Mach-O".to_vec())]))
            .starts_with("architecture aarch64: the file is damaged")
    );
}

#[test]
fn what_is_wrong_with_a_record_is_passed_on() {
    let change = |at: usize, value: u8| {
        let mut section = section(&demo());
        section[at] = value;
        match read(&elf(&section)) {
            Err(whole @ ReadError::Schema { .. }) => {
                assert_eq!(whole.to_string(), "its schema can't be decoded");
                whole.source().and_then(|it| it.downcast_ref::<DecodeError>()).unwrap().clone()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(change(3, b'x'), DecodeError::NotARecord { offset: 0 });
    assert_eq!(change(7, VERSION + 1), DecodeError::NewerVersion { offset: 0, version: VERSION + 1 });
    assert!(matches!(change(MAGIC.len() + 3, 0xFF), DecodeError::Truncated { offset: 0, .. }));
    assert!(matches!(change(HEADER_LEN, b'x'), DecodeError::Malformed { offset: 0, .. }));
}

/// Section headers that all point at the same bytes would turn a small file into any number of
/// records.
#[test]
fn sections_that_overlap_are_refused() {
    let contents = section(&demo());
    let mut sections: Vec<&[u8]> = vec![&[]; 9];
    sections[0] = &contents;
    let mut bytes = object(BinaryFormat::Elf, Architecture::X86_64, &sections);
    has_demo(&bytes);
    let headers = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
    let headers = bytes[headers..].as_chunks_mut::<64>().0;
    let size = (contents.len() as u64).to_le_bytes();
    let full = *headers.iter().find(|header| header[32..40] == size).unwrap();
    // Headers of one name get one position.
    headers.iter_mut().filter(|header| header[..4] == full[..4]).for_each(|header| *header = full);
    assert!(error(&bytes).contains("its schema sections overlap"), "{}", error(&bytes));
}
