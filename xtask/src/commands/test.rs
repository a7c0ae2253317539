//! `cargo xtask test`.

use anyhow::{Result, ensure};

use crate::dart_sdk::Sdk;
use crate::protoc::Protoc;
use crate::safety;
use crate::workspace::{cargo, root, run};

/// The arguments of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub struct Test {}

impl Test {
    /// Checks everything that CI checks. Installs a Dart SDK and protoc when the machine has none.
    ///
    /// What needs Dart (the packages are analyzed, formatted and run, and committed generated files are current) or
    /// protoc is part of `cargo test`, and fails there where one is missing.
    ///
    /// # Errors
    ///
    /// When a check fails.
    pub fn run(self) -> Result<()> {
        let references = safety::references(root())?;
        for reference in &references {
            eprintln!("{reference}");
        }
        ensure!(
            references.is_empty(),
            "{} SAFETY comments only refer to others\nhint: say which condition of the callee holds, and why",
            references.len()
        );
        run(cargo().args(["fmt", "--all", "--check"]))?;
        run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
        run(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
        let sdk = Sdk::find_or_install()?;
        Protoc::find_or_install()?;
        run(cargo()
            // All that fails, not the first alone.
            .args(["test", "--workspace", "--no-fail-fast"])
            .env("FFI_REQUIRE_DART", "1")
            .env("FFI_REQUIRE_PROTOC", "1")
            .env("FFI_DART_SDK", sdk.folder()))?;
        // A feature that others in the workspace must not get, as it is slow.
        run(cargo().args(["test", "-p", "ffi-core", "--features", "pool-debug", "--test", "pool_debug"]))
    }
}
