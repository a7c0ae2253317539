//! Compares a library with what its platform asks of it.

use std::fmt;

use ffi_core::schema::read::Record;

use super::facts::{Facts, Format, Image, Version};

/// Properties that a library must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Processors, in Rust's words, in any order.
    pub processors: Vec<&'static str>,
    /// Name by which others refer to it.
    pub name: Option<String>,
    /// System whose libraries it may need.
    pub system: System,
    /// Oldest version of that system that has to load it.
    pub oldest: Option<Version>,
    /// Largest page of such a system, in bytes.
    pub page: Option<u64>,
    /// Largest size in bytes.
    pub budget: Option<u64>,
}

/// System that loads a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Android; its version is the level of its API.
    Android,
    /// iOS, on a device or simulated.
    Ios,
    /// Linux with glibc, whose version counts.
    Linux,
    /// Linux with musl.
    Musl,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    fn format(self) -> Format {
        match self {
            Self::Android | Self::Linux | Self::Musl => Format::Elf,
            Self::Ios | Self::MacOs => Format::MachO,
            Self::Windows => Format::Pe,
        }
    }

    /// Returns true if each installation of the system has the library called `name`.
    fn has(self, name: &str) -> bool {
        const ANDROID: [&str; 6] =
            ["libc.so", "libm.so", "libdl.so", "liblog.so", "libandroid.so", "libz.so"];
        const LINUX: [&str; 7] =
            ["libc.so.", "libm.so.", "libdl.so.", "libpthread.so.", "librt.so.", "libgcc_s.so.", "ld-linux"];
        // Those of compilers, which an application has to bring.
        const FOREIGN: [&str; 5] = ["libgcc_s", "libwinpthread", "libstdc++", "vcruntime", "msvcp"];
        match self {
            Self::Android => ANDROID.contains(&name),
            Self::Linux => LINUX.iter().any(|it| name.starts_with(it)),
            Self::Musl => name.starts_with("libc.") || name.starts_with("ld-musl"),
            Self::Ios | Self::MacOs => name.starts_with("/usr/lib/") || name.starts_with("/System/Library/"),
            Self::Windows => !FOREIGN.iter().any(|it| name.to_lowercase().starts_with(it)),
        }
    }

    /// Returns what helps if the system has no library called `name`.
    fn bring(self, name: &str) -> String {
        match self {
            Self::Windows if name.to_lowercase().starts_with("vcruntime") => {
                "set `RUSTFLAGS=-C target-feature=+crt-static`, or install Microsoft's redistributable with the \
                 application"
                    .to_owned()
            }
            Self::Linux | Self::Musl => {
                format!("link it statically, or put {name} into the library's folder, where `$ORIGIN` finds it")
            }
            _ => format!("link it statically, or bundle {name} with the application"),
        }
    }

    /// Returns what makes the oldest version older.
    fn older(self) -> &'static str {
        match self {
            Self::Android => "build with the compiler of that level: `--oldest`",
            Self::Ios => "set IPHONEOS_DEPLOYMENT_TARGET: `--oldest`",
            Self::MacOs => "set MACOSX_DEPLOYMENT_TARGET: `--oldest`",
            Self::Linux => {
                "build in a container of an old distribution, or by `cargo zigbuild --target TARGET.VERSION`"
            }
            Self::Musl | Self::Windows => "build with older tools",
        }
    }
}

impl fmt::Display for System {
    /// Writes the name to which a version belongs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Android => "Android API",
            Self::Ios => "iOS",
            Self::Linux => "glibc",
            Self::Musl => "musl",
            Self::MacOs => "macOS",
            Self::Windows => "Windows",
        })
    }
}

/// Result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Property, and what it is.
    pub what: String,
    /// Step that helps, if the property is wrong.
    pub hint: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hint {
            None => write!(f, "ok      {}", self.what),
            Some(hint) => write!(f, "failed  {}\n        hint: {hint}", self.what),
        }
    }
}

/// Compares a library with `rules`; its records say what it has to export. One outcome for each
/// property, those of each processor together.
#[must_use]
pub fn check(facts: &Facts, records: &[Record], rules: &Rules) -> Vec<Outcome> {
    let mut found: Vec<_> = facts.images.iter().map(|it| it.processor.as_str()).collect();
    found.sort_unstable();
    let mut wanted = rules.processors.clone();
    wanted.sort_unstable();
    let right = found == wanted && facts.images.iter().all(|it| it.format == rules.system.format());
    let hint = (!right).then(|| format!("build it for {}", wanted.join(" and ")));
    let mut all = vec![Outcome { what: format!("processors: {}", found.join(", ")), hint }];
    for image in &facts.images {
        all.extend(image_outcomes(image, records, rules));
    }
    let size = format!("size: {}", bytes(facts.size));
    all.push(match rules.budget {
        Some(budget) => Outcome {
            what: format!("{size} of {}", bytes(budget)),
            hint: (facts.size > budget).then(|| {
                "build with `opt-level = \"z\"`, `lto = \"fat\"`, `panic = \"abort\"`, or allow more: `--budget`".to_owned()
            }),
        },
        None => Outcome { what: size, hint: None },
    });
    all
}

fn image_outcomes(image: &Image, records: &[Record], rules: &Rules) -> Vec<Outcome> {
    let system = rules.system;
    let name = &image.processor;
    let mut all = Vec::new();
    let mut push =
        |what: String, hint: Option<String>| all.push(Outcome { what: format!("{name}: {what}"), hint });

    let symbols = symbols(records);
    let missing: Vec<_> = symbols.iter().filter(|it| !image.exports.contains(**it)).copied().collect();
    push(
        format!(
            "{} of {} symbols that Dart looks up are exported",
            symbols.len() - missing.len(),
            symbols.len()
        ),
        (!missing.is_empty())
            .then(|| format!("something has removed {}: strip and link without it", missing.join(", "))),
    );

    let strange: Vec<_> =
        image.needed.iter().filter(|it| !system.has(it) && Some(*it) != image.name.as_ref()).collect();
    let needed = if image.needed.is_empty() { "nothing".to_owned() } else { image.needed.join(", ") };
    push(format!("needs {needed}"), strange.first().map(|it| system.bring(it)));

    match (image.oldest, rules.oldest) {
        (Some(found), Some(wanted)) => push(
            format!("loads from {} {found} on, wanted from {wanted} on", system),
            (found > wanted).then(|| system.older().to_owned()),
        ),
        (Some(found), None) => push(format!("loads from {} {found} on", system), None),
        (None, _) => {}
    }
    if let Some(wanted) = &rules.name {
        let found = image.name.as_deref();
        push(
            format!("is called {}", found.unwrap_or("nothing")),
            (found != Some(wanted))
                .then(|| format!("others that link it look for {wanted}: give it that name")),
        );
    }
    if let Some(page) = rules.page {
        push(
            format!("pages of {} bytes", image.page),
            (image.page < page)
                .then(|| format!("link with `-z max-page-size={page}`: systems with such pages refuse it")),
        );
    }
    push(
        if image.has_symbols { "has names and debug information" } else { "is stripped" }.to_owned(),
        image
            .has_symbols
            .then(|| "build with `strip = \"symbols\"`: nothing at run time reads them".to_owned()),
    );
    all
}

/// Returns the symbols that every package looks up, and those of all functions.
fn symbols(records: &[Record]) -> Vec<&str> {
    let mut all = Vec::new();
    for record in records {
        match record {
            Record::Library(it) => all.extend(it.symbols.all().into_iter().map(String::as_str)),
            Record::Function(it) => all.push(it.symbol.as_str()),
            _ => {}
        }
    }
    all
}

/// Formats a number of bytes.
fn bytes(count: u64) -> String {
    if count < 10_000 { format!("{count} bytes") } else { format!("{} KB", count.div_ceil(1000)) }
}
