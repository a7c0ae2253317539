//! Names of the runtime that a package exports beside its own values: all but those that its values
//! have, as Dart refuses two exports of one name.

/// Library of the runtime that a package exports.
pub struct Export {
    path: &'static str,
    /// Text that declares its names.
    text: &'static str,
}

pub const MEMORY: Export =
    Export { path: "memory.dart", text: include_str!("../../dart/ffi_core/lib/memory.dart") };

pub const ARENA_OWNERS: Export =
    Export { path: "arena_owners.dart", text: include_str!("../../dart/ffi_core/lib/arena_owners.dart") };

pub const SIMD: Export = Export {
    path: "simd.dart",
    text: concat!(
        include_str!("../../dart/ffi_core/lib/src/simd.dart"),
        include_str!("../../dart/ffi_core/lib/src/simd_kernels.dart"),
        include_str!("../../dart/ffi_core/lib/src/simd_numbers.dart")
    ),
};

/// Name of those libraries that they don't export.
const WITHHELD: &str = "SimdKernels";

impl Export {
    /// Returns the directive, without the names that are declared in these texts.
    pub fn directive(&self, values: &[&str]) -> String {
        let own = self.names();
        let mut hidden: Vec<_> = values.iter().flat_map(|text| declared(text)).collect();
        hidden.retain(|name| own.contains(name));
        hidden.sort_unstable();
        hidden.dedup();
        let hide = if hidden.is_empty() { String::new() } else { format!(" hide {}", hidden.join(", ")) };
        format!("export 'package:ffi_core/{}'{hide};", self.path)
    }

    /// Returns the names that the library shows or declares.
    fn names(&self) -> Vec<&'static str> {
        let shown = self.text.split("show").skip(1).filter_map(|part| part.split(';').next());
        let shown = shown.flat_map(|names| names.split(',')).map(str::trim);
        let names = shown.chain(declared(self.text));
        names.filter(|name| !name.starts_with('_') && *name != WITHHELD).collect()
    }
}

/// Returns the names of the types and extensions that a file declares.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    const KINDS: [&str; 5] = ["class", "enum", "mixin", "extension", "typedef"];
    text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase())).filter_map(
        |line| {
            let mut words = line.split_whitespace().skip_while(|word| !KINDS.contains(word)).skip(1);
            let word = words.find(|word| !["type", "const"].contains(word))?;
            let end = word.find(|next: char| !next.is_ascii_alphanumeric() && !matches!(next, '_' | '$'));
            Some(&word[..end.unwrap_or(word.len())]).filter(|name| !name.is_empty())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{ARENA_OWNERS, MEMORY, SIMD, declared};

    #[test]
    fn names_of_values_are_not_exported_twice() {
        let values = "// class Backoff\nfinal class LibraryInfo<T> {\n  class HealthState\n}\nenum HealthReport {}\n\
                      extension type const FfiPool._(int _) {}\nsealed class NativeArena {}\nextension on int {}\n";
        let found: Vec<_> = declared(values).collect();
        assert_eq!(found, ["LibraryInfo", "HealthReport", "FfiPool", "NativeArena", "on"]);
        assert_eq!(
            MEMORY.directive(&["enum Mine {}\n", values]),
            "export 'package:ffi_core/memory.dart' hide FfiPool, HealthReport, LibraryInfo;"
        );
        let arenas = ARENA_OWNERS.directive(&[values]);
        assert_eq!(arenas, "export 'package:ffi_core/arena_owners.dart' hide NativeArena;");
        assert_eq!(MEMORY.directive(&["class Mine {}\n"]), "export 'package:ffi_core/memory.dart';");
        assert!(MEMORY.names().len() > 80 && MEMORY.names().contains(&"retry"), "{:?}", MEMORY.names());
        assert_eq!(
            SIMD.directive(&["enum SimdLevel {}\nenum SimdKernels {}\nclass SimdField {}\n"]),
            "export 'package:ffi_core/simd.dart' hide SimdField, SimdLevel;"
        );
    }
}
