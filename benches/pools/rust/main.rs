//! Measures the pool against its peers: in loops of C that call the compiled library, and in
//! process. Run by `cargo xtask bench pools`, with the library and, for criterion's reports, a
//! folder for them.
//!
//! Tables show milliseconds per million pairs, which are nanoseconds per pair.

mod in_process;
mod loops;
mod report;
mod scenarios;
mod threads;

use std::env;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use bench_pools::Kind;
use ffi_core::pool::PoolStats;
use libloading::Library;

use loops::Contender;

/// The contenders of one library.
struct Contenders {
    ours: Contender,
    /// Two calls that do nothing.
    empty: Contender,
    /// Two calls that each change an atomic.
    atomic: Contender,
    /// One call that scans a full bitmap.
    scan: Contender,
    peers: Vec<Contender>,
    stats: unsafe extern "C" fn(*mut PoolStats),
}

impl Contenders {
    fn open(path: &Path) -> Result<Self> {
        // SAFETY: the benchmark's own library, which does nothing when it is loaded.
        let library =
            unsafe { Library::new(path) }.with_context(|| format!("cannot open {}", path.display()))?;
        // Its functions are used until the end.
        let library: &'static Library = Box::leak(Box::new(library));
        let find = |name: &str, kind, alloc, free| {
            // SAFETY: each call below names functions of the kind.
            unsafe { Contender::find(library, name, kind, alloc, free) }
        };
        // SAFETY: that is its type.
        let stats = unsafe { library.get("bench_pools_ffi_particle_pool_stats") }?;
        let mut peers = Contender::peers(library)?;
        let free = "bench_pools_ffi_uncached_pool_free";
        peers.push(find(scenarios::UNCACHED, Kind::Pool, "bench_pools_ffi_uncached_pool_alloc", free)?);
        let free = "bench_pools_ffi_particle_pool_free";
        Ok(Self {
            ours: find("this pool", Kind::Pool, "bench_pools_ffi_particle_pool_alloc", free)?,
            empty: find("empty calls", Kind::Empty, "bench_pools_empty_alloc", "bench_pools_empty_free")?,
            atomic: find(
                "calls with an atomic change each",
                Kind::Empty,
                "bench_pools_atomic_alloc",
                "bench_pools_atomic_free",
            )?,
            scan: find("scan of a full map", Kind::Pool, "bench_pools_scan", "bench_pools_empty_free")?,
            peers,
            stats: *stats,
        })
    }

    /// Returns ours, the empty calls, and the peers.
    fn all(&self) -> impl Iterator<Item = &Contender> {
        [&self.ours, &self.empty].into_iter().chain(&self.peers)
    }

    fn peer(&self, name: &str) -> Result<usize> {
        self.peers.iter().position(|peer| peer.name == name).with_context(|| format!("no peer `{name}`"))
    }

    fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::default();
        // SAFETY: the memory may be written.
        unsafe { (self.stats)(&mut stats) };
        stats
    }

    /// Checks the counts that must hold when no message is allocated.
    fn check_at_rest(&self) -> Result<()> {
        let stats = self.stats();
        ensure!(stats.live == 0, "{} slots did not come back", stats.live);
        ensure!(stats.allocs == stats.frees, "{} allocations, {} frees", stats.allocs, stats.frees);
        let bad =
            stats.bad_null + stats.bad_foreign + stats.bad_interior + stats.bad_double + stats.bad_owned;
        ensure!(bad == 0, "{bad} frees were refused");
        Ok(())
    }
}

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let library = arguments.next().context("usage: bench-pools-native LIBRARY [REPORTS]")?;
    let contenders = Contenders::open(Path::new(&library))?;
    if let Some(folder) = arguments.next() {
        return report::run(&contenders, Path::new(&folder));
    }
    scenarios::check(&contenders)?;
    scenarios::pair(&contenders)?;
    scenarios::churn(&contenders)?;
    scenarios::threads(&contenders)?;
    scenarios::handover(&contenders)?;
    scenarios::exhaustion(&contenders)?;
    scenarios::stranding(&contenders)?;
    contenders.check_at_rest()?;
    in_process::run()
}
