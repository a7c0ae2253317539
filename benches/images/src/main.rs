//! Measures image kernels beside the limits of memory, other ways to write them, and public crates.
//! Run by `cargo xtask bench images`.

mod plain;

use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use ffi_benches::{Contender, Samples, compare, print_minimum, print_ratio};
use image_processing::kernels::{self, Backend};
use image_processing::view::{Rgba, View, ViewMut};
use libblur::{BlurImage, BlurImageMut, BoxBlurParameters, FastBlurChannels, ThreadingPolicy};

/// An image: name, width, height, and rounds.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    width: usize,
    height: usize,
    rounds: usize,
}

const SIZES: [Size; 4] = [
    Size { name: "64x64", width: 64, height: 64, rounds: 31 },
    Size { name: "1mp", width: 1024, height: 1024, rounds: 31 },
    Size { name: "1080p", width: 1920, height: 1080, rounds: 31 },
    Size { name: "4k", width: 3840, height: 2160, rounds: 21 },
];

const RADII: [usize; 3] = [1, 4, 16];

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &*arguments {
        [] => {}
        [frame, times] if frame == "frame" => return one_frame(times.parse()?),
        _ => bail!("arguments: none, or `frame TIMES`"),
    }
    println!("level {}", ffi_core::simd::level());
    for size in SIZES {
        grayscale(size)?;
        brightness(size)?;
        histogram(size)?;
        for radius in RADII {
            blur(size, radius)?;
        }
    }
    Ok(())
}

/// Prints the microseconds of a grayscale of a 4K frame, computed `times` times: the Dart half runs
/// it in each round.
fn one_frame(times: usize) -> Result<()> {
    let size = SIZES[3];
    let pixels = size.noise();
    let mut shades = vec![0; pixels.len()];
    let mut work = || {
        kernels::grayscale(Backend::strongest(), size.view(black_box(&pixels)), size.view_mut(&mut shades))
    };
    // Touches new memory first, whose page faults would distort the time.
    work();
    println!("{}", time(times, work)?.as_secs_f64() * 1e6 / times as f64);
    Ok(())
}

impl Size {
    fn pixels(self) -> usize {
        self.width * self.height
    }

    /// Returns opaque pixels without a pattern.
    fn noise(self) -> Vec<Rgba> {
        let mut state = 0x9E37_79B9_u32;
        let mut pixel = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let [red, green, blue, _] = state.to_le_bytes();
            [red, green, blue, 255]
        };
        (0..self.pixels()).map(|_| pixel()).collect()
    }

    fn view<'a, P>(self, pixels: &'a [P]) -> View<'a, P> {
        View::new(pixels, self.width, self.height, self.width)
    }

    fn view_mut<'a, P>(self, pixels: &'a mut [P]) -> ViewMut<'a, P> {
        ViewMut::new(pixels, self.width, self.height, self.width)
    }

    /// Returns the number of turns of a sample that does `per_millisecond` pixels in a millisecond:
    /// it then takes about half of one.
    fn times(self, per_millisecond: usize) -> usize {
        (per_millisecond / 2 / self.pixels()).max(1)
    }

    fn print_speeds(self, times: usize, samples: &[(&str, &Samples)]) {
        let speeds = samples.iter().map(|(name, samples)| {
            format!("{name} {:.2}", (self.pixels() * times) as f64 * 1e-6 / samples.median())
        });
        println!("  Gpx/s: {}", speeds.collect::<Vec<_>>().join(", "));
    }
}

/// Returns the time of `times` calls of `work`.
#[inline(always)]
fn time(times: usize, mut work: impl FnMut()) -> Result<Duration> {
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    Ok(start.elapsed())
}

/// Returns a contender that writes an image, which is checked first: no byte may differ by more
/// than `tolerance` from `expected`.
fn writer<'a, P: Bytes>(
    name: &'a str,
    times: usize,
    expected: &[P],
    tolerance: u8,
    mut work: impl FnMut(&mut [P]) + 'a,
) -> Result<Contender<'a>> {
    let mut to = vec![P::ZERO; expected.len()];
    work(&mut to);
    let far = P::bytes(&to).iter().zip(P::bytes(expected)).map(|(a, b)| a.abs_diff(*b)).max();
    ensure!(far.unwrap_or(0) <= tolerance, "{name} is off by {far:?}");
    Ok(Contender::new(name, move || time(times, || work(black_box(&mut to)))))
}

trait Bytes: Copy + 'static {
    const ZERO: Self;
    fn bytes(pixels: &[Self]) -> &[u8];
}

impl Bytes for u8 {
    const ZERO: Self = 0;
    fn bytes(pixels: &[Self]) -> &[u8] {
        pixels
    }
}

impl Bytes for Rgba {
    const ZERO: Self = [0; 4];
    fn bytes(pixels: &[Self]) -> &[u8] {
        pixels.as_flattened()
    }
}

/// Copies `bytes` in total, half of them read and half of them written.
fn copy(times: usize, bytes: usize) -> Contender<'static> {
    let from = vec![7_u8; bytes / 2];
    let mut to = vec![0_u8; bytes / 2];
    Contender::new("memcpy of as many bytes", move || {
        time(times, || black_box(&mut to).copy_from_slice(black_box(&from)))
    })
}

fn grayscale(size: Size) -> Result<()> {
    let pixels = &*size.noise();
    let times = size.times(8_000_000);
    let expected: Vec<u8> = pixels
        .iter()
        .map(|&[red, green, blue, _]| ((77 * red as u32 + 150 * green as u32 + 29 * blue as u32) / 256) as u8)
        .collect();
    let theirs =
        image::RgbaImage::from_raw(size.width as u32, size.height as u32, pixels.as_flattened().to_vec())
            .expect("it is as large");
    let [copy, blocked, plain, ours, image] = compare(
        &format!("grayscale, {}, {times} times", size.name),
        size.rounds,
        [
            copy(times, size.pixels() * 5),
            writer("no vectors", times, &expected, 0, |to| plain::grayscale_blocked(black_box(pixels), to))?,
            writer("plain Rust", times, &expected, 0, |to| plain::grayscale(black_box(pixels), to))?,
            writer("ours", times, &expected, 0, |to| {
                kernels::grayscale(Backend::strongest(), size.view(black_box(pixels)), size.view_mut(to));
            })?,
            // Its weights are 0.2126, 0.7152 and 0.0722, and it allocates its result.
            Contender::new("image", || {
                time(times, || _ = black_box(image::imageops::grayscale(black_box(&theirs))))
            }),
        ],
    )?;
    size.print_speeds(
        times,
        &[("memcpy", &copy), ("blocked", &blocked), ("plain", &plain), ("ours", &ours), ("image", &image)],
    );
    let name = size.name;
    print_ratio(
        &format!("grayscale_{name}_vs_no_vectors"),
        ours.median() / blocked.median(),
        if name == "4k" { 0.2 } else { 1.0 / 12.0 },
    );
    print_minimum(&format!("grayscale_{name}_speed_vs_memcpy"), copy.median() / ours.median(), 0.8);
    Ok(())
}

/// Returns a contender that changes an image repeatedly; the first result is checked.
fn in_place<'a>(
    name: &'a str,
    times: usize,
    pixels: &[Rgba],
    expected: &[Rgba],
    mut work: impl FnMut(&mut [Rgba]) + 'a,
) -> Result<Contender<'a>> {
    let mut image = pixels.to_vec();
    work(&mut image);
    ensure!(image == expected, "{name} is wrong");
    Ok(Contender::new(name, move || time(times, || work(black_box(&mut image)))))
}

fn brightness(size: Size) -> Result<()> {
    let pixels = &*size.noise();
    let times = size.times(8_000_000);
    let expected: Vec<Rgba> = pixels
        .iter()
        .map(|&[r, g, b, a]| [r.saturating_add(40), g.saturating_add(40), b.saturating_add(40), a])
        .collect();
    let mut theirs =
        image::RgbaImage::from_raw(size.width as u32, size.height as u32, pixels.as_flattened().to_vec())
            .expect("it is as large");
    let [copy, blocked, plain, ours, image] = compare(
        &format!("brightness, {}, {times} times", size.name),
        size.rounds,
        [
            copy(times, size.pixels() * 8),
            in_place("no vectors", times, pixels, &expected, |pixels| plain::brightness_blocked(pixels, 40))?,
            in_place("plain Rust", times, pixels, &expected, |pixels| {
                plain::brightness(pixels, black_box(40))
            })?,
            in_place("ours", times, pixels, &expected, |pixels| {
                kernels::brightness(Backend::strongest(), size.view_mut(pixels), 40)
            })?,
            Contender::new("image", || {
                time(times, || image::imageops::colorops::brighten_in_place(black_box(&mut theirs), 40))
            }),
        ],
    )?;
    size.print_speeds(
        times,
        &[("memcpy", &copy), ("blocked", &blocked), ("plain", &plain), ("ours", &ours), ("image", &image)],
    );
    let name = size.name;
    print_ratio(
        &format!("brightness_{name}_vs_no_vectors"),
        ours.median() / blocked.median(),
        if name == "4k" { 0.1 } else { 1.0 / 18.0 },
    );
    Ok(())
}

fn histogram(size: Size) -> Result<()> {
    let times = size.times(2_000_000);
    let noise = size.noise().into_iter().map(|[red, ..]| red).collect();
    // Noise around a slope, as in photographs.
    let smooth = (0..size.pixels()).map(|i| (i * 200 / size.pixels()) as u8 + (i * 7 % 5) as u8).collect();
    let cases: [(&str, Vec<u8>, f64); 3] =
        [("noise", noise, 0.95), ("smooth", smooth, 0.95), ("black", vec![0; size.pixels()], 0.95)];
    for (content, shades, least) in &cases {
        let expected = plain::histogram(shades);
        let theirs = |table: &dyn Fn() -> [u32; 256]| -> Result<()> {
            ensure!(table() == expected, "a histogram is wrong");
            Ok(())
        };
        theirs(&|| kernels::histogram(Backend::strongest(), size.view(shades)))?;
        let [single, ours] = compare(
            &format!("histogram of {content}, {}, {times} times", size.name),
            size.rounds,
            [
                Contender::new("one table", || {
                    time(times, || _ = black_box(plain::histogram(black_box(shades))))
                }),
                Contender::new("ours", || {
                    time(times, || {
                        _ = black_box(kernels::histogram(Backend::strongest(), size.view(black_box(shades))))
                    })
                }),
            ],
        )?;
        size.print_speeds(times, &[("one table", &single), ("ours", &ours)]);
        print_minimum(
            &format!("histogram_{content}_{}_speed_vs_one_table", size.name),
            single.median() / ours.median(),
            *least,
        );
    }
    Ok(())
}

fn blur(size: Size, radius: usize) -> Result<()> {
    let pixels = &*size.noise();
    let times = size.times(1_000_000);
    let shape = (size.width, size.height);
    let mut expected = vec![[0; 4]; size.pixels()];
    let mut middle = expected.clone();
    plain::blur_by_column(pixels, &mut middle, &mut expected, shape, radius);
    let image = BlurImage::borrow(
        pixels.as_flattened(),
        size.width as u32,
        size.height as u32,
        FastBlurChannels::Channels4,
    );
    let parameters = BoxBlurParameters::new(2 * radius as u32 + 1);
    let [column, row, ours, libblur] = compare(
        &format!("blur, radius {radius}, {}, {times} times", size.name),
        size.rounds / 4,
        [
            writer("column by column, no vectors", times, &expected, 0, move |to| {
                plain::blur_by_column(black_box(pixels), &mut middle, to, shape, radius)
            })?,
            writer("row by row, plain Rust", times, &expected, 0, |to| {
                plain::blur_by_row(black_box(pixels), to, shape, radius)
            })?,
            writer("ours", times, &expected, 0, |to| {
                kernels::blur(Backend::strongest(), size.view(black_box(pixels)), size.view_mut(to), radius)
            })?,
            // It rounds in another way.
            writer("libblur", times, &expected, 2, |to| {
                let mut to = BlurImageMut::borrow(
                    to.as_flattened_mut(),
                    size.width as u32,
                    size.height as u32,
                    FastBlurChannels::Channels4,
                );
                libblur::box_blur(black_box(&image), &mut to, parameters, ThreadingPolicy::Single)
                    .expect("it is an image");
            })?,
        ],
    )?;
    size.print_speeds(times, &[("column", &column), ("row", &row), ("ours", &ours), ("libblur", &libblur)]);
    let name = format!("blur_{radius}_{}", size.name);
    print_ratio(&format!("{name}_vs_column_by_column"), ours.median() / column.median(), 1.0 / 12.0);
    print_ratio(&format!("{name}_vs_row_by_row"), ours.median() / row.median(), 1.0 / 3.5);
    print_ratio(&format!("{name}_vs_libblur"), ours.median() / libblur.median(), 1.0);
    Ok(())
}
