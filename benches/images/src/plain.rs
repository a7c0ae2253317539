//! The kernels in plain Rust, also in a form that the compiler can't vectorise.

use std::arch::asm;

use image_processing::view::Rgba;

/// Ends a turn of a loop that must not be vectorised: the compiler may not merge two turns.
#[inline(always)]
fn turn() {
    // SAFETY: the text has no instruction.
    unsafe { asm!("", options(nomem, nostack, preserves_flags)) }
}

#[inline(always)]
fn shade(&[red, green, blue, _]: &Rgba) -> u8 {
    ((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8) as u8
}

#[inline(never)]
pub fn grayscale(pixels: &[Rgba], shades: &mut [u8]) {
    for (pixel, to) in pixels.iter().zip(shades) {
        *to = shade(pixel);
    }
}

#[inline(never)]
pub fn grayscale_blocked(pixels: &[Rgba], shades: &mut [u8]) {
    for (pixel, to) in pixels.iter().zip(shades) {
        *to = shade(pixel);
        turn();
    }
}

#[inline(never)]
pub fn brightness(pixels: &mut [Rgba], amount: u8) {
    for [red, green, blue, _] in pixels {
        *red = red.saturating_add(amount);
        *green = green.saturating_add(amount);
        *blue = blue.saturating_add(amount);
    }
}

#[inline(never)]
pub fn brightness_blocked(pixels: &mut [Rgba], amount: u8) {
    for [red, green, blue, _] in pixels {
        *red = red.saturating_add(amount);
        turn();
        *green = green.saturating_add(amount);
        turn();
        *blue = blue.saturating_add(amount);
        turn();
    }
}

#[inline(never)]
pub fn histogram(shades: &[u8]) -> [u32; 256] {
    let mut counts = [0; 256];
    for &shade in shades {
        counts[usize::from(shade)] += 1;
    }
    counts
}

/// A window that moves along a line of pixels.
struct Window {
    sums: [u32; 4],
    half: u32,
    /// Factor that turns sums into units of 1 / 2^24, rounded up so little that no quotient changes
    /// (Granlund and Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994).
    reciprocal: u32,
}

impl Window {
    fn new(radius: usize) -> Self {
        let window = 2 * radius as u32 + 1;
        Self { sums: [0; 4], half: radius as u32, reciprocal: (1_u32 << 24).div_ceil(window) }
    }

    #[inline(always)]
    fn enter(&mut self, pixel: Rgba) {
        for (sum, channel) in self.sums.iter_mut().zip(pixel) {
            *sum += u32::from(channel);
        }
    }

    #[inline(always)]
    fn leave(&mut self, pixel: Rgba) {
        for (sum, channel) in self.sums.iter_mut().zip(pixel) {
            *sum -= u32::from(channel);
        }
    }

    #[inline(always)]
    fn mean(&self) -> Rgba {
        self.sums.map(|sum| ((sum + self.half).wrapping_mul(self.reciprocal) >> 24) as u8)
    }
}

/// Blurs one line after the other, first columns, then rows.
#[inline(never)]
pub fn blur_by_column(
    from: &[Rgba],
    middle: &mut [Rgba],
    to: &mut [Rgba],
    (width, height): (usize, usize),
    radius: usize,
) {
    for x in 0..width {
        line(&from[x..], &mut middle[x..], (height, width), radius);
    }
    for y in 0..height {
        line(&middle[y * width..], &mut to[y * width..], (width, 1), radius);
    }
}

#[inline(always)]
fn line(from: &[Rgba], to: &mut [Rgba], (count, step): (usize, usize), radius: usize) {
    let at = |i: usize| from[i.saturating_sub(radius).min(count - 1) * step];
    let mut window = Window::new(radius);
    for i in 0..=2 * radius {
        window.enter(at(i));
        turn();
    }
    for i in 0..count {
        to[i * step] = window.mean();
        window.enter(at(i + 2 * radius + 1));
        turn();
        window.leave(at(i));
        turn();
    }
}

/// Blurs row by row, with sums of all columns that move down together, which the compiler
/// vectorises.
#[inline(never)]
pub fn blur_by_row(from: &[Rgba], to: &mut [Rgba], (width, height): (usize, usize), radius: usize) {
    let row = |y: usize| &from[y.saturating_sub(radius).min(height - 1) * width..][..width];
    let Window { half, reciprocal, .. } = Window::new(radius);
    let mut columns = vec![half; width * 4];
    let mut middle = vec![[0; 4]; width];
    for y in 0..=2 * radius {
        for (sum, &byte) in columns.iter_mut().zip(row(y).as_flattened()) {
            *sum += u32::from(byte);
        }
    }
    for (y, to) in to.chunks_exact_mut(width).enumerate() {
        for (byte, &sum) in middle.as_flattened_mut().iter_mut().zip(&columns) {
            *byte = (sum.wrapping_mul(reciprocal) >> 24) as u8;
        }
        let at = |x: usize| middle[x.saturating_sub(radius).min(width - 1)];
        let mut window = Window::new(radius);
        for x in 0..=2 * radius {
            window.enter(at(x));
        }
        for (x, pixel) in to.iter_mut().enumerate() {
            *pixel = window.mean();
            window.enter(at(x + 2 * radius + 1));
            window.leave(at(x));
        }
        let (entering, leaving) = (row(y + 2 * radius + 1), row(y));
        let bytes = entering.as_flattened().iter().zip(leaving.as_flattened());
        for (sum, (&entering, &leaving)) in columns.iter_mut().zip(bytes) {
            *sum = *sum + u32::from(entering) - u32::from(leaving);
        }
    }
}
