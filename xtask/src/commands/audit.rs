//! `cargo xtask audit`.

use std::env;
use std::path::PathBuf;

use anyhow::Result;

use crate::installed;
use crate::progress::Progress;
use crate::workspace::{cargo, root, run};

/// The arguments of `cargo xtask audit`.
#[derive(Debug, clap::Args)]
pub struct Audit {
    /// Fetch the database of advisories first, from its repository
    #[arg(long)]
    fetch: bool,
}

impl Audit {
    /// Checks all dependencies by `deny.toml`: licences, bans and sources, and advisories
    /// if their database is on this machine. Installs cargo-deny into `.cargo-deny/` if it isn't
    /// there.
    ///
    /// # Errors
    ///
    /// Returns an error if a dependency is refused, or the database can't be fetched.
    pub fn run(self) -> Result<()> {
        let mut progress = Progress::steps(3 + usize::from(self.fetch));
        progress.step("cargo-deny");
        let program = installed::cargo_deny()?;
        let deny = |arguments: &[&str]| {
            let mut deny = std::process::Command::new(&program);
            run(deny.current_dir(root()).args(arguments))
        };
        if self.fetch {
            progress.step("the database of advisories");
            deny(&["fetch", "db"])?;
        }
        progress.step("all dependencies");
        // Crates of other systems, whose licences are read as well.
        run(cargo().args(["fetch", "--locked"]))?;
        progress.step("bans, licences, sources and advisories");
        deny(&["--offline", "--log-level", "error", "check", "bans", "licenses", "sources"])?;
        if has_database() {
            return deny(&["--offline", "check", "advisories"]);
        }
        drop(progress);
        println!(
            "advisories: left out, as their database is not on this machine\n\
             hint: `cargo xtask audit --fetch` fetches it, if its repository can be reached"
        );
        Ok(())
    }
}

/// Returns true if cargo-deny has fetched a database of advisories.
fn has_database() -> bool {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let entries = home.and_then(|home| home.join("advisory-dbs").read_dir().ok());
    entries.into_iter().flatten().flatten().any(|entry| entry.path().join(".git").exists())
}
