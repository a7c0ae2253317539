//! Grayscale and blur of frames of 4K, on one core and on all: run by `cargo xtask bench video`.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_benches::{Contender, compare, print_ratio};
use image_processing::kernels::{Backend, blur, grayscale};
use image_processing::view::{Rgba, View, ViewMut};
use rayon::prelude::*;

const WIDTH: usize = 3840;
const HEIGHT: usize = 2160;
const RADIUS: usize = 4;

/// Number of rows of a part. It is computed from its rows and those that the blur looks at around
/// them, in caches of a core.
const ROWS: usize = 60;

/// Milliseconds of a frame at 60 per second.
const FRAME: f64 = 1_000.0 / 60.0;

/// Results for a frame.
#[derive(PartialEq)]
struct Done {
    shades: Vec<u8>,
    blurred: Vec<Rgba>,
}

impl Done {
    fn new() -> Self {
        Self { shades: vec![0; WIDTH * HEIGHT], blurred: vec![[0; 4]; WIDTH * HEIGHT] }
    }

    /// Computes all rows at once.
    fn on_one_core(&mut self, frame: &[Rgba]) {
        let view = View::new(frame, WIDTH, HEIGHT, WIDTH);
        let shades = ViewMut::new(&mut self.shades, WIDTH, HEIGHT, WIDTH);
        grayscale(Backend::strongest(), view, shades);
        let blurred = ViewMut::new(&mut self.blurred, WIDTH, HEIGHT, WIDTH);
        blur(Backend::strongest(), view, blurred, RADIUS);
    }

    /// Computes parts, each on the next core that is free.
    fn on_all_cores(&mut self, frame: &[Rgba]) {
        let shades = self.shades.par_chunks_mut(ROWS * WIDTH);
        let parts = shades.zip(self.blurred.par_chunks_mut(ROWS * WIDTH)).enumerate();
        parts.for_each_init(Vec::new, |around, (number, (shades, blurred))| {
            let (from, to) = (number * ROWS, (number * ROWS + ROWS).min(HEIGHT));
            let rows =
                |from: usize, to: usize| View::new(&frame[from * WIDTH..to * WIDTH], WIDTH, to - from, WIDTH);
            grayscale(Backend::strongest(), rows(from, to), ViewMut::new(shades, WIDTH, to - from, WIDTH));
            let (above, below) = (from.saturating_sub(RADIUS), (to + RADIUS).min(HEIGHT));
            around.resize((below - above) * WIDTH, [0; 4]);
            let all = ViewMut::new(around, WIDTH, below - above, WIDTH);
            blur(Backend::strongest(), rows(above, below), all, RADIUS);
            blurred.copy_from_slice(&around[(from - above) * WIDTH..][..blurred.len()]);
        });
    }
}

fn main() -> Result<()> {
    let pixel = |number: usize| (number as u32).wrapping_mul(0x9E37_79B1).rotate_left(11).to_ne_bytes();
    let frame: Vec<Rgba> = (0..WIDTH * HEIGHT).map(pixel).collect();
    let mut expected = Done::new();
    expected.on_one_core(&frame);
    let cores = rayon::current_num_threads();

    let contender = |name: String, run: fn(&mut Done, &[Rgba])| {
        let (frame, expected, mut done) = (&frame, &expected, Done::new());
        Contender::new(name, move || {
            let time = time(|| run(&mut done, frame));
            ensure!(done == *expected, "another result than that of one core");
            Ok(time)
        })
    };
    let [one, all] = compare(
        "grayscale and blur, 4K",
        15,
        [
            contender("one core".to_owned(), Done::on_one_core),
            contender(format!("rayon on {cores} cores"), Done::on_all_cores),
        ],
    )?;
    print_ratio("process_4k_vs_frame_of_60", all.median() / FRAME, 1.0);
    print_ratio("process_4k_rayon_vs_one_core", all.ratio_to(&one), 1.0);
    Ok(())
}

/// Returns the time of `work`.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
