//! Converts colours to shades of grey.
//!
//! The three products fit 16 bits, and so does their sum, but 150 is no `i8`, and the instructions
//! of x86 that multiply bytes and add neighbours want one signed operand. So on x86 the pixels are
//! made signed: with 128 subtracted from each byte, the sum is less by 128 * 256, which is in the
//! initial value of the sum.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, u8x16};

use super::Backend;
use crate::view::{Rgba, View, ViewMut, join, same_size};

/// Weights of red, green and blue in a shade, in 1/256.
const WEIGHTS: [u8; 3] = [77, 150, 29];

/// Number of pixels in a turn of a vector kernel; a shorter row is copied to a block of this
/// length.
const BLOCK: usize = 64;

/// Computes the shades of grey of an image: `(77 * red + 150 * green + 29 * blue) / 256`, rounded
/// down, so that white is 255.
///
/// # Panics
///
/// Panics if the images differ in size.
///
/// # Examples
///
/// ```
/// use image_processing::kernels::{Backend, grayscale};
/// use image_processing::view::{View, ViewMut};
///
/// let pixels = [[255, 255, 255, 255], [0, 255, 0, 255]];
/// let mut shades = [0; 2];
/// let (from, to) = (View::new(&pixels, 2, 1, 2), ViewMut::new(&mut shades, 2, 1, 2));
/// grayscale(Backend::strongest(), from, to);
/// assert_eq!(shades, [255, 149]);
/// ```
#[track_caller]
pub fn grayscale(backend: Backend, from: View<'_, Rgba>, to: ViewMut<'_, u8>) {
    same_size(&from, &to);
    let (from, to) = join(from, to);
    match backend {
        Backend::Scalar => each_row(from, to, scalar),
        #[cfg(target_arch = "x86_64")]
        Backend::Vector(level) => match (level.as_avx512(), level.as_avx2()) {
            (Some(avx512), _) => each_row(from, to, |from, to| blocks_avx512(avx512, from, to)),
            (_, Some(avx2)) => each_row(from, to, |from, to| blocks_avx2(avx2, from, to)),
            _ => any_level(level, from, to),
        },
        #[cfg(not(target_arch = "x86_64"))]
        Backend::Vector(level) => any_level(level, from, to),
    }
}

#[inline(always)]
fn each_row(from: View<'_, Rgba>, to: ViewMut<'_, u8>, row: impl Fn(&[Rgba], &mut [u8])) {
    for (from, to) in from.rows().zip(to.rows()) {
        row(from, to);
    }
}

fn scalar(from: &[Rgba], to: &mut [u8]) {
    for (&[red, green, blue, _], shade) in from.iter().zip(to) {
        let [red, green, blue] = [red, green, blue].map(u32::from);
        let [of_red, of_green, of_blue] = WEIGHTS.map(u32::from);
        *shade = ((of_red * red + of_green * green + of_blue * blue) / 256) as u8;
    }
}

fn any_level(level: fearless_simd::Level, from: View<'_, Rgba>, to: ViewMut<'_, u8>) {
    for (from, to) in from.rows().zip(to.rows()) {
        dispatch!(level, simd => in_blocks(from, to, #[inline(always)] |from, to| block(simd, from, to)));
    }
}

/// Runs `block` on all pixels. The last block of a row overlaps the one before it; that of a short
/// row is a copy.
#[inline(always)]
fn in_blocks(from: &[Rgba], to: &mut [u8], block: impl Fn(&[Rgba; BLOCK], &mut [u8; BLOCK])) {
    debug_assert_eq!(from.len(), to.len());
    let (blocks, rest) = from.as_chunks();
    let (shades, _) = to.as_chunks_mut();
    for (from, to) in blocks.iter().zip(shades) {
        block(from, to);
    }
    if rest.is_empty() {
        return;
    }
    if let (Some(from), Some(to)) = (from.last_chunk(), to.last_chunk_mut()) {
        block(from, to);
    } else {
        let (mut padded, mut shades) = ([[0; 4]; BLOCK], [0; BLOCK]);
        padded[..from.len()].copy_from_slice(from);
        block(&padded, &mut shades);
        to.copy_from_slice(&shades[..to.len()]);
    }
}

#[inline(always)]
fn block<S: Simd>(simd: S, from: &[Rgba; BLOCK], to: &mut [u8; BLOCK]) {
    let (from, _) = from.as_chunks::<16>();
    let (to, _) = to.as_chunks_mut::<16>();
    let [of_red, of_green, of_blue] = WEIGHTS.map(|weight| u8x16::splat(simd, weight));
    for (from, to) in from.iter().zip(to) {
        let [red, green, blue, _] = u8x16::load_four_interleaved(simd, from.as_flattened());
        let (red, red_high) = red.widening_mul(of_red);
        let (green, green_high) = green.widening_mul(of_green);
        let (blue, blue_high) = blue.widening_mul(of_blue);
        let low = (red + green + blue) >> 8;
        let high = (red_high + green_high + blue_high) >> 8;
        low.relaxed_narrow(high).store_slice(to);
    }
}

// Intrinsics, which are twice as fast here as the portable vectors of any level.

fearless_simd::kernel! {
    fn blocks_avx512(avx512: Avx512, from: &[Rgba], to: &mut [u8]) {
        use std::arch::x86_64::*;

        use fearless_simd::u8x64;

        let [of_red, of_green, of_blue] = WEIGHTS;
        let weights = _mm512_set1_epi32(i32::from_le_bytes([of_red, of_green, of_blue, 0]));
        let signs = _mm512_set1_epi8(-128);
        let start = _mm512_set1_epi32(128 * 256);
        // Index of the second byte of each sum: that of sum `i` of 16 sums of four bytes is `4 * i
        // + 1`.
        let second: [u8; BLOCK] = std::array::from_fn(|i| (4 * i + 1) as u8 & 127);
        let second: __m512i = u8x64::from_slice(avx512, &second).into();

        in_blocks(from, to, |from, to| {
            let (from, _) = from.as_chunks::<16>();
            let sum = |pixels: &[Rgba; 16]| {
                let pixels: __m512i = u8x64::from_slice(avx512, pixels.as_flattened()).into();
                _mm512_dpbusd_epi32(start, weights, _mm512_xor_si512(pixels, signs))
            };
            let low = _mm512_permutex2var_epi8(sum(&from[0]), second, sum(&from[1]));
            let high = _mm512_permutex2var_epi8(sum(&from[2]), second, sum(&from[3]));
            // Both halves of each vector are equal.
            let shades: u8x64<_> = _mm512_mask_blend_epi64(0b1111_0000, low, high).simd_into(avx512);
            shades.store_slice(to);
        });
    }
}

fearless_simd::kernel! {
    fn blocks_avx2(avx2: Avx2, from: &[Rgba], to: &mut [u8]) {
        use std::arch::x86_64::*;

        use fearless_simd::u8x32;

        let [of_red, of_green, of_blue] = WEIGHTS;
        let weights = _mm256_set1_epi32(i32::from_le_bytes([of_red, of_green, of_blue, 0]));
        let signs = _mm256_set1_epi8(-128);
        let start = _mm256_set1_epi16(i16::MIN);
        // Destinations of the pixels of each 16 bytes, four at a time.
        let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);

        in_blocks(from, to, |from, to| {
            let (from, _) = from.as_chunks::<8>();
            // Red with green, blue with alpha.
            let pairs = |pixels: &[Rgba; 8]| {
                let pixels: __m256i = u8x32::from_slice(avx2, pixels.as_flattened()).into();
                _mm256_maddubs_epi16(weights, _mm256_xor_si256(pixels, signs))
            };
            let shades = |first: &[Rgba; 8], second: &[Rgba; 8]| {
                let sums = _mm256_hadd_epi16(pairs(first), pairs(second));
                _mm256_srli_epi16::<8>(_mm256_xor_si256(sums, start))
            };
            let (to, _) = to.as_chunks_mut::<32>();
            for (from, to) in from.as_chunks::<4>().0.iter().zip(to) {
                let [first, second, third, fourth] = from;
                let mixed = _mm256_packus_epi16(shades(first, second), shades(third, fourth));
                let shades: u8x32<_> = _mm256_permutevar8x32_epi32(mixed, order).simd_into(avx2);
                shades.store_slice(to);
            }
        });
    }
}
