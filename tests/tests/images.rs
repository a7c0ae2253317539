//! Runs the Dart program of `examples/04_image_processing`, and compares its images pixel by pixel
//! with those of the simplest code on the same picture. The kernels' own tests are in the example.

use std::fs;
use std::path::Path;

use ffi_dart_emit::cargo::BuildOptions;
use xtask::dart_sdk::{Mode, Sdk};
use xtask::example::Example;

const RADIUS: isize = 4;
const AMOUNT: i32 = 40;

type Rgb = [u8; 3];

/// Pixels by row and column.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Picture {
    fn at(&self, x: usize, y: usize) -> Rgb {
        self.pixels[y * self.width + x]
    }

    /// Returns a picture of `width` x `height` pixels that repeats this one.
    fn repeated(&self, width: usize, height: usize) -> Self {
        Self::new(width, height, |x, y| self.at(x % self.width, y % self.height))
    }

    fn new(width: usize, height: usize, pixel: impl Fn(usize, usize) -> Rgb) -> Self {
        let pixels = (0..width * height).map(|i| pixel(i % width, i / width)).collect();
        Self { width, height, pixels }
    }

    /// Returns the mean of the pixels around each along the direction of `step`, rounded to the
    /// nearest.
    fn mean(&self, (right, down): (isize, isize)) -> Self {
        let window = 2 * RADIUS as u32 + 1;
        let clamped = |at: usize, by: isize, count: usize| at.saturating_add_signed(by).min(count - 1);
        Self::new(self.width, self.height, |x, y| {
            let mut sums = [window / 2; 3];
            for i in -RADIUS..=RADIUS {
                let pixel = self.at(clamped(x, i * right, self.width), clamped(y, i * down, self.height));
                sums = [0, 1, 2].map(|channel| sums[channel] + u32::from(pixel[channel]));
            }
            sums.map(|sum| (sum / window) as u8)
        })
    }
}

/// Returns the bytes after the header of a PPM or PGM file.
fn read(path: &Path, kind: &str, width: usize, height: usize) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let header = format!("{kind}\n{width} {height}\n255\n");
    bytes.strip_prefix(header.as_bytes()).expect("the header is as expected").to_vec()
}

fn assert_same(found: &[u8], expected: &[u8], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let differing = found.iter().zip(expected).position(|(a, b)| a != b);
    assert_eq!(differing, None, "the first byte of {what} that differs");
}

#[test]
fn the_program_writes_what_plain_code_makes() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Noise: every byte occurs, beside every other.
    let picture = Picture::new(301, 97, |x, y| {
        let mixed = (x as u32 ^ (y as u32) << 11).wrapping_mul(0x9E37_79B1);
        let [red, green, blue, _] = (mixed ^ mixed >> 15).wrapping_mul(0x85EB_CA77).to_be_bytes();
        [red, green, blue]
    });
    let input = folder.path().join("input.ppm");
    let header = format!("P6\n{} {}\n255\n", picture.width, picture.height);
    fs::write(&input, [header.as_bytes(), picture.pixels.as_flattened()].concat()).unwrap();

    let sdk =
        sdk.with_env("IMAGE_PROCESSING_INPUT", &input).with_env("IMAGE_PROCESSING_OUTPUT", folder.path());
    let example = Example::build("04_image_processing", &BuildOptions::default()).unwrap();
    let printed = example.run(&sdk, Mode::Jit).unwrap();
    println!("{}{}", printed.stdout, printed.stderr);

    for (name, width, height) in [("1mp", 1024, 1024), ("1080p", 1920, 1080), ("4k", 3840, 2160)] {
        let original = picture.repeated(width, height);
        let shades: Vec<u8> = original
            .pixels
            .iter()
            .map(|pixel| {
                let [red, green, blue] = pixel.map(u32::from);
                ((77 * red + 150 * green + 29 * blue) / 256) as u8
            })
            .collect();
        let file = |what: &str| folder.path().join(format!("{name}_{what}"));
        assert_same(&read(&file("grey.pgm"), "P5", width, height), &shades, "shades");
        let bright: Vec<u8> = original
            .pixels
            .as_flattened()
            .iter()
            .map(|&channel| (i32::from(channel) + AMOUNT).clamp(0, 255) as u8)
            .collect();
        assert_same(&read(&file("bright.ppm"), "P6", width, height), &bright, "brightness");
        let blurred = original.mean((0, 1)).mean((1, 0));
        assert_same(&read(&file("blurred.ppm"), "P6", width, height), blurred.pixels.as_flattened(), "blur");
    }
}
