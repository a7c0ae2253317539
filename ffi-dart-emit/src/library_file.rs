//! Finds the records in the bytes of a compiled library.
//!
//! A file for any target can be read on any host: ELF, PE, COFF and Mach-O, as linked libraries,
//! object files, static archives (rlibs included), or several architectures in one fat Mach-O file,
//! and WebAssembly modules. This module only looks for sections of one name, and for the machine;
//! [`crate::model`] interprets the records.
//!
//! The bytes may be anything. `object` checks each offset against the file, and no more is expected
//! of it: nesting has a fixed depth (fat file, archive, object), and a file whose sections overlap
//! is refused, as its bytes could be read many times.

use std::{error, fmt};

use ffi_core::schema::format::{MACH_O_SECTION, SECTION};
use ffi_core::schema::read::{DecodeError, Record, decode_section};
use object::read::archive::ArchiveFile;
use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{Architecture, BinaryFormat, CompressionFormat, FileKind, Object, ObjectSection};

use crate::foreign::one_line;
use crate::input::MAX_TEXT;
use crate::model::{Machine, Target};

/// First bytes of LLVM bitcode, bare and in the wrapper that Apple uses.
const BITCODE: [[u8; 4]; 2] = [*b"BC\xC0\xDE", *b"\xDE\xC0\x17\x0B"];

/// First bytes of a WebAssembly module of version 1.
const WEB_ASSEMBLY: [u8; 8] = *b"\0asm\x01\0\0\0";

/// Contents of a file.
#[derive(Clone, Debug)]
pub struct Contents {
    /// All records, each once, in an order that doesn't depend on the linker.
    pub records: Vec<Record>,
    /// Machines that it has records for, each once.
    pub targets: Vec<Target>,
}

/// Reason why a file gives no records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The file has no bytes.
    Empty,
    /// The file has an unknown format.
    UnknownFormat,
    /// The file breaks the rules of its format.
    Damaged {
        /// Architecture or archive member; empty for the file itself.
        part: String,
        /// Description of the damage.
        reason: String,
    },
    /// The file is an archive that only names other files.
    ThinArchive,
    /// The file has a schema section that can't be decoded.
    Schema {
        /// Architecture or archive member; empty for the file itself.
        part: String,
        /// Error of the decoder.
        error: DecodeError,
    },
    /// The architectures of the file have different records.
    Architectures {
        /// Names of the two that differ.
        names: [String; 2],
        /// Items that only one of the two has, or that differ.
        items: Vec<String>,
    },
    /// The file is valid, but has no record.
    NoRecords(Absence),
}

/// Contents of a file without records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Machine code.
    Unexplained,
    /// LLVM bitcode, for link-time optimisation.
    Bitcode,
    /// Information for the linker about a DLL.
    ImportLibrary,
    /// WebAssembly.
    WebAssembly,
}

/// Reads all records of a library, as [`open`] does.
///
/// # Errors
///
/// See [`ReadError`]. A file without records is an error.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, ReadError> {
    open(bytes).map(|it| it.records)
}

/// Reads all records of a library, and finds the machines that they are for.
///
/// # Errors
///
/// See [`ReadError`]. A file without records is an error.
pub fn open(bytes: &[u8]) -> Result<Contents, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let mut reader = Reader {
        unread: bytes.len(),
        records: Vec::new(),
        targets: Vec::new(),
        absence: Absence::Unexplained,
    };
    let records = match FileKind::parse(bytes) {
        Ok(FileKind::MachOFat32) => {
            let fat = MachOFatFile32::parse(bytes).map_err(damaged(""))?;
            reader.architectures(fat.arches(), bytes)?
        }
        Ok(FileKind::MachOFat64) => {
            let fat = MachOFatFile64::parse(bytes).map_err(damaged(""))?;
            reader.architectures(fat.arches(), bytes)?
        }
        _ => reader.image(bytes, "")?,
    };
    if records.is_empty() {
        return Err(ReadError::NoRecords(reader.absence));
    }
    Ok(Contents { records, targets: reader.targets })
}

struct Reader {
    /// Number of bytes that further sections may hold. Sections don't overlap, so together they are
    /// smaller than the file.
    unread: usize,
    records: Vec<Record>,
    targets: Vec<Target>,
    absence: Absence,
}

impl Reader {
    /// Reads all architectures, which must have the same records, as one Dart package serves them
    /// all.
    fn architectures<A: FatArch>(&mut self, all: &[A], bytes: &[u8]) -> Result<Vec<Record>, ReadError> {
        let mut first: Option<(String, Vec<Record>)> = None;
        for architecture in all {
            let name = format!("{:?}", architecture.architecture()).to_lowercase();
            let part = format!("architecture {name}");
            let image = architecture.data(bytes).map_err(damaged(&part))?;
            let records = self.image(image, &part)?;
            match &first {
                None => first = Some((name, records)),
                Some((_, same)) if *same == records => {}
                Some((other, others)) => {
                    let items = differences(others, &records);
                    return Err(ReadError::Architectures { names: [other.clone(), name], items });
                }
            }
        }
        Ok(first.map(|(_, records)| records).unwrap_or_default())
    }

    /// Reads an object or an archive of objects, of one architecture.
    fn image(&mut self, bytes: &[u8], part: &str) -> Result<Vec<Record>, ReadError> {
        match FileKind::parse(bytes) {
            Ok(FileKind::Archive) => self.archive(bytes, part)?,
            Ok(kind) if is_object(kind) => self.object(bytes, part)?,
            _ if bytes.starts_with(&WEB_ASSEMBLY) => self.module(bytes, part)?,
            _ if is_bitcode(bytes) => self.absence = Absence::Bitcode,
            Err(error) if !part.is_empty() => return Err(damaged(part)(error)),
            _ => return Err(ReadError::UnknownFormat),
        }
        Ok(canonical(std::mem::take(&mut self.records)))
    }

    fn archive(&mut self, bytes: &[u8], part: &str) -> Result<(), ReadError> {
        let archive = ArchiveFile::parse(bytes).map_err(damaged(part))?;
        if archive.is_thin() {
            return Err(ReadError::ThinArchive);
        }
        for member in archive.members() {
            let member = member.map_err(damaged(part))?;
            let name = String::from_utf8_lossy(member.name()).escape_debug().to_string();
            let part =
                if part.is_empty() { format!("member {name}") } else { format!("{part}, member {name}") };
            let bytes = member.data(bytes).map_err(damaged(&part))?;
            match FileKind::parse(bytes) {
                Ok(FileKind::CoffImport) => self.absence = Absence::ImportLibrary,
                Ok(kind) if is_object(kind) => self.object(bytes, &part)?,
                _ if bytes.starts_with(&WEB_ASSEMBLY) => self.module(bytes, &part)?,
                _ if is_bitcode(bytes) => self.absence = Absence::Bitcode,
                // Other members, such as rustc's `lib.rmeta`.
                _ => {}
            }
        }
        Ok(())
    }

    fn object(&mut self, bytes: &[u8], part: &str) -> Result<(), ReadError> {
        let object = object::File::parse(bytes).map_err(damaged(part))?;
        let wanted = match object.format() {
            BinaryFormat::MachO => MACH_O_SECTION,
            _ => SECTION,
        };
        for section in object.sections() {
            // A section whose name can't be read isn't a schema.
            if section.name_bytes() != Ok(wanted.as_bytes()) {
                continue;
            }
            let compressed = section.compressed_data().map_err(damaged(part))?;
            // The size in the section's header is not trusted with memory.
            if compressed.format != CompressionFormat::None && compressed.uncompressed_size > MAX_TEXT {
                let reason = format!("a section of {} bytes, compressed", compressed.uncompressed_size);
                return Err(ReadError::Damaged { part: part.to_owned(), reason });
            }
            self.unread = self.unread.checked_sub(compressed.data.len()).ok_or_else(|| overlap(part))?;
            let data = compressed.decompress().map_err(damaged(part))?;
            self.section(&data, part, || Target {
                name: format!("{:?}", object.architecture()).to_lowercase(),
                machine: machine(object.architecture()),
                big_endian: !object.is_little_endian(),
                windows: matches!(object.format(), BinaryFormat::Pe | BinaryFormat::Coff),
            })?;
        }
        Ok(())
    }

    /// Reads a WebAssembly module, whose schema is in custom sections.
    fn module(&mut self, bytes: &[u8], part: &str) -> Result<(), ReadError> {
        self.absence = Absence::WebAssembly;
        let damaged =
            || ReadError::Damaged { part: part.to_owned(), reason: "a section ends early".to_owned() };
        let mut unread = &bytes[WEB_ASSEMBLY.len()..];
        while let Some((&id, rest)) = unread.split_first() {
            let (contents, rest) = sized(rest).ok_or_else(damaged)?;
            unread = rest;
            if id != 0 {
                continue;
            }
            let (name, data) = sized(contents).ok_or_else(damaged)?;
            if name == SECTION.as_bytes() {
                self.unread = self.unread.checked_sub(data.len()).ok_or_else(|| overlap(part))?;
                self.section(data, part, || Target {
                    name: "wasm32".to_owned(),
                    machine: Machine::WebAssembly,
                    big_endian: false,
                    windows: false,
                })?;
            }
        }
        Ok(())
    }

    /// Reads a schema section of an object for `target`.
    fn section(&mut self, data: &[u8], part: &str, target: impl FnOnce() -> Target) -> Result<(), ReadError> {
        let records = decode_section(data)
            .map_err(|error| ReadError::Schema { part: part.to_owned(), error: harmless(error) })?;
        self.records.extend(records);
        let target = target();
        if !self.targets.contains(&target) {
            self.targets.push(target);
        }
        Ok(())
    }
}

/// Reads a length in LEB128, and returns that many bytes after it, and the rest.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut len = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        len |= usize::from(byte & 0x7f).checked_shl(7 * u32::try_from(index).ok()?)?;
        if byte & 0x80 == 0 {
            return bytes[index + 1..].split_at_checked(len);
        }
    }
    None
}

fn machine(architecture: Architecture) -> Machine {
    match architecture {
        Architecture::X86_64 => Machine::X86_64,
        Architecture::I386 => Machine::X86,
        Architecture::Arm => Machine::Arm,
        Architecture::Aarch64 => Machine::Aarch64,
        Architecture::Riscv32 | Architecture::Riscv64 => Machine::Riscv,
        Architecture::Wasm32 | Architecture::Wasm64 => Machine::WebAssembly,
        _ => Machine::Other,
    }
}

fn is_object(kind: FileKind) -> bool {
    use FileKind::{Coff, CoffBig, Elf32, Elf64, MachO32, MachO64, Pe32, Pe64};
    matches!(kind, Coff | CoffBig | Elf32 | Elf64 | MachO32 | MachO64 | Pe32 | Pe64)
}

fn is_bitcode(bytes: &[u8]) -> bool {
    BITCODE.iter().any(|magic| bytes.starts_with(magic))
}

fn overlap(part: &str) -> ReadError {
    ReadError::Damaged { part: part.to_owned(), reason: "its schema sections overlap".to_owned() }
}

/// Makes the JSON parser's text, which quotes the library, a part of one line.
fn harmless(error: DecodeError) -> DecodeError {
    match error {
        DecodeError::Malformed { offset, reason } => {
            DecodeError::Malformed { offset, reason: one_line(&reason) }
        }
        other => other,
    }
}

fn damaged(part: &str) -> impl Fn(object::Error) -> ReadError {
    move |error| ReadError::Damaged { part: part.to_owned(), reason: error.to_string() }
}

/// Sorts records by their JSON, which begins with kind and name, and removes duplicates.
fn canonical(mut records: Vec<Record>) -> Vec<Record> {
    let json = |record: &Record| serde_json::to_string(record).expect("a record is plain data");
    // No two have one name, but in a damaged library and in a fat file.
    records.sort_by(|one, other| one.head().cmp(&other.head()).then_with(|| json(one).cmp(&json(other))));
    records.dedup();
    records
}

/// Returns the items that differ between two lists of records, or are only in one.
fn differences(one: &[Record], other: &[Record]) -> Vec<String> {
    let only_one = one.iter().filter(|record| !other.contains(record));
    let only_other = other.iter().filter(|record| !one.contains(record));
    let mut items: Vec<_> = only_one.chain(only_other).map(item).collect();
    items.sort();
    items.dedup();
    items
}

fn item(record: &Record) -> String {
    match record {
        Record::Library(it) => format!("library {}", it.name),
        Record::Message(it) => format!("message {}", it.id),
        Record::Enum(it) => format!("enum {}", it.id),
        Record::Oneof(it) => format!("oneof {}", it.id),
        Record::Function(it) => format!("function {}", it.symbol),
        Record::Queue(it) => format!("queue {}", it.item.name),
        Record::Newtype(it) => format!("newtype {}", it.id),
        Record::Error(it) => format!("error {}", it.id),
        Record::Object(it) => format!("object {}", it.id),
        Record::Service(it) => format!("service {}", it.id),
        Record::Callback(it) => format!("callback {}", it.id),
        Record::Flag(it) => format!("flag {}", it.item.name),
        Record::Health(it) => format!("health check {}", it.item.name),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PASS: &str = "pass the cdylib, staticlib or rlib that cargo built";
        let inside = |part: &str| if part.is_empty() { String::new() } else { format!("{part}: ") };
        match self {
            Self::Empty => write!(f, "the file is empty: build it again"),
            Self::UnknownFormat => {
                write!(f, "it is neither an ELF, PE, COFF or Mach-O file nor a static archive: {PASS}")
            }
            Self::Damaged { part, reason } => {
                let reason = one_line(reason);
                write!(f, "{}the file is damaged or truncated ({reason}): build it again", inside(part))
            }
            Self::ThinArchive => {
                write!(f, "it is a thin archive, which only names files that are elsewhere: {PASS}")
            }
            Self::Schema { part, error: _ } => write!(f, "{}its schema can't be decoded", inside(part)),
            Self::Architectures { names: [one, other], items } => write!(
                f,
                "its architectures {one} and {other} differ in {}: either they are of two builds (build \
                 both again), or a layout depends on the target (make it the same on all)",
                one_line(&items.join(", "))
            ),
            Self::NoRecords(Absence::Bitcode) => write!(
                f,
                "there is no schema record in it, but LLVM bitcode, which can't be read: pass the cdylib"
            ),
            Self::NoRecords(Absence::ImportLibrary) => {
                write!(f, "it is the import library of a DLL, and has no schema record: pass the DLL")
            }
            Self::NoRecords(Absence::WebAssembly) => write!(
                f,
                "it is a WebAssembly module without a schema record: a library for WebAssembly can't be called from Dart; \
                 build the crate for a machine (without `--target wasm32-..`), and pass what cargo builds then"
            ),
            Self::NoRecords(Absence::Unexplained) => write!(
                f,
                "there is no schema record in it. Causes, likely ones first:\n  \
                 - the crate has no `ffi_core::library!();` in its root: add it\n  \
                 - it is another file than you think: {PASS}\n  \
                 - the feature `metadata` of ffi-core is off: turn it on for the build that is read\n  \
                 - section {SECTION} ({MACH_O_SECTION} on Apple) was removed: read the file before that\n  \
                 - it was built with an older ffi-core, whose records GNU ld drops from a DLL: update it"
            ),
        }
    }
}

impl error::Error for ReadError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Schema { error, .. } => Some(error),
            _ => None,
        }
    }
}
