//! Writes criterion's reports, which show the distribution of times. The ratios come from rounds.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use criterion::{BenchmarkId, Criterion};

use crate::loops::Span;
use crate::{Contenders, threads};

/// Times pairs on one thread and on several, each contender for a second.
pub fn run(contenders: &Contenders, folder: &Path) -> Result<()> {
    let mut criterion = Criterion::default()
        .output_directory(folder)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20);
    for count in [1, 2, 50] {
        let mut group = criterion.benchmark_group("pair, threads");
        for contender in contenders.all() {
            group.bench_function(BenchmarkId::new(&contender.name, count), |bencher| {
                bencher.iter_custom(|pairs| {
                    let each = (pairs as usize).div_ceil(count);
                    let spans =
                        threads::run(count, || (), |_| contender.pair(each)).expect("threads can be started");
                    let took = Span::of_all(&spans).expect("no result is wrong");
                    // Scaled to the number of pairs that was asked for.
                    took.wall.mul_f64(pairs as f64 / (each * count) as f64)
                });
            });
        }
        group.finish();
    }
    criterion.final_summary();
    println!("\nThe reports are in {}", folder.display());
    Ok(())
}
