//! Compares every kernel on every level of this machine with the simplest code.

use std::sync::Once;

use ffi_core::simd::Level;
use image_processing::kernels::{Backend, MAX_RADIUS, blur, brightness, grayscale, histogram};
use image_processing::view::{Rgba, View, ViewMut};

/// Value of the bytes between rows, which must not change.
const GAP: u8 = 0xA5;

/// An image with its own memory.
#[derive(Clone, Debug, PartialEq)]
struct Image<P> {
    pixels: Vec<P>,
    width: usize,
    height: usize,
    stride: usize,
}

impl<P: Copy> Image<P> {
    fn new(
        width: usize,
        height: usize,
        stride: usize,
        gap: P,
        mut pixel: impl FnMut(usize, usize) -> P,
    ) -> Self {
        let pixels = (0..height * stride)
            .map(|i| if i % stride < width { pixel(i % stride, i / stride) } else { gap })
            .collect();
        Self { pixels, width, height, stride }
    }

    fn view(&self) -> View<'_, P> {
        View::new(&self.pixels, self.width, self.height, self.stride)
    }

    fn view_mut(&mut self) -> ViewMut<'_, P> {
        ViewMut::new(&mut self.pixels, self.width, self.height, self.stride)
    }

    fn at(&self, x: usize, y: usize) -> P {
        self.pixels[y * self.stride + x]
    }
}

/// Returns pixels without a pattern, from a xorshift generator (Marsaglia, "Xorshift RNGs", Journal
/// of Statistical Software 8(14), 2003).
fn noise(width: usize, height: usize, stride: usize) -> Image<Rgba> {
    let mut state = 0x9E37_79B9_u32 ^ (width as u32) << 8 ^ height as u32;
    Image::new(width, height, stride, [GAP; 4], |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    })
}

fn backends() -> impl Iterator<Item = (Level, Backend)> {
    static SKIPPED: Once = Once::new();
    SKIPPED.call_once(|| {
        for level in Level::ALL.into_iter().filter(|level| Backend::at(*level).is_none()) {
            println!("skipped: {level}, which this machine doesn't have");
        }
    });
    Level::ALL.into_iter().filter_map(|level| Some((level, Backend::at(level)?)))
}

/// Returns all widths up to two vectors and a bit, with and without gaps between rows.
fn shapes() -> impl Iterator<Item = (usize, usize, usize)> {
    (0..=130_usize).flat_map(|width| {
        [(1, width), (3, width), (2, width + 1), (3, width + 7)]
            .map(|(height, stride)| (width, height, stride.max(1)))
    })
}

fn shade([red, green, blue, _]: Rgba) -> u8 {
    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
}

#[test]
fn grayscale_of_any_shape() {
    for (width, height, stride) in shapes() {
        let image = noise(width, height, stride);
        for to_stride in [width.max(1), width + 3] {
            let expected = Image::new(width, height, to_stride, GAP, |x, y| shade(image.at(x, y)));
            for (level, backend) in backends() {
                let mut shades = Image::new(width, height, to_stride, GAP, |_, _| 0);
                grayscale(backend, image.view(), shades.view_mut());
                assert_eq!(shades, expected, "{level}, {width} x {height}, {stride} to {to_stride}");
            }
        }
    }
}

#[test]
fn grayscale_of_all_values() {
    let others = [0, 1, 127, 128, 129, 254, 255];
    let image = Image::new(256, 3 * 7 * 7, 256, [GAP; 4], |x, y| {
        let (channel, first, second) = (y / 49, others[y / 7 % 7], others[y % 7]);
        let mut pixel = [first, second, first, second];
        pixel[channel] = x as u8;
        pixel[(channel + 1) % 3] = first;
        pixel[(channel + 2) % 3] = second;
        pixel
    });
    let expected = Image::new(256, image.height, 256, GAP, |x, y| shade(image.at(x, y)));
    for (level, backend) in backends() {
        let mut shades = Image::new(256, image.height, 256, GAP, |_, _| 0);
        grayscale(backend, image.view(), shades.view_mut());
        assert!(shades == expected, "{level}");
    }
}

fn brighter(pixel: Rgba, amount: i16) -> Rgba {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]]
        .map(|channel| (i32::from(channel) + i32::from(amount)).clamp(0, 255) as u8);
    [red, green, blue, pixel[3]]
}

#[test]
fn brightness_of_any_shape() {
    for (width, height, stride) in shapes() {
        let image = noise(width, height, stride);
        for amount in [100, -77] {
            let expected =
                Image::new(width, height, stride, [GAP; 4], |x, y| brighter(image.at(x, y), amount));
            for (level, backend) in backends() {
                let mut changed = image.clone();
                brightness(backend, changed.view_mut(), amount);
                assert_eq!(changed, expected, "{level}, {width} x {height}, {stride}");
            }
        }
    }
}

#[test]
fn brightness_of_all_values_by_all_amounts() {
    let image = Image::new(256, 1, 256, [GAP; 4], |x, _| [x as u8, 255 - x as u8, x as u8 ^ 0x55, x as u8]);
    for amount in (-257..=257).chain([i16::MIN, -1000, 1000, i16::MAX]) {
        let expected = Image::new(256, 1, 256, [GAP; 4], |x, _| brighter(image.at(x, 0), amount));
        for (level, backend) in backends() {
            let mut changed = image.clone();
            brightness(backend, changed.view_mut(), amount);
            assert_eq!(changed, expected, "{level}, {amount}");
        }
    }
}

/// Adds up every window from its pixels, and divides.
fn blurred(image: &Image<Rgba>, radius: usize, stride: usize) -> Image<Rgba> {
    let (width, height) = (image.width, image.height);
    let mean = |around: usize, count: usize, pixel: &dyn Fn(usize) -> Rgba| -> Rgba {
        let window = 2 * radius + 1;
        let mut sums = [0; 4];
        for i in around..around + window {
            let pixel = pixel(i.saturating_sub(radius).min(count - 1));
            sums = std::array::from_fn(|channel| sums[channel] + usize::from(pixel[channel]));
        }
        sums.map(|sum| ((2 * sum + window) / (2 * window)) as u8)
    };
    let middle = Image::new(width, height, width.max(1), [0; 4], |x, y| mean(y, height, &|y| image.at(x, y)));
    Image::new(width, height, stride, [GAP; 4], |x, y| mean(x, width, &|x| middle.at(x, y)))
}

fn check_blur(image: &Image<Rgba>, radius: usize, stride: usize) {
    let expected = blurred(image, radius, stride);
    for (level, backend) in backends() {
        let (width, height) = (image.width, image.height);
        let mut to = Image::new(width, height, stride, [GAP; 4], |_, _| [0; 4]);
        blur(backend, image.view(), to.view_mut(), radius);
        assert!(to == expected, "{level}, {width} x {height}, {} to {stride}, radius {radius}", image.stride);
    }
}

#[test]
fn blur_of_any_shape() {
    for (width, height, stride) in shapes() {
        for radius in [1, 4] {
            check_blur(&noise(width, height, stride), radius, width + 3);
        }
    }
}

#[test]
fn blur_of_any_radius() {
    for radius in 0..=MAX_RADIUS {
        // Smaller than the window in both directions, wider, higher, and larger.
        for (width, height) in [(1, 1), (5, 3), (16, 2), (33, 9), (2 * radius + 1, 2), (3, 2 * radius + 2)] {
            check_blur(&noise(width, height, width + 1), radius, width);
        }
    }
    check_blur(&noise(215, 207, 215), 100, 215);
    check_blur(&noise(75, 80, 80), 16, 75);
}

#[test]
fn blur_of_one_colour_is_that_colour() {
    for colour in [[0; 4], [255; 4], [1, 128, 254, 77]] {
        let image = Image::new(40, 9, 40, [0; 4], |_, _| colour);
        for radius in [1, 8, 50, 100] {
            for (level, backend) in backends() {
                let mut to = Image::new(40, 9, 40, [0; 4], |_, _| [9; 4]);
                blur(backend, image.view(), to.view_mut(), radius);
                assert!(to == image, "{level}, {radius}, {colour:?}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "a radius of 101 is above 100")]
fn blur_has_a_largest_radius() {
    blur(Backend::Scalar, View::new(&[[0; 4]], 1, 1, 1), ViewMut::new(&mut [[0; 4]], 1, 1, 1), 101);
}

#[test]
fn histogram_of_any_shape() {
    for (width, height, stride) in shapes() {
        let noise = noise(width, height, stride);
        for few in [255, 3, 0] {
            let image = Image::new(width, height, stride, GAP, |x, y| noise.at(x, y)[1] & few);
            let mut expected = [0; 256];
            for y in 0..height {
                for x in 0..width {
                    expected[usize::from(image.at(x, y))] += 1;
                }
            }
            for (level, backend) in backends() {
                assert_eq!(
                    histogram(backend, image.view()),
                    expected,
                    "{level}, {width} x {height}, {stride}"
                );
            }
        }
    }
}

#[test]
#[should_panic(expected = "an image of 2 x 1 pixels doesn't fit one of 1 x 2")]
fn images_are_of_one_size() {
    grayscale(Backend::Scalar, View::new(&[[0; 4]; 2], 2, 1, 2), ViewMut::new(&mut [0; 2], 1, 2, 1));
}

#[test]
#[should_panic(expected = "rows of 3 pixels overlap with a stride of 2")]
fn rows_do_not_overlap() {
    let _ = View::new(&[0; 9], 3, 3, 2);
}
