//! Makes images lighter and darker.
//!
//! The number that is added repeats every four bytes, so one vector of them serves for the whole
//! image.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, u8x16, u8x64};

use super::Backend;
use crate::view::{Rgba, ViewMut};

/// Adds `amount` to red, green and blue of each pixel, saturating at 0 and 255. Alpha stays.
///
/// # Examples
///
/// ```
/// use image_processing::kernels::{Backend, brightness};
/// use image_processing::view::ViewMut;
///
/// let mut pixels = [[250, 100, 0, 7]];
/// brightness(Backend::strongest(), ViewMut::new(&mut pixels, 1, 1, 1), 10);
/// assert_eq!(pixels, [[255, 110, 10, 7]]);
/// brightness(Backend::strongest(), ViewMut::new(&mut pixels, 1, 1, 1), -20);
/// assert_eq!(pixels, [[235, 90, 0, 7]]);
/// ```
pub fn brightness(backend: Backend, image: ViewMut<'_, Rgba>, amount: i16) {
    let step = amount.unsigned_abs().min(255) as u8;
    let image = image.join();
    match (backend, amount < 0) {
        (Backend::Scalar, false) => image.rows().for_each(|row| scalar(row, step, u8::saturating_add)),
        (Backend::Scalar, true) => image.rows().for_each(|row| scalar(row, step, u8::saturating_sub)),
        (Backend::Vector(level), false) => {
            dispatch!(level, simd => vectors::<_, false>(simd, image, step));
        }
        (Backend::Vector(level), true) => dispatch!(level, simd => vectors::<_, true>(simd, image, step)),
    }
}

#[inline(always)]
fn scalar(row: &mut [Rgba], step: u8, change: impl Fn(u8, u8) -> u8) {
    for [red, green, blue, _] in row {
        for channel in [red, green, blue] {
            *channel = change(*channel, step);
        }
    }
}

#[inline(always)]
fn vectors<S: Simd, const DARKER: bool>(simd: S, image: ViewMut<'_, Rgba>, step: u8) {
    let steps = [[step, step, step, 0]; 16];
    let steps = u8x64::from_slice(simd, steps.as_flattened());
    let few = [[step, step, step, 0]; 4];
    let few = u8x16::from_slice(simd, few.as_flattened());
    for row in image.rows() {
        let (blocks, rest) = row.as_flattened_mut().as_chunks_mut::<64>();
        for block in blocks {
            let pixels = u8x64::from_slice(simd, block);
            let changed = if DARKER { pixels.saturating_sub(steps) } else { pixels.saturating_add(steps) };
            changed.store_slice(block);
        }
        let (blocks, rest) = rest.as_chunks_mut::<16>();
        for block in blocks {
            let pixels = u8x16::from_slice(simd, block);
            let changed = if DARKER { pixels.saturating_sub(few) } else { pixels.saturating_add(few) };
            changed.store_slice(block);
        }
        let (rest, _) = rest.as_chunks_mut();
        scalar(rest, step, if DARKER { u8::saturating_sub } else { u8::saturating_add });
    }
}
