//! Reads from a compiled library what its users' systems will ask of it.
//!
//! Nothing here knows what is right: see [`check`](super::check).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use object::elf;
use object::macho::LcStr;
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::read::macho::{
    FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFatFile64, MachOFile,
};
use object::read::pe::{ImageNtHeaders, ImageOptionalHeader, PeFile};
use object::read::{Import, ImportFlags};
use object::{Endianness, File, FileKind, Object, ObjectSegment};

/// Version of a system: two numbers, as in `2.17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor) = self;
        if *minor == 0 { write!(f, "{major}") } else { write!(f, "{major}.{minor}") }
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads one or two numbers; others behind them don't count.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Self(major, minor)),
            (Some(Ok(major)), None) => Ok(Self(major, 0)),
            _ => Err(format!("`{text}` is no version; hint: one or two numbers, as in 2.17 or 21")),
        }
    }
}

/// Format of a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Linux and Android.
    Elf,
    /// macOS and iOS.
    MachO,
    /// Windows.
    Pe,
}

/// Contents of a library's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Number of bytes of the file.
    pub size: u64,
    /// One for each processor.
    pub images: Vec<Image>,
}

/// Part of a library for one processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Processor, in Rust's words: `x86_64`, `aarch64`, `arm`.
    pub processor: String,
    /// Format of the file.
    pub format: Format,
    /// Name by which others refer to the library: its SONAME or install name.
    pub name: Option<String>,
    /// Names of the symbols that others can look up, as C has them.
    pub exports: BTreeSet<String>,
    /// Other libraries that the loader has to find.
    pub needed: Vec<String>,
    /// Folders in which it looks for them.
    pub search: Vec<String>,
    /// Oldest system that can load it: version of glibc, level of Android's API, version of macOS,
    /// iOS or Windows.
    pub oldest: Option<Version>,
    /// True if it has names or debug information that no loader needs.
    pub has_symbols: bool,
    /// Alignment of its segments in bytes: the largest page of a system that can map it.
    pub page: u64,
}

/// Reads the facts of the library with these bytes.
///
/// # Errors
///
/// Returns an error if it is no linked library, or damaged.
pub fn read(bytes: &[u8]) -> Result<Facts, object::Error> {
    let images = match FileKind::parse(bytes)? {
        FileKind::MachOFat32 => architectures(MachOFatFile32::parse(bytes)?.arches(), bytes)?,
        FileKind::MachOFat64 => architectures(MachOFatFile64::parse(bytes)?.arches(), bytes)?,
        _ => vec![image(bytes)?],
    };
    Ok(Facts { size: bytes.len() as u64, images })
}

fn architectures<A: FatArch>(all: &[A], bytes: &[u8]) -> Result<Vec<Image>, object::Error> {
    all.iter().map(|it| image(it.data(bytes)?)).collect()
}

fn image(bytes: &[u8]) -> Result<Image, object::Error> {
    let file = File::parse(bytes)?;
    let format = match &file {
        File::Elf32(_) | File::Elf64(_) => Format::Elf,
        File::MachO32(_) | File::MachO64(_) => Format::MachO,
        _ => Format::Pe,
    };
    let mut image = Image {
        processor: format!("{:?}", file.architecture()).to_lowercase(),
        format,
        name: None,
        exports: exports(&file, format)?,
        needed: Vec::new(),
        search: Vec::new(),
        oldest: None,
        has_symbols: file.has_debug_symbols() || file.symbols().any(|it| is_internal(&it)),
        page: file.segments().map(|it| it.align()).filter(|it| *it > 1).min().unwrap_or(1),
    };
    for library in file.import_libraries()? {
        image.needed.push(text(library?.name()));
    }
    match &file {
        File::Elf32(elf) => image.add_elf(elf)?,
        File::Elf64(elf) => image.add_elf(elf)?,
        File::MachO32(macho) => image.add_macho(macho)?,
        File::MachO64(macho) => image.add_macho(macho)?,
        File::Pe32(pe) => image.add_pe(pe),
        File::Pe64(pe) => image.add_pe(pe),
        _ => {}
    }
    Ok(image)
}

/// Returns the names of all exports, without the `_` that C's names have on Apple's systems.
fn exports(file: &File<'_>, format: Format) -> Result<BTreeSet<String>, object::Error> {
    let mut all = BTreeSet::new();
    for export in file.exports()? {
        if let Some(name) = export?.name().name() {
            let name = text(name);
            let name = if format == Format::MachO { name.trim_start_matches('_') } else { &name };
            all.insert(name.to_owned());
        }
    }
    Ok(all)
}

/// Returns true if no other library can refer to a symbol: `strip` removes its name.
fn is_internal<'data>(symbol: &impl object::ObjectSymbol<'data>) -> bool {
    symbol.is_local() && symbol.is_definition()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Image {
    fn add_elf<E: FileHeader<Endian = Endianness>>(
        &mut self,
        file: &ElfFile<'_, E>,
    ) -> Result<(), object::Error> {
        let dynamic = file.elf_dynamic_table()?;
        for entry in dynamic.iter() {
            match entry.tag {
                elf::DT_SONAME => self.name = Some(text(dynamic.string(entry)?)),
                elf::DT_RUNPATH | elf::DT_RPATH => {
                    self.search = text(dynamic.string(entry)?).split(':').map(str::to_owned).collect();
                }
                _ => {}
            }
        }
        let endian = file.endian();
        for segment in file.elf_program_headers() {
            let Some(mut notes) = segment.notes(endian, file.data())? else { continue };
            while let Some(note) = notes.next()? {
                // Written by the NDK's `crtbegin_so.o`.
                if note.name() == b"Android"
                    && let Some(level) = note.desc().first_chunk()
                {
                    self.oldest = Some(Version(u32::from_le_bytes(*level), 0));
                }
            }
        }
        if self.oldest.is_none() {
            let versions = file.imports()?.filter_map(|it| glibc(&it.ok()?));
            self.oldest = versions.max();
        }
        Ok(())
    }

    fn add_macho<M: MachHeader<Endian = Endianness>>(
        &mut self,
        file: &MachOFile<'_, M>,
    ) -> Result<(), object::Error> {
        let endian = file.endian();
        let mut commands = file.macho_load_commands()?;
        while let Some(command) = commands.next()? {
            let string = |it: LcStr<Endianness>| command.string(endian, it).map(text);
            match command.variant()? {
                LoadCommandVariant::IdDylib(it) => self.name = Some(string(it.dylib.name)?),
                LoadCommandVariant::Rpath(it) => self.search.push(string(it.path)?),
                LoadCommandVariant::BuildVersion(it, _) => {
                    let version = it.minos.get(endian);
                    self.oldest = Some(Version(version.major().into(), version.minor().into()));
                }
                LoadCommandVariant::VersionMin(it) => {
                    let version = it.version.get(endian);
                    self.oldest = Some(Version(version.major().into(), version.minor().into()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_pe<P: ImageNtHeaders>(&mut self, file: &PeFile<'_, P>) {
        let header = file.nt_headers().optional_header();
        self.oldest =
            Some(Version(header.major_subsystem_version().into(), header.minor_subsystem_version().into()));
    }
}

/// Returns the version of glibc that an imported symbol needs.
fn glibc(import: &Import<'_>) -> Option<Version> {
    let ImportFlags::Elf { version: Some(version), .. } = import.flags() else { return None };
    // A weak symbol may be missing.
    if import.is_weak() {
        return None;
    }
    text(version).strip_prefix("GLIBC_")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("2.9") < version("2.17"));
        assert_eq!(version("2.2.5"), Version(2, 2));
        assert_eq!((version("21").to_string(), version("10.15").to_string()), ("21".into(), "10.15".into()));
        assert!("new".parse::<Version>().unwrap_err().contains("hint: "));
    }

    #[test]
    fn no_library_has_no_facts() {
        assert!(read(b"text").is_err());
        assert!(read(b"").is_err());
    }
}
