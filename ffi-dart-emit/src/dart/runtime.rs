//! Runtime of generated code: the Dart package `ffi_core`, which all generated packages depend on.
//!
//! It is an ordinary package in `dart/ffi_core` of this crate. Its files are also in the program,
//! which can write a copy without a package server.

use crate::output::OutputFile;

/// The version that generated code needs: `runtimeVersion` in `lib/src/loading.dart`.
pub const VERSION: u32 = 8;

/// The name of the package.
pub const PACKAGE: &str = "ffi_core";

/// The file that says which version a copy has.
pub const VERSION_FILE: &str = "lib/src/loading.dart";

macro_rules! files {
    ($($path:literal)*) => {
        /// The files of the package, relative to it.
        const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../dart/ffi_core/", $path)))),*];
    };
}

files! {
    "analysis_options.yaml"
    "lib/arena_owners.dart"
    "lib/arenas.dart"
    "lib/ffi_core.dart"
    "lib/generated.dart"
    "lib/generated_values.dart"
    "lib/memory.dart"
    "lib/simd.dart"
    "lib/src/arena_codecs.dart"
    "lib/src/arena_numbers.dart"
    "lib/src/arena_owners.dart"
    "lib/src/arenas.dart"
    "lib/src/arrays.dart"
    "lib/src/attachments.dart"
    "lib/src/boxes.dart"
    "lib/src/callbacks.dart"
    "lib/src/checks.dart"
    "lib/src/columns.dart"
    "lib/src/conversions.dart"
    "lib/src/copies.dart"
    "lib/src/crashes.dart"
    "lib/src/equality.dart"
    "lib/src/error_payload.dart"
    "lib/src/fixed_lists.dart"
    "lib/src/flags.dart"
    "lib/src/futures.dart"
    "lib/src/health.dart"
    "lib/src/host.dart"
    "lib/src/inputs.dart"
    "lib/src/iterators.dart"
    "lib/src/kept_functions.dart"
    "lib/src/lengths.dart"
    "lib/src/library_files.dart"
    "lib/src/library_info.dart"
    "lib/src/lists.dart"
    "lib/src/loading.dart"
    "lib/src/logical.dart"
    "lib/src/logs.dart"
    "lib/src/mailbox.dart"
    "lib/src/maps.dart"
    "lib/src/memory.dart"
    "lib/src/metrics.dart"
    "lib/src/native.dart"
    "lib/src/number_arrays.dart"
    "lib/src/number_fields.dart"
    "lib/src/objects.dart"
    "lib/src/options.dart"
    "lib/src/places.dart"
    "lib/src/pool_slots.dart"
    "lib/src/pools.dart"
    "lib/src/production.dart"
    "lib/src/proto.dart"
    "lib/src/queues.dart"
    "lib/src/requests.dart"
    "lib/src/retry.dart"
    "lib/src/retry_later.dart"
    "lib/src/shared_lists.dart"
    "lib/src/simd.dart"
    "lib/src/simd_kernels.dart"
    "lib/src/simd_numbers.dart"
    "lib/src/stats.dart"
    "lib/src/status.dart"
    "lib/src/streams.dart"
    "lib/src/text.dart"
    "lib/src/text_arguments.dart"
    "lib/src/unsigned.dart"
    "lib/src/utf8.dart"
    "lib/src/values/copies.dart"
    "lib/src/values/enums.dart"
    "lib/src/values/errors.dart"
    "lib/src/values/logical.dart"
    "lib/src/values/pool_stats.dart"
    "lib/src/values/references.dart"
    "lib/src/views.dart"
    "lib/values.dart"
    "pubspec.yaml"
}

/// Returns the files of a copy of the package.
#[must_use]
pub fn package() -> Vec<OutputFile> {
    FILES.iter().map(|(path, contents)| OutputFile::generated(*path, *contents)).collect()
}

/// Returns the version of a runtime, by the text of its [`VERSION_FILE`].
#[must_use]
pub fn version(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("\nconst runtimeVersion = ")?;
    rest.split_once(';')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Adds the files below `folder`, relative to `root`.
    fn collect(root: &Path, folder: &Path, out: &mut BTreeSet<String>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, out);
            } else {
                out.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn a_copy_has_every_file_of_the_library() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("dart/ffi_core");
        let mut there = BTreeSet::new();
        collect(&root, &root.join("lib"), &mut there);
        there.extend(["analysis_options.yaml", "pubspec.yaml"].map(str::to_owned));
        let embedded: BTreeSet<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(embedded, there);
    }

    #[test]
    fn the_version_is_that_of_the_package() {
        let (_, text) = FILES.iter().find(|(path, _)| *path == VERSION_FILE).unwrap();
        assert_eq!(version(text), Some(VERSION));
        assert_eq!(version("const x = 1;"), None);
    }
}
