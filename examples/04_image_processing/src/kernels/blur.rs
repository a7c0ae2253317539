//! A box blur that takes the same time for any radius.
//!
//! The result for one pixel gives the next: the sum over a window is the one before it, plus the
//! pixels that enter and minus those that leave. For columns that is one step for all columns of a
//! row at once. For rows each sum depends on its neighbour, so a vector of eight pixels is added up
//! in three steps (each pixel gets the one before it, then the sum of the two before, then of the
//! four before: the parallel prefix sum of Hillis and Steele, "Data Parallel Algorithms", CACM
//! 29(12), 1986), and waits once for the vector to its left.
//!
//! ```text
//! rows that enter and leave ─▶ sums of columns ─▶ a row blurred in columns, its ends repeated
//!        u8 x 4 pixels            u16 x 4                        u16 x 4
//!   ─▶ sums along the row ─▶ row
//!          u16 x 4           u8 x 4
//! ```
//!
//! Only two rows of 16 bits a channel are kept, which stay in the cache of the first or second
//! level; sums of 201 bytes fit. Transposing tiles, so that rows become columns, takes more
//! shuffles than the three steps.
//!
//! # Division
//!
//! A sum is divided by the size `n` of the window through a multiplication: with `k = floor(log2
//! n)` and `m = ceil(2^(16 + k) / n)`, which fits 16 bits, `sum * m >> (16 + k)` is `sum / n` for
//! all sums that occur; a test tries them. The method is that of Granlund and Montgomery, "Division
//! by Invariant Integers using Multiplication", PLDI 1994. The usual `sum * (65536 / n) >> 16` is
//! off by one from radius 8. Half of `n` is in the sums from the start, so quotients are rounded to
//! the nearest, and repeated blurring doesn't darken an image.

use std::hint::black_box;

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, u8x64, u16x32, u64x8};

use super::Backend;
use crate::view::{Rgba, View, ViewMut, same_size};

/// The largest radius of [`blur`].
pub const MAX_RADIUS: usize = 100;

/// Sets each channel of each pixel to the mean of those around it: of the column up to `radius`
/// pixels above and below it, rounded to the nearest, then of the means along the row. Beyond an
/// edge, the pixels at the edge are repeated.
///
/// # Panics
///
/// Panics if the images differ in size, or `radius` is above [`MAX_RADIUS`].
///
/// # Examples
///
/// ```
/// use image_processing::kernels::{Backend, blur};
/// use image_processing::view::{View, ViewMut};
///
/// let pixels = [[0, 0, 0, 255], [30, 90, 0, 255], [0, 0, 0, 255]];
/// let mut blurred = [[0; 4]; 3];
/// blur(Backend::strongest(), View::new(&pixels, 3, 1, 3), ViewMut::new(&mut blurred, 3, 1, 3), 1);
/// assert_eq!(blurred, [[10, 30, 0, 255]; 3]);
/// ```
#[track_caller]
pub fn blur(backend: Backend, from: View<'_, Rgba>, to: ViewMut<'_, Rgba>, radius: usize) {
    same_size(&from, &to);
    assert!(
        radius <= MAX_RADIUS,
        "a radius of {radius} is above {MAX_RADIUS}\nhint: blur twice for a larger one"
    );
    if from.size().0 == 0 || from.size().1 == 0 {
        return;
    }
    match backend {
        _ if radius == 0 => {
            for (from, to) in from.rows().zip(to.rows()) {
                to.copy_from_slice(from);
            }
        }
        Backend::Scalar => scalar(from, to, radius),
        Backend::Vector(level) => dispatch!(level, simd => vectors(simd, from, to, radius)),
    }
}

fn scalar(from: View<'_, Rgba>, to: ViewMut<'_, Rgba>, radius: usize) {
    let (width, height) = from.size();
    let window = 2 * radius + 1;
    let mean = |sum: usize| ((sum + radius) / window) as u8;
    // Row `i` of `count`, with rows beyond the edges replaced by those at the edges; `i` is counted
    // from `radius` before the first.
    let clamped = |i: usize, count: usize| i.saturating_sub(radius).min(count - 1);

    let mut columns = vec![[0_usize; 4]; width];
    for i in 0..window {
        change(&mut columns, from.row(clamped(i, height)), usize::wrapping_add);
    }
    let mut middle: Vec<Rgba> = vec![[0; 4]; width];
    for (y, to) in to.rows().enumerate() {
        for (pixel, sums) in middle.iter_mut().zip(&columns) {
            *pixel = sums.map(mean);
        }
        let mut sums = [[0; 4]];
        for i in 0..window {
            change(&mut sums, &[middle[clamped(i, width)]], usize::wrapping_add);
        }
        for (x, pixel) in to.iter_mut().enumerate() {
            *pixel = sums[0].map(mean);
            change(&mut sums, &[middle[clamped(x + window, width)]], usize::wrapping_add);
            change(&mut sums, &[middle[clamped(x, width)]], usize::wrapping_sub);
        }
        change(&mut columns, from.row(clamped(y + window, height)), usize::wrapping_add);
        change(&mut columns, from.row(clamped(y, height)), usize::wrapping_sub);
    }
}

fn change(sums: &mut [[usize; 4]], pixels: &[Rgba], change: impl Fn(usize, usize) -> usize) {
    for (sums, pixel) in sums.iter_mut().zip(pixels) {
        for (sum, &channel) in sums.iter_mut().zip(pixel) {
            *sum = change(*sum, usize::from(channel));
        }
    }
}

/// Division by the size of a window, see the [module](self).
#[derive(Clone, Copy)]
struct Divider {
    multiplier: u16,
    shift: u32,
}

impl Divider {
    fn new(radius: usize) -> Self {
        let window = 2 * radius as u32 + 1;
        let shift = window.ilog2();
        // Below 2^16, as the window is no power of two.
        Self { multiplier: (1_u32 << (16 + shift)).div_ceil(window) as u16, shift }
    }

    #[inline(always)]
    fn divide<S: Simd>(self, sums: u16x32<S>) -> u16x32<S> {
        // Loaded from memory each time: if the vector is made before the loop, LLVM doesn't know
        // that its numbers have 16 bits, and multiplies 32-bit ones, which takes ten instructions
        // more.
        let multiplier = u16x32::splat(sums.simd, black_box(self.multiplier));
        let (low, high) = sums.widening_mul(multiplier);
        low.bitcast::<u16x32<S>>().unzip_high(high.bitcast::<u16x32<S>>()) >> self.shift
    }
}

/// 16-bit lanes of a pixel.
const CHANNELS: usize = 4;

/// Number of pixels in a turn along a row.
const BLOCK: usize = 16;

/// Number of their lanes.
const LANES: usize = BLOCK * CHANNELS;

/// Blurs an image; radius, width and height are at least 1.
#[inline(always)]
fn vectors<S: Simd>(simd: S, from: View<'_, Rgba>, to: ViewMut<'_, Rgba>, radius: usize) {
    let (width, height) = from.size();
    let divider = Divider::new(radius);
    let row = width * CHANNELS;
    let bytes = |y: usize| from.row(y).as_flattened();

    // The windows around the row before the first: the first row, once for each row up to it ..
    let mut columns = vec![0_u16; row.next_multiple_of(LANES)];
    for (sum, &byte) in columns.iter_mut().zip(bytes(0)) {
        *sum = radius as u16 + u16::from(byte) * (radius as u16 + 2);
    }
    // .. and then up to `radius - 1` more, with the last row repeated at the end.
    for i in 1..radius {
        for (sum, &byte) in columns.iter_mut().zip(bytes(i.min(height - 1))) {
            *sum += u16::from(byte);
        }
    }

    // One pixel more to the left, which leaves before any other has entered; to the right the
    // pixels that the last block reads beyond its end.
    let before = (radius + 1) * CHANNELS;
    let mut middle = vec![0_u16; before + (width.next_multiple_of(BLOCK) + radius) * CHANNELS];
    for (y, to) in to.rows().enumerate() {
        let entering = bytes((y + radius).min(height - 1));
        let leaving = bytes(y.saturating_sub(radius + 1));
        down(simd, &mut columns, entering, leaving, &mut middle[before..], divider);
        repeat_ends(&mut middle, before, row, radius);
        along(simd, &middle, to, radius, divider);
    }
}

/// Moves the windows down by a row, and puts the means into `means`. Both slices are long enough
/// for whole blocks.
#[inline(always)]
fn down<S: Simd>(
    simd: S,
    sums: &mut [u16],
    entering: &[u8],
    leaving: &[u8],
    means: &mut [u16],
    divider: Divider,
) {
    let (sums, _) = sums.as_chunks_mut::<LANES>();
    let (means, _) = means.as_chunks_mut::<LANES>();
    let (entering, entering_rest) = entering.as_chunks::<LANES>();
    let (leaving, leaving_rest) = leaving.as_chunks::<LANES>();
    let mut to = sums.iter_mut().zip(means);
    for ((entering, leaving), to) in entering.iter().zip(leaving).zip(&mut to) {
        down_block(simd, entering, leaving, to, divider);
    }
    if let Some(to) = to.next() {
        let mut padded = [[0; LANES]; 2];
        padded[0][..entering_rest.len()].copy_from_slice(entering_rest);
        padded[1][..leaving_rest.len()].copy_from_slice(leaving_rest);
        down_block(simd, &padded[0], &padded[1], to, divider);
    }
}

#[inline(always)]
fn down_block<S: Simd>(
    simd: S,
    entering: &[u8; LANES],
    leaving: &[u8; LANES],
    (sums, means): (&mut [u16; LANES], &mut [u16; LANES]),
    divider: Divider,
) {
    let (entering, entering_high) = u8x64::from_slice(simd, entering).widen();
    let (leaving, leaving_high) = u8x64::from_slice(simd, leaving).widen();
    let (sums, sums_high) = sums.split_at_mut(LANES / 2);
    let (means, means_high) = means.split_at_mut(LANES / 2);
    let low = u16x32::from_slice(simd, sums) + entering - leaving;
    let high = u16x32::from_slice(simd, sums_high) + entering_high - leaving_high;
    low.store_slice(sums);
    high.store_slice(sums_high);
    divider.divide(low).store_slice(means);
    divider.divide(high).store_slice(means_high);
}

#[inline(always)]
fn repeat_ends(middle: &mut [u16], before: usize, row: usize, radius: usize) {
    let (left, rest) = middle.split_at_mut(before);
    let (left, _) = left.as_chunks_mut::<CHANNELS>();
    let (pixels, right) = rest.split_at_mut(row);
    let (pixels, _) = pixels.as_chunks::<CHANNELS>();
    let (right, _) = right.as_chunks_mut::<CHANNELS>();
    left.fill(pixels[0]);
    right[..radius].fill(pixels[pixels.len() - 1]);
}

/// Computes the means along a row whose first pixel has the index `radius + 1` in `middle`.
#[inline(always)]
fn along<S: Simd>(simd: S, middle: &[u16], to: &mut [Rgba], radius: usize, divider: Divider) {
    let window = (2 * radius + 1) * CHANNELS;
    // The window around the pixel before the first.
    let mut first = [radius as u16; CHANNELS];
    for pixel in middle[..window].as_chunks::<CHANNELS>().0 {
        for (sum, channel) in first.iter_mut().zip(pixel) {
            *sum += channel;
        }
    }
    let mut windows = Windows::new(simd, first, divider);

    let (leaving, _) = middle.as_chunks::<LANES>();
    let (entering, _) = middle[window..].as_chunks::<LANES>();
    let mut changes = entering.iter().zip(leaving);
    let (blocks, rest) = to.as_chunks_mut::<BLOCK>();
    for (to, (entering, leaving)) in blocks.iter_mut().zip(&mut changes) {
        windows.block(entering, leaving, to);
    }
    if let (false, Some((entering, leaving))) = (rest.is_empty(), changes.next()) {
        let mut last = [[0; 4]; BLOCK];
        windows.block(entering, leaving, &mut last);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// Windows that move along a row.
struct Windows<S: Simd> {
    /// Sums around the pixel before the next, eight times.
    before: u16x32<S>,
    zero: u16x32<S>,
    divider: Divider,
}

impl<S: Simd> Windows<S> {
    #[inline(always)]
    fn new(simd: S, before: [u16; CHANNELS], divider: Divider) -> Self {
        let before: [u16; LANES / 2] = std::array::from_fn(|lane| before[lane % CHANNELS]);
        Self { before: u16x32::from_slice(simd, &before), zero: u16x32::splat(simd, 0), divider }
    }

    #[inline(always)]
    fn block(&mut self, entering: &[u16; LANES], leaving: &[u16; LANES], to: &mut [Rgba; BLOCK]) {
        let (entering, entering_high) = entering.split_at(LANES / 2);
        let (leaving, leaving_high) = leaving.split_at(LANES / 2);
        let low = self.eight(entering, leaving);
        let high = self.eight(entering_high, leaving_high);
        low.relaxed_narrow(high).store_slice(to.as_flattened_mut());
    }

    /// Returns the means of the next eight pixels.
    #[inline(always)]
    fn eight(&mut self, entering: &[u16], leaving: &[u16]) -> u16x32<S> {
        let Self { before, zero, divider } = *self;
        let simd = zero.simd;
        let step = u16x32::from_slice(simd, entering) - u16x32::from_slice(simd, leaving);
        let step = step + zero.slide::<28>(step);
        let step = step + zero.slide::<24>(step);
        let step = step + zero.slide::<16>(step);
        let sums = step + before;
        // Taken from `all` and not from the last of `sums`, so the next eight wait for one addition
        // instead of two and a shuffle.
        let all: u64x8<S> = step.bitcast();
        self.before = before + u64x8::splat(simd, all[7]).bitcast::<u16x32<S>>();
        divider.divide(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_is_exact() {
        for radius in 1..=MAX_RADIUS {
            let divider = Divider::new(radius);
            let window = 2 * radius as u16 + 1;
            for sum in 0..=255 * window + radius as u16 {
                let product = u32::from(sum) * u32::from(divider.multiplier);
                let quotient = product >> 16 >> divider.shift;
                assert_eq!(quotient, u32::from(sum / window), "{sum} / {window}");
            }
        }
    }
}
